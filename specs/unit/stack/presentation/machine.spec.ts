import { expect } from 'chai';
import { fromHex, Octets, toHex } from '../../../../harness/ber/octets.js';
import { answerContexts } from '../../../../harness/stack/presentation/contexts.js';
import { PresentationMachine } from '../../../../harness/stack/presentation/machine.js';
import { SessionMachine } from '../../../../harness/stack/session/machine.js';

const BER = '2.1.1';
const contexts = [
  { id: 1, abstractSyntax: '2.2.1.0.1', transferSyntaxes: [BER] },
  { id: 3, abstractSyntax: '2.6.0.2.12', transferSyntaxes: [BER] },
];
const value = { raw: fromHex('0500') };

/** Two presentation machines on two session machines. */
function pair(strict = false) {
  const sessions = { i: new SessionMachine('initiator'), r: new SessionMachine('responder') };
  const machines = {
    i: new PresentationMachine(sessions.i, { strict }),
    r: new PresentationMachine(sessions.r, { strict }),
  };
  const step = (from: 'i' | 'r', to: 'i' | 'r') => {
    for (const tsdu of sessions[from].takeOutput()) sessions[to].receive(Octets.of(tsdu));
    return sessions[to].takeEvents().flatMap((event) => machines[to].receive(event));
  };
  return { ...machines, sessions, toResponder: () => step('i', 'r'), toInitiator: () => step('r', 'i') };
}

function connected() {
  const both = pair();
  both.i.pConnectRequest({ contexts, userData: [{ contextId: 1, value }], session: {} });
  both.toResponder();
  const results = answerContexts(contexts, ['2.2.1.0.1', '2.6.0.2.12']);
  both.r.pConnectAccept({ results, userData: [{ contextId: 1, value }] });
  both.toInitiator();
  return both;
}

describe('the presentation protocol machine, X.226 Annex A', () => {
  it('connects, and knows the contexts that were agreed', () => {
    const { i, r, toResponder, toInitiator } = pair();
    i.pConnectRequest({ contexts, userData: [{ contextId: 1, value }], session: {} });
    expect(i.state).to.equal('STAI1');
    const [indication] = toResponder();
    expect(indication).to.include({ kind: 'pConnectIndication' });
    expect(r.state).to.equal('STAI2');
    const results = answerContexts(contexts, ['2.2.1.0.1']);
    r.pConnectAccept({ results, userData: [{ contextId: 1, value }] });
    const [confirm] = toInitiator();
    expect(confirm).to.include({ kind: 'pConnectConfirm', accepted: true });
    expect([i.state, r.state]).to.deep.equal(['STAt0', 'STAt0']);
    for (const side of [i, r]) {
      expect([side.contextFor('2.2.1.0.1'), side.contextFor('2.6.0.2.12')]).to.deep.equal([1, undefined]);
    }
  });

  it('answers each proposal in its place: accepted, abstract syntax, transfer syntax', () => {
    const odd = { id: 5, abstractSyntax: '2.2.1.0.1', transferSyntaxes: ['2.1.2.1'] };
    expect(answerContexts([...contexts, odd], ['2.2.1.0.1'])).to.deep.equal([
      { result: 'acceptance', transferSyntax: BER },
      { result: 'providerRejection', reason: 1 },
      { result: 'providerRejection', reason: 2 },
    ]);
  });

  it('refuses a CP that it cannot read by itself: CPR with a provider reason', () => {
    const unread = tlv('31', 'a003800101', tlv('a2', tlv('a4', '300f020101 060452010001 3004 06025101'), '61020500'));
    for (const [userData, cpr] of [
      // No CP; a CP whose user data cannot be read.
      ['3000', '30038a0100'],
      [unread, '30038a0106'],
    ] as const) {
      const { sessions, i, r, toResponder, toInitiator } = pair();
      sessions.i.sConnectRequest({ userData: fromHex(userData) });
      expect(toResponder()).to.deep.equal([]);
      expect(r.state).to.equal('STAI0');
      const [tsdu] = sessions.r.takeOutput();
      expect(toHex(tsdu ?? new Uint8Array(0))).to.contain(cpr);
      expect([i.state, toInitiator()]).to.deep.equal(['STAI0', []]);
    }
  });

  it('passes data in agreed contexts, and aborts on others: ARP invalid-PPDU-parameter-value', () => {
    const { i, r, toResponder, toInitiator, sessions } = connected();
    i.passing('P-ACTIVITY-START').sActivityStart(fromHex('020101'));
    i.pData(3, { raw: fromHex('0401aa') });
    const [started, data] = toResponder();
    expect(started).to.include({ kind: 'sActivityStartIndication' });
    expect(data?.kind === 'pDataIndication' && data.values[0]?.contextId).to.equal(3);
    i.pData(9, { raw: fromHex('0401aa') });
    expect(toResponder()[0]).to.include({ kind: 'pPAbortIndication', layer: 'presentation', reason: 6 });
    expect(r.state).to.equal('STAI0');
    const [arp] = toInitiator();
    expect(arp).to.include({ kind: 'pPAbortIndication', layer: 'presentation', reason: 6 });
    expect([i.state, sessions.i.state]).to.deep.equal(['STAI0', 'STA01']);
  });

  it('lists its contexts in ARU', () => {
    const { i, sessions, toResponder } = connected();
    i.pUAbort([{ contextId: 1, value }], [1, 3]);
    const [tsdu] = sessions.i.takeOutput();
    const list = tlv('a0', '300702010106025101', '300702010306025101');
    const aru = tlv('a0', list, '6109 3007020101a0020500');
    expect(toHex(tsdu ?? new Uint8Array(0))).to.equal(tlv('19', '110103', tlv('c1', aru)));
    expect(toResponder()).to.deep.equal([]);
  });

  it('skips unknown elements of CPA, or aborts on them where it is to be strict. X.226 8.5', () => {
    for (const strict of [false, true]) {
      const { i, sessions, toResponder, toInitiator } = pair(strict);
      i.pConnectRequest({ contexts, userData: [{ contextId: 1, value }], session: {} });
      toResponder();
      const parameters = 'a512 300780010081025101 300780010081025101 6109 3007020101a0020500 c500';
      sessions.r.sConnectAccept({ userData: fromHex(tlv('31', 'a003800101', tlv('a2', parameters))) });
      const [event] = toInitiator();
      expect(event?.kind).to.equal(strict ? 'pPAbortIndication' : 'pConnectConfirm');
    }
  });

  it('takes no primitive that its state does not have', () => {
    const { i } = pair();
    for (const request of [
      () => i.pData(1, value),
      () => i.pRelease(1, value),
      () => i.pUAbort([], []),
      () => i.passing('P-CONTROL-GIVE'),
    ]) {
      expect(request).to.throw().with.property('code', 'ERR_PRIMITIVE_STATE');
    }
  });
});

/** Tag, a length that fits, content. */
function tlv(tag: string, ...content: string[]): string {
  const hex = content.join('').replace(/\s+/g, '');
  return `${tag}${(hex.length / 2).toString(16).padStart(2, '0')}${hex}`;
}
