import { type Annex, type Cells, same } from './annex.js';

/**
 * Annex A of X.225 (11/95), Tables A.4 to A.16, transcribed for functional units HD, SY, ACT and EXCEP, without the
 * transport expedited flow, and for a machine whose local choice (p02, p64) is never to reuse the transport connection.
 * Left out: the rows and alternatives that need another functional unit, and states that only those enter.
 */
export interface SessionModel {
  readonly role: 'initiator' | 'responder';
  /** Tokens that are owned, of dk 0x01, mi 0x04, ma 0x10, tr 0x40. */
  owned: number;
  act: boolean;
  nextAct: boolean;
  m: number;
  a: number;
  sc: boolean;
}

export interface SessionDetail {
  readonly sn?: number;
  readonly tokens?: number;
  /** The protocol versions proposed or selected are not among those of this side. */
  readonly badVersion?: boolean;
}

type V = SessionModel;
type D = SessionDetail;

const DK = 0x01;
const MI = 0x04;
const MA = 0x10;
/** A.5.2: AV(dk) = FU(HD), AV(mi) = FU(SY), AV(ma) = FU(MA) OR FU(ACT), AV(tr) = FU(NR). */
const AVAILABLE = DK | MI | MA;
const TOKENS = [DK, MI, MA, 0x40] as const;

// A.5.2 c to f.
const av = (t: number) => (AVAILABLE & t) !== 0;
const I = (v: V, t: number) => !av(t) || (v.owned & t) !== 0;
const A = (v: V, t: number) => !av(t) || (v.owned & t) === 0;
const II = (v: V, t: number) => av(t) && (v.owned & t) !== 0;
const AA = (v: V, t: number) => av(t) && (v.owned & t) === 0;
const all = (f: (v: V, t: number) => boolean, v: V, set = 0xff) =>
  TOKENS.every((token) => (set & token) === 0 || f(v, token));

const given = ({ tokens = 0 }: D) => tokens;
const sn = (d: D) => d.sn ?? -1;

/** Table A.7, for the functional units above: ¬FU(ACT) and FU(SS) are false, FU(SY) and FU(EXCEP) are true. */
const predicates: Annex<V, D>['predicates'] = {
  p01: (v) => v.role === 'initiator',
  p03: (v) => I(v, DK),
  p05: (v) => A(v, DK),
  p11: (v) => II(v, MA),
  p14: (v) => v.act && A(v, DK) && AA(v, MI),
  p15: (v) => v.act && I(v, DK) && II(v, MI),
  p17: (v) => v.act && !v.sc,
  p18: (v) => v.act && v.sc,
  p19: (v, d) => sn(d) === v.m,
  p20: (v, d) => sn(d) === v.m - 1,
  p21: (v, d) => v.m > sn(d) && sn(d) >= v.a,
  p34: () => true,
  p39: (v) => v.act && II(v, MA),
  p40: (v) => AA(v, MA),
  p44: (v) => !v.act && A(v, DK) && A(v, MI) && A(v, MA),
  p45: (v) => !v.act && I(v, DK) && I(v, MI) && I(v, MA),
  p48: () => true,
  p50: (v) => v.act && AA(v, DK),
  p51: (v) => v.act && II(v, DK),
  p53: (v, d) => all((_, t) => av(t), v, given(d)),
  p54: (v, d) => all(II, v, given(d)),
  p55: (v) => !v.act && all(I, v),
  p57: (v, d) => all(II, v, given(d)) && (given(d) & DK) === 0,
  p58: (v, d) => all(II, v, given(d)) && (given(d) & DK) !== 0,
  p59: (v, d) => all(AA, v, given(d)),
  p60: (v, d) => all(AA, v, given(d)) && (given(d) & DK) === 0,
  p61: (v, d) => all(AA, v, given(d)) && (given(d) & DK) !== 0,
  p62: (v) => !v.act && all(A, v),
  p63: (v) => all(I, v) && !v.act,
  p68: (v) => all(A, v) && !v.act,
  p71: (v) => v.act && I(v, DK) && I(v, MI) && II(v, MA),
  p72: (v) => v.act && A(v, DK) && A(v, MI) && AA(v, MA),
  p76: (_, d) => d.badVersion === true,
};

const nothing = () => {};

