import type { BitString } from '../../asn1/bit-string.js';
import { choice, member, sequence, set, type Tolerance } from '../../asn1/declare.js';
import { bitString, integer, octetString, openType, teletexString, utcTime } from '../../asn1/types.js';
import { Element } from '../../ber/element.js';
import { TagClass, Universal } from '../../ber/tag.js';

// X.228 9, module Reliable-Transfer-APDUs (tags implicit where not said otherwise), and X.410-1984 for PConnect to
// AbortInformation, which have the same octets in X.410 mode.

/** The reference of the user who opened a session connection: T61String in X.410 mode, OCTET STRING in normal mode. */
@choice()
export class CallingSSuserReference {
  @member(teletexString()) t61String?: string;
  @member(octetString()) octetString?: Uint8Array;
}

/** Names a session connection, to resume an activity of it in another. */
@sequence()
export class SessionConnectionIdentifier {
  @member(CallingSSuserReference) callingSSuserReference!: CallingSSuserReference;
  @member(utcTime) commonReference!: string;
  @member(teletexString(), { tag: 0, optional: true }) additionalReferenceInformation?: string;
}

/** No user data is `[0] IMPLICIT NULL` in X.228 (`80 00`), though open is an explicit ANY: read as a NULL in it. */
const noUserData: Tolerance = (element) => {
  const { tagClass, tagNumber, constructed, contentLength } = element;
  if (tagClass !== TagClass.context || tagNumber !== 0 || constructed || contentLength > 0) return;
  const wrapper = new Element({
    tagClass,
    tagNumber,
    constructed: true,
    offset: element.offset,
    identifierLength: 1,
    headerLength: element.headerLength,
    contentLength: 0,
    minimalLength: element.minimalLength,
  });
  wrapper.length = element.length;
  wrapper.complete = element.complete;
  wrapper.adopt(element.retagged(TagClass.universal, Universal.null, element));
  return { element: wrapper, message: 'open as [0] IMPLICIT NULL' };
};

@choice({ tolerate: noUserData })
export class ConnectionData {
  /** The user data of RT-OPEN: in P1 the MTA-bind. */
  @member(openType(), { tag: 0 }) open?: unknown;
  @member(SessionConnectionIdentifier, { tag: 1 }) recover?: SessionConnectionIdentifier;
}

export const DialogueMode = integer({ monologue: 0, twa: 1 }, { name: 'dialogueMode' });

/** The identifiers that X.419 and X.410 give to users of X.410 mode. */
export const ApplicationProtocol = integer({ p1: 1, p3: 3, mtsTransfer: 12 }, { name: 'applicationProtocol' });

/** RT-OPEN request. */
@set({ context: 16, name: 'RTORQapdu' })
export class RTORQ {
  /** Units of 1024 octets between minor synchronization points; 0: the responder chooses. */
  @member(integer(), { tag: 0, default: 0 }) checkpointSize = 0;
  /** Minor synchronization points that may be unconfirmed. */
  @member(integer(), { tag: 1, default: 3 }) windowSize = 3;
  @member(DialogueMode, { tag: 2, default: DialogueMode.named.monologue }) dialogueMode = 0;
  @member(ConnectionData, { tag: 3 }) connectionDataRQ!: ConnectionData;
  /** Only in X.410 mode. */
  @member(ApplicationProtocol, { tag: 4, optional: true }) applicationProtocol?: number;
}

/** RT-OPEN response, accepted. */
@set({ context: 17, name: 'RTOACapdu' })
export class RTOAC {
  /** Units of 1024 octets; 0: no checkpoints. */
  @member(integer(), { tag: 0, default: 0 }) checkpointSize = 0;
  @member(integer(), { tag: 1, default: 3 }) windowSize = 3;
  @member(ConnectionData, { tag: 2 }) connectionDataAC!: ConnectionData;
}

export const RefuseReason = integer(
  { rtsBusy: 0, cannotRecover: 1, validationFailure: 2, unacceptableDialogueMode: 3 },
  { name: 'RefuseReason' },
);

/** RT-OPEN response, refused. */
@set({ context: 18, name: 'RTORJapdu' })
export class RTORJ {
  /** Only in X.410 mode. */
  @member(RefuseReason, { tag: 0, optional: true }) refuseReason?: number;
  /** Only in normal mode. */
  @member(openType(), { tag: 1, optional: true }) userDataRJ?: unknown;
}

/** Turn please: 0 is the most urgent. */
export const RTTP = integer(undefined, { name: 'RTTPapdu' });

/** A slice of the transferred value. The machines and observers keep it as a rope and do not decode it with this. */
export const RTTR = octetString({ name: 'RTTRapdu' });

export const AbortReason = integer(
  {
    localSystemProblem: 0,
    invalidParameter: 1,
    unrecognizedActivity: 2,
    temporaryProblem: 3,
    protocolError: 4,
    /** Only in normal mode, of the provider. */
    permanentProblem: 5,
    /** Only in normal mode, of the user. */
    userError: 6,
    transferCompleted: 7,
  },
  { name: 'AbortReason' },
);

/** RT-P-ABORT and RT-U-ABORT. */
@set({ context: 22, name: 'RTABapdu' })
export class RTAB {
  @member(AbortReason, { tag: 0, optional: true }) abortReason?: number;
  /** Which parameter was wrong; with `invalidParameter`. */
  @member(bitString(undefined, { size: { max: 8 } }), { tag: 1, optional: true }) reflectedParameter?: BitString;
  /** Only in normal mode, with `userError`. */
  @member(openType(), { tag: 2, optional: true }) userdataAB?: unknown;
}

/** Every APDU of normal mode. */
@choice({ name: 'RTSE-apdus' })
export class RtseApdu {
  @member(RTORQ) rtorq?: RTORQ;
  @member(RTOAC) rtoac?: RTOAC;
  @member(RTORJ) rtorj?: RTORJ;
  @member(RTTP) rttp?: number;
  @member(RTTR) rttr?: Uint8Array;
  @member(RTAB) rtab?: RTAB;
}

export const DataTransferSyntax = integer({ x409: 0 }, { name: 'DataTransferSyntax' });

/** X.410-1984 4.2; in X.410 mode of 1988 it is CP-type with the same octets. */
@set({ name: 'DataTransferSyntax' })
export class DataTransferSyntaxSet {
  @member(DataTransferSyntax, { tag: 0 }) dataTransferSyntax = 0;
}

@set()
export class PConnect {
  @member(DataTransferSyntaxSet, { tag: 0 }) dataTransferSyntax!: DataTransferSyntaxSet;
  @member(RTORQ, { tag: 1 }) pUserData!: RTORQ;
}

@set()
export class PAccept {
  @member(DataTransferSyntaxSet, { tag: 0 }) dataTransferSyntax!: DataTransferSyntaxSet;
  @member(RTOAC, { tag: 1 }) pUserData!: RTOAC;
}

@set()
export class PRefuse {
  @member(RefuseReason, { tag: 0 }) refuseReason!: number;
}

/** User data of S-U-ABORT in the X.410 modes, at most 9 octets. */
@set()
export class AbortInformation {
  @member(AbortReason, { tag: 0, optional: true }) abortReason?: number;
  @member(bitString(undefined, { size: { max: 8 } }), { tag: 1, optional: true }) reflectedParameter?: BitString;
}
