import { SPDU_DEFINITIONS } from '../../stack/session/spdu-table.js';
import {
  FAULT_LAYERS,
  type FaultAction,
  type FaultCount,
  FaultError,
  type FaultLayer,
  type LayerFault,
} from './fault.js';

const KINDS: Readonly<Record<FaultLayer, readonly string[]>> = {
  /** What a sender hands over at once. */
  tcp: ['segment'],
  tpkt: ['TPKT'],
  cotp: ['CR', 'CC', 'DT', 'DR', 'ER'],
  session: SPDU_DEFINITIONS.map(({ kind }) => kind),
  presentation: ['CP', 'CPA', 'CPR', 'ARU', 'ARP', 'TD'],
  acse: ['AARQ', 'AARE', 'RLRQ', 'RLRE', 'ABRT'],
  rtse: ['RTORQ', 'RTOAC', 'RTORJ', 'RTTP', 'RTTR', 'RTAB'],
  p1: ['bindArgument', 'bindResult', 'bindError', 'message', 'probe', 'report'],
};

/** Kinds that an RT-TRANSFER carries: they come in any number of pieces, and are never kept. */
export const TRANSFERRED: readonly string[] = ['message', 'probe', 'report'];

const ACTIONS = [
  'drop',
  'delay',
  'truncate',
  'corrupt',
  'split',
  'duplicate',
  'abort',
  'close',
  'halfClose',
  'reset',
] as const satisfies readonly FaultAction['kind'][];

/** The kinds of units of a layer, by their Recommendations' names. */
export function faultKinds(layer: FaultLayer): readonly string[] {
  return KINDS[layer];
}

/** What can be done to a kind of units; without a kind, to those of the layer that it can be done to. */
export function faultActions(layer: FaultLayer, kind?: string): readonly FaultAction['kind'][] {
  const kinds = kind === undefined ? KINDS[layer] : [kind];
  return ACTIONS.filter((action) => kinds.some((each) => isPossible(layer, each, action)));
}

/**
 * Whether something can be done to a unit. Class 0 segments nothing but DT (X.224 6.3); an APDU of any length is not
 * kept to be sent once more.
 */
export function isPossible(layer: FaultLayer, kind: string, action: FaultAction['kind']): boolean {
  if (layer === 'cotp' && kind !== 'DT') return action !== 'split';
  return !(layer === 'p1' && TRANSFERRED.includes(kind) && action === 'duplicate');
}

/** Whether a unit of that many octets has the one that is meant. */
export function reaches(does: FaultAction, length: number): boolean {
  switch (does.kind) {
    case 'truncate':
      return does.octets < length;
    case 'corrupt':
      return does.octet < length;
    case 'split':
      return does.at < length;
    default:
      return true;
  }
}

/** Throws a FaultError (ERR_FAULT) where a fault cannot be. What comes from a file may be anything. */
export function checkFault(fault: LayerFault): void {
  const { direction, layer, kind, nth, does } = fault;
  if (direction !== 'sent' && direction !== 'received') {
    throw new FaultError({ message: `a fault in direction '${direction}'`, hint: "either 'sent' or 'received'" });
  }
  if (!FAULT_LAYERS.includes(layer)) {
    throw new FaultError({
      message: `'${layer}' is no layer that has faults`,
      hint: `one of ${FAULT_LAYERS.join(', ')}`,
    });
  }
  if (kind !== undefined && !KINDS[layer].includes(kind)) {
    throw new FaultError({
      message: `'${kind}' is no unit of layer ${layer}`,
      hint: `one of ${KINDS[layer].join(', ')}`,
    });
  }
  if (!ACTIONS.includes(does?.kind)) {
    throw new FaultError({
      message: `'${does?.kind}' is nothing that a fault does`,
      hint: `one of ${ACTIONS.join(', ')}`,
    });
  }
  if (!faultActions(layer, kind).includes(does.kind)) {
    throw new FaultError({
      message: `${does.kind} cannot be done to ${kind ?? 'any unit'} of layer ${layer}`,
      hint: `what can be: ${faultActions(layer, kind).join(', ')}`,
    });
  }
  checkCount(nth);
  checkNumbers(layer, does);
}

function checkCount(nth: FaultCount): void {
  const number =
    typeof nth !== 'object'
      ? nth
      : nth === null
        ? undefined
        : 'first' in nth
          ? nth.first
          : 'from' in nth
            ? nth.from
            : 0;
  if (number === 'every' || isWhole(number, 1)) return;
  throw new FaultError({
    message: `nth: ${JSON.stringify(nth)}`,
    hint: "a number from 1 on, 'every', { first: n } or { from: n }",
  });
}

/** A TPDU and a TPKT have at least an octet each: nothing can carry less. */
const LEAST_LEFT: Readonly<Partial<Record<FaultLayer, number>>> = { tcp: 1, tpkt: 1, cotp: 1, session: 1 };

function checkNumbers(layer: FaultLayer, does: FaultAction): void {
  const wrong = (what: string, hint: string): FaultError => new FaultError({ message: `${does.kind}: ${what}`, hint });
  switch (does.kind) {
    case 'delay':
      if (!(Number.isFinite(does.milliseconds) && does.milliseconds >= 0)) {
        throw wrong(`milliseconds ${does.milliseconds}`, 'a number from 0 on');
      }
      break;
    case 'truncate': {
      const least = LEAST_LEFT[layer] ?? 0;
      if (!isWhole(does.octets, least))
        throw wrong(`octets ${does.octets}`, `a whole number from ${least} on; or drop it`);
      break;
    }
    case 'corrupt':
      if (!isWhole(does.octet, 0)) throw wrong(`octet ${does.octet}`, 'a whole number from 0 on');
      if (!isWhole(does.mask, 1) || does.mask > 0xff)
        throw wrong(`mask ${does.mask}`, 'from 1 to 255: 0 changes nothing');
      break;
    case 'split':
      // A DT that has no data and does not end its TSDU: X.224 6.3 sends none.
      if (!isWhole(does.at, layer === 'cotp' ? 4 : 1)) {
        throw wrong(`at ${does.at}`, `a whole number from ${layer === 'cotp' ? '4 on, behind the header' : '1 on'}`);
      }
      break;
    default:
      break;
  }
}

function isWhole(value: unknown, least: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= least;
}
