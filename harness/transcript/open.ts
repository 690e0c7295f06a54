import { stat } from 'node:fs/promises';
import { CaptureReader } from './capture.js';
import type { Conversation } from './conversation.js';
import { TranscriptError } from './errors.js';
import { pcapVariant } from './pcap.js';
import { isPcapng } from './pcapng.js';
import { PduDirectoryReader } from './pdu-directory.js';
import { TranscriptReader } from './reader.js';
import { Source } from './source.js';
import { isBareHex, noDirection, TpktHexReader } from './tpkthex.js';

/** Octets that are looked at to tell the format. */
const HEAD = 64 * 1024;
const GZIP = 0x1f8b;

/**
 * Opens a recording: a transcript, a pcap or pcapng capture, TPKT hex, or a folder of PDUs; its content tells which, not
 * its name. Reads no more than the header.
 */
export async function openConversation(file: string): Promise<Conversation> {
  if (await isDirectory(file)) return PduDirectoryReader.open(file);
  const head = await readHead(file);
  if (head.length === 0) throw new TranscriptError('ERR_FILE_EMPTY', { message: `${file} is empty`, at: { file } });
  if (isPcapng(head) || pcapVariant(head) !== undefined) return CaptureReader.open(file);
  const text = head.toString('utf8').replace(/^\ufeff/, '');
  if (text.trimStart().startsWith('{')) return TranscriptReader.open(file);
  const lines = text.split('\n');
  const index = lines.findIndex((line) => line.trim() !== '' && !line.trim().startsWith('#'));
  const line = lines[index]?.trim();
  const onlyComments = line === undefined && text.trim() !== '';
  if (onlyComments || (line !== undefined && /^[<>]\s*\d+(\s|$)/.test(line))) return new TpktHexReader(file);
  if (line !== undefined && isBareHex(line)) throw noDirection(file, index + 1);
  throw unknown(file, head);
}

/** What is not there, or cannot be looked at, is for who opens it to tell. */
async function isDirectory(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isDirectory();
  } catch {
    return false;
  }
}

async function readHead(file: string): Promise<Buffer> {
  const source = await Source.open(file);
  try {
    await source.fill(HEAD);
    return Buffer.from(source.bytes.subarray(source.start, Math.min(source.end, source.start + HEAD)));
  } finally {
    await source.close();
  }
}

function unknown(file: string, head: Buffer): TranscriptError {
  const compressed = head.length >= 2 && head.readUInt16BE(0) === GZIP;
  return new TranscriptError('ERR_FILE_UNKNOWN', {
    message: `${file} is no transcript, capture or TPKT hex`,
    at: { file },
    hint: compressed
      ? 'it is compressed: expand it with gunzip'
      : 'readable are p1spec NDJSON, pcap, pcapng, TPKT hex and a folder of PDUs',
  });
}
