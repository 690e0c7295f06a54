import { concat } from '../../../../harness/ber/octets.js';
import { TagClass, Universal } from '../../../../harness/ber/tag.js';
import {
  type BerForm,
  type BerNode,
  constructed as berConstructed,
  primitive as berPrimitive,
  writeBer,
} from '../../../../harness/ber/writer.js';
import type { AssociationEvent, UserTypes } from '../../../../harness/stack/association/events.js';
import { AssociationObserver } from '../../../../harness/stack/association/observer.js';
import { dataHeader, encodeConnect } from '../../../../harness/stack/cotp/codec.js';
import { type Direction, opposite } from '../../../../harness/stack/direction.js';
import { encodeSpdu, type SpduDescription } from '../../../../harness/stack/session/encode.js';
import { encodeTpkt } from '../../../../harness/stack/tpkt/codec.js';

// A whole normal-mode association as octets, made with ber/writer and the codecs of the lower layers only: neither the
// declarations nor the machines have a hand in it, so that what the rules see is not written by what is under test.

/** What one side sent in one TPKT. */
export interface Sent {
  readonly direction: Direction;
  readonly octets: Uint8Array;
  /** What it is, for messages of failing tests. */
  readonly what: string;
}

/** Every PDU tree that `edit` is given before it is written. RTTR is the EXTERNAL's first slice's OCTET STRING. */
export type PduName =
  | 'CP'
  | 'CPA'
  | 'CPR'
  | 'AARQ'
  | 'AARE'
  | 'RTORQ'
  | 'RTOAC'
  | 'RTORJ'
  | 'RLRQ'
  | 'RLRE'
  | 'ARU'
  | 'ABRT'
  | 'RTAB'
  | 'MTABindArgument'
  | 'MTABindResult'
  | 'MTABindError'
  | 'EXTERNAL'
  | 'RTTR'
  | 'TD'
  | 'RTTP';

export interface TransferScript {
  /** The MTS-APDU's TLV, as it stands in the EXTERNAL. */
  readonly apdu: Uint8Array | BerNode;
  /** Who sends it; `i2r` where absent. */
  readonly direction?: Direction;
  /** Octets of one RTTR; all in one where absent. */
  readonly slice?: number;
  /** Octets behind the EXTERNAL, in the same activity. */
  readonly behind?: Uint8Array;
  /** Without ACTIVITY END: the association ends inside it. */
  readonly broken?: boolean;
}

export interface AssociationScript {
  /** The MTA-bind argument, wrapped in [16]; an authenticated one where absent. */
  readonly argument?: Uint8Array | BerNode;
  /** The MTA-bind result, wrapped in [17]. */
  readonly result?: Uint8Array | BerNode;
  /** Given, the bind is refused with it: RF, CPR, AARE, RTORJ and this TLV, in [18] or bare. */
  readonly error?: Uint8Array | BerNode;
  readonly transfers?: readonly TransferScript[];
  /** How it ends; `release` where absent. */
  readonly ending?: 'release' | 'abort' | 'none';
  /** Asks for the turn before it ends. */
  readonly turnPlease?: boolean;
  /** Changes a PDU's tree before it is written. */
  readonly edit?: (pdu: PduName, tree: BerNode) => BerNode;
  /** Changes an SPDU before it is written; a PLEASE or GIVE TOKENS prefix is not asked for. */
  readonly spdu?: (description: SpduDescription) => SpduDescription;
  /** Changes the CR and CC parameters. */
  readonly connect?: (
    kind: 'CR' | 'CC',
    parameters: { code: number; value: Uint8Array }[],
  ) => { code: number; value: Uint8Array }[];
  /** Octets behind a TSDU, by SPDU kind. */
  readonly behindSpdu?: Readonly<Record<string, Uint8Array>>;
  /** TSDUs put in behind the ACCEPT, sent by the initiator. */
  readonly extraTsdus?: readonly Uint8Array[];
  /** How every PDU above the session is written. */
  readonly form?: BerForm;
  /** Presentation contexts of ACSE, RTSE and MTSE. */
  readonly contexts?: readonly [number, number, number];
}

const { universal, application, context } = TagClass;

