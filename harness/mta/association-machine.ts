import type { Mode } from '../stack/association/events.js';
import { AssociationMachine } from '../stack/association/machine.js';
import type { AssociationMachineOptions, TransferStore } from '../stack/association/service.js';
import { markerDeviations } from './bind.js';
import type { PeerConfig } from './peer.js';
import { transfersOf } from './peer-transfers.js';
import type { Personality } from './preset.js';
import type { RetryOptions } from './retry.js';

/** What the machine of one association is made of. */
export interface MachineParts extends Pick<AssociationMachineOptions, 'role' | 'random' | 'additionalReference'> {
  readonly modes: readonly Mode[];
  /** The MTA's name. */
  readonly userReference: string;
  readonly personality: Personality;
  /** Of the peer, as far as it is known; what it says goes before what the connector has. */
  readonly peer: Pick<PeerConfig, 'addresses' | 'tpduSize' | 'timers' | 'deviations'>;
  readonly connector: RetryOptions;
  /** It goes on with another session connection. */
  readonly recovers?: boolean;
  /** Whose transfers these are, once that is known. */
  readonly peerName: () => string | undefined;
  readonly transfers: TransferStore | undefined;
}

export function associationMachine(parts: MachineParts): AssociationMachine {
  const { role, modes, random, userReference, additionalReference, personality, connector, transfers } = parts;
  const { addresses, tpduSize, timers, deviations } = parts.peer;
  const { disconnectTimeout, recoveryTimeout } = connector;
  const marked = role === 'initiator' ? markerDeviations(personality.bindMarker) : {};
  return new AssociationMachine({
    role,
    modes,
    addresses,
    tpduSize,
    timers: { release: disconnectTimeout, ...(parts.recovers === true ? { open: recoveryTimeout } : {}), ...timers },
    random,
    userReference,
    ...(additionalReference === undefined ? {} : { additionalReference }),
    store: transfers && transfersOf(parts.peerName, transfers),
    deviations: {
      ...personality.deviations,
      ...deviations,
      userInformation: [...(deviations?.userInformation ?? []), ...(marked.userInformation ?? [])],
    },
  });
}
