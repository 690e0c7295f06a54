import type { Decoded } from '../../../../../harness/asn1/decoded.js';
import { toJson } from '../../../../../harness/asn1/json.js';
import { p1UserTypes } from '../../../../../harness/rules/p1-association.js';
import type { AssociationEvent } from '../../../../../harness/stack/association/events.js';
import { AssociationObserver } from '../../../../../harness/stack/association/observer.js';
import type { Tpdu } from '../../../../../harness/stack/cotp/tpdu.js';
import type { Direction } from '../../../../../harness/stack/direction.js';
import type { Spdu } from '../../../../../harness/stack/session/spdu.js';

/** A TPKT of a recording, or of ours. */
export interface Tpkt {
  readonly direction: Direction;
  readonly octets: Uint8Array;
}

/**
 * What one side did, as far as its peer can tell: a PDU with its parameters, decoded, or a whole transfer. How a value is
 * encoded, and how an APDU is sliced, is no part of it.
 */
export interface Step {
  /** `CC`, `ACCEPT`, `transfer`, `ACTIVITY END ACK`. */
  readonly kind: string;
  readonly facts: Map<string, string>;
  /** Index of the TPKT that completed it. */
  at: number;
}

/** Steps behind which a side does nothing more. */
export const ENDS: ReadonlySet<string> = new Set(['ABORT', 'REFUSE', 'DISCONNECT', 'DR']);
/** SPDUs that are parts of a transfer, or answers to parts of one. */
const TRANSFER: ReadonlySet<string> = new Set(['ACTIVITY START', 'DATA TRANSFER', 'MINOR SYNC POINT', 'ACTIVITY END']);
/** Open values, which are told decoded on their own. */
const TOLD_ELSEWHERE = /\.(open|encoding\.\w+|userDataRJ|userdataAB|singleASN1Type)$/;
/** Values that are random, or the time: what matters of them is their form. */
const FORM_ONLY = /^reference\.(calling|common)$/;

/** The steps of each side of a conversation. */
export function stepsOf(tpkts: readonly Tpkt[]): Record<Direction, Step[]> {
  const steps: Record<Direction, Step[]> = { i2r: [], r2i: [] };
  const observer = new AssociationObserver({ connection: 0, types: p1UserTypes });
  const taking = { i2r: new Taking(steps.i2r, true), r2i: new Taking(steps.r2i, false) };
  for (const [at, { direction, octets }] of tpkts.entries()) {
    for (const event of observer.push(direction, octets, 0)) taking[event.direction].take(event, at);
  }
  for (const event of observer.close('lost', 0)) taking[event.direction].take(event, tpkts.length);
  return steps;
}

class Taking {
  readonly #steps: Step[];
  /** Whether it is the initiator, who makes the references up. */
  readonly #initiator: boolean;
  #current: Step | undefined;
  #transfer: Step | undefined;

  constructor(steps: Step[], initiator: boolean) {
    this.#steps = steps;
    this.#initiator = initiator;
  }

  take(event: AssociationEvent, at: number): void {
    switch (event.kind) {
      case 'tpdu':
        if (event.tpdu.kind !== 'DT') this.#add(event.tpdu.kind, tpduFacts(event.tpdu), at);
        break;
      case 'spdu':
        this.#spdu(event.spdu, at);
        break;
      case 'pdu':
        for (const [path, value] of leaves(event.decoded, event.name)) this.#current?.facts.set(path, value);
        break;
      case 'bind':
        if (event.phase === 'error')
          this.#fact('bind error', event.decoded === undefined ? 'none' : json(event.decoded));
        else this.#fact(`bind ${event.phase}`, event.decoded === undefined ? 'unreadable' : json(event.decoded));
        break;
      case 'abort':
        this.#fact('by', event.provider ? 'the provider' : 'the user');
        if (event.reason !== undefined) this.#fact('abortReason', String(event.reason));
        break;
      case 'undecodable':
        this.#add('octets that are no SPDU', new Map(), at);
        break;
      default:
        break;
    }
  }

