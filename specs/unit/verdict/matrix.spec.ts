import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { P1specError } from '../../../harness/ber/error.js';
import type { Mode } from '../../../harness/stack/mode.js';
import { type MatrixCell, type MatrixOptions, matrix, matrixExitCode } from '../../../harness/verdict/matrix.js';
import { matrixCrew, packedError, unpackedError } from '../../../harness/verdict/matrix-crew.js';

/** The peer of KB 916986, one that takes all, and a strict one. */
const FEW = {
  exchanges: ['exchange-2003-kb916986', 'exchange-2003-sp2'],
  peers: ['strict-bind', 'tolerant'],
  modes: ['x410-1984', 'normal'] as const,
};

const named = ({ mode, exchange, peer }: MatrixCell) => `${mode} ${exchange} ${peer}`;

async function rejection(options: MatrixOptions): Promise<Error & { code?: string; hint?: string }> {
  try {
    await matrix(options);
  } catch (error) {
    return error as Error;
  }
  throw new Error('it was not refused');
}

describe('the matrix', function () {
  this.timeout(60_000);
  let out: string;
  beforeEach(() => {
    out = mkdtempSync(join(tmpdir(), 'p1spec-'));
  });
  afterEach(() => rmSync(out, { recursive: true, force: true }));

  it('holds the conversations that are chosen, in the order of the presets', async () => {
    const told: string[] = [];
    const onCell = (cell: MatrixCell, { done, all }: { done: number; all: number }) => {
      told.push(`${done}/${all}`);
      expect(cell.verdict).to.not.equal('inconclusive');
    };
    const result = await matrix({ ...FEW, out, onCell });
    expect(result.cells.map(named)).to.deep.equal(
      ['normal', 'x410-1984'].flatMap((mode) =>
        ['exchange-2003-sp2', 'exchange-2003-kb916986'].flatMap((exchange) =>
          ['tolerant', 'strict-bind'].map((peer) => `${mode} ${exchange} ${peer}`),
        ),
      ),
    );
    expect(told).to.deep.equal(Array.from({ length: 8 }, (_, i) => `${i + 1}/8`));
    expect(result.modes).to.deep.equal(['normal', 'x410-1984']);
    expect(result).to.not.have.any.keys('mode', 'interrupted');
    expect(result.cells.every(({ asExpected }) => asExpected)).to.equal(true);
    const files = result.cells.map(({ transcript }) => transcript);
    expect(new Set(files).size, 'a file each').to.equal(8);
    expect(readdirSync(out).map((name) => join(out, name))).to.have.members(files);
    const [leaking, blocked, clean] = result.cells;
    expect(leaking).to.deep.include({ verdict: 'fail', leaks: 4, inbound: { arrived: 2, submitted: 2 } });
    expect(leaking?.queue).to.deep.equal({ drained: true, out: 3, submitted: 3, length: 0 });
    // The report that it owes waits too.
    expect(blocked).to.deep.include({
      rules: ['BIND-001'],
      queue: { drained: false, out: 0, submitted: 3, length: 5 },
    });
    expect(clean).to.deep.include({ verdict: 'pass', leaks: 0, rules: [] });
  });

  it('gives the same whatever the number of processes', async () => {
    const one = await matrix({ ...FEW, jobs: 1 });
    const three = await matrix({ ...FEW, jobs: 3 });
    expect(three.cells).to.deep.equal(one.cells);
    expect(one.cells.every(({ transcript }) => transcript === null)).to.equal(true);
  });

  it('says which mode it was where there is one', async () => {
    const { mode, modes } = await matrix({ ...FEW, exchanges: ['exchange-5.5'], modes: ['x410-1988'] });
    expect([mode, modes]).to.deep.equal(['x410-1988', ['x410-1988']]);
  });

  for (const jobs of [1, 2]) {
    it(`ends with what is there when it is told to, ${jobs} at work`, async () => {
      const controller = new AbortController();
      const onCell = (_: MatrixCell, { done }: { done: number }) => {
        if (done === 3) controller.abort('enough');
      };
      const { cells, interrupted } = await matrix({ jobs, out, onCell, signal: controller.signal });
      expect(interrupted).to.equal('enough');
      expect(cells).to.have.lengthOf(3);
    });
  }

  it('holds none where it was told before', async () => {
    const { cells, interrupted } = await matrix({ ...FEW, signal: AbortSignal.abort('no') });
    expect([cells.length, interrupted]).to.deep.equal([0, 'no']);
  });

  it('counts what is permitted as no leak, and as documented all the same', async () => {
    const permissions = [{ rule: 'ENV-010', reason: 'agreed' }];
    const chosen = { exchanges: ['exchange-5.5'], peers: ['tolerant'], modes: ['x410-1984'] as const };
    const [cell] = (await matrix({ ...chosen, permissions })).cells;
    expect(cell).to.deep.include({ verdict: 'pass', leaks: 0, rules: [], asExpected: true });
  });

  it('refuses what it does not know', async () => {
    expect((await rejection({ modes: ['x400' as Mode] })).code).to.equal('ERR_MODE');
    const unknown = await rejection({ peers: ['tolerant', 'lenient'] });
    expect([unknown.code, unknown.message]).to.deep.equal([
      'ERR_UNKNOWN_TARGET',
      'there is no third-party preset "lenient"',
    ]);
    expect(unknown.hint).to.include('tolerant');
    expect((await rejection({ exchanges: ['tolerant'] })).code).to.equal('ERR_UNKNOWN_TARGET');
    expect((await rejection({ permissions: [{ rule: 'BIND-001', reason: 'no' }] })).code).to.equal('ERR_PERMIT_TIER');
    expect(await rejection({ jobs: 0 })).to.be.instanceOf(RangeError);
  });

  it('fails where it cannot write, in whatever process', async () => {
    const file = join(out, 'a-file');
    writeFileSync(file, '');
    expect((await rejection({ ...FEW, out: file })).code).to.equal('ERR_OUT');
    for (const jobs of [1, 2]) {
      // Where the transcript is to be, there is a folder.
      mkdirSync(join(out, 'matrix-normal-exchange-5.5-pp.ndjson'), { recursive: true });
      const error = await rejection({ exchanges: ['exchange-5.5'], modes: ['normal'], out, jobs });
      expect(error).to.be.instanceOf(P1specError);
      expect(error.code).to.match(/^ERR_FILE_/);
    }
  });
});

