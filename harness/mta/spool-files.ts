import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { P1specError } from '../ber/error.js';

/** In a peer's folder: whose it is. */
const PEER = 'peer';
/** Characters of a peer's name that stand in that of a file. */
const LABEL = 80;

/** Under another name first: a reader finds all of it, or what was there before. `sync`: also when power is lost. */
export function writeWhole(path: string, content: Uint8Array | string, sync: boolean): void {
  writeFile(`${path}.new`, content, sync);
  renameSync(`${path}.new`, path);
  if (sync) syncFolder(dirname(path));
}

/**
 * A file that nobody reads before there is another one in its folder, or it has another name: its octets are on disk,
 * and it is there itself once the folder is synced for that.
 */
export function writeAhead(path: string, content: Uint8Array | string): void {
  writeFile(path, content, true);
}

function writeFile(path: string, content: Uint8Array | string, sync: boolean): void {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const fd = openSync(path, 'w');
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
    // Its length too: fdatasync leaves out only what is not needed to read it again.
    if (sync) fdatasyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** The new name is in the folder, which not every system opens like a file. */
export function syncFolder(path: string): void {
  try {
    const fd = openSync(path, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch {
    // There is no more that could be done for it.
  }
}

/** A peer's name as it may stand in the name of a file; not always the whole of it. */
export function labelOf(peer: string): string {
  const encoded = encodeURIComponent(Buffer.from(peer).toString()).replace(/[.*]/g, (each) => escaped(each));
  return encoded.slice(0, LABEL) || '%';
}

function escaped(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** The peer's own folder, made where there is none: names of which a disk sees no difference get one each. */
export function peerFolder(queues: string, peer: string): string {
  for (let number = 1; ; number += 1) {
    const path = join(queues, number === 1 ? labelOf(peer) : `${labelOf(peer)}~${number}`);
    mkdirSync(path, { recursive: true });
    const owner = ownerOf(path);
    if (owner === undefined) writeWhole(join(path, PEER), JSON.stringify(peer), true);
    if (owner === undefined || owner === peer) return path;
  }
}

/** Whose a folder is; undefined where it does not say. */
export function ownerOf(path: string): string | undefined {
  const file = join(path, PEER);
  if (!existsSync(file)) return undefined;
  const owner: unknown = readJson(file);
  return typeof owner === 'string' ? owner : undefined;
}

/** Undefined where it is no JSON. */
export function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Throws ERR_SPOOL_IN_USE where another process has it. */
export function takeLock(path: string): void {
  for (const last of [false, true]) {
    try {
      writeFileSync(path, [process.pid, startOf(process.pid)].join(' ').trim(), { flag: 'wx' });
      return;
    } catch (error) {
      // Nothing is in it where its process ended while it was taken.
      const [owner = 0, start] = readFileSync(path, 'utf8').split(' ').map(Number);
      // Another process may have its number by now.
      const isAnother = start !== undefined && startOf(owner) !== undefined && startOf(owner) !== start;
      if (last || (owner !== process.pid && !isAnother && isAlive(owner))) {
        throw new P1specError('ERR_SPOOL_IN_USE', {
          message: `the spool ${dirname(path)} is in use by process ${owner}`,
          hint: 'end that process, or name another folder',
          cause: error,
        });
      }
      rmSync(path, { force: true });
    }
  }
}

/** When a process began, where the system tells that; nothing else is known of the number. proc(5), stat, starttime. */
function startOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // A name in parentheses may hold anything.
    const start = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
    return Number.isInteger(start) ? start : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process is alive, and none of ours.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
