import { BitString } from '../../../../harness/asn1/bit-string.js';
import { encode } from '../../../../harness/asn1/encode.js';
import { Octets } from '../../../../harness/ber/octets.js';
import { VirtualClock } from '../../../../harness/link/clock.js';
import type { Link } from '../../../../harness/link/link.js';
import { memoryPair } from '../../../../harness/link/memory.js';
import { recordLink } from '../../../../harness/link/recorder.js';
import { Mta, type MtaOptions } from '../../../../harness/mta/engine.js';
import type { MtaEvents } from '../../../../harness/mta/events.js';
import type { ExchangePreset } from '../../../../harness/mta/exchange.js';
import type { ReactionOutcome, Stimulus } from '../../../../harness/mta/expectation.js';
import { MessageFactory, type MessageRequest } from '../../../../harness/mta/message.js';
import { orName } from '../../../../harness/mta/names.js';
import { guidOf, orgInfoText, sketchOrgInfo } from '../../../../harness/mta/orginfo.js';
import type { Preset } from '../../../../harness/mta/preset.js';
import { exchange2003Kb916986 } from '../../../../harness/mta/presets/index.js';
import type { Submission } from '../../../../harness/mta/queue.js';
import { seededRandom } from '../../../../harness/mta/random.js';
import { type ReceivedApdu, readApdu, typedApdu } from '../../../../harness/mta/received.js';
import { Criticality } from '../../../../harness/p1/extensions.js';
import { MTSAPDU } from '../../../../harness/p1/mts-apdu.js';
import { oid } from '../../../../harness/p1/object-identifiers.js';
import { ConversationJudge } from '../../../../harness/rules/conversation.js';
import type { Finding } from '../../../../harness/rules/finding.js';
import type { Mode } from '../../../../harness/stack/association/events.js';

const SECOND = 1000;
export const MINUTE = 60 * SECOND;
const START = Date.UTC(2006, 7, 8);
/** Within it, what is taken is not late. */
const SOON = 10 * SECOND;

const here = { country: 'US', administrationDomain: ' ', privateDomain: 'Here' };
const there = { country: 'GB', administrationDomain: ' ', privateDomain: 'There' };
const alice = orName({ ...here, surname: 'Alice' });
const bob = orName({ ...there, surname: 'Bob' });
const mail: MessageRequest = { originator: alice, recipients: [bob], text: 'Ordinary mail.' };

const privateExtension = (...criticality: number[]) => ({
  type: { privateExtension: `${oid.microsoft}.9.1` },
  criticality: BitString.of(...criticality),
  value: Uint8Array.of(5, 0),
});

const routingPacket: MessageRequest = {
  originator: orName({ ...here, organization: 'Here', commonName: 'Microsoft MTA' }),
  recipients: [orName({ ...there, organization: 'There', commonName: '1324433544434344374CA6D9D5B4A0B1' })],
  contentType: { extended: oid.mdbef },
  content: new Uint8Array(
    Buffer.from(orgInfoText(sketchOrgInfo({ organization: 'Here', server: 'A', build: 7638 })), 'latin1'),
  ),
};

/** What a partner sends, the last of it being what matters; and what it is, where it is not clean by itself. */
const acts: Readonly<Record<Stimulus, { readonly sends: readonly MessageRequest[]; readonly by?: ExchangePreset }>> = {
  message: { sends: [mail] },
  'large message': { sends: [{ ...mail, text: 'x'.repeat(5000) }] },
  'marked bind': {
    sends: [mail],
    by: exchange2003Kb916986.with({
      bindMarker: { place: 'extra-tag-in-set', bytes: Buffer.from(guidOf('a marker'), 'hex') },
    }),
  },
  'routing packet': { sends: [routingPacket] },
  'message after a routing packet': { sends: [routingPacket, mail] },
  'private extension': { sends: [{ ...mail, extensions: [privateExtension()] }] },
  'critical extension': {
    sends: [{ ...mail, extensions: [privateExtension(Criticality.named.forTransfer as number)] }],
  },
  'bilateral information': { sends: [mail], by: exchange2003Kb916986.with({ bilateralInformation: true }) },
};

/** Two MTAs that can call each other, on links in memory. */
class Two {
  readonly clock = new VirtualClock(START);
  readonly a: Mta;
  readonly b: Mta;

  constructor(mode: Mode, a: Preset, b: Preset, tap: (link: Link, opener: 'a' | 'b') => Link = (link) => link) {
    const make = (name: 'a' | 'b', preset: Preset, options: Pick<MtaOptions, 'domain' | 'random'>): Mta => {
      const other = name === 'a' ? 'b' : 'a';
      const connect = async () => {
        const pair = memoryPair({ initiator: name, responder: other });
        this[other].accept(pair.responder);
        return tap(pair.initiator, name);
      };
      const peers = [{ name: other.toUpperCase(), mode, connect }];
      return new Mta({ ...options, name: name.toUpperCase(), preset, clock: this.clock, peers, modes: [mode] });
    };
    this.a = make('a', a, { domain: here, random: seededRandom(1) });
    this.b = make('b', b, { domain: there, random: seededRandom(2) });
  }

