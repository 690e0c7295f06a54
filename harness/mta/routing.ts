import { contentType } from '../p1/content-types.js';
import { oid } from '../p1/object-identifiers.js';
import type { MessageRequest } from './message.js';
import { type Address, type Domain, orName } from './names.js';
import { dashed, type OrgInfo, orgInfoDigest, orgInfoText, sketchOrgInfo } from './orginfo.js';
import type { QueuePriority } from './queue.js';

/** The system message that holds the link state table: what KB 916986 calls a routing packet. Its wire form is not public. */
export interface RoutingMessageOptions {
  readonly enabled: boolean;
  readonly contentType: 'mdbef' | 'unidentified';
  /** The common name is the routing group's GUID, as in the OrgInfo's own address templates. */
  readonly recipientForm: 'guid-cn' | 'dn' | 'dda';
  readonly priority: QueuePriority;
  /** Octets of OrgInfo text that it has at least. */
  readonly size: number;
  /** Milliseconds between changes of a link's state. */
  readonly interval: number;
  readonly table: 'full' | 'digest';
}

/** How the MTA finds out that a peer is one of its kind. */
export type PeerTest = 'echo' | 'always' | 'config' | 'never';

/** What is known of a peer when it is asked whether it is one. */
export interface PeerSigns {
  /** Its bind result held the marker of our argument. KB 281744. */
  readonly echoed: boolean;
  /** The connector is configured to join two routing groups. */
  readonly connectedRoutingGroup: boolean;
}

export interface RoutingTrafficOptions extends RoutingMessageOptions {
  readonly peerTest: PeerTest;
  readonly server: string;
  /** The third number of the version. */
  readonly build: number;
  readonly domain: Domain;
}

/** Decides who is told the link state table, and when: each peer each version of it, once. */
export class RoutingTraffic {
  readonly interval: number;
  readonly #options: RoutingTrafficOptions;
  readonly #told = new Map<string, number>();
  #version = 0;

  constructor(options: RoutingTrafficOptions) {
    this.interval = options.interval;
    this.#options = options;
  }

  /** A link went up or down somewhere: there is a new table. */
  changed(): void {
    this.#version += 1;
  }

  /** The message that a peer is due, if any; then it counts as told. */
  dueTo(peer: string, signs: PeerSigns): MessageRequest | undefined {
    if (!this.#isOfOurKind(signs) || this.#told.get(peer) === this.#version) return undefined;
    this.#told.set(peer, this.#version);
    return this.#message();
  }

  #isOfOurKind({ echoed, connectedRoutingGroup }: PeerSigns): boolean {
    switch (this.#options.peerTest) {
      case 'always':
        return true;
      case 'echo':
        return echoed;
      case 'config':
        return connectedRoutingGroup;
      case 'never':
        return false;
    }
  }

  #message(): MessageRequest {
    const { domain, server, build, size, table, priority } = this.#options;
    const organization = domain.privateDomain ?? 'Exchange';
    const info = sketchOrgInfo({
      organization,
      country: domain.country,
      privateDomain: domain.privateDomain,
      server,
      build,
      version: this.#version,
      size,
    });
    const text = table === 'full' ? orgInfoText(info) : orgInfoDigest(info);
    return {
      originator: orName({ ...domain, organization, commonName: 'Microsoft MTA' }),
      recipients: [orName(this.#recipient(info, organization))],
      contentType:
        this.#options.contentType === 'mdbef' ? { extended: oid.mdbef } : { builtIn: contentType.unidentified },
      content: new Uint8Array(Buffer.from(text, 'latin1')),
      priority,
      system: true,
    };
  }

  #recipient(info: OrgInfo, organization: string): Address {
    const { domain, recipientForm } = this.#options;
    const [group] = info.groups;
    const guid = dashed(group?.guid ?? '');
    switch (recipientForm) {
      case 'guid-cn':
        return { ...domain, organization, commonName: guid };
      case 'dn':
        return {
          directoryName: [
            ['O', organization],
            ['OU', group?.administrativeGroup ?? ''],
            ['CN', guid],
          ],
        };
      case 'dda':
        return { ...domain, domainDefined: [{ type: 'MSXCHNGE', value: `/o=${organization}/cn=${guid}` }] };
    }
  }
}
