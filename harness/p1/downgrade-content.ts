import { decode } from '../asn1/decode.js';
import { berFromBytes, toBer } from '../asn1/encode.js';
import { objectIdentifier } from '../asn1/types.js';
import { Octets } from '../ber/octets.js';
import { readElements } from '../ber/reader.js';
import { TagClass, Universal } from '../ber/tag.js';
import { type BerElement, type BerNode, constructed, primitive, writeBer } from '../ber/writer.js';
import { expressed } from './downgrade-address.js';
import { Changes, clause } from './downgrade-changes.js';
import { ORName } from './or-name.js';
import { formatName, formatORName } from './text.js';

// Content is not P1's, and so has no declarations here: of X.420 just as much is known as its downgrading asks for.

/** What has become of content of type 22. */
export type IpmDowngrade =
  | { readonly kind: 'downgraded'; readonly content: Uint8Array; readonly changes: Changes }
  /** It is no interpersonal message, or holds what 1984 has no form for. */
  | { readonly kind: 'impossible'; readonly because: string };

class Impossible extends Error {}

/** IPM and IPN of X.420; IM-UAPDU and SR-UAPDU in 1984. */
const IPM = 0;
const IPN = 1;
/** Members of a heading up to auto-forwarded are of 1984; 15 is extensions. X.420 (06/1999), module IPMSInformationObjects. */
const LAST_HEADING_MEMBER = 14;
/** Originator, authorizing users, and reply recipients hold ORDescriptors; three lists hold RecipientSpecifiers. */
const ORIGINATOR = 0;
const ORDescriptorLists: readonly number[] = [1, 11];
const RECIPIENT_LISTS: readonly number[] = [2, 3, 4];
const FORWARDED_MESSAGE = 9;
/** Bilaterally and externally defined body parts, and what is later still: nothing above mixed-mode is of 1984. */
const LAST_BODY_PART = 11;
/** Forwarded messages within forwarded messages. */
const MAX_NESTING = 32;
const FREE_FORM_NAME_LENGTH = 64;

/**
 * An interpersonal message of 1988 (P22) as one of 1984 (P2): heading extensions go, O/R names are downgraded. One that
 * cannot be is told in the free-form name, which people read. RFC 1328 5.
 */
export function downgradeIpm(content: Uint8Array): IpmDowngrade {
  const changes = new Changes();
  const { elements, error } = readElements(Octets.of(content));
  const tree = berFromBytes(content);
  if (error !== undefined || elements.length !== 1 || 'raw' in tree) return impossible('the content is no BER value');
  try {
    return { kind: 'downgraded', content: writeBer(informationObject(tree, changes)), changes };
  } catch (thrown) {
    if (thrown instanceof Impossible) return impossible(thrown.message);
    throw thrown;
  }
}

function impossible(because: string): IpmDowngrade {
  return { kind: 'impossible', because };
}

function informationObject(tree: BerElement, changes: Changes): BerNode {
  if (tree.tagClass === TagClass.context && tree.tagNumber === IPM) return ipm(tree, 'content', changes, 0);
  if (tree.tagClass === TagClass.context && tree.tagNumber === IPN) return notification(tree, changes);
  throw new Impossible('the content is neither an IPM nor an IPN');
}

function ipm(tree: BerElement, path: string, changes: Changes, nesting: number): BerNode {
  if (nesting > MAX_NESTING) throw new Impossible('messages are forwarded within messages too often');
  const [head, parts, ...more] = nodes(tree);
  if (head === undefined || parts === undefined || more.length > 0)
    throw new Impossible('an IPM has a heading and a body');
  const body = nodes(parts).map((part, i) => bodyPart(part, `${path}.body[${i}]`, changes, nesting));
  return { ...tree, content: [heading(head, `${path}.heading`, changes), { ...parts, content: body }] };
}

function heading(tree: BerElement, path: string, changes: Changes): BerNode {
  const kept = nodes(tree).filter((each) => {
    const is1984 = each.tagClass !== TagClass.context || each.tagNumber <= LAST_HEADING_MEMBER;
    if (!is1984) changes.dropped(path, `heading member [${each.tagNumber}]`, clause.content);
    return is1984;
  });
  return { ...tree, content: kept.map((each) => headingMember(each, path, changes)) };
}

function headingMember(member: BerElement, path: string, changes: Changes): BerNode {
  if (member.tagClass === TagClass.context) {
    if (member.tagNumber === ORIGINATOR) return orDescriptor(member, path, changes);
    if (ORDescriptorLists.includes(member.tagNumber)) {
      return { ...member, content: nodes(member).map((each) => orDescriptor(each, path, changes)) };
    }
    if (RECIPIENT_LISTS.includes(member.tagNumber)) {
      return { ...member, content: nodes(member).map((each) => recipient(each, path, changes)) };
    }
  }
  return identifiers(member, path, changes);
}

/** RecipientSpecifier: recipient [0], and two members of 1984 after it. */
function recipient(tree: BerElement, path: string, changes: Changes): BerNode {
  const kept = nodes(tree).filter(({ tagClass, tagNumber }) => {
    const is1984 = tagClass === TagClass.context && tagNumber <= 2;
    if (!is1984) changes.dropped(path, `recipient member [${tagNumber}]`, clause.content);
    return is1984;
  });
  return { ...tree, content: kept.map((each) => (each.tagNumber === 0 ? orDescriptor(each, path, changes) : each)) };
}