export function prim(tagClass: TagClass, tag: number, content: Uint8Array | string | number[]): BerNode {
  return berPrimitive(tagClass, tag, typeof content === 'string' ? latin1(content) : Uint8Array.from(content));
}
export function cons(tagClass: TagClass, tag: number, ...content: BerNode[]): BerNode {
  return berConstructed(tagClass, tag, content);
}
/** `[n]` primitive and constructed, and the common universal types. */
export const ctx = (tag: number, content: Uint8Array | string | number[]): BerNode => prim(context, tag, content);
export const ctxOf = (tag: number, ...content: BerNode[]): BerNode => cons(context, tag, ...content);
export const app = (tag: number, content: Uint8Array | string | number[]): BerNode => prim(application, tag, content);
export const appOf = (tag: number, ...content: BerNode[]): BerNode => cons(application, tag, ...content);
export const sequence = (...content: BerNode[]): BerNode => cons(universal, Universal.sequence, ...content);
export const set = (...content: BerNode[]): BerNode => cons(universal, Universal.set, ...content);
export const integer = (value: number): BerNode => prim(universal, Universal.integer, integerOctets(value));
export const octets = (content: Uint8Array | string | number[]): BerNode =>
  prim(universal, Universal.octetString, content);
export const ia5 = (text: string): BerNode => prim(universal, Universal.ia5String, text);
export const printable = (text: string): BerNode => prim(universal, Universal.printableString, text);
export const oidNode = (dotted: string): BerNode => prim(universal, Universal.objectIdentifier, oidOctets(dotted));
export const raw = (bytes: Uint8Array): BerNode => ({ raw: bytes });

export function latin1(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

export function oidOctets(dotted: string): number[] {
  const [top, second, ...rest] = dotted.split('.').map(Number) as [number, number, ...number[]];
  return [top * 40 + second, ...rest].flatMap((arc) => {
    const septets = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      septets.unshift((left & 0x7f) | 0x80);
    return septets;
  });
}

export function integerOctets(value: number): number[] {
  const all: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 256)) {
    all.unshift(rest & 0xff);
    if (rest >= -128 && rest <= 127) return all;
  }
}

/** Appends members to a constructed node. */
export function appended(node: BerNode, ...more: BerNode[]): BerNode {
  if ('raw' in node || node.content instanceof Uint8Array) throw new TypeError('not a constructed node');
  return { ...node, content: [...node.content, ...more] };
}

/** A MTABindArgument or MTABindResult without its wrapper, with members behind its two. */
export function authenticated(name: string, password: string, ...more: BerNode[]): BerNode {
  return ctxOf(1, ctx(0, name), ctxOf(1, ia5(password)), ...more);
}
export const bindArgument = (...more: BerNode[]): BerNode =>
  ctxOf(16, authenticated('mta.initiator.example', 'secret', ...more));
export const bindResult = (...more: BerNode[]): BerNode =>
  ctxOf(17, authenticated('mta.responder.example', 'other', ...more));

/** Every TPKT of an association, in the order sent. */
export function association(script: AssociationScript = {}): Sent[] {
  return new Script(script).run();
}

class Script {
  readonly #script: AssociationScript;
  readonly #sent: Sent[] = [];
  readonly #contexts: readonly [acse: number, rtse: number, mtse: number];
  #activity = 0;

  constructor(script: AssociationScript) {
    this.#script = script;
    this.#contexts = script.contexts ?? [1, 3, 5];
  }

