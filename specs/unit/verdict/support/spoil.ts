import { concat, fromHex } from '../../../../harness/ber/octets.js';
import type { Link, LinkHandlers } from '../../../../harness/link/link.js';

/** What a spoiled link does about a TSDU, which here is a TPKT's user data, SPDUs together. */
export interface Act {
  /** Goes on as it is, unless it was dropped or replaced. */
  drop(): void;
  /** In its place; also several. */
  replace(...tsdus: readonly string[]): void;
  /** To the peer, ahead of it. */
  send(tsdu: string): void;
  /** To the target, as if the peer had sent it. */
  tell(tsdu: string): void;
  /** Drops the link. */
  destroy(): void;
}

type React = (tsdu: string, act: Act) => void;

const HEADER = 7;
const DT = 0xf0;

/** A target that errs: what it sends (`out`) and what it gets (`in`) pass here, in hexadecimal, TSDU by TSDU. */
export function spoiled({ out, in: inward }: { readonly out?: React; readonly in?: React }): (link: Link) => Link {
  return (link) => {
    let handlers: LinkHandlers | undefined;
    let rest: Uint8Array = new Uint8Array(0);
    const toPeer = (tsdu: string) => void link.send(tpkt(tsdu));
    const toTarget = (tsdu: string) => handlers?.data(tpkt(tsdu));
    const pass = (bytes: Uint8Array, onward: (bytes: Uint8Array) => void, react: React | undefined) => {
      if (react === undefined || bytes[5] !== DT) {
        onward(bytes);
        return;
      }
      let gone = false;
      const tell: string[] = [];
      react(Buffer.from(bytes.subarray(HEADER)).toString('hex'), {
        drop: () => {
          gone = true;
        },
        replace: (...tsdus) => {
          gone = true;
          for (const each of tsdus) onward(tpkt(each));
        },
        send: toPeer,
        tell: (tsdu) => tell.push(tsdu),
        destroy: () => {
          gone = true;
          link.destroy();
        },
      });
      if (!gone) onward(bytes);
      // Not from within the target's own sending.
      if (tell.length > 0) queueMicrotask(() => tell.forEach(toTarget));
    };
    return {
      localEndpoint: link.localEndpoint,
      remoteEndpoint: link.remoteEndpoint,
      opened: link.opened,
      close: () => link.close(),
      destroy: () => link.destroy(),
      send: (bytes) => {
        for (const each of whole(bytes).tpkts) pass(each, (octets) => link.send(octets), out);
        return true;
      },
      start: (given) => {
        handlers = given;
        link.start({
          ...given,
          data: (bytes) => {
            const { tpkts, left } = whole(concat([rest, bytes]));
            rest = left;
            for (const each of tpkts) pass(each, (octets) => given.data(octets), inward);
          },
          end: () => given.end(),
          close: (how, error) => given.close(how, error),
        });
      },
    };
  };
}

/** The same for all links of a target together, the nth of which is `made`. */
export function eachLink(wrap: (link: Link, made: number) => Link): (link: Link) => Link {
  let made = 0;
  return (link) => {
    made += 1;
    return wrap(link, made);
  };
}

function tpkt(tsdu: string): Uint8Array {
  const octets = fromHex(tsdu);
  const length = octets.length + HEADER;
  return concat([Uint8Array.of(3, 0, length >> 8, length & 0xff, 2, DT, 0x80), octets]);
}

function whole(bytes: Uint8Array): { tpkts: Uint8Array[]; left: Uint8Array } {
  const tpkts: Uint8Array[] = [];
  let from = 0;
  for (;;) {
    const length = ((bytes[from + 2] ?? 0) << 8) | (bytes[from + 3] ?? 0);
    if (bytes.length < from + 4 || bytes.length < from + length) return { tpkts, left: bytes.subarray(from) };
    tpkts.push(bytes.subarray(from, from + length));
    from += length;
  }
}
