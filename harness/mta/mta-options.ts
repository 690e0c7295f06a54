import type { Clock } from '../link/clock.js';
import type { ORName } from '../p1/or-name.js';
import type { Mode } from '../stack/association/events.js';
import type { TransferStore } from '../stack/association/service.js';
import type { PduEdit } from './edits/edit.js';
import type { Hooks } from './hooks.js';
import type { Domain } from './names.js';
import type { PeerConfig } from './peer.js';
import type { Preset } from './preset.js';
import type { Spool } from './spool.js';

export interface MtaOptions {
  /** The MTA name, as in MTA-binds. */
  readonly name: string;
  readonly preset: Preset;
  readonly domain: Domain;
  /** Stands in identifiers; the MTA name where absent. */
  readonly server?: string;
  readonly peers?: readonly PeerConfig[];
  /** How MTAs are dealt with that bind and are not among the peers; they are refused where absent. */
  readonly strangers?: Omit<PeerConfig, 'name' | 'theirs'> & {
    /** What each has to say; not looked at where absent. */
    readonly password?: string;
  };
  readonly clock: Clock;
  readonly random: (octets: number) => Uint8Array;
  /** Asked before the preset's. */
  readonly hooks?: Hooks;
  /** The peer behind which a recipient is; undefined for those that are here. All are here where it is absent. */
  readonly route?: (recipient: ORName) => string | undefined;
  /** Of associations that others open. */
  readonly modes?: readonly Mode[];
  /**
   * What is kept of transfers that break off while they come in, to go on with them: in memory where absent. `none` keeps
   * nothing and refuses to recover or resume, as ISODE and PP do.
   */
  readonly recovery?: TransferStore | 'none';
  /** Keeps queues, and what `recovery` would, where a crash does not reach. */
  readonly spool?: Spool;
  /** What it sends is changed so, just before it goes out. The events `edited` and `editFailed` tell of it. */
  readonly edits?: readonly PduEdit[];
}
