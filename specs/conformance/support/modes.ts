import type { Mode } from '../../../harness/stack/mode.js';

/** For cases about presentation, ACSE or the wrappers of normal mode. */
export const NORMAL: readonly Mode[] = ['normal'];

/** For cases about what X.410 has in their place. */
export const X410: readonly Mode[] = ['x410-1988', 'x410-1984'];
