import { P1specError } from '../../ber/error.js';
import { nearest } from '../nearest.js';
import type { Preset } from '../preset.js';
import { exchange55 } from './exchange-5.5.js';
import { exchange2000Rtm } from './exchange-2000-rtm.js';
import { exchange2000Sp1 } from './exchange-2000-sp1.js';
import { exchange2003Kb916986 } from './exchange-2003-kb916986.js';
import { exchange2003Sp2 } from './exchange-2003-sp2.js';
import { abortOnTransfer } from './third-party-abort-on-transfer.js';
import { echo } from './third-party-echo.js';
import { ndrContentType } from './third-party-ndr-content-type.js';
import { ndrUnsupportedCriticalFunction } from './third-party-ndr-unsupported-critical-function.js';
import { omitWindow } from './third-party-omit-window.js';
import { pp } from './third-party-pp.js';
import { refuseAfterRoutingPacket } from './third-party-refuse-after-routing-packet.js';
import { silentDiscard } from './third-party-silent-discard.js';
import { slowCheckpoint } from './third-party-slow-checkpoint.js';
import { strictBilateral } from './third-party-strict-bilateral.js';
import { strictBind } from './third-party-strict-bind.js';
import { strictExtension } from './third-party-strict-extension.js';
import { tolerant } from './third-party-tolerant.js';

/** All presets, the Exchange ones first. */
export const presets: readonly Preset[] = [
  exchange2003Sp2,
  exchange2003Kb916986,
  exchange2000Rtm,
  exchange2000Sp1,
  exchange55,
  tolerant,
  refuseAfterRoutingPacket,
  echo,
  strictBind,
  strictExtension,
  strictBilateral,
  silentDiscard,
  ndrUnsupportedCriticalFunction,
  ndrContentType,
  abortOnTransfer,
  slowCheckpoint,
  omitWindow,
  pp,
];

/** The preset of that name. Throws ERR_UNKNOWN_PRESET, with the nearest name as hint. */
export function presetNamed(name: string): Preset {
  const found = presets.find((preset) => preset.name === name);
  if (found !== undefined) return found;
  const names = presets.map((preset) => preset.name);
  const near = nearest(name, names);
  throw new P1specError('ERR_UNKNOWN_PRESET', {
    message: `there is no preset ${JSON.stringify(name.slice(0, 80))}`,
    hint: near === undefined ? `presets are: ${names.join(', ')}` : `did you mean '${near}'?`,
  });
}

export { ppWith } from './third-party-pp.js';
export {
  abortOnTransfer,
  echo,
  exchange55,
  exchange2000Rtm,
  exchange2000Sp1,
  exchange2003Kb916986,
  exchange2003Sp2,
  ndrContentType,
  ndrUnsupportedCriticalFunction,
  omitWindow,
  pp,
  refuseAfterRoutingPacket,
  silentDiscard,
  slowCheckpoint,
  strictBilateral,
  strictBind,
  strictExtension,
  tolerant,
};
