import { concat, Octets } from '../../ber/octets.js';
import { dataHeader, decodeTpdu, encodeDisconnect } from '../../stack/cotp/codec.js';
import { CotpError, type DataTpdu, type Tpdu } from '../../stack/cotp/tpdu.js';
import { encodeTpkt, TPKT_HEADER_LENGTH } from '../../stack/tpkt/codec.js';
import { TpktFramer } from '../../stack/tpkt/framer.js';
import type { FaultDirection, FaultLayer } from './fault.js';
import type { Ending, Flow } from './flow.js';
import { Outlet } from './outlet.js';
import { type PacketFate, packetFate } from './packet-faults.js';
import type { Match } from './plan.js';
import { PROVIDER_ABORT, type TsduFate, TsduFaults } from './tsdu-faults.js';
import type { UnitFinder } from './units.js';

/** What the directions of one connection share. */
export interface Connection {
  readonly finder: UnitFinder;
  /** Transport references, by who chose them: a DR names them. X.224 13.5. */
  readonly references: Record<FaultDirection, number>;
}

export interface PacketOptions {
  readonly direction: FaultDirection;
  readonly connection: Connection;
  readonly tsduOctets: number;
  /** Whether a fault may still come at one of these layers, in that direction. */
  readonly isLive: (direction: FaultDirection, layers: readonly FaultLayer[]) => boolean;
  readonly meet: (direction: FaultDirection, layer: FaultLayer, kind: string) => readonly Match[];
  readonly flow: Flow;
}

const ABOVE_TRANSPORT = ['session', 'presentation', 'acse', 'rtse', 'p1'] as const;
const BELOW_SESSION = ['tpkt', 'cotp'] as const;

/** DT TPDUs of a TSDU that is held: they may have an octet each. */
const MOST_TPDUS = 1 << 16;

interface Packet {
  readonly octets: Octets;
  /** Undefined where it cannot be read. */
  readonly tpdu: Tpdu | undefined;
}

/** One direction of a connection, TPKT by TPKT and TSDU by TSDU. Holds at most one TSDU, and the chunks it came in. */
export class Packets {
  readonly #options: PacketOptions;
  readonly #framer = new TpktFramer();
  readonly #outlet: Outlet;
  readonly #faults: TsduFaults;
  /** The TPKTs of the TSDU that has begun. */
  #tsdu: Packet[] = [];
  #tsduOctets = 0;
  /** They wait for its end. */
  #holds = false;
  /** It is too long to be looked into. */
  #skips = false;
  #lost = false;
  #over = false;

  constructor(options: PacketOptions) {
    this.#options = options;
    this.#outlet = new Outlet(options.flow);
    this.#faults = new TsduFaults(options.direction, options.meet);
  }

