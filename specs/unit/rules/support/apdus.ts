import type { BerNode } from '../../../../harness/ber/writer.js';
import {
  app,
  appOf,
  ctx,
  ctxOf,
  ia5,
  integerOctets,
  latin1,
  octets,
  oidNode,
  oidOctets,
  printable,
  sequence,
  set,
} from './association.js';

// Small MTS-APDUs by hand.

export const ARRIVAL = '950601100000Z';

export const domain = (): BerNode => appOf(3, appOf(1, printable('GB')), appOf(2, printable(' ')), printable('ALPHA'));
export const identifier = (local = 'local-1'): BerNode => appOf(4, domain(), ia5(local));
export const trace = (...more: BerNode[]): BerNode =>
  appOf(9, sequence(domain(), set(ctx(0, ARRIVAL), ctx(2, [0]), ...more)));

/** `/C=GB/A= /P=ALPHA/S=…/`, and members behind its standard attributes. */
export function orNameMembers(surname: string, ...more: BerNode[]): BerNode[] {
  const standard = sequence(
    appOf(1, printable('GB')),
    appOf(2, printable(' ')),
    ctxOf(2, printable('ALPHA')),
    ctxOf(5, ctx(0, surname)),
  );
  return [standard, ...more];
}
export const orName = (surname: string, ...more: BerNode[]): BerNode => appOf(0, ...orNameMembers(surname, ...more));

export const domainDefined = (type: string, value: string): BerNode =>
  sequence(sequence(printable(type), printable(value)));
export const extensionAttribute = (number: number, value: BerNode): BerNode =>
  set(sequence(ctx(0, integerOctets(number)), ctxOf(1, value)));

/** The RDNs of a directory name: common names. */
export const directoryName = (...commonNames: string[]): BerNode =>
  ctxOf(0, sequence(...commonNames.map((name) => set(sequence(oidNode('2.5.4.3'), printable(name))))));

export const recipient = (name: BerNode = orName('arrows'), ...more: BerNode[]): BerNode =>
  set(name, ctx(0, [1]), ctx(1, [0, 0xd0]), ...more);

export const standardExtension = (number: number, value?: BerNode): BerNode =>
  sequence(ctx(0, integerOctets(number)), ...(value === undefined ? [] : [ctxOf(2, value)]));
export const privateExtension = (oid: string, value: BerNode = octets([1, 2, 3, 4])): BerNode =>
  sequence(ctx(3, oidOctets(oid)), ctxOf(2, value));
export const extensions = (...fields: BerNode[]): BerNode => ctxOf(3, ...fields);

export const eits = (...identifiers: string[]): BerNode =>
  appOf(5, ctx(0, [5, 0x20]), ctxOf(4, ...identifiers.map(oidNode)));

export interface MessageParts {
  readonly originator?: BerNode;
  readonly contentType?: BerNode;
  readonly recipients?: readonly BerNode[];
  readonly trace?: BerNode;
  /** Members behind the others in the envelope. */
  readonly more?: readonly BerNode[];
  readonly content?: Uint8Array | string | BerNode;
}

export function message(parts: MessageParts = {}): BerNode {
  const { content = 'The content.' } = parts;
  const body = typeof content === 'string' || content instanceof Uint8Array ? octets(content) : content;
  const envelope = set(
    identifier(),
    parts.originator ?? orName('up'),
    parts.contentType ?? app(6, [22]),
    ctxOf(2, ...(parts.recipients ?? [recipient()])),
    parts.trace ?? trace(),
    ...(parts.more ?? []),
  );
  return ctxOf(0, envelope, body);
}

export function probe(...more: BerNode[]): BerNode {
  return ctxOf(2, identifier(), orName('up'), app(6, [22]), ctxOf(2, recipient()), trace(), ...more);
}

export interface ReportParts {
  readonly contentType?: BerNode;
  readonly envelope?: readonly BerNode[];
  readonly content?: readonly BerNode[];
  readonly perRecipient?: readonly BerNode[];
  readonly reason?: BerNode;
}

export function report(parts: ReportParts = {}): BerNode {
  const fields = set(
    ctxOf(0, ...orNameMembers('arrows')),
    ctx(1, [1]),
    ctx(2, [0, 0x80]),
    ctxOf(3, ctx(0, ARRIVAL), ctxOf(1, ctxOf(1, parts.reason ?? ctx(0, [1])))),
    ...(parts.perRecipient ?? []),
  );
  return ctxOf(
    1,
    set(identifier('report-1'), orName('up'), trace(), ...(parts.envelope ?? [])),
    set(identifier(), parts.contentType ?? app(6, [22]), ctxOf(0, fields), ...(parts.content ?? [])),
  );
}

export const GUID = '0c5f4b1a-77d0-4e8b-9a3e-2f1d6c7b8a90';
/** An OrgInfo packet's head in the published form, with other digits. */
export const LINK_STATE = 'ORGINFO {00000123}\r\n0123456789abcdef0123456789abcdef (';
/** Its tail: constructs in nesting. */
export const CONSTRUCTS =
  'ARROWS ( {4}SMTP {1}* 1 ) BH ( 0123456789abcdef0123456789abcdef CONN_AVAIL {7}example ) TARGBH () STATE UP )';

export const utf16le = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'utf16le'));
export const utf16be = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'utf16le').swap16());
export { latin1 };
