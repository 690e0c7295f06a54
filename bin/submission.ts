import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { REPERTOIRE } from '../harness/asn1/repertoire.js';
import { P1specError } from '../harness/ber/error.js';
import { apduFor } from '../harness/mta/editions.js';
import { MessageFactory } from '../harness/mta/message.js';
import type { Domain } from '../harness/mta/names.js';
import type { QueuePriority, Submission } from '../harness/mta/queue.js';
import type { ORName } from '../harness/p1/or-name.js';
import { ORNameError, parseORName } from '../harness/p1/parse.js';
import { escapeText } from '../harness/report/escape.js';
import type { Mode } from '../harness/stack/mode.js';

/** What a user says of a message or probe. */
export interface SubmissionOptions {
  readonly to: readonly string[];
  readonly from: string;
  readonly subject?: string;
  readonly text?: string;
  readonly file?: string;
  /** Octets of the text, or the length that a probe asks about. */
  readonly size?: number;
  readonly priority: QueuePriority;
  readonly report?: boolean;
  /** The deferred delivery time of a message, in milliseconds since the epoch; it is sent at once all the same. */
  readonly defer?: number;
}

/** A message or probe in the edition of a mode. */
export interface Conveyed {
  readonly kind: string;
  readonly identifier: string;
  readonly apdu: Uint8Array;
  /** What became other for a mode of 1984. */
  readonly changes: readonly string[];
}

/** Octets. */
const SIZE_LIMIT = 256 * 1024 * 1024;
const DEFAULT_TEXT = 'A test message, sent by p1spec.';

/** What is to be sent, as 1988 has it. */
export function submissionOf(what: 'message' | 'probe', options: SubmissionOptions, now: () => number): Submission {
  const { to, from, priority, report = false, size, defer } = options;
  if (to.length === 0) {
    throw new P1specError('ERR_SEND_TO', {
      message: `to whom is the ${what}?`,
      hint: "give --to with an O/R address, such as --to 'C=GB;A= ;P=ALPHA;S=Bob'",
    });
  }
  const originator = address('--from', from);
  const recipients = to.map((each) => address('--to', each));
  if (what === 'probe' && defer !== undefined) {
    throw new P1specError('ERR_SEND_DEFER', { message: 'a probe has no deferred delivery time', hint: 'omit --defer' });
  }
  // Two of the same second are two.
  const factory = new MessageFactory({
    holdsDeferred: false,
    domain: domainOf(originator),
    server: `P1SPEC.${randomBytes(3).toString('hex')}`,
    now,
  });
  if (what === 'probe') return factory.probe({ originator, recipients, contentLength: size });
  const { subject = 'A test by p1spec' } = options;
  checkIA5('--subject', subject);
  const text = textOf(options);
  return factory.message({ originator, recipients, subject, text, priority, reports: report, deferredUntil: defer });
}

function address(option: string, text: string): ORName {
  try {
    return parseORName(text);
  } catch (error) {
    if (!(error instanceof ORNameError)) throw error;
    throw new P1specError(error.code, { message: `${option}: ${error.message}`, hint: error.hint, cause: error });
  }
}

/** The originator's own: identifiers and trace are of the domain that sends. */
function domainOf({ builtInStandardAttributes: standard }: ORName): Domain {
  const country = standard.countryName?.iso3166Alpha2Code;
  if (country === undefined) {
    throw new P1specError('ERR_SEND_FROM', { message: '--from: the country is to be a code of two letters' });
  }
  const privateDomain = standard.privateDomainName?.printable;
  return { country, administrationDomain: standard.administrationDomainName?.printable ?? ' ', privateDomain };
}

/** As often as it fits into so many octets, where a size is given. */
function textOf({ text, file, size }: SubmissionOptions): string {
  if (text !== undefined && file !== undefined) {
    throw new P1specError('ERR_SEND_TEXT', {
      message: '--text and --file both say what the text is',
      hint: 'give one',
    });
  }
  const whole = file === undefined ? (text ?? DEFAULT_TEXT) : readText(file);
  checkIA5(file ?? '--text', whole);
  if (size === undefined) return whole;
  if (whole === '') throw new P1specError('ERR_SEND_TEXT', { message: 'an empty text has no other --size' });
  if (size > SIZE_LIMIT) {
    throw new P1specError('ERR_SEND_TEXT', {
      message: `--size: ${SIZE_LIMIT} octets at most, as all is held in memory`,
    });
  }
  return whole.repeat(Math.ceil(size / whole.length)).slice(0, size);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new P1specError('ERR_SEND_FILE', { message: `${file} cannot be read: ${message}`, at: { file }, cause });
  }
}

/** Texts, names and passwords are IA5: 0 to 127, whatever they are. */
export function checkIA5(what: string, text: string): void {
  const foreign = REPERTOIRE.ia5 === undefined ? -1 : text.search(REPERTOIRE.ia5);
  if (foreign < 0) return;
  throw new P1specError('ERR_SEND_IA5', {
    message: `${what}: character ${foreign + 1} is not of IA5, which is what is sent`,
    hint: 'use only the characters of ASCII',
  });
}

/** In the edition of the mode. What cannot be said in it is not sent at all. */
export function conveyedIn(submission: Submission, mode: Mode): Conveyed {
  const conveyance = apduFor(submission, mode);
  const { kind, identifier } = submission;
  const [left] = conveyance.leftBehind;
  if (conveyance.kind === 'undeliverable' || left !== undefined) {
    const told = left && 'supplementaryInformation' in left.fate ? left.fate.supplementaryInformation : undefined;
    const why = conveyance.kind === 'undeliverable' ? conveyance.cause.message : told;
    throw new P1specError('ERR_SEND_1984', {
      message: `the ${kind} cannot be expressed in P1 of 1984: ${escapeText(why ?? 'a recipient has no form there')}`,
      hint: 'use what P1 of 1984 has (no common name), or another --mode',
    });
  }
  const changes = conveyance.changes.map(
    ({ kind: how, message, path }) => `${how} for P1 of 1984: ${message} (${path})`,
  );
  return { kind, identifier, apdu: conveyance.apdu, changes };
}