  #spdu(spdu: Spdu, at: number): void {
    const { kind } = spdu;
    // A window is a matter of pace.
    if (kind === 'MINOR SYNC ACK') return;
    if (!TRANSFER.has(kind)) {
      this.#add(kind, this.#spduFacts(spdu), at);
      return;
    }
    if (kind === 'ACTIVITY START' || this.#transfer === undefined)
      this.#transfer = this.#add('transfer', new Map(), at);
    const { facts } = this.#transfer;
    const count = (name: string, more: number) => facts.set(name, String(Number(facts.get(name) ?? 0) + more));
    this.#transfer.at = at;
    if (kind === 'ACTIVITY START') facts.set('activity', spdu.activityIdentifier?.toHex() ?? '');
    if (kind === 'MINOR SYNC POINT') count('checkpoints', 1);
    if (kind === 'ACTIVITY END') {
      facts.set('end', `serial ${spdu.serialNumber}`);
      this.#transfer = undefined;
    }
  }

  #spduFacts(spdu: Spdu): Map<string, string> {
    const facts = new Map<string, string>();
    const note = (name: string, value: string | number | undefined) => {
      if (value !== undefined) facts.set(name, String(value));
    };
    if (spdu.kind === 'CONNECT' || spdu.kind === 'ACCEPT') {
      note('versions', spdu.versions);
      note('units', spdu.functionalUnits?.toString(16).padStart(4, '0'));
      note('tokens', spdu.tokenSetting?.toString(16) ?? '0');
      note('TSDU maximum', spdu.tsduMaximum === undefined ? undefined : JSON.stringify(spdu.tsduMaximum));
      note('selector.calling', spdu.callingSelector?.toHex());
      note('selector.called', spdu.calledSelector?.toHex());
    }
    note('reference.called', spdu.calledReference?.toHex());
    note('reference.calling', spdu.callingReference?.toHex());
    note('reference.common', spdu.commonReference?.toHex());
    note('reference.additional', spdu.additionalReference?.toHex());
    note('serial', spdu.serialNumber);
    note('reason', spdu.reason);
    note('transport disconnect', spdu.transportDisconnect?.toString(16));
    note('tokens asked or given', spdu.tokenItem?.toString(16));
    for (const [name, value] of this.#initiator ? facts : []) if (FORM_ONLY.test(name)) facts.set(name, formOf(value));
    return facts;
  }

  #fact(name: string, value: string): void {
    this.#current?.facts.set(name, value);
  }

  #add(kind: string, facts: Map<string, string>, at: number): Step {
    const step = { kind, facts, at };
    this.#steps.push(step);
    this.#current = step;
    return step;
  }
}

function tpduFacts(tpdu: Tpdu): Map<string, string> {
  const facts = new Map<string, string>();
  if (tpdu.kind === 'CR' || tpdu.kind === 'CC') {
    if (tpdu.tpduSize !== undefined) facts.set('TPDU size', String(tpdu.tpduSize));
    for (const name of ['callingSelector', 'calledSelector'] as const) {
      const value = tpdu[name];
      if (value !== undefined) facts.set(name, value.toHex());
    }
  }
  if (tpdu.kind === 'DR') facts.set('reason', String(tpdu.reason));
  return facts;
}

/** `17 0d …`: the tag. */
function formOf(hex: string): string {
  return `tag ${hex.slice(0, 2)}`;
}

function* leaves(node: Decoded, path: string): Generator<[string, string]> {
  if (TOLD_ELSEWHERE.test(path)) return;
  if (node.children.length === 0) {
    yield [path, json(node)];
    return;
  }
  for (const child of node.children) {
    const dot = child.name === '' || child.name.startsWith('[') ? '' : '.';
    yield* leaves(child, `${path}${dot}${child.name}`);
  }
}

function json(node: Decoded): string {
  return JSON.stringify(toJson(node));
}
