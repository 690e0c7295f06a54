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

  it('tells the mode of X.410 associations, and that what they carry is not P1', async () => {
    const [association] = await show('isode-rts-x410-echo.pcapng');
    expect(association.mode).to.match(/^x410-/);
    expect(association.apdus.map(({ kind }: { kind: string }) => kind)).to.include('unknown');
    expect((await runCli(['check', capture('isode-rts-x410-echo.pcapng')])).status).to.equal(1);
  });

  it('tells a refusal without a wrapper as the bind error that it is', async () => {
    const [association] = await show('pp-reactions/B10.tpkt.hex');
    expect(association.outcome).to.equal('refused');
    expect(association.bind.error).to.equal(2);
  });
});
