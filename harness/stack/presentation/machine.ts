import { type BerForm, type BerNode, writeBer } from '../../ber/writer.js';
import { outOfOrder } from '../primitive-error.js';
import type { ConnectAccept, ConnectRefuse, SessionEvent } from '../session/primitives.js';
import { proposals, resultsOf } from './contexts.js';
import {
  arpTree,
  aruTree,
  type ContextResult,
  type ContextValue,
  cpaTree,
  cprTree,
  cpTree,
  type PresentationDataValue,
  type ProposedContext,
  type ReadPpdu,
  readPpdu,
  readUserData,
  readUserDataOctets,
  userDataTree,
} from './ppdu.js';
import {
  PASSED,
  type PresentationConnect,
  type PresentationEvent,
  type PresentationResponse,
  type SessionIndication,
  type SessionProvider,
} from './primitives.js';
import {
  type Cell,
  type PresentationEventName,
  type PresentationRequestName,
  type PresentationState,
  RECEIVED,
  RELEASES,
  REQUESTED,
  RESETS,
} from './tables.js';
import { AbortType, ConnectProviderReason, CP, CPA, CPR, EventIdentifier, PresentationAbortReason } from './types.js';

export interface PresentationOptions {
  /** How PPDUs are written. */
  readonly form?: BerForm;
  /** Changes a PPDU's tree just before it is written. */
  readonly rewrite?: (pdu: 'CP' | 'CPA' | 'CPR', tree: BerNode) => BerNode;
  /** Aborts on elements that the declarations do not know, as X.226 8.5 says; if absent they are skipped. */
  readonly strict?: boolean;
}

/** Reason of REFUSE, whoever above session refuses. X.226 7.1.3.2. */
const REJECTED_BY_USER = 2;

const { invalidPpduParameterValue: INVALID_VALUE, unexpectedSessionServicePrimitive: UNEXPECTED_PRIMITIVE } =
  PresentationAbortReason.named;

/**
 * A presentation protocol machine in normal mode, without context management. X.226 (07/94) Annex A; states and events
 * are in `tables.ts`. It calls the session machine below; session primitives go into `receive`.
 */
export class PresentationMachine {
  readonly #session: SessionProvider;
  readonly #options: PresentationOptions;
  #state: PresentationState = 'STAI0';
  /** The defined context set, by identifier. */
  readonly #contexts = new Map<number, string>();
  #proposed: readonly ProposedContext[] = [];
  /** A.5.3.2, A.5.3.3: the release phase has started; two releases have collided. */
  #rl = false;
  #cr = false;

  constructor(session: SessionProvider, options: PresentationOptions = {}) {
    this.#session = session;
    this.#options = options;
  }

  get state(): PresentationState {
    return this.#state;
  }

