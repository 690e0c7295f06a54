import { expect } from 'chai';
import fc from 'fast-check';
import type { Decoded } from '../../../harness/asn1/decoded.js';
import { VirtualClock } from '../../../harness/link/clock.js';
import type { Chunk, LinkEvent } from '../../../harness/link/events.js';
import { type LinkFault, withFaults } from '../../../harness/link/faults.js';
import type { Link } from '../../../harness/link/link.js';
import { memoryPair } from '../../../harness/link/memory.js';
import { recordLink } from '../../../harness/link/recorder.js';
import { Mta } from '../../../harness/mta/engine.js';
import type { Answer, Hooks } from '../../../harness/mta/hooks.js';
import { orName } from '../../../harness/mta/names.js';
import type { PeerConfig } from '../../../harness/mta/peer.js';
import { exchange2003Kb916986, tolerant } from '../../../harness/mta/presets/index.js';
import { seededRandom } from '../../../harness/mta/random.js';
import { ConversationJudge } from '../../../harness/rules/conversation.js';
import type { AssociationEvent, Mode } from '../../../harness/stack/association/events.js';

// What we emit, in conversations drawn at random with both sides ours: no rule of any tier has anything to say about it, and
// none of what has tripped others and no rule tells of stands in it.

/** Findings of tier 3 that a peer can bring about: the sizes of a recovered association are negotiated anew. */
const NEGOTIATED_ANEW = ['BIND-027'];

const domain = (privateDomain: string) => ({ country: 'XX', administrationDomain: ' ', privateDomain });

interface Plan {
  readonly mode: Mode;
  readonly a: Partial<PeerConfig>;
  readonly b: Partial<PeerConfig>;
  readonly exchange: boolean;
  /** Octets of text, from A or from B. */
  readonly mails: readonly {
    readonly from: 'A' | 'B';
    readonly octets: number;
    readonly name: string;
    readonly common: string | undefined;
    readonly kind: 'message' | 'reported' | 'probe';
    readonly priority: 'urgent' | 'normal' | 'nonUrgent';
  }[];
  /** What B answers to the transfers that come to it, in turn. */
  readonly answers: readonly (Answer | undefined)[];
  readonly faults: readonly LinkFault[];
}

const peers = fc.record<Partial<PeerConfig>>({
  dialogueMode: fc.constantFrom('monologue', 'twa'),
  initialTurn: fc.constantFrom('initiator', 'responder'),
  checkpointSize: fc.constantFrom(0, 1, 3, 63),
  windowSize: fc.constantFrom(undefined, 1, 3, 10),
  tpduSize: fc.constantFrom(128, 1024, 2048, 8192, 65_531),
  ours: fc.constantFrom(undefined, {}, { passwordForm: 'octetString' as const, password: 'p' }),
});