  run(): Sent[] {
    this.#transport();
    this.#open();
    if (this.#script.error !== undefined) return this.#sent;
    for (const tsdu of this.#script.extraTsdus ?? []) this.#tsdu('i2r', tsdu, 'extra');
    for (const transfer of this.#script.transfers ?? []) this.#transfer(transfer);
    if (this.#script.turnPlease === true) this.#turnPlease();
    this.#close();
    return this.#sent;
  }

  #transport(): void {
    const size = [{ code: 0xc0, value: Uint8Array.of(0x0b) }];
    const calling = [{ code: 0xc1, value: latin1('591') }, ...size];
    const change = this.#script.connect ?? ((_kind, parameters) => parameters);
    const request = encodeConnect('CR', { sourceReference: 1, parameters: change('CR', calling) });
    const confirm = encodeConnect('CC', {
      destinationReference: 1,
      sourceReference: 2,
      parameters: change('CC', size),
    });
    this.#tpdu('i2r', request, 'CR');
    this.#tpdu('r2i', confirm, 'CC');
  }

  #open(): void {
    const { argument, result, error } = this.#script;
    const open = this.#edited('MTABindArgument', node(argument ?? bindArgument()));
    const rtorq = this.#edited('RTORQ', ctxOf(16, ctx(0, [63]), ctx(1, [5]), ctxOf(3, ctxOf(0, open))));
    const aarq = this.#edited('AARQ', appOf(0, ctxOf(1, oidNode('2.6.0.1.6')), ctxOf(30, this.#external(rtorq))));
    const parameters = ctxOf(2, ctxOf(4, ...this.#contextDefinitions()), this.#fullyEncoded(aarq, 0));
    const cp = this.#edited('CP', set(ctxOf(0, ctx(0, [1])), parameters));
    this.#spdu('i2r', {
      kind: 'CONNECT',
      ...references,
      ...connectItem,
      functionalUnits: 0x0249,
      userData: this.#write(cp),
    });
    if (error !== undefined) this.#refuse(error);
    else this.#accept(result ?? bindResult());
  }

  #accept(result: Uint8Array | BerNode): void {
    const open = this.#edited('MTABindResult', node(result));
    const rtoac = this.#edited('RTOAC', ctxOf(17, ctx(0, [63]), ctxOf(2, ctxOf(0, open))));
    const cpa = this.#edited('CPA', set(ctxOf(0, ctx(0, [1])), ctxOf(2, contextResults(), this.#aare(0, rtoac))));
    this.#spdu('r2i', {
      kind: 'ACCEPT',
      calledReference: references.callingReference,
      commonReference: references.commonReference,
      ...connectItem,
      functionalUnits: 0x0249,
      userData: this.#write(cpa),
    });
  }

  #refuse(error: Uint8Array | BerNode): void {
    const value = this.#edited('MTABindError', node(error));
    const rtorj = this.#edited('RTORJ', ctxOf(18, ctxOf(1, value)));
    const cpr = this.#edited('CPR', sequence(contextResults(), this.#aare(1, rtorj)));
    this.#spdu('r2i', { kind: 'REFUSE', functionalUnits: 0x0249, reason: 2, userData: this.#write(cpr) });
  }

  #aare(result: number, rtse: BerNode): BerNode {
    const aare = appOf(
      1,
      ctxOf(1, oidNode('2.6.0.1.6')),
      ctxOf(2, integer(result)),
      ctxOf(3, ctxOf(1, integer(0))),
      ctxOf(30, this.#external(rtse)),
    );
    return this.#fullyEncoded(this.#edited('AARE', aare), 0);
  }

  #transfer(transfer: TransferScript): void {
    const { direction = 'i2r', slice, behind, broken } = transfer;
    this.#activity += 1;
    const wrapped = cons(universal, Universal.external, integer(this.#contexts[2]), ctxOf(0, node(transfer.apdu)));
    const value = concat([this.#write(this.#edited('EXTERNAL', wrapped)), behind ?? new Uint8Array(0)]);
    const step = slice ?? Math.max(1, value.length);
    this.#spdu(direction, { kind: 'ACTIVITY START', activityIdentifier: Uint8Array.of(2, 1, this.#activity) });
    for (let at = 0; at < value.length; at += step) {
      const rttr = this.#edited('RTTR', octets(value.subarray(at, at + step)));
      const td = this.#edited('TD', this.#fullyEncoded(rttr, 1));
      this.#spdu(direction, { kind: 'DATA TRANSFER', userData: this.#write(td) });
    }
    if (broken === true) return;
    this.#spdu(direction, { kind: 'ACTIVITY END', serialNumber: 1 });
    this.#spdu(opposite(direction), { kind: 'ACTIVITY END ACK', serialNumber: 1 });
  }

  #turnPlease(): void {
    const userData = this.#write(this.#fullyEncoded(this.#edited('RTTP', integer(1)), 1));
    this.#spdu('r2i', { kind: 'PLEASE TOKENS', tokenItem: 0x05, userData });
  }

  #close(): void {
    switch (this.#script.ending ?? 'release') {
      case 'none':
        return;
      case 'abort': {
        const rtab = this.#edited('RTAB', ctxOf(22, ctx(0, [6])));
        const abrt = this.#edited('ABRT', appOf(4, ctx(0, [0]), ctxOf(30, this.#external(rtab))));
        const listed = ctxOf(0, ...this.#contexts.slice(0, 2).map((id) => sequence(integer(id), oidNode('2.1.1'))));
        const aru = this.#edited('ARU', ctxOf(0, listed, this.#fullyEncoded(abrt, 0)));
        this.#spdu('i2r', { kind: 'ABORT', transportDisconnect: 0x03, userData: this.#write(aru) });
        return;
      }
      case 'release': {
        const rlrq = this.#fullyEncoded(this.#edited('RLRQ', appOf(2, ctx(0, [0]))), 0);
        const rlre = this.#fullyEncoded(this.#edited('RLRE', appOf(3, ctx(0, [0]))), 0);
        this.#spdu('i2r', { kind: 'FINISH', transportDisconnect: 1, userData: this.#write(rlrq) });
        this.#spdu('r2i', { kind: 'DISCONNECT', userData: this.#write(rlre) });
      }
    }
  }

  #contextDefinitions(): BerNode[] {
    const syntaxes = ['2.2.1.0.1', '2.6.0.2.12', '2.6.0.2.7'];
    return syntaxes.map((syntax, i) =>
      sequence(integer(this.#contexts[i] as number), oidNode(syntax), sequence(oidNode('2.1.1'))),
    );
  }

  #fullyEncoded(value: BerNode, which: 0 | 1): BerNode {
    return appOf(1, sequence(integer(this.#contexts[which]), ctxOf(0, value)));
  }

  #external(value: BerNode): BerNode {
    return cons(universal, Universal.external, oidNode('2.1.1'), integer(this.#contexts[1]), ctxOf(0, value));
  }

  #edited(pdu: PduName, tree: BerNode): BerNode {
    return this.#script.edit?.(pdu, tree) ?? tree;
  }

  #write(tree: BerNode): Uint8Array {
    return writeBer(tree, this.#script.form);
  }

  #spdu(direction: Direction, description: SpduDescription): void {
    const changed = this.#script.spdu?.(description) ?? description;
    const spdu = encodeSpdu(changed);
    const behind = this.#script.behindSpdu?.[description.kind] ?? new Uint8Array(0);
    this.#tsdu(direction, concat([prefixOf(description.kind), spdu, behind]), description.kind);
  }

  #tsdu(direction: Direction, tsdu: Uint8Array, what: string): void {
    // A TPDU of 2048 octets, header included: X.224 13.3.4 b.
    for (let at = 0; at < tsdu.length; at += 2045) {
      const last = at + 2045 >= tsdu.length;
      this.#tpdu(direction, concat([dataHeader(last), tsdu.subarray(at, at + 2045)]), what);
    }
  }

  #tpdu(direction: Direction, tpdu: Uint8Array, what: string): void {
    this.#sent.push({ direction, octets: encodeTpkt(tpdu), what });
  }
}

const references = {
  callingReference: Uint8Array.from([4, 5, ...latin1('alpha')]),
  commonReference: Uint8Array.from([23, 13, ...latin1('950601100000Z')]),
};

const connectItem = { protocolOptions: 0, versions: 2, tokenSetting: 0 } as const;

/** X.225 Tables 7 and 8: category 2 SPDUs follow a GIVE TOKENS or PLEASE TOKENS. */
function prefixOf(kind: string): Uint8Array {
  if (['ACTIVITY START', 'DATA TRANSFER', 'ACTIVITY END'].includes(kind)) return Uint8Array.of(1, 0);
  return kind === 'ACTIVITY END ACK' ? Uint8Array.of(2, 0) : new Uint8Array(0);
}

function contextResults(): BerNode {
  const accepted = (): BerNode => sequence(ctx(0, [0]), ctx(1, oidOctets('2.1.1')));
  return ctxOf(5, accepted(), accepted(), accepted());
}

function node(value: Uint8Array | BerNode): BerNode {
  return value instanceof Uint8Array ? { raw: value } : value;
}

/** All octets of one direction, from the first TCP payload octet. */
export function streamOf(sent: readonly Sent[], direction: Direction): Uint8Array {
  return concat(sent.filter((each) => each.direction === direction).map((each) => each.octets));
}

/** Where `needle` stands in the stream of a direction; throws where it is not there, or more than once. */
export function offsetOf(sent: readonly Sent[], direction: Direction, needle: Uint8Array | string): number {
  const stream = Buffer.from(streamOf(sent, direction));
  const wanted = Buffer.from(typeof needle === 'string' ? latin1(needle) : needle);
  const at = stream.indexOf(wanted);
  if (at < 0) throw new Error(`not in the stream: ${wanted.toString('hex')}`);
  if (stream.indexOf(wanted, at + 1) >= 0) throw new Error(`more than once in the stream: ${wanted.toString('hex')}`);
  return at;
}

/** The events of it, chunked at TPKTs or, with `chunk`, at so many octets. */
export function observe(
  sent: readonly Sent[],
  types: UserTypes,
  options: { connection?: number; chunk?: number; end?: 'end' | 'lost' } = {},
): AssociationEvent[] {
  const observer = new AssociationObserver({ connection: options.connection ?? 0, types });
  const events: AssociationEvent[] = [];
  let time = 0;
  for (const { direction, octets: all } of sent) {
    const step = options.chunk ?? all.length;
    for (let at = 0; at < all.length; at += step) {
      time += 1;
      events.push(...observer.push(direction, all.subarray(at, at + step), time));
    }
  }
  if (options.end === 'lost') events.push(...observer.close('lost', time));
  else events.push(...observer.close('end', time, 'i2r'), ...observer.close('end', time, 'r2i'));
  return events;
}
