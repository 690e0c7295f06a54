import { encodingTraps } from './traps/encoding.js';
import { lowerTraps } from './traps/lower.js';
import { transferTraps } from './traps/transfer.js';
import type { Trap } from './traps/trap.js';

export type { Trap } from './traps/trap.js';

/** All traps, from the lowest layer up. */
export const traps: readonly Trap[] = [...lowerTraps, ...transferTraps, ...encodingTraps];
