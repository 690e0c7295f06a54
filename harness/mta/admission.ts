import type { ReceivedBind } from './bind.js';
import type { AssociationHost } from './host.js';
import type { Identification } from './identification.js';
import type { MtaOptions } from './mta-options.js';
import type { PeerConfig } from './peer.js';

/** How many MTAs that nobody has configured may make themselves known. */
const STRANGERS = 1000;

/** What an MTA lends to the looking at who binds to it. */
export interface AdmittingMta {
  readonly identification: Identification;
  readonly strangers: MtaOptions['strangers'];
  peers(): readonly PeerConfig[];
  /** It is one of the peers from now on. */
  know(peer: PeerConfig): void;
}

/** Who may bind to an MTA: its peers, and strangers where it has a place for them. */
export class Admission {
  readonly #mta: AdmittingMta;
  #strangers = 0;

  constructor(mta: AdmittingMta) {
    this.#mta = mta;
  }

  admit(bind: ReceivedBind): ReturnType<AssociationHost['admit']> {
    const { identification, strangers } = this.#mta;
    const known = this.#mta.peers().filter((peer) => identification.isNamedBy(peer, bind));
    const authentic = known.find((peer) => identification.isAuthentic(peer, bind));
    if (authentic !== undefined) {
      const peer = authentic.name;
      // KB Q169716: a connector scheduled Never does not accept either. That it says busy is assumed.
      return authentic.activation === 'never' ? { peer, error: 'busy' } : { peer };
    }
    if (known.length > 0 || strangers === undefined) return { error: 'authenticationError' };
    const { password } = strangers;
    if (!identification.isAuthentic({ name: '', theirs: { password } }, bind)) return { error: 'authenticationError' };
    if (this.#strangers >= STRANGERS) return { error: 'busy' };
    const name = bind.mtaName ?? 'unauthenticated';
    const said = password === undefined ? {} : { theirs: { mtaName: name, password } };
    this.#knowStranger({ ...strangers, name, ...(bind.authenticated ? said : { theirs: {} }) });
    return { peer: name };
  }

  /** Whether a peer's answer to our bind says that it is the peer. */
  recognises(peer: PeerConfig, bind: ReceivedBind): boolean {
    const { identification: by } = this.#mta;
    return peer.theirs === undefined || (by.isNamedBy(peer, bind) && by.isAuthentic(peer, bind));
  }

  /** A peer of an earlier run that nobody has configured is dealt with as a stranger, where strangers are. */
  knowAgain(name: string): boolean {
    const { strangers } = this.#mta;
    if (this.#mta.peers().some((peer) => peer.name === name)) return true;
    if (strangers === undefined || this.#strangers >= STRANGERS) return false;
    this.#knowStranger({ ...strangers, name });
    return true;
  }

  #knowStranger(peer: PeerConfig): void {
    this.#strangers += 1;
    this.#mta.know(peer);
  }
}
