/**
 * States of the presentation protocol machine, X.226 (07/94) Table A.17. Context management is not proposed, so that
 * STAac0, STAac1 and STAac2 are never entered.
 */
export type PresentationState =
  /** idle, no connection */
  | 'STAI0'
  /** await CPA */
  | 'STAI1'
  /** await P-CONNECT response */
  | 'STAI2'
  /** connected, data transfer */
  | 'STAt0';

/** Received PPDUs and session primitives, named as in Table A.16. */
export type PresentationEventName =
  | ('CP' | 'CPA' | 'CPR' | 'S-CONcnf-' | 'ARU' | 'ARP' | 'S-P-ABind' | 'TD' | 'S-RELind' | 'S-RELcnf+')
  | ('S-GTind' | 'S-PTind' | 'S-CGind' | 'S-SYNmind' | 'S-SYNmcnf' | 'S-UERind' | 'S-PERind')
  | ('S-ACTSind' | 'S-ACTRind' | 'S-ACTEind' | 'S-ACTEcnf' | 'S-ACTIind' | 'S-ACTIcnf' | 'S-ACTDind' | 'S-ACTDcnf');

export type PresentationRequestName =
  | ('P-CONreq' | 'P-CONrsp+' | 'P-CONrsp-' | 'P-UABreq' | 'P-DTreq' | 'P-PTreq' | 'P-RELreq' | 'P-RELrsp+')
  /** Any of Tables A.26 to A.28 that is one session primitive and carries nothing of RTSE. */
  | 'P-passed';

/** p08 of Table A.20: releases have collided (cr), and this is the end of one of them. */
export type Cell = PresentationState | { readonly p08: PresentationState; readonly otherwise: PresentationState };
type Next<Event extends string> = Readonly<Record<PresentationState, { readonly [event in Event]?: Cell }>>;

/** Specific actions of Table A.19 on rl and cr: [08] and then [07], or [02]. */
export const RELEASES: ReadonlySet<PresentationEventName | PresentationRequestName> = new Set(['S-RELind', 'P-RELreq']);
export const RESETS: ReadonlySet<PresentationEventName | PresentationRequestName> = new Set([
  ...(['CP', 'P-CONreq', 'P-RELrsp+', 'S-RELcnf+'] as const),
]);

const ABORTS = { ARU: 'STAI0', ARP: 'STAI0', 'S-P-ABind': 'STAI0' } as const;

/** Tables A.21, A.22, A.23, A.25 to A.28. What is not in them: ARP and P-P-ABORT indication, A.4.1.2. */
export const RECEIVED: Next<PresentationEventName> = {
  STAI0: { CP: 'STAI2' },
  STAI1: { CPA: 'STAt0', CPR: 'STAI0', 'S-CONcnf-': 'STAI0', ...ABORTS },
  STAI2: { ...ABORTS },
  STAt0: {
    TD: 'STAt0',
    'S-RELind': 'STAt0',
    'S-RELcnf+': { p08: 'STAt0', otherwise: 'STAI0' },
    'S-GTind': 'STAt0',
    'S-PTind': 'STAt0',
    'S-CGind': 'STAt0',
    'S-SYNmind': 'STAt0',
    'S-SYNmcnf': 'STAt0',
    'S-UERind': 'STAt0',
    'S-PERind': 'STAt0',
    'S-ACTSind': 'STAt0',
    'S-ACTRind': 'STAt0',
    'S-ACTEind': 'STAt0',
    'S-ACTEcnf': 'STAt0',
    'S-ACTIind': 'STAt0',
    'S-ACTIcnf': 'STAt0',
    'S-ACTDind': 'STAt0',
    'S-ACTDcnf': 'STAt0',
    ...ABORTS,
  },
};

export const REQUESTED: Next<PresentationRequestName> = {
  STAI0: { 'P-CONreq': 'STAI1' },
  STAI1: { 'P-UABreq': 'STAI0' },
  STAI2: { 'P-CONrsp+': 'STAt0', 'P-CONrsp-': 'STAI0', 'P-UABreq': 'STAI0' },
  STAt0: {
    'P-DTreq': 'STAt0',
    'P-PTreq': 'STAt0',
    'P-passed': 'STAt0',
    'P-RELreq': 'STAt0',
    'P-RELrsp+': { p08: 'STAt0', otherwise: 'STAI0' },
    'P-UABreq': 'STAI0',
  },
};
