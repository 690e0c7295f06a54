import { expect } from 'chai';
import type { LinkEvent } from '../../../harness/link/events.js';
import { BackgroundJudge } from '../../../harness/rules/background.js';
import type { Finding } from '../../../harness/rules/finding.js';

const data = (connection: number, octets: number): LinkEvent => ({
  kind: 'data',
  connection,
  time: 0,
  direction: 'i2r',
  octets: new Uint8Array(octets),
});

/** A judge of which each event takes so long, and which some connection is too much for. */
function background({ takes = 0, stumblesOver = -1, fallsAtEnd = false, backlog = 1000 } = {}) {
  const judged: string[] = [];
  const faults: [number | undefined, string][] = [];
  const deferred: (() => void)[] = [];
  let now = 0;
  const judge = new BackgroundJudge({
    judge: {
      push(event) {
        now += takes;
        if (event.connection === stumblesOver) throw new Error('a bug');
        judged.push(`${event.kind} ${event.connection}`);
        return [{ rule: `R-${judged.length}` } as Finding];
      },
      end() {
        if (fallsAtEnd) throw new Error('a last bug');
        judged.push('end');
        return [];
      },
    },
    onFindings: (findings) => judged.push(...findings.map(({ rule }) => rule)),
    onFault: (error, connection) => faults.push([connection, (error as Error).message]),
    defer: (work) => deferred.push(work),
    now: () => now,
    backlog,
  });
  return { judge, judged, faults, deferred };
}

describe('a judge in the background', () => {
  it('judges nothing while it is told, and in short stretches then', () => {
    const { judge, judged, deferred } = background({ takes: 3 });
    for (let i = 0; i < 4; i += 1) judge.push(data(0, 10));
    expect([judged, deferred.length, judge.waiting]).to.deep.equal([[], 1, 40]);
    deferred.shift()?.();
    expect([judged, deferred.length, judge.waiting]).to.deep.equal([['data 0', 'R-1', 'data 0', 'R-3'], 1, 20]);
    deferred.shift()?.();
    expect([judged.length, deferred.length]).to.deep.equal([8, 0]);
    judge.push(data(0, 1));
    expect(deferred).to.have.lengthOf(1);
    judge.end();
    expect(judged.slice(8)).to.deep.equal(['data 0', 'R-9', 'end']);
  });

  it('goes on with the others where one connection is too much for it', () => {
    const { judge, judged, faults } = background({ stumblesOver: 1 });
    for (const connection of [0, 1, 1, 2, 1]) judge.push(data(connection, 1));
    judge.end();
    judge.push(data(1, 1));
    expect(judged.filter((what) => what.startsWith('data'))).to.deep.equal(['data 0', 'data 2']);
    expect(faults).to.deep.equal([[1, 'a bug']]);
    const last = background({ fallsAtEnd: true });
    last.judge.end();
    expect(last.faults).to.deep.equal([[undefined, 'a last bug']]);
  });

  it('lets a connection go that it cannot keep up with, and holds no more than it may', () => {
    const { judge, judged, faults } = background({ backlog: 100 });
    judge.push(data(0, 60));
    judge.push(data(1, 60));
    judge.push(data(1, 1));
    judge.push(data(0, 40));
    expect(judge.waiting).to.equal(100);
    expect(faults.map(([connection]) => connection)).to.deep.equal([1]);
    expect(faults[0]?.[1]).to.include('faster than it can be judged');
    judge.end();
    expect(judged.filter((what) => !what.startsWith('R-'))).to.deep.equal(['data 0', 'close 1', 'data 0', 'end']);
  });

  it('keeps its order over very many events', () => {
    const { judge, judged } = background({ backlog: 1e9 });
    for (let i = 0; i < 5000; i += 1) judge.push(data(i, 1));
    judge.end();
    const order = judged.filter((what) => what.startsWith('data'));
    expect(order).to.deep.equal(Array.from({ length: 5000 }, (_, i) => `data ${i}`));
    expect(judge.waiting).to.equal(0);
  });
});