const plans: fc.Arbitrary<Plan> = fc.record({
  mode: fc.constantFrom<Mode>('normal', 'x410-1988', 'x410-1984'),
  a: peers,
  b: peers,
  exchange: fc.boolean(),
  mails: fc.array(
    fc.record({
      from: fc.constantFrom('A' as const, 'B' as const),
      octets: fc.constantFrom(0, 1, 900, 1100, 5000, 30_000),
      name: fc.stringMatching(/^[A-Za-z0-9 '()+,\-./:=?]{1,40}$/),
      common: fc.option(fc.stringMatching(/^[A-Za-z0-9 ]{1,60}$/), { nil: undefined }),
      kind: fc.constantFrom('message' as const, 'reported' as const, 'probe' as const),
      priority: fc.constantFrom('urgent' as const, 'normal' as const, 'nonUrgent' as const),
    }),
    { minLength: 1, maxLength: 6 },
  ),
  answers: fc.array(
    fc.constantFrom<Answer | undefined>(
      undefined,
      undefined,
      undefined,
      { do: 'exception', reason: 'localUserError' },
      { do: 'exception', reason: 'unspecified' },
      { do: 'delay', milliseconds: 500 },
      { do: 'abort', reason: 'temporaryProblem' },
      { do: 'nonDeliver', reason: 1, diagnostic: 0 },
    ),
    { maxLength: 5 },
  ),
  faults: fc.array(
    fc.record({
      direction: fc.constantFrom('sent' as const, 'received' as const),
      offset: fc.integer({ min: 0, max: 20_000 }),
      does: fc.constantFrom({ kind: 'reset' as const }),
    }),
    { maxLength: 2 },
  ),
});

interface Emitted {
  readonly findings: readonly string[];
  readonly oddities: readonly string[];
  readonly apdus: number;
}

async function converse(plan: Plan): Promise<Emitted> {
  const clock = new VirtualClock(Date.UTC(2006, 7, 8));
  const oddities: string[] = [];
  const judge = new ConversationJudge({ onEvent: (event) => oddities.push(...odd(event)) });
  const findings: string[] = [];
  const chunks = new Chunks();
  const hear = (event: LinkEvent) => {
    if (event.kind === 'data') oddities.push(...chunks.oddIn(event));
    for (const { rule, message, path } of judge.push(event)) findings.push(`${rule} ${message} (${path})`);
  };
  let connection = 0;
  const connect = (to: () => Mta) => async (): Promise<Link> => {
    const pair = memoryPair();
    const index = connection++;
    to().accept(pair.responder);
    const fault = plan.faults[index];
    return recordLink(withFaults(pair.initiator, fault === undefined ? [] : [fault], clock), {
      connection: index,
      clock,
      sink: hear,
    });
  };
  let asked = 0;
  const hooks: Hooks = {
    onTransfer: ({ phase }) => {
      if (phase === 'start') return undefined;
      asked += 1;
      return plan.answers[asked - 1];
    },
  };
  const retry = { openInterval: 1000, transferInterval: 1000, maxOpenRetries: 50 };
  const make = (name: 'A' | 'B', other: () => Mta, own: Partial<PeerConfig>, theirs: Partial<PeerConfig>): Mta => {
    const peer = { ...own, theirs: theirs.ours ?? { mtaName: name === 'A' ? 'B' : 'A' } };
    return new Mta({
      name,
      preset: plan.exchange ? exchange2003Kb916986 : tolerant,
      domain: domain(name),
      clock,
      random: seededRandom(name.length),
      modes: [plan.mode],
      hooks: name === 'B' ? hooks : {},
      peers: [{ name: name === 'A' ? 'B' : 'A', mode: plan.mode, retry, connect: connect(other), ...peer }],
    });
  };
  const a: Mta = make('A', () => b, plan.a, plan.b);
  const b: Mta = make('B', () => a, plan.b, plan.a);
  a.start();
  b.start();
  for (const { from, octets, name, common, kind, priority } of plan.mails) {
    const [own, to] = from === 'A' ? [a, 'B'] : [b, 'A'];
    const originator = orName({ ...domain(from), surname: 'Sender' });
    const recipients = [orName({ ...domain(to), surname: name, commonName: common })];
    if (kind === 'probe') own.probe(to, { originator, recipients, contentLength: octets });
    else own.submit(to, { originator, recipients, priority, text: 'x'.repeat(octets), reports: kind === 'reported' });
  }
  const end = clock.now() + 1_200_000;
  while (clock.nextTimer !== undefined && clock.nextTimer < end) await clock.advanceToAsync(clock.nextTimer);
  a.kill();
  b.kill();
  await clock.advanceToAsync(clock.now() + 1);
  for (const { rule, message, path } of judge.end()) findings.push(`${rule} ${message} (${path})`);
  return { findings, oddities, apdus: judge.summary.apdus };
}

/** What is odd in the TPKTs of each direction. */
class Chunks {
  /** Directions whose last DT was not the end of its TSDU. */
  readonly #within = new Set<string>();

  /** TPKTs that are whole in a chunk: no DT is empty, and no GIVE or PLEASE TOKENS says nothing and stands alone. */
  oddIn({ connection, direction, octets: bytes }: Chunk): string[] {
    const told: string[] = [];
    const key = `${connection} ${direction}`;
    for (let at = 0; at + 7 <= bytes.length; ) {
      const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
      const isData = bytes[at + 5] === 0xf0;
      if (isData && length === 7) told.push('an empty DT');
      const ends = (bytes[at + 6] ?? 0) >= 0x80;
      const isTokens = length === 9 && (bytes[at + 7] === 1 || bytes[at + 7] === 2) && bytes[at + 8] === 0;
      // The last two octets of a longer TSDU may look the same.
      if (isData && ends && isTokens && !this.#within.has(key)) told.push('tokens given alone');
      if (isData && ends) this.#within.delete(key);
      else if (isData) this.#within.add(key);
      at += Math.max(7, length);
    }
    return told;
  }
}

/** What no rule tells of, and weak MTAs were ended by. */
function odd(event: AssociationEvent): string[] {
  if (event.kind === 'undecodable') return ['a TSDU that is no SPDU'];
  const decoded = event.kind === 'pdu' || event.kind === 'apdu' || event.kind === 'bind' ? event.decoded : undefined;
  return decoded === undefined ? [] : oddNodes(decoded);
}

function oddNodes(node: Decoded): string[] {
  const { inner, path } = node;
  const told = node.children.flatMap(oddNodes);
  const isIdentifier = inner.tagClass === 0 && inner.tagNumber === 6;
  if (isIdentifier && inner.contentLength > 32) told.push(`${path}: an OBJECT IDENTIFIER of ${inner.contentLength}`);
  if (path.endsWith('.extensions') && inner.contentLength === 0) told.push(`${path}: empty`);
  if (path.endsWith('.personalName') && node.get('surname') === undefined) told.push(`${path}: no surname`);
  return told;
}

describe('what we emit', () => {
  it('has none of the traps, in conversations drawn at random', async function () {
    this.timeout(120_000);
    let apdus = 0;
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const emitted = await converse(plan);
        apdus += emitted.apdus;
        const told = emitted.findings.filter((finding) => !NEGOTIATED_ANEW.some((rule) => finding.startsWith(rule)));
        expect(told).to.deep.equal([]);
        expect(emitted.oddities).to.deep.equal([]);
      }),
      { numRuns: 120 },
    );
    // It does speak: as plans are drawn, it is some hundred and fifty.
    expect(apdus).to.be.greaterThan(60);
  });
});