  push(chunk: Uint8Array): void {
    if (this.#over) return;
    const outlet = this.#outlet;
    const start = outlet.end;
    outlet.hold(chunk);
    if (!this.#lost) this.#units(Octets.of(chunk, start));
    // Where nothing more can happen, nothing waits.
    if (this.#lost || !(this.#holds || this.#isLive(BELOW_SESSION) || this.#mayHold)) outlet.passTo(outlet.end);
  }

  /** The sender has closed: what is not whole will never be. */
  end(): void {
    if (this.#over) return;
    this.#releaseTsdu();
    this.#outlet.passTo(this.#outlet.end);
    this.#options.flow({ kind: 'end' });
  }

  /** Nothing more comes. */
  close(): void {
    this.#over = true;
    this.#faults.end();
  }

  #units(octets: Octets): void {
    for (const unit of this.#framer.push(octets)) {
      if (this.#over) return;
      if (unit.kind === 'tpkt') this.#packet({ octets: unit.octets, tpdu: read(unit.tpdu) });
      if (unit.kind === 'lostSync') {
        this.#releaseTsdu();
        this.#lost = true;
      }
    }
  }

  #isLive(layers: readonly FaultLayer[]): boolean {
    return this.#options.isLive(this.#options.direction, layers);
  }

  get #mayHold(): boolean {
    return this.#faults.goesOn || this.#isLive(ABOVE_TRANSPORT);
  }

  /** What is sent has to be followed for the faults of what is received, and the other way. */
  get #follows(): boolean {
    const { isLive } = this.#options;
    return this.#mayHold || isLive('sent', ABOVE_TRANSPORT) || isLive('received', ABOVE_TRANSPORT);
  }

  #packet(packet: Packet): void {
    const { tpdu } = packet;
    if (tpdu?.kind !== 'DT') {
      this.#releaseTsdu();
      if (tpdu?.kind === 'CR' || tpdu?.kind === 'CC') {
        this.#options.connection.references[this.#options.direction] = tpdu.sourceReference;
      }
      this.#single(packet);
      return;
    }
    if (this.#tsdu.length === 0) this.#holds = !this.#skips && this.#mayHold;
    if (!this.#holds) this.#single(packet);
    if (this.#over) return;
    // What is held goes on to its end, though another link may have met the last fault meanwhile.
    if (!this.#holds && (this.#skips || !this.#follows)) {
      this.#tsdu = [];
      this.#tsduOctets = 0;
      this.#skips = !tpdu.endOfTsdu;
      return;
    }
    this.#tsdu.push(packet);
    this.#tsduOctets += tpdu.userData.length;
    if (tpdu.endOfTsdu) this.#whole();
    else if (this.#tsduOctets > this.#options.tsduOctets || this.#tsdu.length > MOST_TPDUS) {
      this.#releaseTsdu();
      this.#skips = true;
    }
  }

  /** A TSDU goes without having been looked into. */
  #releaseTsdu(): void {
    const packets = this.#tsdu;
    this.#tsdu = [];
    this.#tsduOctets = 0;
    this.#skips = false;
    if (!this.#holds) return;
    this.#holds = false;
    for (const packet of packets) if (!this.#over) this.#single(packet);
  }

  #whole(): void {
    const packets = this.#tsdu;
    const holds = this.#holds;
    this.#tsdu = [];
    this.#tsduOctets = 0;
    this.#holds = false;
    const tsdu = concat(packets.map(({ tpdu }) => (tpdu as DataTpdu).userData.toBytes()));
    const units = this.#options.connection.finder.find(this.#options.direction, tsdu);
    if (!holds) return;
    const fate = this.#faults.fate(tsdu, units);
    if (fate.delay > 0) this.#outlet.tell({ kind: 'delay', milliseconds: fate.delay });
    if (fate.ending === 'abort') this.#end('close', concat([dataHeader(true), PROVIDER_ABORT]));
    else if (fate.ending !== undefined) this.#end(fate.ending);
    else if (fate.tsdus === undefined && !fate.dropped) for (const packet of packets) this.#single(packet);
    else this.#replaced(packets, fate);
  }

  #single(packet: Packet): void {
    if (!this.#over) this.#put(packet, [packet.octets.toBytes()], packet.tpdu);
  }

  /**
   * The TPKTs of a TSDU that is another one now: each keeps its place and the length of its data, as far as there is
   * data left; what is too much stands in TPKTs of its own behind them.
   */
  #replaced(packets: readonly Packet[], { tsdus = [], cuts }: TsduFate): void {
    const [first, ...more] = tsdus.map((each) => segmented(each, packets, cuts));
    const extra = more.flat(2);
    packets.forEach((packet, i) => {
      if (this.#over) return;
      const own = first?.[i] ?? [];
      const all = i === packets.length - 1 ? [...own, ...extra] : own;
      const [head] = own;
      this.#put(packet, all, head === undefined ? undefined : read(Octets.of(head.subarray(TPKT_HEADER_LENGTH))));
    });
  }

  /** What stands in the place of a TPKT. The faults of its own layers hit the first, if that is what is left of it. */
  #put({ octets, tpdu }: Packet, tpkts: readonly Uint8Array[], left: Tpdu | undefined): void {
    const { direction, meet } = this.#options;
    const end = octets.offset + octets.length;
    const [own, ...more] = tpkts;
    if (own === undefined || (left === undefined && tpdu !== undefined)) {
      // It was sent, and counts.
      if (tpdu !== undefined) meet(direction, 'cotp', tpdu.kind);
      meet(direction, 'tpkt', 'TPKT');
      this.#outlet.replaceTo(end, tpkts);
      return;
    }
    const { delay, ending, pieces } = packetFate(own, left, direction, meet);
    if (delay > 0) this.#outlet.tell({ kind: 'delay', milliseconds: delay });
    if (ending !== undefined) {
      this.#finish(ending);
      return;
    }
    const all = [...pieces, ...more];
    const [only] = all;
    if (all.length === 1 && only !== undefined && Buffer.compare(only, octets.toBytes()) === 0)
      this.#outlet.passTo(end);
    else this.#outlet.replaceTo(end, all);
  }

  #finish(ending: NonNullable<PacketFate['ending']>): void {
    if (ending !== 'disconnect') {
      this.#end(ending);
      return;
    }
    const { direction, connection } = this.#options;
    const other = direction === 'sent' ? 'received' : 'sent';
    const sourceReference = connection.references[direction];
    const destinationReference = connection.references[other];
    this.#end('close', encodeDisconnect({ destinationReference, sourceReference, reason: 0 }));
  }

  #end(how: Ending, tpdu?: Uint8Array): void {
    this.#over = true;
    const last = tpdu === undefined ? undefined : encodeTpkt(tpdu);
    this.#outlet.tell(last === undefined ? { kind: 'ending', how } : { kind: 'ending', how, last });
  }
}

function read(octets: Octets): Tpdu | undefined {
  try {
    return decodeTpdu(octets).tpdu;
  } catch (error) {
    if (error instanceof CotpError) return undefined;
    throw error;
  }
}

/** The TPKTs of a TSDU, by the TPKTs that it came in: DT TPDUs with as much data, while there is data left. */
function segmented(tsdu: Uint8Array, packets: readonly Packet[], cuts: readonly number[]): Uint8Array[][] {
  let at = 0;
  const ranges = packets.map(({ tpdu }, i) => {
    const from = at;
    at += tpdu?.userData.length ?? 0;
    const to = Math.min(at, tsdu.length);
    // An empty DT stays where it was, if all before it did.
    const isThere = from < tsdu.length || (from === tsdu.length && (from === at || i === 0));
    const inner = cuts.filter((cut) => cut > from && cut < to).sort((one, other) => one - other);
    return isThere ? [from, ...inner].map((start, n) => ({ start, end: inner[n] ?? to })) : [];
  });
  const last = ranges.findLast(({ length }) => length > 0)?.at(-1);
  return packets.map((packet, i) =>
    (ranges[i] ?? []).map((range) => dataTpkt(packet, tsdu.subarray(range.start, range.end), range === last)),
  );
}

/** Headers are as they came, but for the mark that ends the TSDU. X.224 13.7.2. */
function dataTpkt({ octets, tpdu }: Packet, data: Uint8Array, ends: boolean): Uint8Array {
  const header = Uint8Array.from(
    octets.subarray(TPKT_HEADER_LENGTH, octets.length - (tpdu?.userData.length ?? 0)).toBytes(),
  );
  header[2] = ((header[2] as number) & ~END_OF_TSDU) | (ends ? END_OF_TSDU : 0);
  return encodeTpkt([header, data], octets.at(1));
}

const END_OF_TSDU = 0x80;
