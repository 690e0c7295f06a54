import fc from 'fast-check';
import type { ScenarioSource } from '../../../../harness/mta/scenario/schema/scenario.js';

/** Text that YAML could mistake for something else. */
const text = fc.oneof(
  fc.constantFrom(
    'yes',
    'no',
    'null',
    '~',
    '010',
    '3003',
    'true',
    '1.5',
    ' ',
    'a: b',
    '- x',
    '#',
    '{n}',
    '*a',
    '!x',
    '\u0085',
  ),
  fc.string({ minLength: 1, maxLength: 12 }),
);
const title = text.filter((each) => each !== '');
const time = fc
  .tuple(fc.integer({ min: 0, max: 999 }), fc.constantFrom('ms', ' s', ' min', 'h', ' d'))
  .map((parts) => parts.join(''));
const octets = fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const count = fc.integer({ min: 1, max: 50 });
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const name = fc.constantFrom('a', 'b');

const answer = fc.oneof(
  fc.constantFrom('accept' as const, 'hold' as const, 'abort' as const, 'close' as const, 'discard' as const),
  fc.constantFrom('temporaryProblem' as const, 'localUserError' as const).map((refuse) => ({ refuse })),
  fc.record({ reason: fc.nat(20), diagnostic: fc.nat(50) }).map((nonDeliver) => ({ nonDeliver })),
  time.map((delay) => ({ delay })),
  time.map((each) => ({ delay: { for: each, next: { abort: 'userError' as const } } })),
);

const step = fc.oneof(
  fc.record({ subject: text, priority: fc.constantFrom('urgent' as const, 'normal' as const), count }).map((rest) => ({
    send: { from: 'a', to: ['b'], every: '1 s', ...rest },
  })),
  fc.record({ apdu: octets, via: fc.constant('b') }).map((rest) => ({ send: { from: 'a', ...rest } })),
  time.map((wait) => ({ wait })),
  text.map((note) => ({ note })),
  fc.record({ count, within: time, answer }).map((rest) => ({
    expect: { at: 'b', event: 'transfer' as const, where: { peer: 'a', kind: 'message' as const }, ...rest },
  })),
  fc.record({ atLeast: fc.nat(3), atMost: fc.integer({ min: 3, max: 9 }) }).map((length) => ({
    check: { at: 'a', queue: { to: 'b', length }, findings: 0 },
  })),
  name.map((mta) => ({ restart: { mta, how: 'kill' as const, after: '1 min' } })),
);

const mta = fc.record({
  preset: fc.constantFrom('tolerant', 'pp', 'exchange-2003-sp2'),
  mtaName: text,
  password: text,
  judged: fc.boolean(),
  spool: fc.oneof(fc.boolean(), title),
  connector: fc.record({ openInterval: time, threshold: count }),
  when: fc.array(fc.record({ step: fc.constant('transfer' as const), every: count, answer }), { maxLength: 2 }),
  edits: fc.array(
    fc.record({
      pdu: fc.constantFrom('message' as const, 'report' as const),
      nth: count,
      edits: octets.map((tlv) => [{ inject: { at: '/#1', tlv } }]),
    }),
    { maxLength: 1 },
  ),
});

/** Scenarios that can be read, of two MTAs. */
export const scenarios: fc.Arbitrary<ScenarioSource> = fc
  .record({
    title,
    description: optional(text),
    seed: optional(fc.integer()),
    within: optional(time),
    mode: optional(fc.constantFrom('normal' as const, 'x410-1988' as const, 'x410-1984' as const)),
    mtas: fc.record({ a: mta, b: mta }),
    links: optional(
      fc
        .record({ checkpointSize: fc.nat(30), windowSize: count, down: fc.boolean() })
        .map((rest) => [{ between: ['a', 'b'] as [string, string], ...rest }]),
    ),
    steps: fc.array(step, { minLength: 1, maxLength: 6 }),
  })
  // What is absent is left out: undefined is nothing that a file can have.
  .map((source) => JSON.parse(JSON.stringify(source)) as ScenarioSource);
