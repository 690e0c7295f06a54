import type { Octets } from '../../ber/octets.js';
import type { Tpdu } from '../../stack/cotp/tpdu.js';
import type { Spdu, SpduParameter } from '../../stack/session/spdu.js';
import type { OpenLeaf } from './decoded-leaves.js';

/** SPDU parameters that are ASCII digits. X.225 8.3.1.10. */
const SERIALS: ReadonlySet<string | undefined> = new Set(['serialNumber', 'initialSerialNumber', 'secondSerialNumber']);
/** X.225 7.1.1 a: what a session connection is named by. */
const REFERENCES = /(?:Reference|ReferenceInformation)$/;
/** PGIs and PIs that carry SS-user data. X.225 8.3. */
const USER_DATA: ReadonlySet<string | undefined> = new Set(['userData', 'extendedUserData']);

/** Octets of a reference in a TPDU, and where the two of them stand. X.224 13.3. */
const REFERENCE = 2;
const DESTINATION = 2;
const SOURCE = 4;

/** The leaves of a TPDU. Of a DT there is no meaning but that it ends a TSDU or not. */
export function tpduLeaves(tpdu: Tpdu): OpenLeaf[] {
  const layer = 'cotp';
  const { kind, octets } = tpdu;
  const leaves: OpenLeaf[] = [];
  const number = (name: string, value: number) =>
    leaves.push({ layer, path: `${kind}.${name}`, type: 'number', value });
  const reference = (name: string, value: number, at: number) => {
    const place = { offset: octets.offsetAt(at), length: REFERENCE };
    leaves.push({ layer, path: `${kind}.${name}`, type: 'reference', value, form: 'unsigned', place });
  };
  switch (tpdu.kind) {
    case 'DT':
      number('octets', tpdu.userData.length);
      leaves.push({ layer, path: 'DT.endOfTsdu', type: 'BOOLEAN', value: tpdu.endOfTsdu });
      return leaves;
    case 'CR':
    case 'CC':
      reference('destinationReference', tpdu.destinationReference, DESTINATION);
      reference('sourceReference', tpdu.sourceReference, SOURCE);
      number('class', tpdu.protocolClass);
      number('options', tpdu.options);
      break;
    case 'DR':
      reference('destinationReference', tpdu.destinationReference, DESTINATION);
      reference('sourceReference', tpdu.sourceReference, SOURCE);
      number('reason', tpdu.reason);
      break;
    case 'ER':
      reference('destinationReference', tpdu.destinationReference, DESTINATION);
      number('cause', tpdu.cause);
      break;
    default:
      number('code', tpdu.code);
  }
  for (const { code, name, value } of tpdu.parameters) {
    leaves.push({
      layer,
      path: `${kind}.${name ?? `<0x${code.toString(16)}>`}`,
      type: name === undefined ? 'unknown' : 'octets',
      value: value.toHex(),
    });
  }
  if (tpdu.userData.length > 0) {
    leaves.push({ layer, path: `${kind}.userData`, type: 'octets', value: tpdu.userData.toHex() });
  }
  return leaves;
}

/** The leaves of an SPDU's own parameters; its user data as one, which is replaced by what can be read in it. */
export function spduLeaves(spdu: Spdu): OpenLeaf[] {
  const leaves: OpenLeaf[] = [];
  for (const parameter of spdu.parameters) parameterLeaves(parameter, leaves);
  const { userData, definition } = { userData: spdu.userData, definition: spdu.kind };
  if (definition === 'DATA TRANSFER') {
    leaves.push({ layer: 'session', path: `${spdu.kind}.octets`, type: 'number', value: userData?.length ?? 0 });
  } else if (userData !== undefined) {
    const open = { from: userData.offset, to: userData.offsetAt(userData.length) };
    leaves.push({ layer: 'session', path: `${spdu.kind}.userData`, type: 'octets', value: userData.toHex(), open });
  }
  if (spdu.kind === 'REFUSE' && spdu.reason !== undefined) {
    leaves.push({ layer: 'session', path: 'REFUSE.reason', type: 'number', value: spdu.reason });
  }
  return leaves;
}

function parameterLeaves({ path, name, value, members }: SpduParameter, leaves: OpenLeaf[]): void {
  if (members !== undefined) {
    for (const member of members) parameterLeaves(member, leaves);
    return;
  }
  // X.225 8.2.6: an empty parameter is an absent one. The reason of a REFUSE and its data are one parameter.
  if (value.length === 0 || USER_DATA.has(name) || path === 'REFUSE.reasonCode') return;
  const place = { offset: value.offset, length: value.length };
  const layer = 'session';
  if (SERIALS.has(name)) {
    const text = Buffer.from(value.toBytes()).toString('latin1');
    const digits = /^\d{1,15}$/.test(text) ? Number(text) : text;
    leaves.push({ layer, path, type: 'serial', value: digits, form: 'text', place });
    return;
  }
  if (REFERENCES.test(name ?? '')) {
    leaves.push(...referenceLeaves(path, value));
    return;
  }
  const type = name === undefined ? 'unknown' : name === 'activityIdentifier' ? 'reference' : 'octets';
  leaves.push({ layer, path, type, value: value.toHex(), form: 'octets', place });
}

/** UTCTime, T61String and their like; an OCTET STRING is told in hexadecimal. */
const OCTET_STRING = 0x04;
/** Octets of a TLV's header in a parameter of at most 64. */
const HEADER = 2;

/** X.228 8.1.1.3: a reference is a TLV inside its parameter. It is told as RT-OPEN has it where it recovers one. */
function referenceLeaves(path: string, value: Octets): OpenLeaf[] {
  const layer = 'session';
  const tag = value.at(0) ?? 0;
  if (value.at(1) !== value.length - HEADER) {
    const place = { offset: value.offset, length: value.length };
    return [{ layer, path, type: 'reference', value: value.toHex(), form: 'octets', place }];
  }
  const content = value.subarray(HEADER);
  const place = { offset: content.offset, length: content.length };
  const octets = tag === OCTET_STRING;
  const text = octets ? content.toHex() : Buffer.from(content.toBytes()).toString('latin1');
  return [
    { layer, path, type: 'reference', value: text, form: octets ? 'octets' : 'text', place },
    { layer, path: `${path}.tag`, type: 'octets', value: tag.toString(16).padStart(2, '0') },
  ];
}
