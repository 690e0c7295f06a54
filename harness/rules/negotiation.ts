import type { Decoded } from '../asn1/decoded.js';
import type { AssociationEvent } from '../stack/association/events.js';
import { anomalyRule } from './anomaly-rule.js';
import type { ConversationMemory, Negotiated } from './memory.js';
import { defineRule, type FindOptions, type Place, type Rule, X410_MODES } from './rule.js';

// BIND, second part: what RT-OPEN negotiates, and what belongs into the connect PDUs of one mode only.

const shall = { tier: 1, strength: 'shall' } as const;

/** X.228 9: the defaults of RTORQ and RTOAC. */
const DEFAULTS: Negotiated = { checkpointSize: 0, windowSize: 3 };
type Parameter = keyof Negotiated;
type Find = (place: Place, message: string, options?: FindOptions) => void;

/** RTORQ, or what PConnect has in its place; undefined for any other event. */
function requestOf(event: AssociationEvent): Decoded | undefined {
  if (event.kind !== 'pdu' || event.layer !== 'rtse') return undefined;
  return event.name === 'RTORQ'
    ? event.decoded
    : event.name === 'PConnect'
      ? event.decoded.get('pUserData')
      : undefined;
}

/** RTOAC, or what PAccept has in its place. */
function answerOf(event: AssociationEvent): Decoded | undefined {
  if (event.kind !== 'pdu' || event.layer !== 'rtse') return undefined;
  return event.name === 'RTOAC' ? event.decoded : event.name === 'PAccept' ? event.decoded.get('pUserData') : undefined;
}

function parameterOf(apdu: Decoded, parameter: Parameter): number {
  const value = apdu.get(parameter)?.primitive;
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : DEFAULTS[parameter];
}

/** At the parameter, or at the APDU that leaves it to its default. */
function tell(find: Find, apdu: Decoded, parameter: Parameter, message: string): void {
  find(apdu.get(parameter) ?? apdu, message, { covers: false });
}

/** A rule on a parameter of the answer, seen beside the request. */
function answerRule(
  info: Pick<Rule, 'id' | 'title' | 'rationale'>,
  parameter: Parameter,
  isTooMuch: (answered: number, proposed: number) => boolean,
): Rule {
  return defineRule({
    ...shall,
    ...info,
    clause: 'X.228 7.1',
    start: ({ find }) => {
      let proposed: number | undefined;
      return {
        kinds: ['pdu'],
        watch(event) {
          const request = requestOf(event);
          if (request !== undefined) proposed = parameterOf(request, parameter);
        },
        on(event) {
          const answer = answerOf(event);
          if (answer === undefined || proposed === undefined) return;
          const answered = parameterOf(answer, parameter);
          if (!isTooMuch(answered, proposed)) return;
          const unsaid = answer.get(parameter) === undefined ? ', its default,' : '';
          tell(find, answer, parameter, `${parameter} ${answered}${unsaid} in answer to ${proposed}`);
        },
      };
    },
  });
}

const bareBind = anomalyRule(
  {
    ...shall,
    id: 'BIND-020',
    title: 'The MTA-bind of the X.410 modes stands bare',
    clause: 'X.419 13',
    rationale: 'The wrapper of normal mode means nothing in X.410 mode: the peer finds no bind, and refuses it.',
    appliesTo: X410_MODES,
  },
  { kinds: ['mode'], regions: ['bind'] },
);

const laterBind = anomalyRule(
  {
    ...shall,
    id: 'BIND-021',
    title: 'The MTA-bind of P1-1984 has no element of 1988',
    clause: 'X.411 (1984) 4.2, X.419 Annex B',
    rationale: 'An MTA of 1984 knows neither security context nor strong credentials, and refuses the bind.',
    appliesTo: ['x410-1984'],
  },
  { kinds: ['edition'], regions: ['bind'] },
);

const applicationProtocol = defineRule({
  id: 'BIND-022',
  title: 'The application protocol is 1 (P1-1984) or 12 (P1) without an agreement',
  tier: 2,
  strength: 'should',
  clause: 'X.419 13, X.410 4.2',
  rationale:
    'It says which protocol is spoken; another number, such as 8883 of a European profile, is for those who agreed.',
  appliesTo: X410_MODES,
  start: ({ find }) => {
    // Another application has its own number.
    let foreign = false;
    return {
      kinds: ['pdu', 'foreignApplication'],
      on(event) {
        if (event.kind === 'foreignApplication') foreign = true;
        if (foreign || event.kind !== 'pdu' || event.name !== 'PConnect') return;
        const node = event.decoded.get('pUserData', 'applicationProtocol');
        const protocol = node?.primitive;
        if (node === undefined || typeof protocol !== 'number' || protocol === 1 || protocol === 12) return;
        find(node, `the application protocol ${protocol}`, { key: String(protocol) });
      },
    };
  },
});

/** KB 189754: the peer omitted the window, which is 3, Exchange answered 5, and the peer aborted. */
const window = answerRule(
  {
    id: 'BIND-023',
    title: 'The window in the answer is no larger than the one proposed',
    rationale: 'KB 189754: a peer that proposed less, or nothing and so 3, ends the association.',
  },
  'windowSize',
  (answered, proposed) => answered > proposed,
);

const checkpoint = answerRule(
  {
    id: 'BIND-024',
    title: 'The checkpoint size in the answer is no larger than the one proposed, unless that is 0',
    rationale: 'KB 189753, KB 246302: who proposed less cannot take more octets without a checkpoint.',
  },
  'checkpointSize',
  // 0 leaves the choice to the responder.
  (answered, proposed) => proposed > 0 && answered > proposed,
);

