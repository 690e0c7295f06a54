import type { Octets } from '../ber/octets.js';

const PER_LINE = 16;

export interface HexdumpOptions {
  readonly indent?: string;
  /** Marks these octets with carets on a line below. */
  readonly mark?: { readonly offset: number; readonly length: number };
}

/** Octets with their stream offsets, sixteen a line; a line starts anew where the stream has a gap (a header between). */
export function* hexdumpLines(octets: Octets, options: HexdumpOptions = {}): Generator<string> {
  const { indent = '', mark } = options;
  for (const { bytes, offset } of octets.slices) {
    for (let at = 0; at < bytes.length; at += PER_LINE) {
      const line = bytes.subarray(at, at + PER_LINE);
      const start = offset + at;
      yield `${indent}${String(start).padStart(8)}  ${hexColumn(line)}  ${asciiColumn(line)}`;
      const marks = mark === undefined ? '' : markColumn(start, line.length, mark);
      if (marks !== '') yield `${indent}${' '.repeat(8)}  ${marks}`;
    }
  }
}

function hexColumn(line: Uint8Array): string {
  return Array.from({ length: PER_LINE }, (_, i) => {
    const octet = line[i];
    return octet === undefined ? '  ' : octet.toString(16).padStart(2, '0');
  }).join(' ');
}

function asciiColumn(line: Uint8Array): string {
  return Array.from(line, (octet) => (octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : '.')).join('');
}

function markColumn(start: number, count: number, mark: { offset: number; length: number }): string {
  const from = Math.max(mark.offset, start);
  const to = Math.min(mark.offset + Math.max(1, mark.length), start + count);
  if (from >= to) return '';
  return ' '.repeat((from - start) * 3) + '^'.repeat((to - from) * 3 - 1);
}
