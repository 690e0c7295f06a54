import { decode } from '../../asn1/decode.js';
import { berFromBytes, encode, toBer } from '../../asn1/encode.js';
import type { Octets } from '../../ber/octets.js';
import { TagClass, tagKey, Universal } from '../../ber/tag.js';
import { type BerNode, constructed, writeBer } from '../../ber/writer.js';
import type { InformationValue } from '../acse/apdu.js';
import { type AcseEvent, AcseMachine } from '../acse/machine.js';
import { ACSE_ABSTRACT_SYNTAX } from '../acse/object-identifiers.js';
import { AcseServiceUserDiagnostic } from '../acse/types.js';
import { answerContexts, requireContext } from '../presentation/contexts.js';
import { PresentationMachine } from '../presentation/machine.js';
import { BER_TRANSFER_SYNTAX } from '../presentation/object-identifiers.js';
import type { ContextResult, PresentationDataValue, ProposedContext } from '../presentation/ppdu.js';
import type { PresentationEvent, SessionProvider } from '../presentation/primitives.js';
import { PresentationContextIdentifier } from '../presentation/types.js';
import type { AbortValue, AcceptValue, ModeEvent, ModeProfile, OpenValue, RefusalValue } from '../rtse/mode.js';
import type { ConnectionIdentifier } from '../rtse/recovery.js';
import { AbortReason, DialogueMode, RTAB, RTOAC, RTORJ, RTORQ, RTTP } from '../rtse/types.js';
import type { ConnectRequest, SessionEvent } from '../session/primitives.js';
import { stringContent } from '../string-content.js';
import { unwrapExternal } from './external.js';
import {
  ALL_RESPONDER,
  associateConfirm,
  associateIndication,
  connectionOf,
  NO_USER_DATA,
  octetsOf,
  recovering,
  turnPriority,
} from './open-values.js';
import type { AssociationAddresses, Deviations } from './service.js';

/** The object identifiers of the application that is carried: of P1, if absent. X.419 (06/1999) Annex A. */
export interface ApplicationSyntaxes {
  readonly applicationContext: string;
  /** RTSE with the bind. */
  readonly rtse: string;
  /** The APDUs that are transferred. */
  readonly apdu: string;
}

export const MTS_TRANSFER: ApplicationSyntaxes = {
  applicationContext: '2.6.0.1.6',
  rtse: '2.6.0.2.12',
  apdu: '2.6.0.2.7',
};

export interface NormalModeOptions {
  readonly addresses?: AssociationAddresses;
  readonly deviations?: Deviations;
  readonly syntaxes?: ApplicationSyntaxes;
  readonly strict?: boolean;
  /** References of the session connection, asked for when it is opened. X.225 7.1.1 a. */
  readonly references: () => Pick<ConnectRequest, 'callingReference' | 'commonReference'>;
}

/** ACSE, RTSE and the APDUs, in the order in which X.400 stacks propose them. Identifiers are odd: X.226 6.2.2.7. */
const CONTEXT = { acse: 1, rtse: 3, apdu: 5 } as const;

const OCTET_STRING = tagKey(TagClass.universal, Universal.octetString);
const RTAB_MISTAGGED = tagKey(TagClass.universal, Universal.ia5String);

/** Reliable transfer over ACSE and presentation in normal mode. X.228 8.1, 8.2. */
export class NormalMode implements ModeProfile {
  readonly mode = 'normal';
  readonly #session: SessionProvider;
  readonly #presentation: PresentationMachine;
  readonly #acse: AcseMachine;
  readonly #options: NormalModeOptions;
  readonly #syntaxes: ApplicationSyntaxes;
  readonly #deviations: Deviations;
  #connection: ConnectionIdentifier | undefined;
  /** Whether this side asked to recover an association, and wants that answered. */
  #recovering = false;
  /** What a responder will answer, kept from the request. */
  #pending: { results: readonly ContextResult[]; acse: number; rtse: number; session: ConnectReferences } | undefined;