describe('the exit code of a matrix', () => {
  const cell = { verdict: 'fail', asExpected: true } as MatrixCell;
  const result = (cells: readonly Partial<MatrixCell>[], interrupted?: string) =>
    matrixExitCode({
      tool: 'p1spec',
      version: '0',
      modes: [],
      startedAt: '',
      duration: 0,
      cells: cells.map((each) => ({ ...cell, ...each })),
      interrupted,
    });

  it('is 0 where all is as documented, leaks and blocked queues too', () => {
    expect(result([{}, { leaks: 4 }])).to.equal(0);
  });

  it('is 1 where a pair is otherwise, and 3 where none is, but something is missing', () => {
    expect(result([{}, { asExpected: false }], 'enough')).to.equal(1);
    expect(result([{}, { asExpected: false, verdict: 'inconclusive' }])).to.equal(3);
    expect(result([{}], 'enough')).to.equal(3);
  });
});

describe('a process of the crew', () => {
  it('is missed where it goes', async () => {
    const [worker] = matrixCrew(2, {}).map((each, i) => {
      if (i > 0) each.stop();
      return each;
    });
    const pair = { exchange: 'exchange-5.5', peer: 'tolerant', mode: 'normal' } as const;
    const lost = async () => (await worker?.converse(pair).catch((error: unknown) => error)) as P1specError;
    const underWay = lost();
    worker?.stop();
    for (const error of [await underWay, await lost()]) {
      expect(error).to.deep.include({ code: 'ERR_JOB', message: 'a process of the matrix is gone: SIGKILL' });
    }
  });
});

describe('an error between processes', () => {
  it('keeps what a person is told', () => {
    const own = new P1specError('ERR_OUT', { message: 'no folder', at: { file: 'a' }, hint: 'make one' });
    const copy = unpackedError(structuredClone(packedError(own)));
    expect(copy).to.be.instanceOf(P1specError);
    expect(copy).to.deep.include({ code: 'ERR_OUT', message: 'no folder', at: { file: 'a' }, hint: 'make one' });
    const foreign = unpackedError(structuredClone(packedError(new TypeError('odd'))));
    expect([foreign.name, foreign.message]).to.deep.equal(['TypeError', 'odd']);
    expect(unpackedError(packedError('text')).message).to.equal('text');
  });
});
