/** One end of a TCP connection over IPv4 over Ethernet. */
export interface WireEnd {
  readonly address: readonly number[];
  readonly port: number;
  readonly hardware: readonly number[];
}

export interface SegmentFields {
  readonly from: WireEnd;
  readonly to: WireEnd;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly flags: number;
  readonly identification: number;
  readonly octets: Uint8Array;
}

export const FLAG = { FIN: 0x01, SYN: 0x02, RST: 0x04, PSH: 0x08, ACK: 0x10 } as const;

const ETHERNET = 14;
const IPV4 = 20;
const TCP = 20;
const WINDOW = 65_535;
const TIME_TO_LIVE = 64;
const TCP_PROTOCOL = 6;

/** Octets of data in one segment; with its headers it fits an Ethernet frame. */
export const SEGMENT_OCTETS = 1400;

/** The maximum segment size option, RFC 9293 3.2, that goes with a SYN. */
const MAXIMUM_SEGMENT_SIZE = Uint8Array.of(2, 4, 1460 >> 8, 1460 & 0xff);

/** An Ethernet frame with an IPv4 packet with a TCP segment, checksums right. RFC 791 3.1, RFC 9293 3.1. */
export function ethernetFrame(fields: SegmentFields): Uint8Array {
  const { from, to, octets, flags } = fields;
  const options = flags & FLAG.SYN ? MAXIMUM_SEGMENT_SIZE : new Uint8Array(0);
  const tcpLength = TCP + options.length + octets.length;
  const frame = new Uint8Array(ETHERNET + IPV4 + tcpLength);
  const view = new DataView(frame.buffer);
  frame.set(to.hardware, 0);
  frame.set(from.hardware, 6);
  view.setUint16(12, 0x0800);

  frame[ETHERNET] = 0x45;
  view.setUint16(ETHERNET + 2, IPV4 + tcpLength);
  view.setUint16(ETHERNET + 4, fields.identification & 0xffff);
  view.setUint16(ETHERNET + 6, 0x4000);
  frame[ETHERNET + 8] = TIME_TO_LIVE;
  frame[ETHERNET + 9] = TCP_PROTOCOL;
  frame.set(from.address, ETHERNET + 12);
  frame.set(to.address, ETHERNET + 16);
  view.setUint16(ETHERNET + 10, checksum(view, ETHERNET, IPV4, 0));

  const tcp = ETHERNET + IPV4;
  view.setUint16(tcp, from.port);
  view.setUint16(tcp + 2, to.port);
  view.setUint32(tcp + 4, fields.sequence);
  view.setUint32(tcp + 8, flags & FLAG.ACK ? fields.acknowledgment : 0);
  frame[tcp + 12] = ((TCP + options.length) / 4) << 4;
  frame[tcp + 13] = flags;
  view.setUint16(tcp + 14, WINDOW);
  frame.set(options, tcp + TCP);
  frame.set(octets, tcp + TCP + options.length);
  const pseudoHeader = sum(view, ETHERNET + 12, 8) + TCP_PROTOCOL + tcpLength;
  view.setUint16(tcp + 16, checksum(view, tcp, tcpLength, pseudoHeader));
  return frame;
}

/** RFC 1071. */
function checksum(view: DataView, at: number, length: number, initial: number): number {
  let total = initial + sum(view, at, length);
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return ~total & 0xffff;
}

function sum(view: DataView, at: number, length: number): number {
  let total = 0;
  const even = length & ~1;
  for (let index = 0; index < even; index += 2) total += view.getUint16(at + index);
  return length > even ? total + (view.getUint8(at + even) << 8) : total;
}
