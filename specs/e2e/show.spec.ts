import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { toHex } from '../../harness/ber/octets.js';
import { runCli, temporaryFolder } from './support/cli.js';
import { messageApdu, probeApdu } from './support/messages.js';
import { writeRecording } from './support/recording.js';

describe('p1spec show and convert', () => {
  const folder = temporaryFolder();
  const recording = join(folder.path, 'hello.ndjson');
  before(() => writeRecording(recording, [{ transfers: [{ apdu: messageApdu('hello world') }] }]));
  after(() => folder.remove());

  it('gives the associations as JSON, and nothing else on stdout', async () => {
    const { status, stdout, stderr } = await runCli(['show', '--json', recording]);
    expect([status, stderr]).to.deep.equal([0, '']);
    const [association, ...more] = JSON.parse(stdout).associations;
    expect(more).to.deep.equal([]);
    expect(association).to.include({ mode: 'normal', outcome: 'released', initiator: '127.0.0.1:40000' });
    expect(association.bind.argument.authenticated.initiatorName).to.equal('mta.initiator.example');
    expect(association.bind.error).to.equal(null);
    expect(association.apdus[0]).to.include({ kind: 'message', direction: 'i2r' });
    expect(association.apdus[0].value.envelope.contentType).to.deep.equal({ builtIn: 22 });
    expect(Buffer.from(association.apdus[0].value.content, 'hex').toString('latin1')).to.include('hello world');
  });

  it('shows less content on request, and says how much there was', async () => {
    const { stdout } = await runCli(['show', '--json', '--content-limit', '4', recording]);
    const [apdu] = JSON.parse(stdout).associations[0].apdus;
    expect(apdu.value.content).to.have.lengthOf(8);
    expect(apdu.contentOctets).to.be.greaterThan(4);
  });

  it('draws the ladder, the trees, the octets', async () => {
    const ladder = (await runCli(['show', '--ladder', recording])).stdout;
    expect(ladder)
      .to.match(/→ CR .*\n.*← CC .*\n.*→ CN {3}CONNECT\n/s)
      .and.to.match(/← DN {3}DISCONNECT\n/);
    const tree = (await runCli(['show', recording])).stdout;
    expect(tree)
      .to.include('initiatorName: "mta.initiator.example"')
      .and.to.include('originallySpecifiedRecipientNumber: 1');
    const octets = (await runCli(['show', '--ladder', '--octets', recording])).stdout;
    expect(octets).to.match(/^ +\d+ {2}0d [0-9a-f]{2} 01 /m);
  });

  it('shows the same after a way through pcapng and TPKT hex', async () => {
    const json = async (file: string) => JSON.parse((await runCli(['show', '--json', file])).stdout).associations[0];
    const pcapng = join(folder.path, 'hello.pcapng');
    const hex = join(folder.path, 'hello.tpkt.hex');
    expect((await runCli(['convert', recording, pcapng])).status).to.equal(0);
    expect((await runCli(['convert', pcapng, hex])).status).to.equal(0);
    const { bind, apdus, outcome } = await json(recording);
    expect(await json(pcapng)).to.deep.include({ bind, apdus, outcome });
    expect(await json(hex)).to.deep.include({ bind, apdus });
    expect(readFileSync(hex, 'utf8')).to.match(/^> 0 0300/m);
  });

  it('decodes one bare value, from octets or hexadecimal', async () => {
    const file = join(folder.path, 'value.hex');
    writeFileSync(file, toHex(probeApdu()));
    const { status, stdout } = await runCli(['show', '--json', '--type', 'MTS-APDU', file]);
    expect(status).to.equal(0);
    expect(JSON.parse(stdout).probe).to.include({ contentLength: 1000 });
  });

  it('decodes several values that stand one behind the other, and says what is wrong with one', async () => {
    const file = join(folder.path, 'trace.hex');
    const domain = '630f610413024742620313012013024142';
    const element = (time: string) => {
      const supplied = `8011${Buffer.from(time).toString('hex')}820100`;
      const body = `${domain}31${(supplied.length / 2).toString(16)}${supplied}`;
      return `30${(body.length / 2).toString(16)}${body}`;
    };
    writeFileSync(file, `${element('960701133155-0400')}\n${element('961301133155-0400')}`);
    const { stdout, stderr } = await runCli(['show', '--json', '--type', 'TraceInformationElement', file]);
    const times = JSON.parse(stdout).map(
      (each: { domainSuppliedInformation: { arrivalTime: string } }) => each.domainSuppliedInformation.arrivalTime,
    );
    expect(times).to.deep.equal(['960701133155-0400', '961301133155-0400']);
    expect(stderr).to.match(/malformed at \d+\+19 .*is no UTCTime/);
  });

  it('masks passwords, unless they are asked for', async () => {
    const masked = (await runCli(['show', '--octets', recording])).stdout;
    expect(masked).to.match(/\(password, \d+ octets\)/);
    const told = (await runCli(['show', '--passwords', recording])).stdout;
    expect(told).to.not.include('(password,');
  });

  it('lists the activities, and who had the turn', async () => {
    const { stdout } = await runCli(['show', recording]);
    expect(stdout).to.match(/1 activity, 1 turn\n.*\n +0 +0 +→ initiator +[0-9a-f]+ +\d+ +0 +confirmed\n/);
  });

  it('reads a folder of PDUs, and says in its help what that is', async () => {
    const log = join(folder.path, 'log');
    mkdirSync(log);
    writeFileSync(join(log, '1-tx-CR-TPDU.hex'), '06e00000000100');
    writeFileSync(join(log, '2-rx-DR-TPDU.hex'), '06800001000001');
    const { status, stdout } = await runCli(['show', '--ladder', log]);
    expect(status).to.equal(0);
    expect(stdout).to.match(/tx → rx.*refused\n.*→ CR\n.*← DR {2}reason 1\n/);
    expect((await runCli(['show', '--help'])).stdout).to.include('01-tx-CR-TPDU.hex');
    writeFileSync(join(log, '3-rx-AC-SPDU.hex'), '0d00');
    const broken = await runCli(['show', log]);
    expect(broken.status).to.equal(2);
    expect(broken.stderr).to.match(/3-rx-AC-SPDU\.hex is no AC: its SI is 0d \[ERR_PDU_FILE\]/);
  });

  it('refuses an unknown type, and names those it knows', async () => {
    const { status, stderr } = await runCli(['show', '--type', 'MTS-APDO', recording]);
    expect(status).to.equal(2);
    expect(stderr)
      .to.include('MTS-APDU')
      .and.not.to.match(/^\s+at /m);
  });
});
