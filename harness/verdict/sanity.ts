import { Inconclusive } from './failure.js';
import type { Testbed } from './testbed.js';

/** A tolerant peer sends the target one message and the target takes it: then it lives. Nothing is judged. */
export async function sanityConversation(bed: Testbed): Promise<void> {
  const { peer } = await bed.start();
  const identifiers = await peer.sends(1).messages();
  if (!(await peer.hasDelivered(identifiers))) throw new Inconclusive('it did not take a message');
}
