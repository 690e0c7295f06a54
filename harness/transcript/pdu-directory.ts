import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LinkEvent } from '../link/events.js';
import type { Direction } from '../stack/direction.js';
import { type Conversation, type ConversationStats, Tally, type Truncation } from './conversation.js';
import { fileError, TranscriptError } from './errors.js';
import type { TranscriptHeader } from './format.js';
import { LeftOut, opens, type PduName, parsePduName, tpktsOf } from './pdu.js';

/** `07-tx-AS-SPDU.hex`: a number for the order, who sent it, and what it is. */
const FILE = /^(\d+)-(tx|rx)-([A-Z+]+-(?:TPDU|SPDU))\.(?:hex|bin)$/;
/** Octets of one file: far more than a PDU has in hexadecimal. */
const LARGEST_FILE = 16 * 1024 * 1024;

type Side = 'tx' | 'rx';

interface PduFile {
  readonly path: string;
  readonly order: number;
  readonly side: Side;
  readonly pdu: PduName;
}

/**
 * A folder that an MTA's log was cut into: each file is one TPDU or SPDU, as octets or in hexadecimal, named
 * `NN-tx-KIND-SPDU.hex` or `NN-rx-…` and put in the order of NN; other files are not looked at. It is one connection.
 * Who sends CR or CN is the initiator; `tx` where nobody does. The form has no times and no closes: every time is 0.
 */
export class PduDirectoryReader implements Conversation {
  readonly file: string;
  readonly format = 'pdu-directory';
  readonly header: TranscriptHeader | undefined = undefined;
  readonly #files: readonly PduFile[];
  #tally = new Tally();

  private constructor(folder: string, files: readonly PduFile[]) {
    this.file = folder;
    this.#files = files;
  }

  /** Reads the names. */
  static async open(folder: string): Promise<PduDirectoryReader> {
    const files = (await names(folder)).flatMap((name) => parseFile(folder, name));
    if (files.length === 0) {
      throw new TranscriptError('ERR_FILE_DIRECTORY', {
        message: `${folder} is a directory`,
        at: { file: folder },
        hint: 'name a file, or a folder of PDUs: 01-tx-CR-TPDU.hex, 02-rx-CC-TPDU.hex, 03-tx-CN-SPDU.hex',
      });
    }
    files.sort((one, other) => one.order - other.order);
    for (const [i, { order, path }] of files.entries()) {
      if (order !== files[i + 1]?.order) continue;
      throw pduError(path, `has the same number as ${files[i + 1]?.path}: which one was sent first?`);
    }
    return new PduDirectoryReader(folder, files);
  }

  async *events(): AsyncGenerator<LinkEvent, void, undefined> {
    this.#tally = new Tally();
    for await (const event of this.#read()) {
      this.#tally.count(event);
      yield event;
    }
  }

  truncated(): Truncation | undefined {
    return undefined;
  }

  stats(): ConversationStats {
    return { ...this.#tally };
  }

  async *#read(): AsyncGenerator<LinkEvent, void, undefined> {
    const initiator = initiatorOf(this.#files);
    const responder = initiator === 'tx' ? 'rx' : 'tx';
    const common = { connection: 0, time: 0 } as const;
    const leftOut = { tx: new LeftOut(), rx: new LeftOut() };
    yield { kind: 'open', ...common, initiator, responder };
    for (const { path, side, pdu } of this.#files) {
      const octets = tpktsOf(pdu, await readPdu(path));
      if (typeof octets === 'string') throw pduError(path, octets);
      const direction: Direction = side === initiator ? 'i2r' : 'r2i';
      const lostBefore = leftOut[side].before(pdu);
      yield { kind: 'data', ...common, direction, octets, ...(lostBefore > 0 ? { lostBefore } : {}) };
    }
    yield { kind: 'close', ...common, how: 'lost' };
  }
}

async function names(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    throw fileError(cause, folder, 'read');
  }
}

function parseFile(folder: string, name: string): PduFile[] {
  const [, order, side, text] = FILE.exec(name) ?? [];
  if (order === undefined || side === undefined || text === undefined) return [];
  const path = join(folder, name);
  const pdu = parsePduName(text);
  if (pdu === undefined) throw pduError(path, `is named ${text}, which is no PDU of X.224 class 0 or X.225`);
  return [{ path, order: Number(order), side: side as Side, pdu }];
}

function initiatorOf(files: readonly PduFile[]): Side {
  for (const { side, pdu } of files) {
    const opening = opens(pdu);
    if (opening !== undefined) return opening === (side === 'tx') ? 'tx' : 'rx';
  }
  return 'tx';
}

/** Octets, or hexadecimal with white space and comments behind `#`. */
async function readPdu(path: string): Promise<Uint8Array> {
  let bytes: Buffer;
  try {
    const { size } = await stat(path);
    if (size > LARGEST_FILE) throw pduError(path, `has ${size} octets: no PDU is so large`);
    bytes = await readFile(path);
  } catch (cause) {
    throw fileError(cause, path, 'read');
  }
  const text = bytes.toString('latin1').replace(/#.*$/gm, '');
  if (bytes.length === 0 || text.trim() === '') throw pduError(path, 'is empty');
  if (!/^[\s0-9a-fA-F]+$/.test(text)) return bytes;
  const digits = text.replace(/\s+/g, '');
  if (digits.length % 2 !== 0) throw pduError(path, 'has an odd count of hexadecimal digits');
  return new Uint8Array(Buffer.from(digits, 'hex'));
}

function pduError(path: string, message: string): TranscriptError {
  return new TranscriptError('ERR_PDU_FILE', { message: `${path} ${message}`, at: { file: path } });
}