/** ORDescriptor: a formal name, a free-form name [0], a telephone number [1]. What the first cannot tell, the second does. */
function orDescriptor(tree: BerElement, path: string, changes: Changes): BerNode {
  const members = nodes(tree);
  const formal = members.find(isORName);
  if (formal === undefined) return tree;
  const { name, text, directory } = downgraded(formal, path, changes);
  const free = members.find(({ tagClass, tagNumber }) => tagClass === TagClass.context && tagNumber === 0);
  const others = members.filter((each) => each !== formal && each !== free);
  const known = free?.content instanceof Uint8Array ? Buffer.from(free.content).toString('latin1') : text;
  const parts = [known, directory && `(${directory})`].filter((each) => each !== undefined);
  const told = parts.join(' ').slice(0, FREE_FORM_NAME_LENGTH);
  const keepsFree = free !== undefined && (directory === undefined || !(free.content instanceof Uint8Array));
  const freeForm = keepsFree ? [free] : told === '' ? [] : [primitive(TagClass.context, 0, teletex(told))];
  return { ...tree, content: [...(name === undefined ? [] : [name]), ...freeForm, ...others] };
}

/** IPM identifiers hold the O/R name of a user, which is optional. */
function identifiers(tree: BerElement, path: string, changes: Changes): BerElement {
  if (tree.content instanceof Uint8Array) return tree;
  const content = nodes(tree).flatMap((each): BerNode[] => {
    if (!isORName(each)) return [identifiers(each, path, changes)];
    const { name } = downgraded(each, path, changes);
    return name === undefined ? [] : [name];
  });
  return { ...tree, content };
}

/** The name where it can be told, else its text; and the text of its directory name, which 1984 has no other place for. */
function downgraded(
  tree: BerElement,
  path: string,
  changes: Changes,
): { readonly name?: BerNode; readonly text?: string; readonly directory?: string } {
  const [element] = readElements(Octets.of(writeBer(tree))).elements;
  const read = element && decode(ORName, element);
  if (read?.decoded === undefined || read.issues.some(({ kind }) => kind !== 'encoding-form' && kind !== 'bounds')) {
    throw new Impossible('an O/R name that cannot be read');
  }
  const orName = read.decoded.value as ORName;
  const { name, cause } = expressed(orName, path, changes);
  const directory = orName.directoryName && formatName(orName.directoryName);
  if (name !== undefined) return { name: name === orName ? tree : toBer(ORName, name, { edition: 1984 }), directory };
  changes.replaced(path, `an O/R name by its text: ${cause.message}`, clause.content);
  return { text: formatORName(orName).slice(0, FREE_FORM_NAME_LENGTH) };
}

function bodyPart(part: BerElement, path: string, changes: Changes, nesting: number): BerNode {
  if (part.tagClass !== TagClass.context || part.tagNumber > LAST_BODY_PART) {
    throw new Impossible(`a body part [${part.tagNumber}] has no 1984 form`);
  }
  return part.tagNumber === FORWARDED_MESSAGE ? forwarded(part, path, changes, nesting) : part;
}

/** Parameters and the message: of the parameters the delivery time [0] stays, the envelope [1] may hold anything of 1988. */
function forwarded(part: BerElement, path: string, changes: Changes, nesting: number): BerNode {
  const [parameters, message, ...more] = nodes(part);
  if (parameters === undefined || message === undefined || more.length > 0) {
    throw new Impossible('a forwarded message has parameters and data');
  }
  const kept = nodes(parameters).filter(({ tagNumber }) => tagNumber === 0);
  if (kept.length < nodes(parameters).length) changes.dropped(path, 'the delivery envelope', clause.content);
  return { ...part, content: [{ ...parameters, content: kept }, ipm(message, path, changes, nesting + 1)] };
}

/** A notification: names are downgraded. Its extensions are [3]. */
function notification(tree: BerElement, changes: Changes): BerNode {
  const kept = nodes(tree).filter((each) => {
    const is1984 = each.tagClass !== TagClass.context || each.tagNumber <= 2;
    if (!is1984) changes.dropped('content', `notification member [${each.tagNumber}]`, clause.content);
    return is1984;
  });
  const named = kept.map((each) =>
    each.tagClass === TagClass.context && (each.tagNumber === 1 || each.tagNumber === 2)
      ? orDescriptor(each, 'content', changes)
      : identifiers(each, 'content', changes),
  );
  return { ...tree, content: named };
}

function isORName({ tagClass, tagNumber }: BerElement): boolean {
  return tagClass === TagClass.application && tagNumber === 0;
}

function nodes({ content }: BerElement): readonly BerElement[] {
  if (content instanceof Uint8Array) throw new Impossible('a primitive where members should be');
  return content.filter((each): each is BerElement => !('raw' in each));
}

function teletex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

/**
 * Content whose type is an object identifier, for the built-in type external (1): an EXTERNAL with that identifier as its
 * direct reference, and the content in its octets. X.411 keeps that type for systems of 1988 and 1984 that meet.
 */
export function externalContent(contentType: string, content: Uint8Array): Uint8Array {
  return writeBer(
    constructed(TagClass.universal, Universal.external, [
      toBer(objectIdentifier, contentType),
      primitive(TagClass.context, 1, content),
    ]),
  );
}
