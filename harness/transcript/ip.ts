import type { Frame } from './frame.js';

const TCP = 6;
const FRAGMENT = 44;
const AUTHENTICATION = 51;
/** Hop-by-hop, routing, destination options, mobility, HIP, Shim6: length in units of 8 octets. RFC 8200 4. */
const EXTENSIONS = new Set([0, 43, 60, 135, 139, 140]);

/** Datagrams that wait for fragments. */
const WAITING_LIMIT = 64;
const DATAGRAM_LIMIT = 65_535;

/** The TCP part of an IP packet. */
export interface Datagram {
  readonly bytes: Buffer;
  /** Source and destination address stand here, one behind the other. */
  readonly addressesAt: number;
  /** 4 or 16. */
  readonly addressLength: number;
  readonly start: number;
  /** Where what was captured ends. */
  readonly end: number;
  /** Octets from `start` that the packet had on the wire. */
  readonly length: number;
}

/** IPv4 and IPv6 down to TCP, with reassembly of fragments. RFC 791, RFC 8200. */
export class IpReader {
  readonly #waiting = new Map<string, Fragments>();

  /** Undefined if the packet is not TCP, is cut before it, or is a fragment that completes nothing. */
  read(frame: Frame, start: number): Datagram | undefined {
    if (start >= frame.end) return undefined;
    const version = frame.bytes[start]! >> 4;
    if (version === 4) return this.#readIpv4(frame, start);
    return version === 6 ? this.#readIpv6(frame, start) : undefined;
  }

  #readIpv4(frame: Frame, start: number): Datagram | undefined {
    const { bytes } = frame;
    if (start + 20 > frame.end) return undefined;
    const headerLength = (bytes[start]! & 0x0f) * 4;
    // A total length of 0 is left by a network card that segments: the frame's own length is meant.
    const totalLength = bytes.readUInt16BE(start + 2) || frame.originalLength - (start - frame.start);
    if (headerLength < 20 || totalLength < headerLength || bytes[start + 9] !== TCP) return undefined;
    const datagram = {
      bytes,
      addressesAt: start + 12,
      addressLength: 4,
      start: start + headerLength,
      end: Math.min(frame.end, start + totalLength),
      length: totalLength - headerLength,
    };
    const fragment = bytes.readUInt16BE(start + 6);
    const offset = (fragment & 0x1fff) * 8;
    const more = (fragment & 0x2000) !== 0;
    if (offset === 0 && !more) return datagram;
    return this.#reassemble(datagram, { identification: bytes.readUInt16BE(start + 4), offset, more });
  }

  #readIpv6(frame: Frame, start: number): Datagram | undefined {
    const { bytes } = frame;
    if (start + 40 > frame.end) return undefined;
    const payloadLength = bytes.readUInt16BE(start + 4) || frame.originalLength - (start - frame.start) - 40;
    const end = start + 40 + payloadLength;
    let fragment: FragmentPlace | undefined;
    let at = start + 40;
    for (let header = bytes[start + 6]!; header !== TCP; ) {
      if (at + 8 > frame.end) return undefined;
      const next = bytes[at]!;
      if (header === FRAGMENT) {
        const field = bytes.readUInt16BE(at + 2);
        fragment = { identification: bytes.readUInt32BE(at + 4), offset: field & 0xfff8, more: (field & 1) !== 0 };
        at += 8;
        if (fragment.offset > 0) break;
      } else if (header === AUTHENTICATION) {
        at += (bytes[at + 1]! + 2) * 4;
      } else if (EXTENSIONS.has(header)) {
        at += (bytes[at + 1]! + 1) * 8;
      } else {
        return undefined;
      }
      header = next;
    }
    if (at > end) return undefined;
    const captured = Math.max(at, Math.min(frame.end, end));
    const datagram = {
      bytes,
      addressesAt: start + 8,
      addressLength: 16,
      start: at,
      end: captured,
      length: end - at,
    };
    const whole = fragment === undefined || (fragment.offset === 0 && !fragment.more);
    return fragment === undefined || whole ? datagram : this.#reassemble(datagram, fragment);
  }

  #reassemble(part: Datagram, place: FragmentPlace): Datagram | undefined {
    const { bytes, addressesAt, addressLength, start, end, length } = part;
    const addresses = bytes.subarray(addressesAt, addressesAt + 2 * addressLength);
    const key = `${addresses.toString('latin1')}${place.identification}`;
    const fragments = this.#waiting.get(key) ?? new Fragments();
    this.#waiting.set(key, fragments);
    // A fragment that a snap length cut is as good as lost, and with it the datagram.
    if (end - start === length) fragments.add(place, Buffer.from(bytes.subarray(start, end)));
    const payload = fragments.whole();
    if (payload === undefined) {
      const [oldest] = this.#waiting.keys();
      if (this.#waiting.size > WAITING_LIMIT && oldest !== undefined) this.#waiting.delete(oldest);
      return undefined;
    }
    this.#waiting.delete(key);
    const joined = Buffer.concat([addresses, payload]);
    const from = 2 * addressLength;
    return { bytes: joined, addressesAt: 0, addressLength, start: from, end: joined.length, length: payload.length };
  }
}

interface FragmentPlace {
  readonly identification: number;
  readonly offset: number;
  readonly more: boolean;
}

/** The fragments of one datagram, in any order. RFC 791 3.2, RFC 8200 4.5. */
class Fragments {
  readonly #parts = new Map<number, Buffer>();
  #length: number | undefined;

  add({ offset, more }: FragmentPlace, octets: Buffer): void {
    const end = offset + octets.length;
    if (end > DATAGRAM_LIMIT || octets.length === 0) return;
    if (!this.#parts.has(offset)) this.#parts.set(offset, octets);
    if (!more) this.#length = end;
  }

  whole(): Buffer | undefined {
    if (this.#length === undefined) return undefined;
    const payload = Buffer.alloc(this.#length);
    let covered = 0;
    for (const [offset, octets] of [...this.#parts].sort(([a], [b]) => a - b)) {
      if (offset > covered) return undefined;
      const used = octets.subarray(0, Math.max(0, this.#length - offset));
      payload.set(used, Math.min(offset, this.#length));
      covered = Math.max(covered, offset + used.length);
    }
    return covered >= this.#length ? payload : undefined;
  }
}
