/** Packets and capture files, put together by hand: nothing here comes from the code under test. */

export interface TcpFields {
  readonly source?: string;
  readonly destination?: string;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly sequence: number;
  readonly acknowledgment?: number;
  readonly flags?: string;
  readonly data?: Uint8Array;
}

export function u16(value: number): number[] {
  return [(value >>> 8) & 0xff, value & 0xff];
}

export function u32(value: number): number[] {
  return [...u16(value >>> 16), ...u16(value)];
}

export function bytes(...parts: (number | ArrayLike<number>)[]): Uint8Array {
  const arrays = parts.map((part) => (typeof part === 'number' ? Uint8Array.of(part) : Uint8Array.from(part)));
  return new Uint8Array(Buffer.concat(arrays));
}

/** `flags`: letters of F, S, R, P, A. */
export function tcp(fields: TcpFields): Uint8Array {
  const { sourcePort = 4000, destinationPort = 102, sequence, acknowledgment = 0, flags = 'A', data = [] } = fields;
  const bits = [...flags].reduce((all, flag) => all | (1 << 'FSRPA'.indexOf(flag)), 0);
  return bytes(
    u16(sourcePort),
    u16(destinationPort),
    u32(sequence),
    u32(acknowledgment),
    0x50,
    bits,
    u16(8192),
    u16(0),
    u16(0),
    data,
  );
}

export interface Ipv4Fields {
  readonly source?: string;
  readonly destination?: string;
  readonly options?: number[];
  readonly identification?: number;
  readonly fragment?: number;
  readonly totalLength?: number;
}

export function ipv4(payload: Uint8Array, fields: Ipv4Fields = {}): Uint8Array {
  const { source = '192.0.2.1', destination = '192.0.2.2', options = [], identification = 1, fragment = 0 } = fields;
  const header = 20 + options.length;
  return bytes(
    0x40 | (header / 4),
    0,
    u16(fields.totalLength ?? header + payload.length),
    u16(identification),
    u16(fragment),
    64,
    6,
    u16(0),
    source.split('.').map(Number),
    destination.split('.').map(Number),
    options,
    payload,
  );
}

export const V6_SOURCE = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
export const V6_DESTINATION = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2];

/** `extensions` stand between header and TCP; the first one's type is `first`. */
export function ipv6(
  payload: Uint8Array,
  {
    forth = true,
    first = 6,
    extensions = [] as number[],
  }: { forth?: boolean; first?: number; extensions?: number[] } = {},
): Uint8Array {
  const addresses = forth ? [V6_SOURCE, V6_DESTINATION] : [V6_DESTINATION, V6_SOURCE];
  return bytes(0x60, 0, 0, 0, u16(extensions.length + payload.length), first, 64, ...addresses, extensions, payload);
}

export function ethernet(payload: Uint8Array, tags: readonly number[] = []): Uint8Array {
  const type = payload[0]! >> 4 === 6 ? 0x86dd : 0x0800;
  const stack = tags.flatMap((tag) => [...u16(tag), 0, 5]);
  return bytes(2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, stack, u16(type), payload);
}

export interface Packet {
  readonly octets: Uint8Array;
  /** Seconds. */
  readonly seconds?: number;
  readonly fraction?: number;
  /** Octets on the wire, if more than captured. */
  readonly original?: number;
}

export interface PcapOptions {
  readonly linkType?: number;
  readonly little?: boolean;
  readonly nanoseconds?: boolean;
}

export function pcap(packets: readonly (Packet | Uint8Array)[], options: PcapOptions = {}): Uint8Array {
  const { linkType = 1, little = false, nanoseconds = false } = options;
  const n32 = (value: number) => (little ? u32(value).reverse() : u32(value));
  const n16 = (value: number) => (little ? u16(value).reverse() : u16(value));
  const head = [n32(nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4), n16(2), n16(4), n32(0), n32(0), n32(65535), n32(linkType)];
  const records = packets.map((packet, index) => {
    const { octets, seconds = 1000 + index, fraction = 0, original } = 'octets' in packet ? packet : { octets: packet };
    return bytes(n32(seconds), n32(fraction), n32(octets.length), n32(original ?? octets.length), octets);
  });
  return new Uint8Array(Buffer.concat([bytes(...head), ...records]));
}

