import { fromHex, Octets, toHex } from '../../../../harness/ber/octets.js';
import { type TransportEvent, TransportMachine } from '../../../../harness/stack/cotp/machine.js';
import { CotpError } from '../../../../harness/stack/cotp/tpdu.js';
import { type Annex, same } from './annex.js';
import type { Bench, Column, Heading, Observed, Stimulus, Subject } from './exercise.js';
import { type Reading, TableModel } from './table-model.js';

/**
 * Table A.6 of X.224 (11/95), transcribed for class 0 alone, on a network connection that is open (P3) and its own
 * (RFC 1006). CLOSED is what is before the connection, with the network connection up; FINISHED is after it.
 */
type Role = 'initiator' | 'responder';
interface Variables {
  readonly role: Role;
  /** A class 4 CR was answered, or is to be. */
  class4: boolean;
}
interface Detail {
  readonly octets?: string;
}
type Step = Stimulus<Variables, Detail>;

/** [1], and every N-DISCONNECT of class 0: the network connection goes with the transport connection. */
const DOWN = 'TDISind NDISreq FINISHED';
const OPENING = ['WFCC', 'WFTRESP', 'OPEN'] as const;

const ANNEX: Annex<Variables, Detail> = {
  table: {
    TCONreq: { CLOSED: 'I: CR WFCC' },
    TCONresp: { WFTRESP: 'CC OPEN' },
    TDTreq: { OPEN: 'DT OPEN' },
    TDISreq: {
      CLOSED: 'NDISreq FINISHED',
      WFCC: 'NDISreq FINISHED',
      OPEN: 'NDISreq FINISHED',
      WFTRESP: 'DR NDISreq FINISHED',
    },
    NDISind: { CLOSED: 'TDISind FINISHED', ...same(OPENING, 'TDISind FINISHED') },
    // P1, note 1: who opened the network connection takes no CR on it.
    CR: { CLOSED: `¬I: TCONind WFTRESP; I: DR ${DOWN}` },
    'CR, class 4': {
      CLOSED: '¬I: TCONind [class4] WFTRESP; I: DR TDISind NDISreq FINISHED',
      ...same(['WFTRESP', 'OPEN'], (state) => `P9: ${state}`),
    },
    'CR, unacceptable': { CLOSED: `DR ${DOWN}` },
    CC: { CLOSED: 'DR CLOSED', WFCC: 'TCONconf OPEN' },
    // P6 and P5; without a connection it is a CC as good as any.
    'CC, unacceptable': { CLOSED: 'DR CLOSED', WFCC: DOWN },
    // 6.9.1.4.2 a 2: an entity that has class 0 only. Note 5: WFTRESP needs a CR that prefers class 4, and P10.
    DR: { CLOSED: DOWN, WFCC: DOWN, WFTRESP: `P9: ${DOWN}` },
    DT: { CLOSED: 'CLOSED', OPEN: 'TDTind OPEN' },
    'DT, not the last': { CLOSED: 'CLOSED', OPEN: 'OPEN' },
    ER: { CLOSED: 'CLOSED', WFCC: DOWN },
    ...Object.fromEntries(['DC', 'AK', 'EA', 'ED', 'RJ'].map((tpdu) => [tpdu, { CLOSED: 'CLOSED' }])),
    // 6.9.1.4.1: no TPDU at all.
    undecodable: {},
  },
  predicates: { I: ({ role }) => role === 'initiator', P9: ({ class4 }) => class4 },
  actions: {
    '[class4]': (v) => {
      v.class4 = true;
    },
  },
};

const tpdu = (event: string, octets: string): Step => ({
  label: event,
  event,
  source: 'peer',
  detail: () => ({ octets }),
});
const request = (event: string): Step => ({ label: event, event, source: 'user' });

const CR = tpdu('CR', '06 e0 0000 0001 00');
const CR4 = tpdu('CR, class 4', '09 e0 0000 0004 40 c70100');
const CC = tpdu('CC', '06 d0 0007 0009 00');

const ROWS: readonly Step[] = [
  ...[CR, CR4, tpdu('CR, unacceptable', '06 e0 0000 0001 20'), CC, tpdu('CC, unacceptable', '06 d0 0007 0009 20')],
  ...[tpdu('DR', '06 80 0007 0000 80'), tpdu('DC', '05 c0 0007 0009')],
  ...[tpdu('DT', '02 f0 80 aa'), tpdu('DT, not the last', '02 f0 00 aa'), tpdu('ER', '04 70 0007 02')],
  ...[tpdu('AK', '04 60 0007 01'), tpdu('EA', '04 20 0007 00'), tpdu('ED', '04 10 0007 80 aa')],
  ...[tpdu('RJ', '04 50 0007 01'), tpdu('undecodable', '7f f0 80 aa')],
  ...['TCONreq', 'TCONresp', 'TDTreq', 'TDISreq'].map(request),
  { label: 'NDISind', event: 'NDISind', source: 'provider' },
];

const column = (name: string, state: string, role: Role, ...path: readonly Step[]): Column<Variables, Detail, Role> => {
  return { name, state, role, path };
};

