import { P1specError } from '../../ber/error.js';
import { fromHex } from '../../ber/octets.js';
import { checkPath } from './declared.js';
import { EDITED_PDUS, type Edit, ENCODING_FORMS, type OctetsOrHex, type PduEdit } from './edit.js';
import { parsePath } from './path.js';

/**
 * Throws ERR_EDIT where it cannot be meant, ERR_EDIT_OCTETS where its octets are no hexadecimal, ERR_EDIT_PATH where a
 * path is none, or can lead nowhere in that PDU.
 */
export function checkPduEdit({ pdu, nth, edits }: PduEdit): void {
  if (!EDITED_PDUS.includes(pdu)) {
    throw misfit(`no PDU to edit: ${JSON.stringify(pdu)}`, `one of ${EDITED_PDUS.join(', ')}`);
  }
  const number = typeof nth === 'object' ? Object.values(nth)[0] : nth;
  if (number !== undefined && !isCount(number, 1)) throw misfit(`nth of ${JSON.stringify(nth)}`, 'count from 1');
  for (const edit of edits) {
    checkEdit(edit);
    checkPath(pdu, pathOf(edit));
  }
}

/** The path that an edit is for; the whole PDU's where it names none. */
export function pathOf(edit: Edit): string {
  const [{ at = '' }] = Object.values(edit) as [{ readonly at?: string }];
  return at;
}

/** As `checkPduEdit`, of one edit of any PDU. */
export function checkEdit(edit: Edit): void {
  const [kind, ...more] = Object.keys(edit);
  if (kind === undefined || more.length > 0)
    throw misfit('an edit of more or less than one kind', 'write one edit each');
  if ('inject' in edit) checkPlace(edit.inject.at, edit.inject.tlv);
  else if ('replace' in edit) checkPlace(edit.replace.at, edit.replace.tlv);
  else if ('remove' in edit) checkPlace(edit.remove.at);
  else if ('splice' in edit) {
    const { at, from = 0, remove = 0, insert } = edit.splice;
    checkPlace(at, insert);
    if (!isCount(from, 0) || !isCount(remove, 0)) throw misfit(`a splice from ${from} of ${remove}`, 'count octets');
  } else if ('rewrite' in edit) {
    const { at = '', form, octets = 1 } = edit.rewrite;
    checkPlace(at);
    if (!ENCODING_FORMS.includes(form)) {
      throw misfit(`no form: ${JSON.stringify(form)}`, `one of ${ENCODING_FORMS.join(', ')}`);
    }
    if (!isCount(octets, 1) || octets > MOST_OCTETS) {
      throw misfit(`${form} of ${octets} octets`, `from 1 to ${MOST_OCTETS}`);
    }
  } else if ('spoil' in edit) {
    const { at, lengthError = 0, truncate = 0 } = edit.spoil;
    checkPlace(at);
    if (!Number.isInteger(lengthError)) throw misfit(`a length wrong by ${lengthError}`, 'a number of octets');
    if (!isCount(truncate, 0)) throw misfit(`${truncate} octets cut off`, 'a number of octets');
  } else throw misfit(`no edit: ${kind}`, 'inject, replace, remove, splice, rewrite or spoil');
}

/** The octets meant. Throws ERR_EDIT_OCTETS. */
export function octetsOf(given: OctetsOrHex): Uint8Array {
  if (given instanceof Uint8Array) return given;
  try {
    return fromHex(given);
  } catch (cause) {
    throw new P1specError('ERR_EDIT_OCTETS', {
      message: cause instanceof Error ? cause.message : String(cause),
      hint: 'octets are two hexadecimal digits each',
      cause,
    });
  }
}

const MOST_OCTETS = 0xffff;

function checkPlace(at: string, octets?: OctetsOrHex): void {
  parsePath(at);
  if (octets !== undefined) octetsOf(octets);
}

function isCount(value: number, least: number): boolean {
  return Number.isInteger(value) && value >= least;
}

function misfit(message: string, hint: string): P1specError {
  return new P1specError('ERR_EDIT', { message, hint });
}
