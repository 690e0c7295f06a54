import type { Octets } from '../../ber/octets.js';
import type { Anomaly, AnomalyCode } from '../anomaly.js';
import type { Direction } from '../direction.js';
import { decodeTpdu } from './codec.js';
import { type ReassemblyLimits, TsduReassembly } from './reassembly.js';
import { CotpError, type DataTpdu, type Tpdu } from './tpdu.js';

export type CotpEvent =
  | { readonly kind: 'tpdu'; readonly direction: Direction; readonly tpdu: Tpdu; readonly octets: Octets }
  /** `headLost`: octets before it were lost, and its own first ones may be among them. */
  | { readonly kind: 'tsdu'; readonly direction: Direction; readonly octets: Octets; readonly headLost: boolean }
  /** A TSDU whose end never came. */
  | { readonly kind: 'incomplete'; readonly direction: Direction; readonly octets: Octets }
  | { readonly kind: 'anomaly'; readonly direction: Direction; readonly anomaly: Anomaly };

interface Flow {
  readonly reassembly: TsduReassembly;
  headLost: boolean;
  /** A TSDU passed a limit: what is left of it is dropped. */
  skipping: boolean;
}

/**
 * Both directions of one transport connection, class 0. X.224.
 * Follows the connection only as far as reassembly and the judgement of inopportune TPDUs need.
 */
export class CotpObserver {
  readonly #flows: Record<Direction, Flow>;
  #established = false;
  #requested = false;

  constructor(limits?: ReassemblyLimits) {
    const flow = (): Flow => ({ reassembly: new TsduReassembly(limits), headLost: false, skipping: false });
    this.#flows = { i2r: flow(), r2i: flow() };
  }

  /** `tpdu`: what one TPKT carried. */
  push(direction: Direction, octets: Octets): CotpEvent[] {
    const events: CotpEvent[] = [];
    try {
      const { tpdu, anomalies } = decodeTpdu(octets);
      for (const anomaly of anomalies) events.push({ kind: 'anomaly', direction, anomaly });
      events.push({ kind: 'tpdu', direction, tpdu, octets });
      if (tpdu.kind === 'DT') this.#data(direction, tpdu, events);
      else this.#control(direction, tpdu, events);
    } catch (error) {
      if (!(error instanceof CotpError)) throw error;
      events.push(anomalyEvent(direction, 'malformed', 'TPDU', octets, error.message));
    }
    return events;
  }

  /** Octets of this direction were lost before what is pushed next. */
  gap(direction: Direction): CotpEvent[] {
    const flow = this.#flows[direction];
    flow.headLost = true;
    return this.#drop(direction, flow);
  }

  /** The connection has ended: a TSDU in progress stays incomplete. */
  end(): CotpEvent[] {
    return [...this.#drop('i2r', this.#flows.i2r), ...this.#drop('r2i', this.#flows.r2i)];
  }

  #drop(direction: Direction, flow: Flow): CotpEvent[] {
    if (!flow.reassembly.pending) return [];
    return [{ kind: 'incomplete', direction, octets: flow.reassembly.drop() }];
  }

  #data(direction: Direction, tpdu: DataTpdu, events: CotpEvent[]): void {
    const flow = this.#flows[direction];
    if (flow.skipping) {
      flow.skipping = !tpdu.endOfTsdu;
      return;
    }
    if (tpdu.userData.length === 0 && !tpdu.endOfTsdu) {
      const message = 'an empty DT that does not end its TSDU';
      events.push(anomalyEvent(direction, 'encoding-form', 'DT', tpdu.octets, message, 'X.224 6.3.3'));
    }
    try {
      const tsdu = flow.reassembly.push(tpdu.userData, tpdu.endOfTsdu);
      if (tsdu === undefined) return;
      events.push({ kind: 'tsdu', direction, octets: tsdu, headLost: flow.headLost });
      flow.headLost = false;
    } catch (error) {
      if (!(error instanceof CotpError)) throw error;
      flow.skipping = !tpdu.endOfTsdu;
      events.push(anomalyEvent(direction, 'malformed', 'DT', tpdu.octets, error.message));
    }
  }

  #control(direction: Direction, tpdu: Exclude<Tpdu, DataTpdu>, events: CotpEvent[]): void {
    const inopportune = (message: string, clause: string) =>
      events.push(anomalyEvent(direction, 'unexpected-pdu', tpdu.kind, tpdu.octets, message, clause));
    switch (tpdu.kind) {
      case 'CR':
        if (this.#requested) inopportune('a second CR on one network connection', 'X.224 6.5');
        if (tpdu.protocolClass !== 0) {
          const message = `class ${tpdu.protocolClass} is proposed; RFC 1006 has class 0`;
          events.push(anomalyEvent(direction, 'encoding-form', 'CR.class', tpdu.octets, message, 'RFC 1006 5'));
        }
        this.#requested = true;
        break;
      case 'CC':
        if (this.#established) inopportune('a second CC on one network connection', 'X.224 6.5');
        this.#established = true;
        break;
      case 'DC':
      case 'ED':
      case 'EA':
      case 'AK':
      case 'RJ':
        inopportune(`class 0 has no ${tpdu.kind}`, 'X.224 Table 8');
        break;
      default:
        // A DR on an open class 0 connection is wrong by X.224 6.6, and MTAs send it in place of closing TCP.
        break;
    }
  }
}

function anomalyEvent(
  direction: Direction,
  code: AnomalyCode,
  path: string,
  octets: Octets,
  message: string,
  clause = 'X.224',
): CotpEvent {
  const { offset, length } = octets;
  return { kind: 'anomaly', direction, anomaly: { layer: 'cotp', code, path, offset, length, message, clause } };
}