  /** The first agreed context for an abstract syntax. */
  contextFor(abstractSyntax: string): number | undefined {
    for (const [id, syntax] of this.#contexts) if (syntax === abstractSyntax) return id;
    return undefined;
  }

  /** The session services that pass through presentation unchanged in STAt0. */
  passing(primitive: string): SessionProvider {
    this.#request('P-passed', primitive);
    return this.#session;
  }

  pConnectRequest(connect: PresentationConnect): void {
    this.#request('P-CONreq');
    this.#propose(connect.contexts);
    this.#session.sConnectRequest({ ...connect.session, userData: this.#write('CP', cpTree(connect)) });
  }

  pConnectAccept(response: PresentationResponse, session: Omit<ConnectAccept, 'userData'> = {}): void {
    this.#request('P-CONrsp+');
    this.#agree(response.results);
    this.#session.sConnectAccept({ ...session, userData: this.#write('CPA', cpaTree(response)) });
  }

  /** The user refuses. */
  pConnectRefuse(response: PresentationResponse, session: Omit<ConnectRefuse, 'userData' | 'reason'> = {}): void {
    this.#request('P-CONrsp-');
    const userData = this.#write('CPR', cprTree(response));
    this.#session.sConnectRefuse({ ...session, reason: REJECTED_BY_USER, userData });
  }

  pData(contextId: number, value: BerNode): void {
    this.#request('P-DTreq');
    this.#session.sData(this.#userData(contextId, value));
  }

  pTokenPlease(contextId: number, value: BerNode): void {
    this.#request('P-PTreq');
    this.#session.sTokenPlease(this.#userData(contextId, value));
  }

  pRelease(contextId: number, value: BerNode): void {
    this.#request('P-RELreq');
    this.#session.sRelease(this.#userData(contextId, value));
  }

  pReleaseResponse(contextId: number, value: BerNode): void {
    this.#request('P-RELrsp+');
    this.#session.sReleaseResponse(this.#userData(contextId, value));
  }

  /**
   * `contexts`: those of the values and of what stands inside them. In version 1 of session an ABORT has room for
   * 9 octets, and nothing of the user's goes into them: X.227 7.3.3.1.
   */
  pUAbort(userData: readonly ContextValue[], contexts: readonly number[]): void {
    this.#request('P-UABreq');
    if (this.#session.version === 1) {
      this.#session.sUAbort();
      return;
    }
    this.#session.sUAbort(writeBer(aruTree(contexts, userData), this.#options.form));
  }

  /** A session primitive from below. Those that are the transport's alone are not for this layer. */
  receive(event: SessionEvent): PresentationEvent[] {
    switch (event.kind) {
      case 'sConnectIndication':
        return this.#connectIndication(event);
      case 'sConnectConfirm':
        return this.#connectConfirm(event);
      case 'sConnectRefusal':
        return this.#connectRefusal(event);
      case 'sDataIndication':
        return this.#data(event, 'TD', 'pDataIndication', EventIdentifier.named.tdPPDU);
      case 'sTokenPleaseIndication':
        return this.#tokenPlease(event);
      case 'sReleaseIndication':
        return this.#optionalData(event, 'S-RELind', 'pReleaseIndication', EventIdentifier.named.sReleaseIndication);
      case 'sReleaseConfirm':
        return this.#optionalData(event, 'S-RELcnf+', 'pReleaseConfirm', EventIdentifier.named.sReleaseConfirm);
      case 'sUAbortIndication':
        return this.#userAbort(event);
      case 'sPAbortIndication': {
        if (!this.#enter('S-P-ABind')) return [];
        const reason = event.local ? undefined : event.transportDisconnect;
        return [{ kind: 'pPAbortIndication', layer: 'session', reason, message: event.message }];
      }
      case 'tDisconnectRequest':
        return [];
      default:
        return this.#enter(PASSED[event.kind]) ? [event] : this.#unexpected(event.kind);
    }
  }

  #connectIndication(session: SessionIndication<'sConnectIndication'>): PresentationEvent[] {
    const { decoded, fault } = readPpdu(CP, session.userData);
    const parameters = decoded?.get('normalModeParameters');
    const values = readUserData(parameters?.get('userData')?.element);
    if (!this.#enter('CP')) return this.#unexpected('CP');
    this.#propose(proposals(parameters));
    const { reasonNotSpecified, userDataNotReadable } = ConnectProviderReason.named;
    if (fault !== undefined || parameters === undefined || values === undefined) {
      this.#refuseAsProvider(fault === undefined ? userDataNotReadable : reasonNotSpecified);
      return [];
    }
    // p03: a connection with values in contexts that it does not propose is none for this side to accept.
    if (this.#foreign(values) !== undefined) {
      this.#refuseAsProvider(userDataNotReadable);
      return [];
    }
    return [{ kind: 'pConnectIndication', contexts: this.#proposed, values, session }];
  }

  /** CPR by the presentation entity itself. X.226 6.2.4.9. */
  #refuseAsProvider(providerReason: number): void {
    this.#request('P-CONrsp-');
    const userData = this.#write('CPR', cprTree({ results: [], userData: [], providerReason }));
    this.#session.sConnectRefuse({ reason: REJECTED_BY_USER, userData });
  }

  #connectConfirm(session: SessionIndication<'sConnectConfirm'>): PresentationEvent[] {
    const ppdu = readPpdu(CPA, session.userData);
    const fault = this.#fault(ppdu);
    const parameters = ppdu.decoded?.get('normalModeParameters');
    const values = readUserData(parameters?.get('userData')?.element);
    if (!this.#enter('CPA')) return this.#unexpected('CPA');
    if (fault !== undefined || values === undefined) {
      return this.#abort(INVALID_VALUE, EventIdentifier.named.cpaPPDU, fault ?? 'CPA without user data');
    }
    this.#agree(resultsOf(parameters));
    // p04.
    const foreign = this.#foreign(values);
    if (foreign !== undefined) return this.#abort(INVALID_VALUE, EventIdentifier.named.cpaPPDU, foreign);
    return [{ kind: 'pConnectConfirm', accepted: true, values, session }];
  }

  #connectRefusal(session: SessionIndication<'sConnectRefusal'>): PresentationEvent[] {
    const { userData } = session;
    if (userData === undefined) {
      if (!this.#enter('S-CONcnf-')) return this.#unexpected('S-CONcnf-');
      const { reason } = session;
      return [{ kind: 'pConnectConfirm', accepted: false, refusedBy: 'session', reason, values: [] }];
    }
    if (!this.#enter('CPR')) return this.#unexpected('CPR');
    const { decoded } = readPpdu(CPR, userData);
    const parameters = decoded?.get('normalModeParameters');
    const values = readUserData(parameters?.get('userData')?.element) ?? [];
    const reason = parameters?.get('providerReason')?.primitive;
    const refusedBy = values.length > 0 ? 'user' : 'presentation';
    return [
      {
        kind: 'pConnectConfirm',
        accepted: false,
        refusedBy,
        reason: typeof reason === 'number' ? reason : undefined,
        values,
      },
    ];
  }

  #tokenPlease(event: SessionIndication<'sTokenPleaseIndication'>): PresentationEvent[] {
    // A PT that only leads a concatenation, or asks with the most urgent priority, carries nothing. X.218 9.4.
    return this.#optionalData(event, 'S-PTind', 'pTokenPleaseIndication', EventIdentifier.named.sTokenPleaseIndication);
  }

  #optionalData(
    event: SessionIndication<'sTokenPleaseIndication' | 'sReleaseIndication' | 'sReleaseConfirm'>,
    name: PresentationEventName,
    kind: 'pTokenPleaseIndication' | 'pReleaseIndication' | 'pReleaseConfirm',
    identifier: number,
  ): PresentationEvent[] {
    if (event.userData !== undefined) return this.#data(event, name, kind, identifier);
    return this.#enter(name) ? [{ kind, values: [] }] : this.#unexpected(event.kind);
  }

  #data(
    event: SessionIndication<'sDataIndication' | 'sTokenPleaseIndication' | 'sReleaseIndication' | 'sReleaseConfirm'>,
    name: PresentationEventName,
    kind: 'pDataIndication' | 'pTokenPleaseIndication' | 'pReleaseIndication' | 'pReleaseConfirm',
    identifier: number,
  ): PresentationEvent[] {
    const values = readUserDataOctets(event.userData);
    if (!this.#enter(name)) return this.#unexpected(event.kind);
    if (values === undefined) {
      return this.#abort(INVALID_VALUE, identifier, `user data of ${event.kind} that cannot be read`);
    }
    // p05.
    const foreign = this.#foreign(values);
    return foreign === undefined ? [{ kind, values }] : this.#abort(INVALID_VALUE, identifier, foreign);
  }

  #userAbort(event: SessionIndication<'sUAbortIndication'>): PresentationEvent[] {
    const { decoded } = readPpdu(AbortType, event.userData);
    const arp = decoded?.get('arpPpdu');
    if (arp !== undefined) {
      if (!this.#enter('ARP')) return [];
      const reason = arp.get('providerReason')?.primitive;
      const message = 'the presentation entity of the peer aborted';
      const number = typeof reason === 'number' ? reason : undefined;
      return [{ kind: 'pPAbortIndication', layer: 'presentation', reason: number, message }];
    }
    if (!this.#enter('ARU')) return [];
    const values = readUserData(decoded?.get('aruPpdu', 'normalModeParameters', 'userData')?.element) ?? [];
    return [{ kind: 'pUAbortIndication', values }];
  }

  /** p03, p04, p05: every value is of the context set that was proposed, or agreed. What is wrong, if they are not. */
  #foreign(values: readonly PresentationDataValue[]): string | undefined {
    const foreign = values.find(({ contextId }) => !this.#contexts.has(contextId));
    return foreign && `a value in presentation context ${foreign.contextId}, which was not agreed`;
  }

  /** What X.226 8.5 makes an invalid PPDU. */
  #fault({ fault, unknown }: ReadPpdu): string | undefined {
    if (fault !== undefined) return fault;
    return unknown && this.#options.strict === true ? 'an element that X.226 does not have' : undefined;
  }

  #unexpected(kind: string): PresentationEvent[] {
    if (this.#state === 'STAI0') return [];
    return this.#abort(UNEXPECTED_PRIMITIVE, undefined, `${kind} in ${this.#state}`);
  }

  /** A.4.1.2: ARP to the peer, P-P-ABORT indication to the user. */
  #abort(reason: number, event: number | undefined, message: string): PresentationEvent[] {
    this.#state = 'STAI0';
    this.#session.sUAbort(writeBer(arpTree(reason, event), this.#options.form));
    return [{ kind: 'pPAbortIndication', layer: 'presentation', reason, message }];
  }

  /** Until the answer the proposals stand for the set, so that an abort can name its contexts. */
  #propose(contexts: readonly ProposedContext[]): void {
    this.#proposed = contexts;
    this.#contexts.clear();
    for (const { id, abstractSyntax } of contexts) {
      if (!this.#contexts.has(id)) this.#contexts.set(id, abstractSyntax);
    }
  }

  #agree(results: readonly ContextResult[]): void {
    this.#contexts.clear();
    this.#proposed.forEach(({ id, abstractSyntax }, i) => {
      if (results[i]?.result === 'acceptance' && !this.#contexts.has(id)) this.#contexts.set(id, abstractSyntax);
    });
  }

  #userData(contextId: number, value: BerNode): Uint8Array {
    return writeBer(userDataTree([{ contextId, value }]), this.#options.form);
  }

  #write(pdu: 'CP' | 'CPA' | 'CPR', tree: BerNode): Uint8Array {
    return writeBer(this.#options.rewrite?.(pdu, tree) ?? tree, this.#options.form);
  }

  #enter(event: PresentationEventName): boolean {
    const cell = RECEIVED[this.#state][event];
    if (cell === undefined) return false;
    this.#take(event, cell);
    return true;
  }

  #request(request: PresentationRequestName, primitive: string = request): void {
    const cell = REQUESTED[this.#state][request];
    if (cell === undefined) throw outOfOrder('presentation', primitive, this.#state);
    this.#take(request, cell);
  }

  #take(event: PresentationEventName | PresentationRequestName, cell: Cell): void {
    this.#state = typeof cell === 'string' ? cell : this.#cr ? cell.p08 : cell.otherwise;
    if (RELEASES.has(event)) {
      this.#cr ||= this.#rl;
      this.#rl = true;
    } else if (RESETS.has(event)) {
      this.#cr = false;
      this.#rl = false;
    }
  }
}
