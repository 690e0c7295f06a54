import { join } from 'node:path';
import { expect } from 'chai';
import { runCli } from './support/cli.js';

/** Conversations of real MTAs, which are not part of the repository: P1SPEC_CAPTURES says where they are. */
const CAPTURES = process.env.P1SPEC_CAPTURES;

describe('p1spec on recorded conversations of real MTAs', () => {
  before(function () {
    if (CAPTURES === undefined) this.skip();
  });
  const capture = (name: string) => join(CAPTURES ?? '', name);
  const show = async (name: string) => {
    const { status, stdout } = await runCli(['show', '--json', capture(name)]);
    expect(status).to.equal(0);
    return JSON.parse(stdout).associations;
  };

  it('finds nothing in a ping between two MTAs of 2005', async () => {
    const { status, stdout } = await runCli(['check', '--json', capture('x400-ping-success.pcap')]);
    expect(status).to.equal(0);
    const [file] = JSON.parse(stdout).files;
    expect(file).to.include({ associations: 1, apdus: 0 });
    expect(file.findings.filter(({ tier }: { tier: number }) => tier < 3)).to.deep.equal([]);
  });

  it('says who bound in it', async () => {
    const [association, ...more] = await show('x400-ping-success.pcap');
    expect(more).to.deep.equal([]);
    expect(association).to.include({ mode: 'normal', outcome: 'released', responder: '192.168.0.4:102' });
    const { argument, result, error } = association.bind;
    expect(argument.authenticated.initiatorName).to.equal('percival.smhs.co.uk');
    expect(result.authenticated.responderName).to.equal('guinevere.smhs.co.uk');
    expect(error).to.equal(null);
  });

  it('decodes a message of PP to its envelope, recipients, trace and content, and finds nothing in it', async () => {
    const [association] = await show('pp-p1-message.pcapng');
    const [apdu, ...more] = association.apdus;
    expect(more).to.deep.equal([]);
    expect(apdu).to.include({ kind: 'message', direction: 'i2r' });
    const { envelope, content } = apdu.value;
    expect(envelope.messageIdentifier.localIdentifier).to.equal('950601100000Z-1');
    expect(envelope.contentType).to.deep.equal({ builtIn: 22 });
    expect(envelope.traceInformation).to.have.lengthOf(2);
    const [recipient] = envelope.perRecipientFields;
    expect(recipient.recipientName.builtInStandardAttributes.personalName).to.deep.equal({ surname: 'bob' });
    expect(recipient.perRecipientIndicators).to.deep.equal({ bits: 'd000', length: 9 });
    expect(Buffer.from(content, 'hex').toString('latin1')).to.include('hello');
    expect((await runCli(['check', capture('pp-p1-message.pcapng')])).status).to.equal(0);
  });

  it('tells the activities and turns of an X.410 association, and that what it carries is not P1', async () => {
    const [association] = await show('isode-rts-x410-echo.pcapng');
    expect(association.mode).to.match(/^x410-/);
    expect(association.notP1).to.include('application protocol 128');
    expect(association.outcome).to.equal('released');
    const { activities, turns, apdus } = association;
    expect(activities).to.have.lengthOf(50);
    expect(activities[0]).to.include({ direction: 'i2r', activity: '020101', octets: 35, outcome: 'confirmed' });
    expect(new Set(activities.map(({ outcome }: { outcome: string }) => outcome))).to.deep.equal(
      new Set(['confirmed']),
    );
    expect(new Set(apdus.map(({ kind }: { kind: string }) => kind))).to.deep.equal(new Set(['unknown']));
    // The responder has the first turn, and each side asks for each of its others; the last is asked for to release.
    expect(turns).to.have.lengthOf(52);
    expect(turns[0]).to.deep.equal({ holder: 'responder', please: [], activities: [] });
    expect(turns[1]).to.deep.equal({ holder: 'initiator', please: [1], activities: [0] });
    expect(turns.at(-1)).to.include({ holder: 'initiator' });
  });

  it('draws it as a ladder', async () => {
    const { stdout } = await runCli(['show', '--ladder', capture('isode-rts-x410-echo.pcapng')]);
    expect(stdout.match(/not P1: application protocol/g)).to.have.lengthOf(1);
    expect(stdout)
      .to.match(/turn please, priority 1\n.*GTC .*\n.*GTA .*the turn is the initiator's\n/)
      .and.to.match(/transfer 49 confirmed/)
      .and.to.not.match(/!|cannot be decoded/);
  });

  it('does not judge what is not P1, and says so once', async () => {
    const { status, stdout, stderr } = await runCli(['check', capture('isode-rts-x410-echo.pcapng')]);
    expect(status).to.equal(3);
    expect(`${stdout}${stderr}`.match(/not P1/g)).to.have.lengthOf(1);
    expect(stdout).to.include('0 of tier 1, 0 of tier 2').and.not.to.match(/ENV-/);
    const [file] = JSON.parse((await runCli(['check', '--json', capture('isode-rts-x410-echo.pcapng')])).stdout).files;
    expect(file.notP1).to.have.lengthOf(1);
  });

  it('decodes the association of 1992 from its log, to bind, names and release', async () => {
    const [association, ...more] = await show('x410-1992');
    expect(more).to.deep.equal([]);
    expect(association).to.include({ mode: 'x410-1984', outcome: 'released', initiator: 'tx' });
    const { argument, result } = association.bind;
    expect(argument.authenticated.initiatorName).to.equal('wgc.microsoft.ca');
    expect(result.authenticated.responderName).to.equal('ean.ubc');
    expect(association.apdus).to.deep.equal([]);
    expect(association.activities).to.have.lengthOf(1);
    expect(association.activities[0]).to.include({ activity: '020101', outcome: 'confirmed', lost: true });
  });

  it('accuses no one of what that log left out', async () => {
    const { status, stdout } = await runCli(['check', capture('x410-1992')]);
    expect(status).to.equal(0);
    expect(stdout).to.include('0 of tier 1, 0 of tier 2');
  });

  it('tells a refusal without a wrapper as the bind error that it is', async () => {
    const [association] = await show('pp-reactions/B10.tpkt.hex');
    expect(association.outcome).to.equal('refused');
    expect(association.bind.error).to.equal(2);
  });
});
