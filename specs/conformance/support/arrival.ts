import { expect, type Peer, type SeenApdu, type Testbed } from '../../../harness/verdict/index.js';

/** Milliseconds in which a second copy would come. */
const AFTERWARDS = 80;

/** The transfer of a message that the receiver has acknowledged. */
export async function secured(bed: Testbed, seen: () => SeenApdu[], identifier: string | undefined): Promise<SeenApdu> {
  return bed.until(`message ${identifier} is transferred`, () =>
    seen().find((apdu) => apdu.identifier === identifier && apdu.confirmed),
  );
}

/** How often a peer has taken a message. */
export function copies(peer: Peer, identifier: string): number {
  return peer.taken.filter((each) => each === identifier).length;
}

/** The message comes to the peer, and no second copy of it. */
export async function comesOnce(bed: Testbed, peer: Peer, identifier: string): Promise<void> {
  await bed.settles(() => copies(peer, identifier) > 0, bed.retryInterval);
  await bed.pause(AFTERWARDS);
  expect(copies(peer, identifier), `copies of ${identifier} that came to ${peer.name}`).to.equal(1);
}
