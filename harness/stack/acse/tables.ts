/** States of the association control protocol machine, X.227 (04/95) Table A.2. */
export type AcseState =
  /** idle: unassociated */
  | 'STA0'
  /** awaiting AARE APDU */
  | 'STA1'
  /** awaiting A-ASSOCIATE response */
  | 'STA2'
  /** awaiting RLRE APDU */
  | 'STA3'
  /** awaiting A-RELEASE response */
  | 'STA4'
  /** associated */
  | 'STA5'
  /** awaiting A-RELEASE response, collision, association-initiator */
  | 'STA6'
  /** awaiting RLRE APDU, collision, association-responder */
  | 'STA7';

/**
 * Received, Table A.1. EXTRN-1 and EXTRN-2 change nothing and are left out, as is RLRE-: it rides in a negative
 * P-RELEASE, which needs session's negotiated release.
 */
export type AcseEventName = 'AARQ' | 'AARE+' | 'AARE-' | 'P-CONcnf-' | 'RLRQ' | 'RLRE+' | 'ABRT' | 'P-PABind';

/** Of the service user, Table A.1, but for A-RLSrsp-. */
export type AcseRequestName = 'A-ASCreq' | 'A-ASCrsp+' | 'A-ASCrsp-' | 'A-RLSreq' | 'A-RLSrsp+' | 'A-ABRreq';

type Cell = AcseState | { readonly p2: AcseState; readonly otherwise: AcseState };
type Table<Event extends string> = Readonly<Record<AcseState, { readonly [event in Event]?: Cell }>>;

const ABORTS = { ABRT: 'STA0', 'P-PABind': 'STA0' } as const;
const ABORTABLE = { 'A-ABRreq': 'STA0' } as const;

/** Table A.5. A pair it does not have is a protocol error: A-ABORT indication and ABRT, A.3.1 b. */
export const RECEIVED: Table<AcseEventName> = {
  STA0: { AARQ: 'STA2' },
  STA1: { 'AARE+': 'STA5', 'AARE-': 'STA0', 'P-CONcnf-': 'STA0', ...ABORTS },
  STA2: { ...ABORTS },
  // p2: this machine originated the association.
  STA3: { RLRQ: { p2: 'STA6', otherwise: 'STA7' }, 'RLRE+': 'STA0', ...ABORTS },
  STA4: { ...ABORTS },
  STA5: { RLRQ: 'STA4', ...ABORTS },
  STA6: { ...ABORTS },
  STA7: { 'RLRE+': 'STA4', ...ABORTS },
};

export const REQUESTED: Table<AcseRequestName> = {
  STA0: { 'A-ASCreq': 'STA1' },
  STA1: { ...ABORTABLE },
  STA2: { 'A-ASCrsp+': 'STA5', 'A-ASCrsp-': 'STA0', ...ABORTABLE },
  STA3: { ...ABORTABLE },
  STA4: { 'A-RLSrsp+': 'STA0', ...ABORTABLE },
  STA5: { 'A-RLSreq': 'STA3', ...ABORTABLE },
  STA6: { 'A-RLSrsp+': 'STA3', ...ABORTABLE },
  STA7: { ...ABORTABLE },
};