const COLUMNS = [
  column('CLOSED i', 'CLOSED', 'initiator'),
  column('CLOSED r', 'CLOSED', 'responder'),
  column('WFCC', 'WFCC', 'initiator', request('TCONreq')),
  column('WFTRESP', 'WFTRESP', 'responder', CR),
  column('WFTRESP 4', 'WFTRESP', 'responder', CR4),
  column('OPEN', 'OPEN', 'initiator', request('TCONreq'), CC),
  column('OPEN', 'OPEN', 'responder', CR, request('TCONresp')),
  column('OPEN 4', 'OPEN', 'responder', CR4, request('TCONresp')),
  column('FINISHED', 'FINISHED', 'initiator', request('TCONreq'), request('TDISreq')),
  column('FINISHED', 'FINISHED', 'responder', CR, request('TDISreq')),
];

const READING: Reading<Variables, Detail> = {
  annex: ANNEX,
  start: 'CLOSED',
  sent: /^(CR|CC|DR|DT|ER)$/,
  // A.2.3 a.
  harmless: new Set(['TDISreq']),
  invalid(state, { event }) {
    // Nothing comes on a network connection that is closed. A.2.3 c.
    if (state === 'FINISHED') return { standing: 'impossible', state, outgoing: [] };
    // A.2.3 b, 6.22.1.3: ER, and class 0 ends; nothing answers a DR or an ER (its note 2).
    const answer = event === 'DR' || event === 'ER' ? [] : ['ER'];
    return { standing: 'error', state: 'FINISHED', outgoing: [...answer, 'TDISind', 'NDISreq'] };
  },
};

const TPDUS: Readonly<Record<number, string>> = { 14: 'CR', 13: 'CC', 8: 'DR', 15: 'DT', 7: 'ER' };
const PRIMITIVES: Readonly<Record<TransportEvent['kind'], string>> = {
  tConnectIndication: 'TCONind',
  tConnectConfirm: 'TCONconf',
  tDataIndication: 'TDTind',
  tDisconnectIndication: 'TDISind',
  closeLink: 'NDISreq',
};
const REQUESTS: Readonly<Record<string, (machine: TransportMachine) => void>> = {
  TCONreq: (machine) => machine.tConnectRequest(),
  TCONresp: (machine) => machine.tConnectResponse(),
  TDTreq: (machine) => machine.tDataRequest(Uint8Array.of(0xaa)),
  TDISreq: (machine) => machine.tDisconnectRequest(),
  NDISind: (machine) => machine.linkClosed(),
};

class Machine implements Subject<Variables, Detail> {
  readonly #machine: TransportMachine;
  #offset = 0;
  #finished = false;

  constructor(role: Role) {
    this.#machine = new TransportMachine(role, { reference: 7 });
  }

  apply({ event, source }: Step, { octets = '' }: Detail = {}): Observed {
    const machine = this.#machine;
    let refused: true | undefined;
    try {
      if (source === 'peer') this.#receive(octets);
      else REQUESTS[event]!(machine);
    } catch (error) {
      if (!(error instanceof CotpError) || error.code !== 'ERR_COTP_STATE') throw error;
      refused = true;
    }
    const sent = machine.takeOutput().map((tpkt) => TPDUS[tpkt[5]! >> 4] ?? toHex(tpkt));
    const told = machine.takeEvents().map(({ kind }) => PRIMITIVES[kind]);
    // The machine calls what is before a connection and after it CLOSED.
    this.#finished ||= told.includes('NDISreq') || told.includes('TDISind');
    return { state: this.#finished ? 'FINISHED' : machine.state, sent, told, variables: undefined, refused };
  }

  #receive(octets: string): void {
    const tpduOctets = fromHex(octets);
    const tpkt = Uint8Array.of(3, 0, 0, tpduOctets.length + 4, ...tpduOctets);
    this.#machine.receive(Octets.of(tpkt, this.#offset));
    this.#offset += tpkt.length;
  }
}

const HEADING: Heading = {
  title: 'Transport, class 0',
  source:
    'X.224 (11/95) Annex A, Table A.6 for class 0, with 6.9.1.4 and 6.22.1.3 where the table refers to them, on a network connection of its own (RFC 1006). Compared: the next state, TPDUs sent, primitives to the user and to the network.',
  columns:
    'i and r: the side that opened the network connection, and the other. 4: the CR preferred class 4 and had class 0 as an alternative. FINISHED: the network connection is closed, which Table A.6 calls CLOSED as well.',
  error:
    'ER (none in answer to DR or ER, and none at all on request), T-DISCONNECT indication, and the network connection is closed.',
  notes: [
    'A DR on an open connection is no TPDU that class 0 has; what is told is what it plainly means.',
    'WFNC is passed before the machine begins: the TCP connection stands. WBCL and CLOSING are for class 2.',
  ],
};

export const transportBench: Bench<Variables, Detail, Role> = {
  heading: HEADING,
  columns: COLUMNS,
  rows: ROWS,
  model: (role) => new TableModel(READING, { role, class4: false }),
  subject: (role) => new Machine(role),
};
