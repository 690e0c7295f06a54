import { z } from 'zod';
import type { Preset } from '../preset.js';
import { refuseAfterRoutingPacketWith } from '../presets/third-party-refuse-after-routing-packet.js';
import { slowCheckpointWith } from '../presets/third-party-slow-checkpoint.js';
import { duration } from './schema/values.js';

/** A third-party preset that can be told something. */
interface Configurable {
  /** How each option is written, by its path. */
  readonly forms: Readonly<Record<string, z.ZodType>>;
  /** The preset with options that fit their forms; times in milliseconds. */
  readonly with: (options: Readonly<Record<string, unknown>>) => Preset;
}

const refusal = z.strictObject({
  'refusal.how': z.enum(['busy', 'abort']).optional(),
  'refusal.lasts': z.union([duration, z.literal('forever')]).optional(),
});
const checkpoints = z.strictObject({ delay: duration.optional() });

/** Third-party presets with options of their own. */
export const thirdPartyOptions: Readonly<Record<string, Configurable>> = {
  'refuse-after-routing-packet': {
    forms: refusal.shape,
    with: (options) => {
      const { 'refusal.how': how, 'refusal.lasts': lasts } = refusal.parse(options);
      return refuseAfterRoutingPacketWith({
        ...(how === undefined ? {} : { how }),
        ...(lasts === undefined ? {} : { lasts }),
      });
    },
  },
  'slow-checkpoint': { forms: checkpoints.shape, with: (options) => slowCheckpointWith(checkpoints.parse(options)) },
};
