import type { BerNode } from '../../ber/writer.js';
import { requireContext } from '../presentation/contexts.js';
import type { PresentationMachine } from '../presentation/machine.js';
import type { ContextValue } from '../presentation/ppdu.js';
import type { PresentationConnect, PresentationEvent, PresentationResponse } from '../presentation/primitives.js';
import { outOfOrder } from '../primitive-error.js';
import type { ConnectAccept } from '../session/primitives.js';
import {
  type AcseAdditions,
  aareTree,
  aarqTree,
  abrtTree,
  type InformationValue,
  type ReadAcse,
  readAcse,
  rlreTree,
  rlrqTree,
} from './apdu.js';
import { ACSE_ABSTRACT_SYNTAX } from './object-identifiers.js';
import { type AcseEventName, type AcseRequestName, type AcseState, RECEIVED, REQUESTED } from './tables.js';
import { AbortSource, AcseServiceUserDiagnostic, AssociateResult, ReleaseRequestReason } from './types.js';

/** The presentation service as ACSE uses it. */
export type PresentationProvider = Pick<
  PresentationMachine,
  'pConnectRequest' | 'pConnectAccept' | 'pConnectRefuse' | 'pRelease' | 'pReleaseResponse' | 'pUAbort' | 'contextFor'
>;

export interface AcseOptions {
  readonly additions?: AcseAdditions;
  /** Changes an APDU's tree just before it is written. */
  readonly rewrite?: (apdu: 'AARQ' | 'AARE' | 'RLRQ' | 'RLRE' | 'ABRT', tree: BerNode) => BerNode;
  /** Aborts on unknown elements outside AARQ, as X.227 7.4 says; if absent they are skipped. */
  readonly strict?: boolean;
}

type Information = readonly InformationValue[];
type Connected<Kind extends PresentationEvent['kind']> = Extract<PresentationEvent, { readonly kind: Kind }>;

/** The primitives that ACSE takes; the others are not its own. */
export type AcseInput = Connected<
  | 'pConnectIndication'
  | 'pConnectConfirm'
  | 'pReleaseIndication'
  | 'pReleaseConfirm'
  | 'pUAbortIndication'
  | 'pPAbortIndication'
>;

/** Association control primitives, X.217. */
export type AcseEvent =
  | {
      readonly kind: 'aAssociateIndication';
      readonly applicationContextName: string;
      readonly userInformation: Information;
      readonly presentation: Connected<'pConnectIndication'>;
    }
  | {
      readonly kind: 'aAssociateConfirm';
      readonly accepted: true;
      readonly userInformation: Information;
      readonly presentation: Extract<Connected<'pConnectConfirm'>, { readonly accepted: true }>;
    }
  | {
      readonly kind: 'aAssociateConfirm';
      readonly accepted: false;
      readonly refusedBy: 'session' | 'presentation' | 'acse';
      /** Of the layer that refused: the diagnostic where it was ACSE or its user. */
      readonly reason: number | undefined;
      readonly userInformation: Information;
    }
  | { readonly kind: 'aReleaseIndication' }
  | { readonly kind: 'aReleaseConfirm' }
  /** `source`: undefined where no ABRT came with the abort. */
  | {
      readonly kind: 'aAbortIndication';
      readonly source: number | undefined;
      readonly userInformation: Information;
      readonly message: string;
    }
  | {
      readonly kind: 'aPAbortIndication';
      readonly layer: 'session' | 'presentation';
      readonly reason: number | undefined;
      readonly message: string;
    };

/**
 * An association control protocol machine, X.227 (04/95) Annex A; states and events are in `tables.ts`. It calls the
 * presentation machine below; presentation primitives go into `receive`.
 */
export class AcseMachine {
  readonly #presentation: PresentationProvider;
  readonly #options: AcseOptions;
  #state: AcseState = 'STA0';
  /** p2 of Table A.4: this machine originated the association. */
  #originated = false;
  #applicationContextName = '';

  constructor(presentation: PresentationProvider, options: AcseOptions = {}) {
    this.#presentation = presentation;
    this.#options = options;
  }

  get state(): AcseState {
    return this.#state;
  }