/** Table A.6, as far as the variables exist. [11] is split by which way the tokens go. */
const actions: Annex<V, D>['actions'] = {
  // Timer TIM: what it does is a row of its own.
  '[3]': nothing,
  '[4]': nothing,
  '[5]': (v) => Object.assign(v, { sc: false, act: false }),
  '[11in]': (v, d) => {
    v.owned |= given(d);
  },
  '[11out]': (v, d) => {
    v.owned &= ~given(d);
  },
  '[11all]': (v) => {
    v.owned = AVAILABLE;
  },
  '[11none]': (v) => {
    v.owned = 0;
  },
  // The token setting of every conversation here gives the initiator all.
  '[11con]': (v) => {
    v.owned = v.role === 'initiator' ? AVAILABLE : 0;
  },
  '[12]': (v) => Object.assign(v, { act: true }),
  // Of an ACTIVITY END. A.5.4.3 a.
  '[13]': (v) => Object.assign(v, { nextAct: false }),
  '[14]': (v) => Object.assign(v, { act: v.nextAct }),
  // Vrsp, which only collisions of resynchronization ask for.
  '[16]': nothing,
  '[22]': (v) => Object.assign(v, { a: v.m }),
  '[23]': (v) => Object.assign(v, { a: v.sc ? v.a : v.m, sc: true, m: v.m + 1 }),
  '[24]': (v) => Object.assign(v, { a: v.sc ? v.m : v.a, sc: false, m: v.m + 1 }),
  '[25]': (v, d) => Object.assign(v, { a: sn(d) + 1 }),
  '[26]': (v) => Object.assign(v, { a: 1, m: 1 }),
  '[27]': (v, d) => Object.assign(v, { a: sn(d) + 1, m: sn(d) + 1 }),
  '[29]': (v) => Object.assign(v, { owned: AVAILABLE, act: false }),
  '[30]': (v) => Object.assign(v, { owned: 0, act: false }),
  '[31]': (v) => Object.assign(v, { a: v.sc ? v.a : v.m, m: v.m + 1 }),
};

/** Every SPDU but CN on a transport connection that has no session; and in STA16, where all but a few are ignored. */
const outside: Cells = { '01C': 'TDISreq 01', '16': '16' };

const CONNECTED = ['02A', '03', '04B', '05B', '05C', '08', '09', '10B', '11B', '11C', '18', '19', '20', '713'] as const;

function abort(indication: 'SUABind' | 'SPABind'): Cells {
  return { '01C': 'TDISreq 01', ...same(CONNECTED, `${indication} TDISreq 01`), '16': '[3] TDISreq 01' };
}

/** ED and ER in the states where both have the same cell. Table A.14. */
const exception = (indication: 'SUERind' | 'SPERind'): Cells => ({
  ...outside,
  '04B': `p48&p03: ${indication} 20; p48&¬p03: ${indication} 713`,
  '05B': 'p48: 05B',
  '05C': 'p48: 05C',
  '19': `p50: ${indication} 19`,
  '713': `p50: ${indication} 713; p51: ${indication} 20`,
});

const interruptible = ['10B', '19', '20', '713'] as const;

const spdus: Annex<V, D>['table'] = {
  // Table A.8.
  CN: { '01C': 'p01: TDISreq 01; ¬p01&¬p76: SCONind 08; ¬p01&p76: RF [4] 16', '16': '[3] TDISreq 01' },
  AC: { ...outside, '02A': '¬p76: SCONcnf+ [5] [11con] 713' },
  // An AC with a Token Item, as if a PT had followed it: 7.4.3.
  'AC, please': { ...outside, '02A': 'SCONcnf+ [5] [11con] SPTind 713' },
  RF: { ...outside, '02A': 'SCONcnf- TDISreq 01' },
  // Table A.9.
  DT: {
    ...outside,
    ...same(['05B', '05C', '20'], (state) => `p05: ${state}`),
    '19': '19',
    '713': 'p05: SDTind 713',
  },
  // Table A.10. p16 is true and p23 has no place without the states 15.
  AEA: {
    ...outside,
    '04B': 'p20: SACTEcnf [14] [22] 713',
    ...same(['05B', '05C'], (state) => state),
    '20': 'p20: 20',
  },
  AE: {
    ...outside,
    ...same(['19', '20'], (state) => `p72&p19: [31] ${state}`),
    '713': 'p72&p19: SACTEind [13] [31] 10B',
  },
  MIA: {
    ...outside,
    '03': 'p17&p21: SSYNmcnf [25] 03',
    '04B': 'p17&¬p20&p21: SSYNmcnf [25] 04B',
    ...same(['05B', '05C'], (state) => `p17: ${state}`),
    '19': 'p17&p21: [25] 19',
    '20': 'p17&p21: 20',
    '713': 'p17&p21: SSYNmcnf [25] 713',
  },
  MIP: {
    ...outside,
    ...same(['05B', '05C'], (state) => `p14: ${state}`),
    ...same(['19', '20'], (state) => `p14&p19: [23] ${state}`),
    '713': 'p14&p19: SSYNmind [23] 713',
  },
  // Table A.12. p38 is FU(ACT) without transport expedited.
  AD: { ...outside, ...same(interruptible, 'p40: SACTDind [16] 11C') },
  AI: { ...outside, ...same(interruptible, 'p40: SACTIind [16] 11B') },
  ADA: { ...outside, '05C': 'SACTDcnf [29] 713' },
  AIA: { ...outside, '05B': 'SACTIcnf [29] 713' },
  // Table A.13.
  AR: { ...outside, '713': 'p44: SACTRind [12] [27] 713' },
  AS: { ...outside, '713': 'p44: SACTSind [12] [26] 713' },
  // Table A.14.
  ED: exception('SUERind'),
  ER: { ...exception('SPERind'), '20': 'p48: SPERind 20' },
  GT: {
    ...outside,
    ...same(['04B', '10B', '713'], (state) => `p59: SGTind [11in] ${state}`),
    ...same(['05B', '05C'], (state) => `p59: ${state}`),
    ...same(['19', '20'], (state) => `p60: SGTind [11in] ${state}; p61: SGTind [11in] 713`),
  },
  // The SS-user has no primitive for GTA; the machine tells it all the same, with an event of its own.
  GTA: { ...outside, '18': '(given) 713' },
  GTC: { ...outside, '713': 'p62: SCGind GTA [11all] 713' },
  PT: {
    ...outside,
    ...same(['03', '04B', '18', '713'], (state) => `p53: SPTind ${state}`),
    ...same(['05B', '05C', '19', '20'], (state) => `p53: ${state}`),
  },
  // Table A.15. Where an activity is in progress, as in 19 and 20, p68 is false.
  DN: { ...outside, '03': 'SRELcnf+ TDISreq 01' },
  FN: { ...outside, ...same(['19', '20'], (state) => `p68: ${state}`), '713': 'p68: SRELind 09' },
  // Table A.16. SxABind: which, the ABORT says.
  AA: { '01C': 'TDISreq 01', '16': '[3] TDISreq 01' },
  'AB, user': abort('SUABind'),
  'AB, provider': abort('SPABind'),
  // Functional units that were not selected: no cell but these holds.
  ...Object.fromEntries(['TD', 'EX', 'CD', 'CDA', 'RS', 'RA', 'MAP', 'NF', 'PR-MAA'].map((spdu) => [spdu, outside])),
};