  async pass(milliseconds: number): Promise<void> {
    await this.clock.advanceToAsync(this.clock.now() + milliseconds);
  }

  end(): void {
    this.a.kill();
    this.b.kill();
  }
}

/** What becomes of a stimulus with an MTA of that preset; undefined where it cannot even be sent in that mode. */
export async function outcomeOf(preset: Preset, stimulus: Stimulus, mode: Mode): Promise<ReactionOutcome | undefined> {
  const { sends, by = exchange2003Kb916986 } = acts[stimulus];
  const two = new Two(mode, by, preset);
  const { a, b, clock } = two;
  let outcomes: ReactionOutcome[] = [];
  let unsent = false;
  let since = clock.now();
  const note = <K extends keyof MtaEvents>(
    mta: Mta,
    name: K,
    what: (event: MtaEvents[K]) => ReactionOutcome | undefined,
  ) =>
    mta.on(name, (event) => {
      const outcome = what(event);
      if (outcome !== undefined) outcomes.push(outcome);
    });
  note(b, 'bindRefused', ({ by: who }) => (who === 'us' ? 'bind refused' : undefined));
  note(b, 'transferRefused', ({ answer }) =>
    answer === 'abort' ? 'aborted' : answer === 'close' ? 'closed' : undefined,
  );
  note(b, 'messageDiscarded', () => 'discarded');
  note(b, 'messageReceived', () => (clock.now() - since > SOON ? 'taken late' : 'taken'));
  note(a, 'reportReceived', ({ apdu }) => reportedIn(apdu));
  a.on('nonDelivered', () => {
    unsent = true;
  });
  two.b.start();
  two.a.start();
  await two.pass(MINUTE);
  for (const request of sends) {
    // Sooner than what failed is tried again.
    await two.pass(MINUTE);
    outcomes = [];
    since = clock.now();
    a.submit('B', request);
  }
  await two.pass(5 * MINUTE);
  two.end();
  if (unsent) return undefined;
  if (outcomes.includes('discarded') && outcomes.includes('taken')) throw new Error('taken, and discarded too');
  // A report says what became of what was taken.
  return outcomes.find((each) => each.startsWith('reported')) ?? outcomes[0];
}

function reportedIn(apdu: ReceivedApdu): ReactionOutcome | undefined {
  const field = typedApdu(apdu)?.report?.content.perRecipientFields[0];
  const report = field?.lastTraceInformation.reportType.nonDelivery;
  if (report === undefined) return undefined;
  const { nonDeliveryReasonCode: reason, nonDeliveryDiagnosticCode: diagnostic } = report;
  return diagnostic === undefined ? `reported ${reason}` : `reported ${reason}/${diagnostic}`;
}

/**
 * Rules of tier 1 and 2 that find something in what the preset sends to the partner: mail, and a report on the partner's
 * mail, each counted there.
 */
export async function emittedBy(
  preset: Preset,
  partner: Preset,
  mode: Mode,
  { asksForReturn }: { readonly asksForReturn: boolean },
): Promise<{ readonly rules: readonly string[]; readonly arrived: number; readonly reported: number }> {
  const findings: Finding[] = [];
  const judges = { a: new ConversationJudge({ iut: 'i' }), b: new ConversationJudge({ iut: 'r' }) };
  const counts = { a: 0, b: 0 };
  const two = new Two(mode, preset, partner, (link, opener) => {
    counts[opener] += 1;
    const sink = (event: Parameters<ConversationJudge['push']>[0]) => findings.push(...judges[opener].push(event));
    return recordLink(link, { connection: counts[opener] - 1, clock: two.clock, sink });
  });
  let [arrived, reported] = [0, 0];
  two.b.on('messageReceived', ({ apdu }) => {
    if (Buffer.from(apdu.octets).includes('Ordinary')) arrived += 1;
  });
  two.b.on('reportReceived', () => {
    reported += 1;
  });
  two.b.start();
  two.a.start();
  two.a.submit('B', mail);
  two.b.enqueue('A', wantingReport(asksForReturn));
  await two.pass(20 * MINUTE);
  two.end();
  await two.pass(1);
  findings.push(...judges.a.end(), ...judges.b.end());
  const rules = [...new Set(findings.filter(({ tier }) => tier < 3).map(({ rule }) => rule))].sort();
  return { rules, arrived, reported };
}

/** A message of the partner's that asks for a report. */
function wantingReport(asksForReturn: boolean): Submission {
  const factory = new MessageFactory({ domain: there, server: 'B', now: () => START });
  const made = factory.message({ ...mail, originator: bob, recipients: [alice], reports: true });
  const message = typedApdu(readApdu(Octets.of(made.apdu), 'normal'))?.message;
  if (asksForReturn || message === undefined) return made;
  const envelope = { ...message.envelope, perMessageIndicators: BitString.empty };
  return { ...made, apdu: encode(MTSAPDU, { message: { ...message, envelope } }) };
}