/** Builds pcapng blocks in one byte order. */
export function pcapngBlocks(little: boolean) {
  const n32 = (value: number) => (little ? u32(value).reverse() : u32(value));
  const n16 = (value: number) => (little ? u16(value).reverse() : u16(value));
  const padded = (octets: ArrayLike<number>) => bytes(octets, new Uint8Array(-octets.length & 3));
  const block = (type: number, ...parts: ArrayLike<number>[]) => {
    const body = bytes(...parts);
    const length = n32(12 + body.length);
    return bytes(n32(type), length, body, length);
  };
  const option = (code: number, value: ArrayLike<number>) => bytes(n16(code), n16(value.length), padded(value));
  const timed = (packet: Packet, ticks: bigint) => [
    n32(Number(ticks >> 32n)),
    n32(Number(ticks & 0xffffffffn)),
    n32(packet.octets.length),
    n32(packet.original ?? packet.octets.length),
    padded(packet.octets),
  ];
  return {
    block,
    option,
    section: (...options: Uint8Array[]) =>
      block(0x0a0d0d0a, n32(0x1a2b3c4d), n16(1), n16(0), n32(0xffffffff), n32(0xffffffff), ...options),
    interface: (linkType: number, snapLength = 0, ...options: Uint8Array[]) =>
      block(1, n16(linkType), n16(0), n32(snapLength), ...options),
    enhanced: (index: number, packet: Packet, ticks: bigint, ...options: Uint8Array[]) =>
      block(6, n32(index), ...timed(packet, ticks), ...options),
    obsolete: (index: number, packet: Packet, ticks: bigint) => block(2, n16(index), n16(0), ...timed(packet, ticks)),
    simple: (packet: Packet) => block(3, n32(packet.original ?? packet.octets.length), padded(packet.octets)),
  };
}

/** A TPKT with one TPDU. */
export function tpkt(tpdu: ArrayLike<number>, reserved = 0): Uint8Array {
  return bytes(3, reserved, u16(4 + tpdu.length), tpdu);
}

export const CR = tpkt([0x0e, 0xe0, 0, 0, 0, 1, 0, 0xc2, 3, 0x35, 0x39, 0x31, 0xc0, 1, 0x0b]);
export const CC = tpkt([0x09, 0xd0, 0, 1, 0, 2, 0, 0xc0, 1, 0x0b]);

export function dt(data: ArrayLike<number>): Uint8Array {
  return tpkt(bytes(2, 0xf0, 0x80, data));
}

/** Two sides of a connection that keep count of their numbers; each call makes an Ethernet frame. */
export class Talk {
  readonly #options: { i?: string; r?: string; iPort?: number; rPort?: number };
  #next: Record<'i' | 'r', number>;

  constructor(
    initial: { i: number; r: number } = { i: 1000, r: 5000 },
    options: { i?: string; r?: string; iPort?: number; rPort?: number } = {},
  ) {
    this.#next = { ...initial };
    this.#options = options;
  }

  open(): Uint8Array[] {
    const frames = [this.#frame('i', 'S', [], 0)];
    this.#next.i = (this.#next.i + 1) >>> 0;
    frames.push(this.#frame('r', 'SA', []));
    this.#next.r = (this.#next.r + 1) >>> 0;
    return [...frames, this.ack('i')];
  }

  say(side: 'i' | 'r', data: ArrayLike<number>, flags = 'PA'): Uint8Array {
    const frame = this.#frame(side, flags, data);
    this.#next[side] = (this.#next[side] + data.length) >>> 0;
    return frame;
  }

  /** Octets that were sent, but not captured. */
  lose(side: 'i' | 'r', octets: number): void {
    this.#next[side] = (this.#next[side] + octets) >>> 0;
  }

  ack(side: 'i' | 'r'): Uint8Array {
    return this.#frame(side, 'A', []);
  }

  fin(side: 'i' | 'r'): Uint8Array {
    const frame = this.#frame(side, 'FA', []);
    this.#next[side] = (this.#next[side] + 1) >>> 0;
    return frame;
  }

  reset(side: 'i' | 'r'): Uint8Array {
    return this.#frame(side, 'RA', []);
  }

  close(): Uint8Array[] {
    return [this.fin('i'), this.fin('r'), this.ack('i')];
  }

  #frame(side: 'i' | 'r', flags: string, data: ArrayLike<number>, acknowledgment?: number): Uint8Array {
    const { i = '192.0.2.1', r = '192.0.2.2', iPort = 4000, rPort = 102 } = this.#options;
    const other = side === 'i' ? 'r' : 'i';
    const segment = tcp({
      sourcePort: side === 'i' ? iPort : rPort,
      destinationPort: side === 'i' ? rPort : iPort,
      sequence: this.#next[side],
      acknowledgment: acknowledgment ?? this.#next[other],
      flags,
      data: bytes(data),
    });
    return ethernet(ipv4(segment, side === 'i' ? { source: i, destination: r } : { source: r, destination: i }));
  }
}
