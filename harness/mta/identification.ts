import { P1specError } from '../ber/error.js';
import type { Octets } from '../ber/octets.js';
import type { Mode } from '../stack/association/events.js';
import { bindArgument, bindResult, type Identity, type ReceivedBind, readBind } from './bind.js';
import { isAuthentic, isNamedBy, type PeerConfig } from './peer.js';
import type { Personality } from './preset.js';

/** More than X.411 allows, for who wants to try that, and no more than any CONNECT carries. */
const TEXT_LIMIT = 128;

/** Who an MTA says that it is in its binds, and how it looks at who others say they are. */
export class Identification {
  readonly #name: string;
  readonly #personality: Personality;

  /** `name` is its MTA name, where the configuration of a peer has no other. */
  constructor(name: string, personality: Personality) {
    this.#name = name;
    this.#personality = personality;
  }

  /** Throws where it cannot be written, or carried: for who wants to know before a peer binds. */
  check({ ours }: Pick<PeerConfig, 'ours'>): void {
    const identity = this.#identity(ours, 'normal');
    for (const text of [identity.mtaName, identity.password]) {
      if (text === undefined || text.length <= TEXT_LIMIT) continue;
      throw new P1specError('ERR_BIND_NAME', {
        message: `a name or password of ${text.length} characters`,
        hint: `at most ${TEXT_LIMIT}; X.411 has names of 32 and passwords of 62`,
      });
    }
    bindArgument('normal', identity);
  }

  argumentFor({ ours }: PeerConfig, mode: Mode): Uint8Array {
    return bindArgument(mode, this.#identity(ours, mode), this.#personality.bindMarker);
  }

  /** In answer to that argument. */
  resultFor({ ours }: PeerConfig, argument: Octets, mode: Mode): Uint8Array {
    const echoed = this.#personality.echoesBind ? readBind(argument, 'argument', mode).foreign : [];
    return bindResult(mode, this.#identity(ours, mode), undefined, echoed);
  }

  isNamedBy(peer: PeerConfig, bind: ReceivedBind): boolean {
    return isNamedBy(peer, bind, this.#personality.ignoresCase);
  }

  isAuthentic(peer: PeerConfig, bind: ReceivedBind): boolean {
    return isAuthentic(peer, bind, this.#personality.ignoresCase);
  }

  #identity(ours: Identity = { mtaName: this.#name }, mode: Mode): Identity {
    const { passwordForm } = this.#personality;
    // P1 of 1984 has an IA5String alone.
    return mode === 'normal' && passwordForm !== undefined ? { passwordForm, ...ours } : ours;
  }
}
