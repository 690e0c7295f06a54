import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { fromHex, Octets } from '../../../../harness/ber/octets.js';
import { CotpObserver } from '../../../../harness/stack/cotp/observer.js';
import type { Direction } from '../../../../harness/stack/direction.js';
import { decodeTsdu } from '../../../../harness/stack/session/decode.js';
import { SessionObserver } from '../../../../harness/stack/session/observer.js';
import { TpktFramer } from '../../../../harness/stack/tpkt/framer.js';

const captures = process.env.P1SPEC_CAPTURES;

interface Connection {
  readonly framers: Record<Direction, TpktFramer>;
  readonly offsets: Record<Direction, number>;
  readonly cotp: CotpObserver;
  readonly session: SessionObserver;
  readonly found: string[];
}

/** What a TPKT hex file says, a line of `kind code path` for each anomaly, a line for each SPDU. */
function observe(file: string): string[] {
  const connections = new Map<string, Connection>();
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [, arrow, number, hex] = /^([<>]) (\d+) ([0-9a-f]+)/.exec(line) ?? [];
    if (arrow === undefined || number === undefined || hex === undefined) continue;
    const direction: Direction = arrow === '>' ? 'i2r' : 'r2i';
    const connection = connections.get(number) ?? {
      framers: { i2r: new TpktFramer(), r2i: new TpktFramer() },
      offsets: { i2r: 0, r2i: 0 },
      cotp: new CotpObserver(),
      session: new SessionObserver(),
      found: [],
    };
    connections.set(number, connection);
    const bytes = fromHex(hex);
    const chunk = Octets.of(bytes, connection.offsets[direction]);
    connection.offsets[direction] += bytes.length;
    for (const unit of connection.framers[direction].push(chunk)) {
      if (unit.kind !== 'tpkt') connection.found.push(`tpkt ${unit.kind}`);
      if (unit.kind === 'tpkt') take(connection, direction, unit.tpdu);
    }
  }
  return [...connections.values()].flatMap(({ found }) => found);
}

function take({ cotp, session, found }: Connection, direction: Direction, tpdu: Octets): void {
  for (const event of cotp.push(direction, tpdu)) {
    if (event.kind === 'anomaly') found.push(`anomaly ${event.anomaly.code} ${event.anomaly.path}`);
    if (event.kind !== 'tsdu') continue;
    for (const seen of session.push(direction, event.octets)) {
      if (seen.kind === 'anomaly') found.push(`anomaly ${seen.anomaly.code} ${seen.anomaly.path}`);
      else found.push(seen.kind === 'spdu' ? seen.spdu.kind : seen.kind);
    }
  }
}

describe('recorded session connections', () => {
  before(function () {
    if (captures === undefined) this.skip();
  });

  it('decodes every recording of a real MTA without an exception', () => {
    const folder = join(captures!, 'pp-reactions');
    let spdus = 0;
    for (const name of readdirSync(folder).filter((each) => each.endsWith('.hex'))) {
      spdus += observe(join(folder, name)).filter((line) => !line.includes(' ')).length;
    }
    expect(spdus).to.be.greaterThan(500);
  });

  it('finds nothing in an ordinary transfer, and each SPDU of it', () => {
    const found = observe(join(captures!, 'pp-reactions', 'A01.tpkt.hex'));
    expect(found.filter((line) => line.startsWith('anomaly') && !line.includes('encoding-form'))).to.deep.equal([]);
    expect(found.filter((line) => !line.startsWith('anomaly'))).to.deep.equal([
      'CONNECT',
      'ACCEPT',
      'ACTIVITY START',
      'DATA TRANSFER',
      'ACTIVITY END',
      'ACTIVITY END ACK',
      'FINISH',
      'DISCONNECT',
    ]);
  });

  it('finds the unknown parameter of B08d and nothing in B08', () => {
    const of = (name: string) => observe(join(captures!, 'pp-reactions', `${name}.tpkt.hex`));
    expect(of('B08d')).to.include('anomaly unknown-parameter CONNECT.<0x63>');
    expect(of('B08').filter((line) => line.startsWith('anomaly'))).to.deep.equal([]);
  });

  it('decodes the SPDUs of 1992', () => {
    const folder = join(captures!, 'x410-1992');
    const kinds = readdirSync(folder)
      .filter((name) => name.includes('SPDU'))
      .sort()
      .map((name) => decodeTsdu(Octets.of(fromHex(readFileSync(join(folder, name), 'utf8')))).spdus[0]?.kind);
    expect(kinds).to.deep.equal([
      'CONNECT',
      'ACCEPT',
      'ACTIVITY START',
      'ACTIVITY END',
      'ACTIVITY END ACK',
      'FINISH',
      'DISCONNECT',
    ]);
  });
});
