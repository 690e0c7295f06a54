import { fromHex, Octets } from '../../../../../harness/ber/octets.js';
import type { Direction } from '../../../../../harness/stack/direction.js';
import { TpktFramer } from '../../../../../harness/stack/tpkt/framer.js';
import { openConversation } from '../../../../../harness/transcript/open.js';
import type { Tpkt } from './steps.js';

/** In place of data that a log left out: GIVE TOKENS and DATA TRANSFER with an empty message, which RTSE can carry. */
const STAND_IN = fromHex('0300 000d 02f080 0100 0100 a000');

/** The TPKTs of each connection of a recording, in the order in which they were seen whole. */
export async function recordedTpkts(path: string): Promise<Tpkt[][]> {
  const conversation = await openConversation(path);
  const connections = new Map<number, { tpkts: Tpkt[]; framers: Record<Direction, TpktFramer> }>();
  for await (const event of conversation.events()) {
    if (event.kind === 'open') {
      connections.set(event.connection, { tpkts: [], framers: { i2r: new TpktFramer(), r2i: new TpktFramer() } });
    }
    const connection = connections.get(event.connection);
    if (event.kind !== 'data' || connection === undefined) continue;
    const { direction, octets, lostBefore = 0 } = event;
    if (lostBefore > 0) connection.tpkts.push({ direction, octets: STAND_IN });
    for (const unit of connection.framers[direction].push(Octets.of(octets))) {
      if (unit.kind === 'tpkt') connection.tpkts.push({ direction, octets: unit.octets.toBytes() });
    }
  }
  return [...connections.values()].map(({ tpkts }) => tpkts);
}
