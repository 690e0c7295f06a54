import { expect } from 'chai';
import { fromHex, Octets, toHex } from '../../../../harness/ber/octets.js';
import { readElement } from '../../../../harness/ber/reader.js';
import { writeBer } from '../../../../harness/ber/writer.js';
import { type AcseInput, AcseMachine, type PresentationProvider } from '../../../../harness/stack/acse/machine.js';
import { RECEIVED, REQUESTED } from '../../../../harness/stack/acse/tables.js';
import type { ContextValue } from '../../../../harness/stack/presentation/ppdu.js';
import { outOfOrder } from '../../../../harness/stack/primitive-error.js';

/** A presentation service that only writes down what it is asked for. */
class Recorder implements PresentationProvider {
  readonly requests: string[] = [];
  contextFor = () => 1;
  pConnectRequest = ({ userData }: { userData: readonly ContextValue[] }) => this.#note('P-CONNECT', userData);
  pConnectAccept = ({ userData }: { userData: readonly ContextValue[] }) => this.#note('P-CONNECT accept', userData);
  pConnectRefuse = ({ userData }: { userData: readonly ContextValue[] }) => this.#note('P-CONNECT refuse', userData);
  pRelease = (contextId: number, value: ContextValue['value']) => this.#note('P-RELEASE', [{ contextId, value }]);
  pReleaseResponse = (contextId: number, value: ContextValue['value']) =>
    this.#note('P-RELEASE response', [{ contextId, value }]);
  pUAbort = (userData: readonly ContextValue[]) => this.#note('P-U-ABORT', userData);

  #note(primitive: string, userData: readonly ContextValue[]): void {
    this.requests.push(`${primitive} ${userData.map(({ value }) => toHex(writeBer(value))).join(' ')}`);
  }
}

const values = (hex: string) => [{ contextId: 1, element: readElement(Octets.of(fromHex(hex))).element }];
const AARE_ACCEPTED = '6114 a106060456000106 a203020100 a305a103020100';

function machine(strict = false) {
  const presentation = new Recorder();
  return { presentation, acse: new AcseMachine(presentation, { strict }) };
}

function input(event: object): AcseInput {
  return event as AcseInput;
}

function associated(strict = false) {
  const both = machine(strict);
  both.acse.aAssociateRequest({
    applicationContextName: '2.6.0.1.6',
    contextId: 1,
    userInformation: [],
    connect: { contexts: [], session: {} },
  });
  both.acse.receive(input({ kind: 'pConnectConfirm', accepted: true, values: values(AARE_ACCEPTED) }));
  both.presentation.requests.length = 0;
  return both;
}

describe('the association control protocol machine, X.227 Table A.5', () => {
  it('associates and releases: STA0, STA1, STA5, STA3, STA0', () => {
    const { acse, presentation } = machine();
    expect(acse.state).to.equal('STA0');
    const connect = { contexts: [], session: {} };
    acse.aAssociateRequest({ applicationContextName: '2.6.0.1.6', contextId: 1, userInformation: [], connect });
    expect([acse.state, presentation.requests[0]]).to.deep.equal(['STA1', 'P-CONNECT 6008a106060456000106']);
    const [confirm] = acse.receive(input({ kind: 'pConnectConfirm', accepted: true, values: values(AARE_ACCEPTED) }));
    expect(confirm).to.include({ kind: 'aAssociateConfirm', accepted: true });
    expect(acse.state).to.equal('STA5');
    acse.aRelease();
    expect([acse.state, presentation.requests[1]]).to.deep.equal(['STA3', 'P-RELEASE 6203800100']);
    expect(acse.receive(input({ kind: 'pReleaseConfirm', values: values('6303800100') }))).to.deep.equal([
      { kind: 'aReleaseConfirm' },
    ]);
    expect(acse.state).to.equal('STA0');
  });

  it('as responder: STA0, STA2, STA5, STA4, STA0', () => {
    const { acse, presentation } = machine();
    const aarq = values('6008a106060456000106');
    expect(acse.receive(input({ kind: 'pConnectIndication', contexts: [], values: aarq }))[0]).to.include({
      kind: 'aAssociateIndication',
      applicationContextName: '2.6.0.1.6',
    });
    expect(acse.state).to.equal('STA2');
    acse.aAssociateAccept([], { results: [], contextId: 1 }, {});
    expect(presentation.requests).to.deep.equal([`P-CONNECT accept ${AARE_ACCEPTED.replace(/ /g, '')}`]);
    expect(acse.receive(input({ kind: 'pReleaseIndication', values: values('6203800100') }))).to.deep.equal([
      { kind: 'aReleaseIndication' },
    ]);
    expect(acse.state).to.equal('STA4');
    acse.aReleaseResponse();
    expect(acse.state).to.equal('STA0');
  });

  it('goes through STA6 or STA7 where releases collide, by who began the association', () => {
    const { acse } = associated();
    acse.aRelease();
    acse.receive(input({ kind: 'pReleaseIndication', values: values('6200') }));
    expect(acse.state).to.equal('STA6');
    acse.aReleaseResponse();
    expect(acse.state).to.equal('STA3');
  });

  it('answers what the table does not have with ABRT, source provider, and tells its user', () => {
    for (const event of [
      { kind: 'pReleaseConfirm', values: values('6303800100') },
      { kind: 'pReleaseIndication', values: values('6303800100') },
      { kind: 'pConnectIndication', values: values('6008a106060456000106') },
      { kind: 'pReleaseIndication', values: values('0500') },
    ]) {
      const { acse, presentation } = associated();
      expect(acse.receive(input(event))[0]).to.include({ kind: 'aAbortIndication', source: 1 });
      expect([acse.state, presentation.requests]).to.deep.equal(['STA0', ['P-U-ABORT 6403800101']]);
    }
  });

  it('skips unknown elements, or where it is to be strict aborts on them outside AARQ. X.227 7.4', () => {
    const release = input({ kind: 'pReleaseIndication', values: values('6205 800100 db00') });
    expect(associated().acse.receive(release)[0]).to.include({ kind: 'aReleaseIndication' });
    expect(associated(true).acse.receive(release)[0]).to.include({ kind: 'aAbortIndication', source: 1 });
    const { acse } = machine(true);
    const aarq = input({ kind: 'pConnectIndication', contexts: [], values: values('600a a106060456000106 db00') });
    expect(acse.receive(aarq)[0]).to.include({ kind: 'aAssociateIndication' });
  });

  it('tells an abort of the peer, with its source', () => {
    const { acse } = associated();
    const [event] = acse.receive(input({ kind: 'pUAbortIndication', values: values('6403800101') }));
    expect(event).to.include({ kind: 'aAbortIndication', source: 1 });
    expect(acse.state).to.equal('STA0');
    expect(acse.receive(input({ kind: 'pUAbortIndication', values: [] }))).to.deep.equal([]);
  });

  it('takes no request that its state does not have', () => {
    const { acse } = machine();
    const expected = outOfOrder('acse', 'A-ABRreq', 'STA0');
    expect(() => acse.aAbort([]))
      .to.throw(expected.message)
      .with.property('code', expected.code);
    for (const table of [RECEIVED, REQUESTED]) expect(Object.keys(table)).to.have.lengthOf(8);
  });
});