const selectors = defineRule({
  id: 'BIND-025',
  title: 'A CONNECT of the X.410 modes has no session selector',
  tier: 3,
  strength: 'should',
  clause: 'X.410 4.2, X.225 8.3.1',
  rationale: 'KB 152932: X.410 addresses by transport selector; weak peers refuse what they do not expect.',
  appliesTo: X410_MODES,
  start: ({ find }) => ({
    kinds: ['spdu', 'mode'],
    // The mode is known once the user data of the CONNECT is read, which comes behind its SPDU.
    on: lastConnect((spdu) => {
      for (const { code, value, path, offset, length } of spdu.parameters) {
        if ((code !== 51 && code !== 52) || value.length === 0) continue;
        find({ path, layer: 'session', offset, length }, 'a session selector in X.410 mode');
      }
    }),
  }),
});

const abortReason = defineRule({
  id: 'BIND-026',
  title: 'AbortInformation gives a reason that X.410 has',
  tier: 3,
  strength: 'shall',
  clause: 'X.410 4.2, X.228 9',
  rationale: 'permanentProblem and userError came with normal mode; a peer of 1984 cannot tell what they are.',
  appliesTo: X410_MODES,
  start: ({ find }) => ({
    kinds: ['pdu'],
    on(event) {
      if (event.kind !== 'pdu' || event.name !== 'AbortInformation') return;
      const node = event.decoded.get('abortReason');
      const reason = node?.primitive;
      if (node === undefined || typeof reason !== 'number' || REASONS_1984.includes(reason)) return;
      find(node, `abort reason ${reason}`, { covers: false });
    },
  }),
});

/** localSystemProblem to protocolError, and transferCompleted. */
const REASONS_1984: readonly number[] = [0, 1, 2, 3, 4, 7];

/** KB 187929: the other side had another checkpoint size when the association was recovered. */
const recovery = defineRule({
  id: 'BIND-027',
  title: 'A recovered association has the checkpoint size of the one it recovers',
  tier: 3,
  strength: 'should',
  clause: 'X.228 7.8',
  rationale: 'KB 187929: with another checkpoint size the two sides resume a transfer at different octets.',
  start: ({ find, memory }) => {
    const state = new Recovery(memory);
    let proposed = 0;
    return {
      kinds: ['spdu', 'pdu'],
      watch(event) {
        state.watch(event);
        const request = requestOf(event);
        if (request !== undefined) proposed = parameterOf(request, 'checkpointSize');
      },
      on(event) {
        const before = state.before(event)?.checkpointSize;
        const request = requestOf(event);
        const apdu = request ?? answerOf(event);
        if (apdu === undefined || before === undefined) return;
        const value = parameterOf(apdu, 'checkpointSize');
        if (value === before) return;
        // A larger proposal, or one that leaves the choice, can still come to the same: then it is the answer that errs.
        const proposal = request === undefined ? proposed : value;
        const isOpen = proposal === 0 || (before !== 0 && proposal >= before);
        if (isOpen === (request !== undefined)) return;
        tell(find, apdu, 'checkpointSize', `checkpointSize ${value}, which was ${before} before`);
      },
    };
  },
});

/** What was negotiated on the association that this one recovers, and is negotiated on this one. */
class Recovery {
  readonly #memory: ConversationMemory;
  /** The references of this association's own session connection. */
  #own: string | undefined;
  #recovered: string | undefined;

  constructor(memory: ConversationMemory) {
    this.#memory = memory;
  }

  before(event: AssociationEvent): Negotiated | undefined {
    const request = requestOf(event);
    const recovered = request === undefined ? this.#recovered : recoveredBy(request);
    return recovered === undefined ? undefined : this.#memory.negotiated(recovered);
  }

  watch(event: AssociationEvent): void {
    if (event.kind === 'spdu' && event.spdu.kind === 'CONNECT') {
      const { callingReference, commonReference } = event.spdu;
      this.#own =
        callingReference === undefined || commonReference === undefined
          ? undefined
          : `${callingReference.toHex()} ${commonReference.toHex()}`;
      return;
    }
    const request = requestOf(event);
    if (request !== undefined) this.#recovered = recoveredBy(request);
    const answer = answerOf(event);
    if (answer !== undefined && this.#own !== undefined) this.#memory.remember(this.#own, negotiated(answer));
  }
}

function negotiated(apdu: Decoded): Negotiated {
  return { checkpointSize: parameterOf(apdu, 'checkpointSize'), windowSize: parameterOf(apdu, 'windowSize') };
}

/** The references by which RTORQ names the session connection that it recovers, as its CONNECT had them. */
function recoveredBy(request: Decoded): string | undefined {
  const identifier = request.get('connectionDataRQ', 'recover');
  const [calling, common] = identifier?.inner.children ?? [];
  return calling === undefined || common === undefined
    ? undefined
    : `${hex(calling.toBytes())} ${hex(common.toBytes())}`;
}

function hex(octets: Uint8Array): string {
  return Buffer.from(octets).toString('hex');
}

type Spdu = Extract<AssociationEvent, { kind: 'spdu' }>['spdu'];

/** Hands on the CONNECT once its mode is known. */
function lastConnect(then: (spdu: Spdu) => void): (event: AssociationEvent) => void {
  let connect: Spdu | undefined;
  return (event) => {
    if (event.kind === 'spdu' && event.spdu.kind === 'CONNECT') connect = event.spdu;
    else if (event.kind === 'mode' && connect !== undefined) {
      then(connect);
      connect = undefined;
    }
  };
}

export const negotiationRules: readonly Rule[] = [
  bareBind,
  laterBind,
  applicationProtocol,
  window,
  checkpoint,
  selectors,
  abortReason,
  recovery,
];