  constructor(session: SessionProvider, options: NormalModeOptions) {
    this.#session = session;
    this.#options = options;
    this.#syntaxes = options.syntaxes ?? MTS_TRANSFER;
    this.#deviations = options.deviations ?? {};
    const { form, rewrite, acseElements: elements, userInformation } = this.#deviations;
    const { strict } = options;
    this.#presentation = new PresentationMachine(session, { form, rewrite, strict });
    this.#acse = new AcseMachine(this.#presentation, { additions: { elements, userInformation }, rewrite, strict });
  }

  get connection(): ConnectionIdentifier | undefined {
    return this.#connection;
  }

  associate(open: OpenValue): void {
    const { checkpointSize, windowSize, recover } = open;
    const dialogueMode = DialogueMode.named[open.dialogueMode];
    const connectionDataRQ = { open: berFromBytes(recover === undefined ? open.userData : NO_USER_DATA) };
    const tree = toBer(RTORQ, { checkpointSize, windowSize, dialogueMode, connectionDataRQ });
    const rtorq = this.#rtse('RTORQ', recovering(tree, 'connectionDataRQ', recover));
    const { addresses = {} } = this.#options;
    const references = this.#options.references();
    this.#connection = connectionOf(references);
    this.#recovering = recover !== undefined;
    this.#acse.aAssociateRequest({
      applicationContextName: this.#deviations.applicationContext ?? this.#syntaxes.applicationContext,
      contextId: CONTEXT.acse,
      userInformation: [{ contextId: CONTEXT.rtse, value: rtorq }],
      connect: {
        contexts: this.#proposals(),
        callingSelector: addresses.callingPresentationSelector,
        calledSelector: addresses.calledPresentationSelector,
        session: {
          ...references,
          callingSelector: addresses.callingSessionSelector,
          calledSelector: addresses.calledSessionSelector,
          tokenSetting: open.initialTurn === 'initiator' ? 0 : ALL_RESPONDER,
        },
      },
    });
  }

  acceptAssociation(accept: AcceptValue): void {
    const { checkpointSize, windowSize, recover } = accept;
    const connectionDataAC = { open: berFromBytes(recover === undefined ? accept.userData : NO_USER_DATA) };
    const tree = toBer(RTOAC, { checkpointSize, windowSize, connectionDataAC });
    const value = this.#rtse('RTOAC', recovering(tree, 'connectionDataAC', recover));
    const { results, acse, rtse, session } = this.#request();
    const userInformation = [{ contextId: rtse, value }];
    // Its own, whatever the request named: X.227 7.1 lets the answer differ.
    const { applicationContext = this.#syntaxes.applicationContext } = this.#deviations;
    const respondingSelector = this.#options.addresses?.calledPresentationSelector;
    const response = { results, contextId: acse, respondingSelector };
    this.#acse.aAssociateAccept(userInformation, response, session, applicationContext);
  }

  refuseAssociation({ userData, refuseReason, sessionReason: reason }: RefusalValue): void {
    if (reason !== undefined) {
      this.#session.sConnectRefuse({ reason });
      return;
    }
    const userDataRJ = userData === undefined ? undefined : berFromBytes(userData);
    const value = this.#rewrite('RTORJ', toBer(RTORJ, { refuseReason, userDataRJ }));
    const { results, acse, rtse } = this.#request();
    const diagnostic = AcseServiceUserDiagnostic.named.noReasonGiven;
    this.#acse.aAssociateRefuse([{ contextId: rtse, value }], { results, contextId: acse }, diagnostic);
  }

  /** X.419: the APDU in an EXTERNAL that names its context, and no transfer syntax. */
  wrap(apdu: Uint8Array): Uint8Array {
    const contextId = requireContext(this.#presentation, this.#syntaxes.apdu);
    const external = constructed(TagClass.universal, Universal.external, [
      { raw: encode(PresentationContextIdentifier, contextId) },
      constructed(TagClass.context, 0, [{ raw: apdu }]),
    ]);
    return writeBer(external, this.#deviations.form);
  }

  unwrap(octets: Octets): Octets | undefined {
    return unwrapExternal(octets);
  }

  data(slice: Uint8Array): void {
    const { tagClass, tagNumber } = { tagClass: TagClass.universal, tagNumber: Universal.octetString };
    this.#presentation.pData(this.#rtseContext(), { tagClass, tagNumber, content: slice, string: 'octets' });
  }

  turnPlease(priority: number): void {
    this.#presentation.pTokenPlease(this.#rtseContext(), toBer(RTTP, priority));
  }

  release(): void {
    this.#acse.aRelease();
  }

  releaseResponse(): void {
    this.#acse.aReleaseResponse();
  }

  abort({ reason, userData }: AbortValue): void {
    // userdataAB goes with userError alone. X.228 9.
    const carries = userData !== undefined && reason === AbortReason.named.userError;
    const userdataAB = carries ? berFromBytes(userData) : undefined;
    const value = this.#rewrite('RTAB', toBer(RTAB, { abortReason: reason, userdataAB }));
    const contextId = this.#presentation.contextFor(this.#syntaxes.rtse) ?? CONTEXT.rtse;
    this.#acse.aAbort([{ contextId, value }]);
  }

  session(primitiveName: string): SessionProvider {
    return this.#presentation.passing(primitiveName);
  }

  receive(event: SessionEvent): ModeEvent[] {
    return this.#presentation.receive(event).flatMap((each) => this.#presented(each));
  }

  #presented(event: PresentationEvent): ModeEvent[] {
    switch (event.kind) {
      case 'pConnectIndication':
      case 'pConnectConfirm':
      case 'pReleaseIndication':
      case 'pReleaseConfirm':
      case 'pUAbortIndication':
      case 'pPAbortIndication':
        return this.#acse.receive(event).map((each) => this.#associated(each));
      case 'pDataIndication':
        return event.values.map((value) => slice(value));
      case 'pTokenPleaseIndication':
        return [turnPlease(event.values[0])];
      default:
        return [event];
    }
  }

  #associated(event: AcseEvent): ModeEvent {
    switch (event.kind) {
      case 'aAssociateIndication':
        return this.#associateIndication(event);
      case 'aAssociateConfirm':
        return event.accepted ? this.#associateConfirm(event.userInformation) : associateRefused(event);
      case 'aReleaseIndication':
        return { kind: 'releaseIndication' };
      case 'aReleaseConfirm':
        return { kind: 'releaseConfirm' };
      case 'aAbortIndication':
        return aborted(event);
      case 'aPAbortIndication':
        return { ...event, kind: 'providerAbortIndication' };
    }
  }

  #associateIndication(event: Extract<AcseEvent, { kind: 'aAssociateIndication' }>): ModeEvent {
    const { contexts, session } = event.presentation;
    const callingReference = session.callingReference?.toBytes();
    const commonReference = session.commonReference?.toBytes();
    const additionalReference = session.additionalReference?.toBytes();
    this.#connection = connectionOf({ callingReference, commonReference, additionalReference });
    const known = [ACSE_ABSTRACT_SYNTAX, this.#syntaxes.rtse, this.#syntaxes.apdu];
    const results = answerContexts(contexts, known);
    const idOf = (syntax: string, otherwise: number) =>
      contexts.find(({ abstractSyntax }) => abstractSyntax === syntax)?.id ?? otherwise;
    this.#pending = {
      results,
      acse: idOf(ACSE_ABSTRACT_SYNTAX, CONTEXT.acse),
      rtse: idOf(this.#syntaxes.rtse, CONTEXT.rtse),
      // Real MTAs echo the initiator's reference as the called one, and the common one as it is.
      session: { calledReference: callingReference, commonReference },
    };
    const element = event.userInformation[0]?.element;
    const { decoded } = element === undefined ? { decoded: undefined } : decode(RTORQ, element);
    return (
      associateIndication(decoded, session, octetsOf) ?? { kind: 'invalidApdu', message: 'no RTORQ that can be read' }
    );
  }

  #associateConfirm([first]: readonly InformationValue[]): ModeEvent {
    const { decoded } = first === undefined ? { decoded: undefined } : decode(RTOAC, first.element);
    return associateConfirm(decoded, 'RTOAC', this.#recovering, octetsOf);
  }

  #proposals(): ProposedContext[] {
    const contexts = [
      { id: CONTEXT.acse, abstractSyntax: ACSE_ABSTRACT_SYNTAX },
      { id: CONTEXT.rtse, abstractSyntax: this.#syntaxes.rtse },
      { id: CONTEXT.apdu, abstractSyntax: this.#syntaxes.apdu },
      ...(this.#deviations.presentationContexts ?? []),
    ];
    return contexts.map((context) => ({ ...context, transferSyntaxes: [BER_TRANSFER_SYNTAX] }));
  }

  #request() {
    const pending = this.#pending;
    if (pending !== undefined) return pending;
    return { results: [], acse: CONTEXT.acse, rtse: CONTEXT.rtse, session: {} };
  }

  #rtseContext(): number {
    return requireContext(this.#presentation, this.#syntaxes.rtse);
  }

  #rtse(pdu: 'RTORQ' | 'RTOAC', tree: BerNode): BerNode {
    const { rtseElements = [] } = this.#deviations;
    const whole =
      'raw' in tree || tree.content instanceof Uint8Array
        ? tree
        : { ...tree, content: [...tree.content, ...rtseElements] };
    return this.#rewrite(pdu, whole);
  }

  #rewrite(pdu: 'RTORQ' | 'RTOAC' | 'RTORJ' | 'RTAB', tree: BerNode): BerNode {
    return this.#deviations.rewrite?.(pdu, tree) ?? tree;
  }
}