const requests: Annex<V, D>['table'] = {
  SCONreq: { '01C': 'p01: CN 02A' },
  'SCONrsp+': { '08': 'AC [5] [11con] 713' },
  'SCONrsp-': { '08': 'RF [4] 16' },
  SDTreq: { '10B': 'p03: DT 10B', '713': 'p03: DT 713' },
  SACTEreq: { '713': 'p71: AE [13] [24] 04B' },
  SACTErsp: { '10B': 'AEA [14] [22] 713' },
  SSYNmreq: { '713': 'p15: MIP [24] 713' },
  SSYNmrsp: {
    '09': 'p18&p21: MIA [25] 09',
    '10B': 'p18&¬p20&p21: MIA [25] 10B',
    '713': 'p18&p21: MIA [25] 713',
  },
  SACTDreq: { '04B': 'p39: AD [16] 05C', '20': 'p34&p11: AD [16] 05C', '713': 'p34&p39: AD [16] 05C' },
  SACTDrsp: { '11C': 'ADA [30] 713' },
  SACTIreq: { '04B': 'p39: AI [16] 05B', '20': 'p34&p11: AI [16] 05B', '713': 'p34&p39: AI [16] 05B' },
  SACTIrsp: { '11B': 'AIA [30] 713' },
  SACTRreq: { '713': 'p45: AR [12] [27] 713' },
  SACTSreq: { '713': 'p45: AS [12] [26] 713' },
  SCGreq: { '713': 'p55: GTC [11none] 18' },
  SGTreq: {
    ...same(['04B', '10B', '713'], (state) => `p54: GT [11out] ${state}`),
    '20': 'p57: GT [11out] 20; p58: GT [11out] 713',
  },
  SPTreq: same(['09', '10B', '713'], (state) => `p53: PT ${state}`),
  SUERreq: { '09': 'p50: ED 19', '10B': 'p50: ED 19', '713': 'p50: ED 19' },
  SRELreq: { '713': 'p63: FN 03' },
  'SRELrsp+': { '09': 'DN [4] 16' },
  SUABreq: same(CONNECTED, 'AB [4] 16'),
};

const provider: Annex<V, D>['table'] = {
  TDISind: { '01C': '01', ...same(CONNECTED, 'SPABind 01'), '16': '[3] 01' },
  TIM: { '16': 'TDISreq 01' },
};

export const SESSION_ANNEX: Annex<V, D> = { table: { ...spdus, ...requests, ...provider }, predicates, actions };

/** The tokens of a GT or PT, or all that exist. */
export const SESSION_TOKENS = { data: DK, minor: MI, activity: MA, release: 0x40, all: AVAILABLE } as const;
