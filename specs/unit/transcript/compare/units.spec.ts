import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { fromHex, Octets } from '../../../../harness/ber/octets.js';
import {
  CONTENT_LIMIT,
  ContentGatherer,
  contentLeaves,
} from '../../../../harness/transcript/compare/content-leaves.js';
import { leafOf, type Unit } from '../../../../harness/transcript/compare/unit.js';
import { unitsOf } from '../../../../harness/transcript/compare/units.js';
import { parseTranscript } from '../../../../harness/transcript/reader.js';

const FOLDER = new URL('../../../../fixtures/transcripts/', import.meta.url);
const { events } = parseTranscript(readFileSync(new URL('exchange-2003-sp2--tolerant.ndjson', FOLDER), 'utf8'));
const units = unitsOf(events).filter(({ connection }) => connection === 0);
const named = (name: string): Unit => units.find((unit) => unit.name === name) as Unit;
const valueAt = (unit: Unit, path: string) => leafOf(unit, path)?.value;

describe('the units of a conversation', () => {
  it('are TPDUs, SPDUs and APDUs in the order in which they came', () => {
    const told = units.filter(({ name }) => name !== 'DT').map(({ direction, name }) => `${direction} ${name}`);
    expect(told.slice(0, 9)).to.deep.equal([
      'i2r CR',
      'r2i CC',
      'i2r CONNECT',
      'r2i ACCEPT',
      'i2r ACTIVITY START',
      'i2r DATA TRANSFER',
      'i2r ACTIVITY END',
      'i2r message',
      'r2i ACTIVITY END ACK',
    ]);
    expect(told.slice(-2)).to.deep.equal(['i2r FINISH', 'r2i DISCONNECT']);
  });

  it('hold what every layer says, each value once', () => {
    const connect = named('CONNECT');
    expect(valueAt(connect, 'CONNECT.sessionUserRequirements')).to.equal('0249');
    expect(valueAt(connect, 'aarq.applicationContextName')).to.equal('2.6.0.1.6');
    expect(valueAt(connect, 'RTORQ.windowSize')).to.equal(5);
    expect(valueAt(connect, 'MTABindArgument.authenticated.initiatorName')).to.equal('EXCH1');
    expect(connect.leaves.filter(({ value }) => String(value).includes('4558434831'))).to.have.lengthOf(1);
    expect(new Set(connect.leaves.map(({ path }) => path)).size).to.equal(connect.leaves.length);
    // What another PDU is decoded from does not stand there a second time, as octets.
    expect(connect.leaves.some(({ path, type }) => path.endsWith('userData') || type === 'open')).to.equal(false);
  });

  it('say which octets no declaration knows, and which defaults were left out', () => {
    const connect = named('CONNECT');
    expect(leafOf(connect, 'MTABindArgument.authenticated[5]')).to.include({ type: 'unknown' });
    expect(valueAt(connect, 'MTABindArgument.authenticated[5]')).to.match(/^8510/);
    expect(leafOf(connect, 'RTORQ.dialogueMode')).to.include({ value: 0, implied: true });
    expect(leafOf(connect, 'MTABindArgument.authenticated.initiatorCredentials.simple.ia5String')?.secret).to.equal(
      true,
    );
  });

  it('know where the octets of a value stand', () => {
    const message = named('message');
    const leaf = leafOf(message, 'MTS-APDU.message.envelope.messageIdentifier.localIdentifier');
    expect(leaf).to.deep.include({
      value: 'L=EXCH1-060808090010Z-2',
      form: 'text',
      place: { offset: 300, length: 23 },
    });
    const stream = Buffer.concat(
      events.flatMap((event) =>
        event.kind === 'data' && event.connection === 0 && event.direction === 'i2r' ? [event.octets] : [],
      ),
    );
    expect(stream.subarray(300, 323).toString('latin1')).to.equal(leaf?.value);
  });

  it('tell an interpersonal message by its parts, and any other content by its octets', () => {
    const messages = units.filter(({ name }) => name === 'message');
    const [routing, order] = messages as [Unit, Unit];
    expect(valueAt(routing, 'MTS-APDU.message.content')).to.match(/^4f5247494e464f/);
    const heading = 'MTS-APDU.message.content.IPM.heading';
    expect(valueAt(order, `${heading}.subject.teletexString`)).to.equal('Order 1');
    expect(valueAt(order, `${heading}.thisIPM.printableString`)).to.equal('L=EXCH1-060808090010Z-1');
  });

  it('tell a content by its octets where it only looks like an interpersonal message', () => {
    for (const octets of ['a003310005', 'a0023100ff', 'a205310030003000', '', 'a080']) {
      const leaves = contentLeaves(Octets.of(fromHex(octets)), 'content');
      expect(leaves, octets).to.deep.equal([{ layer: 'p1', path: 'content', type: 'content', value: octets }]);
    }
  });

  it('keep of a large content its digest alone', () => {
    const gatherer = new ContentGatherer();
    for (let at = 0; at <= CONTENT_LIMIT; at += 65_536) gatherer.push(new Uint8Array(65_536), at);
    const [leaf, ...more] = gatherer.leaves('content');
    expect(more).to.deep.equal([]);
    expect(leaf?.value).to.match(/^327680 octets, sha256 [\da-f]{64}$/);
  });
});