  /** `connect.userData` is ACSE's to fill. `contextId`: the context that is proposed for ACSE. */
  aAssociateRequest(request: {
    readonly applicationContextName: string;
    readonly contextId: number;
    readonly userInformation: readonly ContextValue[];
    readonly connect: Omit<PresentationConnect, 'userData'>;
  }): void {
    this.#request('A-ASCreq');
    this.#originated = true;
    const value = this.#write('AARQ', aarqTree(request, this.#options.additions ?? {}));
    this.#presentation.pConnectRequest({
      ...request.connect,
      userData: [{ contextId: request.contextId, value }],
    });
  }

  /** The application context of the request is answered where none is given. */
  aAssociateAccept(
    userInformation: readonly ContextValue[],
    response: Omit<PresentationResponse, 'userData'> & { readonly contextId: number },
    session: Omit<ConnectAccept, 'userData'>,
    applicationContextName = this.#applicationContextName,
  ): void {
    this.#request('A-ASCrsp+');
    const result = AssociateResult.named.accepted;
    const diagnostic = { user: AcseServiceUserDiagnostic.named.null };
    const fields = { applicationContextName, result, diagnostic, userInformation };
    const value = this.#write('AARE', aareTree(fields, this.#options.additions ?? {}));
    const { contextId, ...presentation } = response;
    this.#presentation.pConnectAccept({ ...presentation, userData: [{ contextId, value }] }, session);
  }

  aAssociateRefuse(
    userInformation: readonly ContextValue[],
    response: Omit<PresentationResponse, 'userData'> & { readonly contextId: number },
    diagnostic: number = AcseServiceUserDiagnostic.named.noReasonGiven,
  ): void {
    this.#request('A-ASCrsp-');
    const fields = {
      applicationContextName: this.#applicationContextName,
      result: AssociateResult.named.rejectedPermanent,
      diagnostic: { user: diagnostic },
      userInformation,
    };
    const value = this.#write('AARE', aareTree(fields, this.#options.additions ?? {}));
    const { contextId, ...presentation } = response;
    this.#presentation.pConnectRefuse({ ...presentation, userData: [{ contextId, value }] });
  }

  aRelease(): void {
    const contextId = this.#context();
    this.#request('A-RLSreq');
    this.#presentation.pRelease(contextId, this.#write('RLRQ', rlrqTree(ReleaseRequestReason.named.normal)));
  }

  aReleaseResponse(): void {
    const contextId = this.#context();
    this.#request('A-RLSrsp+');
    this.#presentation.pReleaseResponse(contextId, this.#write('RLRE', rlreTree(ReleaseRequestReason.named.normal)));
  }

  aAbort(userInformation: readonly ContextValue[]): void {
    this.#request('A-ABRreq');
    this.#abrt(AbortSource.named.acseServiceUser, userInformation);
  }

  receive(event: AcseInput): AcseEvent[] {
    switch (event.kind) {
      case 'pConnectIndication':
        return this.#associateIndication(event);
      case 'pConnectConfirm':
        return event.accepted ? this.#associateConfirm(event) : this.#associateRefused(event);
      case 'pReleaseIndication':
        return this.#release(event, 'RLRQ', 'RLRQ', 'aReleaseIndication');
      case 'pReleaseConfirm':
        // Reliable transfer cannot refuse a release: whatever the RLRE says, session has gone. X.218 9.2.
        return this.#release(event, 'RLRE', 'RLRE+', 'aReleaseConfirm');
      case 'pUAbortIndication':
        return this.#aborted(event);
      case 'pPAbortIndication':
        return this.#enter('P-PABind') ? [{ ...event, kind: 'aPAbortIndication' }] : [];
    }
  }

  #associateIndication(presentation: Connected<'pConnectIndication'>): AcseEvent[] {
    const apdu = readAcse(presentation.values[0]);
    if (apdu?.name !== 'AARQ' || !this.#enter('AARQ')) {
      // In STA0 too: the presentation connection waits for an answer.
      return this.#abortBoth(`${apdu?.name ?? 'no ACSE APDU'} in P-CONNECT indication, ${this.#state}`);
    }
    this.#originated = false;
    this.#applicationContextName = String(apdu.decoded.get('applicationContextName')?.primitive);
    return [
      {
        kind: 'aAssociateIndication',
        applicationContextName: this.#applicationContextName,
        userInformation: apdu.userInformation,
        presentation,
      },
    ];
  }

  #associateConfirm(presentation: Extract<Connected<'pConnectConfirm'>, { readonly accepted: true }>): AcseEvent[] {
    const apdu = readAcse(presentation.values[0]);
    // Only AARE+ rides in a positive P-CONNECT confirm. Table A.1.
    const accepted = apdu?.name === 'AARE' && apdu.decoded.get('result')?.primitive === AssociateResult.named.accepted;
    if (!accepted || this.#isForeign(apdu) || !this.#enter('AARE+')) {
      return this.#protocolError(`${apdu?.name ?? 'no ACSE APDU'} in P-CONNECT confirm, ${this.#state}`);
    }
    return [{ kind: 'aAssociateConfirm', accepted: true, userInformation: apdu.userInformation, presentation }];
  }

  #associateRefused(event: Extract<Connected<'pConnectConfirm'>, { readonly accepted: false }>): AcseEvent[] {
    const apdu = event.refusedBy === 'user' ? readAcse(event.values[0]) : undefined;
    const name = apdu === undefined ? 'P-CONcnf-' : 'AARE-';
    if (!this.#enter(name)) return this.#protocolError(`${name} in ${this.#state}`);
    if (apdu === undefined) {
      const refusedBy = event.refusedBy === 'session' ? 'session' : 'presentation';
      return [{ kind: 'aAssociateConfirm', accepted: false, refusedBy, reason: event.reason, userInformation: [] }];
    }
    const source = apdu.decoded.get('resultSourceDiagnostic')?.children[0]?.primitive;
    const reason = typeof source === 'number' ? source : undefined;
    const { userInformation } = apdu;
    return [{ kind: 'aAssociateConfirm', accepted: false, refusedBy: 'acse', reason, userInformation }];
  }

  #release(
    event: Connected<'pReleaseIndication' | 'pReleaseConfirm'>,
    expected: 'RLRQ' | 'RLRE',
    name: AcseEventName,
    kind: 'aReleaseIndication' | 'aReleaseConfirm',
  ): AcseEvent[] {
    const apdu = readAcse(event.values[0]);
    // FN and DN without user data are taken for what they plainly mean.
    const known = event.values.length === 0 || (apdu?.name === expected && !this.#isForeign(apdu));
    if (!known || !this.#enter(name)) {
      return this.#protocolError(`${apdu?.name ?? 'no ACSE APDU'} in ${event.kind}, ${this.#state}`);
    }
    return [{ kind }];
  }

  #aborted(event: Connected<'pUAbortIndication'>): AcseEvent[] {
    const apdu = readAcse(event.values[0]);
    if (!this.#enter('ABRT')) return [];
    const source = apdu?.name === 'ABRT' ? apdu.decoded.get('abortSource')?.primitive : undefined;
    return [
      {
        kind: 'aAbortIndication',
        source: typeof source === 'number' ? source : undefined,
        userInformation: apdu?.userInformation ?? [],
        message: 'the peer aborted',
      },
    ];
  }

  #isForeign(apdu: ReadAcse | undefined): boolean {
    return this.#options.strict === true && apdu?.unknown === true;
  }

  /** A.3.1 b. Without an association there is nobody to abort. */
  #protocolError(message: string): AcseEvent[] {
    return this.#state === 'STA0' ? [] : this.#abortBoth(message);
  }

  /** ABRT to the peer, A-ABORT indication to the user. */
  #abortBoth(message: string): AcseEvent[] {
    const source = AbortSource.named.acseServiceProvider;
    this.#state = 'STA0';
    this.#abrt(source, []);
    return [{ kind: 'aAbortIndication', source, userInformation: [], message }];
  }

  #abrt(source: number, userInformation: readonly ContextValue[]): void {
    const contextId = this.#presentation.contextFor(ACSE_ABSTRACT_SYNTAX) ?? 1;
    const value = this.#write('ABRT', abrtTree(source, userInformation));
    const contexts = [contextId, ...userInformation.map((information) => information.contextId)];
    this.#presentation.pUAbort([{ contextId, value }], contexts);
  }

  #context(): number {
    return requireContext(this.#presentation, ACSE_ABSTRACT_SYNTAX);
  }

  #write(apdu: 'AARQ' | 'AARE' | 'RLRQ' | 'RLRE' | 'ABRT', tree: BerNode): BerNode {
    return this.#options.rewrite?.(apdu, tree) ?? tree;
  }

  #enter(event: AcseEventName): boolean {
    const cell = RECEIVED[this.#state][event];
    if (cell === undefined) return false;
    this.#state = typeof cell === 'string' ? cell : this.#originated ? cell.p2 : cell.otherwise;
    return true;
  }

  #request(request: AcseRequestName): void {
    const cell = REQUESTED[this.#state][request];
    if (cell === undefined) throw outOfOrder('acse', request, this.#state);
    this.#state = typeof cell === 'string' ? cell : this.#originated ? cell.p2 : cell.otherwise;
  }
}