interface ConnectReferences {
  readonly calledReference?: Uint8Array;
  readonly commonReference?: Uint8Array;
}

function slice({ element }: PresentationDataValue): ModeEvent {
  if (element?.key !== OCTET_STRING) return { kind: 'invalidApdu', message: 'user data of DATA that is no RTTR' };
  return { kind: 'dataIndication', slice: stringContent(element) };
}

function turnPlease(value: PresentationDataValue | undefined): ModeEvent {
  const priority = value !== undefined && value.element === undefined ? undefined : turnPriority(value?.element);
  if (priority === undefined) return { kind: 'invalidApdu', message: 'user data of PLEASE TOKENS that is no RTTP' };
  return { kind: 'turnPleaseIndication', priority };
}

function associateRefused(event: Extract<AcseEvent, { kind: 'aAssociateConfirm'; accepted: false }>): ModeEvent {
  const { refusedBy, reason, userInformation } = event;
  const [first] = userInformation;
  const { decoded } = first === undefined ? { decoded: undefined } : decode(RTORJ, first.element);
  if (decoded === undefined) return { kind: 'associateRefused', refusedBy, reason, userData: undefined };
  const refuseReason = decoded.get('refuseReason')?.primitive;
  // The bind error may stand there without its wrapper [18]: PP leaves it out. Whatever it is, it is handed on.
  const userData = decoded.get('userDataRJ')?.inner;
  return {
    kind: 'associateRefused',
    refusedBy: 'rtse',
    reason: typeof refuseReason === 'number' ? refuseReason : undefined,
    userData: userData === undefined ? undefined : octetsOf(userData),
  };
}

function aborted(event: Extract<AcseEvent, { kind: 'aAbortIndication' }>): ModeEvent {
  const [first] = event.userInformation;
  if (first === undefined && event.source === 1) {
    return { kind: 'providerAbortIndication', layer: 'acse', reason: event.source, message: event.message };
  }
  if (first === undefined) return { kind: 'abortIndication', reason: undefined, userData: undefined };
  const { element } = first;
  // ISODE 8.0 as a provider tags RTAB [UNIVERSAL 22] in place of [22].
  const rtab = element.key === RTAB_MISTAGGED ? element.retagged(TagClass.context, 22, element) : element;
  const { decoded } = decode(RTAB, rtab);
  const reason = decoded?.get('abortReason')?.primitive;
  const userData = decoded?.get('userdataAB')?.inner;
  return {
    kind: 'abortIndication',
    reason: typeof reason === 'number' ? reason : undefined,
    userData: userData === undefined ? undefined : octetsOf(userData),
  };
}
