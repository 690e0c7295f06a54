import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { ScenarioErrors } from '../../../../harness/mta/scenario/errors.js';
import {
  defineScenario,
  openScenario,
  readScenario,
  readScenarioModule,
} from '../../../../harness/mta/scenario/read.js';
import { type ScenarioSource, scenario as schema } from '../../../../harness/mta/scenario/schema/scenario.js';
import { scenarios } from './scenarios.js';

interface Wrong {
  readonly what: string;
  /** `^` stands before the place that is told, and is taken out. */
  readonly text: string;
  readonly code: string;
  readonly says: string;
}

const HEAD = 'title: x\nmtas: { a: {}, b: {} }\n';
const step = (text: string) => `${HEAD}steps:\n  - ${text}\n`;

const table: readonly Wrong[] = [
  { what: 'an empty file', text: '^', code: 'MISSING', says: 'is empty' },
  { what: 'only a comment', text: '^# nothing', code: 'MISSING', says: 'is empty' },
  { what: 'a text', text: '^hello', code: 'VALUE', says: 'wants a mapping' },
  { what: 'no steps', text: '^title: x\nmtas: { a: {}, b: {} }', code: 'MISSING', says: "'steps' is missing" },
  {
    what: 'an empty list of steps',
    text: `${HEAD}steps: ^[]`,
    code: 'VALUE',
    says: 'wants 1 at least in this list; there are 0',
  },
  { what: 'one MTA', text: 'title: x\n^mtas: { a: {} }\nsteps: [note: x]', code: 'VALUE', says: 'two MTAs at least' },
  {
    what: 'a name that is none',
    text: 'title: x\nmtas: { a: {}, ^1: {} }\nsteps: [note: x]',
    code: 'KEY',
    says: 'wants a short name',
  },
  { what: 'an unknown key', text: `${HEAD}^stepps: []\nsteps: [note: x]`, code: 'KEY', says: "did you mean 'steps'?" },
  {
    what: 'an unknown key of an MTA',
    text: 'title: x\nmtas:\n  a:\n    ^presett: pp\n  b: {}\nsteps: [note: x]',
    code: 'KEY',
    says: "did you mean 'preset'?",
  },
  {
    what: 'a list item further left than the one before it',
    text: `${HEAD}steps:\n  - note: x\n ^- note: y\n`,
    code: 'SYNTAX',
    says: 'indented otherwise than what it belongs to',
  },
  {
    what: 'a list item further right than the one before it',
    text: `${HEAD}steps:\n  - note: x\n   ^- note: y\n`,
    code: 'SYNTAX',
    says: 'indented otherwise than what it belongs to',
  },
  {
    what: 'a key without its colon',
    text: step('expect: { ^at a: , at: b, event: bind }'),
    code: 'KEY',
    says: 'a colon is missing: write at: a',
  },
  { what: 'a step that there is not', text: step('^sned: { from: a }'), code: 'KEY', says: "did you mean 'send'?" },
  { what: 'two steps in one', text: step('^note: x\n    start: a'), code: 'VALUE', says: 'wants exactly one of' },
  { what: 'no step', text: step('^{}'), code: 'VALUE', says: 'wants exactly one of' },
  { what: 'a missing sender', text: step('send: ^{ to: b }'), code: 'MISSING', says: "'from' is missing" },
  {
    what: 'a missing answer',
    text: 'title: x\nmtas:\n  a:\n    when:\n      - ^{ step: bind }\n  b: {}\nsteps: [note: x]',
    code: 'MISSING',
    says: "'answer' is missing",
  },
  {
    what: 'a number for a name',
    text: step('send: { from: ^1, to: b }'),
    code: 'VALUE',
    says: "put it in quotes: '1'",
  },
  {
    what: 'octets read as a number',
    text: step('send: { from: a, via: b, apdu: ^3003 }'),
    code: 'VALUE',
    says: "put it in quotes: '3003'",
  },
  {
    what: 'octets that are not',
    text: step('send: { from: a, via: b, apdu: ^"30 0" }'),
    code: 'VALUE',
    says: 'wants octets in hexadecimal',
  },
  {
    what: 'a time without a unit',
    text: step('wait: ^10'),
    code: 'VALUE',
    says: 'wants a time with its unit, such as 250 ms, 120 s, 10 min, 2 h or 1 d; this is the number 10',
  },
  { what: 'a time of no unit', text: step('wait: ^10 m'), code: 'VALUE', says: "this is the text '10 m'" },
  {
    what: 'yes',
    text: step('send: { from: a, to: b, reports: ^yes }'),
    code: 'VALUE',
    says: 'YAML 1.2 has only true and false: write true',
  },
  {
    what: '010',
    text: step('send: { from: a, to: b, count: ^010 }'),
    code: 'VALUE',
    says: '010 is the number 10 in YAML (write 10)',
  },
  {
    what: 'a count in quotes',
    text: step('send: { from: a, to: b, count: ^"10" }'),
    code: 'VALUE',
    says: 'leave the quotes out',
  },
  {
    what: 'half a message',
    text: step('send: { from: a, to: b, count: ^1.5 }'),
    code: 'VALUE',
    says: 'wants a whole number',
  },
  {
    what: 'none',
    text: step('send: { from: a, to: b, count: ^0 }'),
    code: 'VALUE',
    says: 'wants a whole number, 1 or more; this is the number 0',
  },
  {
    what: 'an unknown event',
    text: step('expect: { at: a, event: ^transferr }'),
    code: 'VALUE',
    says: "did you mean 'transfer'?",
  },
  {
    what: 'an unknown answer',
    text: step('expect: { at: a, event: bind, answer: { ^refuze: busy } }'),
    code: 'KEY',
    says: "did you mean 'refuse'?",
  },
  {
    what: 'an unknown word for an answer',
    text: step('expect: { at: a, event: bind, answer: ^acept }'),
    code: 'VALUE',
    says: "did you mean 'accept'?",
  },
  {
    what: 'a refusal without a reason',
    text: step('expect: { at: a, event: bind, answer: ^refuse }'),
    code: 'VALUE',
    says: 'write { refuse: … }',
  },
  {
    what: 'a word as a mapping',
    text: step('expect: { at: a, event: bind, answer: { ^accept: true } }'),
    code: 'KEY',
    says: 'accept stands alone',
  },
  {
    what: 'a reason that there is not',
    text: step('expect: { at: a, event: bind, answer: { refuse: ^bussy } }'),
    code: 'VALUE',
    says: "did you mean 'busy'?",
  },
  {
    what: 'a list for an answer',
    text: step('expect: { at: a, event: bind, answer: ^[hold] }'),
    code: 'VALUE',
    says: 'this is a list',
  },
  {
    what: 'what follows a delay',
    text: step('expect: { at: a, event: bind, answer: { delay: { for: 1 s, next: ^hould } } }'),
    code: 'VALUE',
    says: "did you mean 'hold'?",
  },
  {
    what: 'a key of a bound',
    text: step('check: { at: a, findings: { ^atleast: 1 } }'),
    code: 'KEY',
    says: "did you mean 'atLeast'?",
  },
  {
    what: 'a port as a text',
    text: 'title: x\nmtas: { a: {}, b: { live: { connect: ^somewhere } } }\nsteps: [note: x]',
    code: 'VALUE',
    says: 'wants HOST:PORT',
  },
  {
    what: 'a port past the last',
    text: 'title: x\nmtas: { a: {}, b: { live: { connect: ^"70000" } } }\nsteps: [note: x]',
    code: 'VALUE',
    says: 'a port is at most 65535',
  },
  {
    what: 'a port as a number',
    text: 'title: x\nmtas: { a: {}, b: { live: { connect: ^102 } } }\nsteps: [note: x]',
    code: 'VALUE',
    says: "put it in quotes: '102'",
  },
  {
    what: 'a link of one',
    text: `${HEAD}links: [{ between: ^[a] }]\nsteps: [note: x]`,
    code: 'VALUE',
    says: 'wants 2 at least in this list; there is 1',
  },
  {
    what: 'an ADMD that is a space without quotes',
    text: 'title: x\nmtas:\n  b: {}\n  a:\n    domain:\n      country: XX\n      ^administrationDomain: \nsteps: [note: x]',
    code: 'VALUE',
    says: "a space alone needs quotes: ' '",
  },
  {
    what: 'a space at the end of an address',
    text: step('send:\n      from: a\n      recipients:\n        - ^C=XX;P=B;S=Bob;A= '),
    code: 'VALUE',
    says: "put it in quotes: 'C=XX;P=B;S=Bob;A= '",
  },
  {
    what: 'a refusal in two words',
    text: step('expect: { at: a, event: bind, answer: ^refuse busy }'),
    code: 'VALUE',
    says: 'write { refuse: busy }',
  },
  {
    what: 'steps that are no list',
    text: `${HEAD}steps:\n  ^note: x`,
    code: 'VALUE',
    says: "a list has '- ' before each",
  },
  {
    what: 'a merge key',
    text: `title: x\nmtas: { a: &m {}, b: { ^<<: *m } }\nsteps: [note: x]`,
    code: 'KEY',
    says: 'YAML 1.2 has no merge keys',
  },
  {
    what: 'a key twice',
    text: `${HEAD}^title: y\nsteps: [note: x]`,
    code: 'SYNTAX',
    says: "'title' stands here a second time",
  },
  { what: 'a tab', text: 'title: x\nmtas:\n^\ta: {}', code: 'SYNTAX', says: 'a tab' },
  { what: 'a colon in a text', text: 'title: ^one: two', code: 'SYNTAX', says: 'needs quotes' },
  { what: 'a tag', text: 'title: ^!!js/function x', code: 'SYNTAX', says: 'a tag' },
  { what: 'a second document', text: 'title: x\n^---\ntitle: y', code: 'SYNTAX', says: 'a second document' },
  { what: 'YAML 1.1', text: '^%YAML 1.1\n---\ntitle: x', code: 'SYNTAX', says: 'wants YAML 1.2' },
  { what: 'an alias of nothing', text: 'title: ^*b', code: 'SYNTAX', says: "there is no anchor 'b'" },
];

function marked(text: string): { readonly text: string; readonly line: number; readonly column: number } {
  const [before = '', after = ''] = text.split('^');
  const lines = before.split('\n');
  return { text: before + after, line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

function errorsOf(read: () => unknown): ScenarioErrors {
  try {
    read();
  } catch (error) {
    if (error instanceof ScenarioErrors) return error;
    throw error;
  }
  throw new Error('it was read');
}

describe('a scenario, as it is read', () => {
  for (const { what, text, code, says } of table) {
    it(`${what}: ERR_SCENARIO_${code}`, () => {
      const wrong = marked(text);
      const { errors } = errorsOf(() => readScenario(wrong.text, 'x.yaml'));
      expect(errors.map((each) => each.line)).to.have.lengthOf(1);
      const [error] = errors;
      expect(error?.code).to.equal(`ERR_SCENARIO_${code}`);
      expect(error?.at).to.include({ file: 'x.yaml', line: wrong.line, column: wrong.column });
      expect(error?.line).to.include(says);
    });
  }

  it('says to indent what was meant to belong to a step', () => {
    const { errors } = errorsOf(() => readScenario(`${HEAD}steps:\n  - send:\n    from: a\n    to: b\n`, 'x.yaml'));
    expect(errors.map(({ at, hint }) => [at.line, at.column, hint])).to.deep.include.members([
      [5, 5, "indent it further, so that it belongs to 'send'"],
      [6, 5, "indent it further, so that it belongs to 'send'"],
    ]);
  });

  it('is never told of in the words of the schema library', () => {
    for (const { text } of table) {
      const { message } = errorsOf(() => readScenario(marked(text).text, 'x.yaml'));
      expect(message).to.not.match(/Invalid (?:input|option|key)|Unrecognized|Too small|expected/);
    }
  });

  it('is the same from YAML, from JSON and from a module', () => {
    fc.assert(
      fc.property(scenarios, fc.boolean(), (source, asJson) => {
        const text = asJson ? JSON.stringify(source) : stringify(source);
        const wanted = schema.parse(source);
        expect(readScenario(text, 'x').scenario).to.deep.equal(wanted);
        expect(readScenarioModule(source, 'x').scenario).to.deep.equal(wanted);
      }),
    );
  });

  it('says where each step stands', () => {
    const text = `${HEAD}steps:\n  - note: one\n  # two\n  - send:\n      from: a\n      to: b\n`;
    const { lineOf, positionOf } = readScenario(text, 'x.yaml');
    expect([0, 1].map((i) => lineOf(['steps', i]))).to.deep.equal([4, 6]);
    expect(positionOf(['steps', 1, 'send', 'to'])).to.deep.equal({ line: 8, column: 11 });
    expect(lineOf(['steps', 7]), 'of what lacks it').to.equal(4);
  });

  it('takes anchors and aliases for what they stand for', () => {
    const text = 'title: x\nmtas:\n  a: &mta { preset: pp }\n  b: *mta\nsteps: [note: x]';
    expect(readScenario(text, 'x').scenario.mtas.b).to.deep.equal({ preset: 'pp' });
  });

  describe('from hostile text', () => {
    const letters = 'bcdefghijkl'.split('');
    const bomb = letters.map((name, i) => `${name}: &${name} [${`*${letters[i - 1] ?? 'a'}, `.repeat(9)}]`).join('\n');
    const hostile: Readonly<Record<string, string>> = {
      'deep brackets': '['.repeat(200_000),
      'deep braces': '{a: '.repeat(60_000),
      'deep dashes': '- '.repeat(100_000),
      'more deep than is of use': `title: ${'['.repeat(100)}${']'.repeat(100)}`,
      'a bomb of aliases': `a: &a [x, x, x, x, x, x, x, x, x]\n${bomb}`,
      'an alias in itself': 'a: &a [*a]',
      'a million letters': 'a'.repeat(1_000_000),
      'many keys': Array.from({ length: 20_000 }, (_, i) => `k${i}: 1`).join('\n'),
      octets: '\u0000\u0001\u0002',
      'an escape sequence': 'title: \u001b[2J',
      __proto__: '__proto__: { polluted: true }\ntitle: x',
      '__proto__ as an MTA': 'title: x\nmtas: { a: {}, b: {}, __proto__: {} }\nsteps: [note: x]',
      constructor: 'constructor: x',
      'toString as an event': step('expect: { at: a, event: toString }'),
      'toString as an MTA': step('start: toString'),
      'constructor as an option':
        'title: x\nmtas: { b: {}, a: { preset: exchange-5.5, options: { constructor: 1 } } }\nsteps: [note: x]',
      'keys that are no text': '? [a]\n: b',
    };
    for (const [what, text] of Object.entries(hostile)) {
      it(`${what}: errors of its own, with a place`, () => {
        const { errors } = errorsOf(() => readScenario(text, 'x.yaml'));
        expect(errors.length).to.be.within(1, 20);
        for (const { code, at } of errors) {
          expect(code).to.match(/^ERR_SCENARIO_/);
          expect(at.file).to.equal('x.yaml');
        }
        expect(({} as { polluted?: unknown }).polluted).to.equal(undefined);
      });
    }

    it('of any kind ends in errors of its own', () => {
      fc.assert(
        fc.property(
          fc.string({ unit: fc.constantFrom(...'{}[]:-,&*!|>%@#\'"? \n\tabmt01'.split('')), maxLength: 60 }),
          (text) => {
            try {
              readScenario(text, 'x.yaml');
            } catch (error) {
              expect(error).to.be.instanceOf(ScenarioErrors);
            }
          },
        ),
        { numRuns: 500 },
      );
    });

    it('never brings control characters of the file name into a message', async () => {
      const error = await openScenario('no\u001b[31mfile.yaml').then(
        () => undefined,
        (each: unknown) => each,
      );
      expect(String((error as Error).message))
        .to.include('no\\u001b[31mfile.yaml')
        .and.not.to.include('\u001b');
    });

    it('never brings control characters into a message', () => {
      const { message } = errorsOf(() => readScenario(step('start: "\\e[2J\\x9b"'), 'x.yaml'));
      expect(message).to.include('\\u001b[2J\\u009b');
    });
  });

  describe('from a file', () => {
    let folder: string;
    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'p1spec-scenario-'));
    });
    after(() => rmSync(folder, { recursive: true }));

    const written = (name: string, text: string | Uint8Array) => {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    };
    const refused = async (path: string) => {
      try {
        await openScenario(path);
      } catch (error) {
        if (error instanceof ScenarioErrors) return error.errors[0];
        throw error;
      }
      throw new Error('it was read');
    };

    it('is YAML, JSON or a module', async () => {
      const source = { title: 'x', mtas: { a: {}, b: {} }, steps: [{ note: 'here' }] };
      const paths = [
        written('a.yaml', stringify(source)),
        written('a.json', JSON.stringify(source)),
        written('a.mjs', `export default ${JSON.stringify(source)};`),
      ];
      for (const path of paths) expect((await openScenario(path)).scenario.steps).to.deep.equal([{ note: 'here' }]);
    });

    it('is a module that plays', async () => {
      const text =
        'export default { title: "x", mtas: { a: {}, b: {} }, async play(stage) { stage.seen = this.title; } };';
      const { play, scenario } = await openScenario(written('play.mjs', text));
      const stage = {} as { seen?: string };
      await play?.(stage as never);
      expect(stage.seen).to.equal('x');
      expect(scenario.steps).to.have.lengthOf(1);
    });

    it('is told by its path where a module has no lines', async () => {
      const error = await refused(
        written('b.mjs', 'export default { title: "x", mtas: { a: {}, b: {} }, steps: [{ start: "c" }] };'),
      );
      expect(error?.at.path).to.equal('steps[0].start');
      expect(error?.line).to.include('b.mjs: steps[0].start: there is no MTA');
    });

    it('is refused where it is absent, no UTF-8, or exports nothing', async () => {
      expect((await refused(join(folder, 'absent.yaml')))?.code).to.equal('ERR_SCENARIO_FILE');
      expect((await refused(join(folder, 'absent.js')))?.code).to.equal('ERR_SCENARIO_FILE');
      expect((await refused(written('c.yaml', Uint8Array.of(0xff, 0xfe))))?.code).to.equal('ERR_SCENARIO_SYNTAX');
      expect((await refused(written('c.mjs', 'export const x = 1;')))?.code).to.equal('ERR_SCENARIO_MISSING');
    });
  });

  it('is given back by defineScenario as it is', () => {
    const source = { title: 'x', mtas: { a: {}, b: {} }, steps: [{ note: 'x' }] } satisfies ScenarioSource;
    expect(defineScenario(source)).to.equal(source);
    const played = defineScenario({
      title: 'x',
      mtas: { a: {}, b: { when: [{ step: 'transfer', every: 3, answer: { refuse: 'temporaryProblem' } }] } },
      links: [{ between: ['a', 'b'] }],
      async play(stage) {
        await stage.advance(1000);
      },
    });
    expect(readScenarioModule(played, 'x').play).to.be.a('function');
  });
});

describe('the scenarios of docs/scenarios.md', () => {
  const page = readFileSync(new URL('../../../../docs/scenarios.md', import.meta.url), 'utf8');
  const blocks = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => text as string);

  it('are there', () => {
    expect(blocks).to.have.lengthOf.at.least(2);
  });

  for (const block of blocks) {
    it(`${/title: (.*)/.exec(block)?.[1]}: can be read`, () => {
      expect(readScenario(block, 'docs/scenarios.md').scenario.steps).to.not.have.lengthOf(0);
    });
  }
});

describe('the scenarios of fixtures/', () => {
  const folder = fileURLToPath(new URL('../../../../fixtures/scenarios/', import.meta.url));
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

  it('are there', () => {
    expect(files).to.include.members(['two-mtas.yaml', 'third-party-around-iut.yaml', 'faults.yaml']);
  });

  for (const name of files) {
    it(`${name} can be read`, async () => {
      const { scenario } = await openScenario(join(folder, name));
      expect(scenario.steps).to.not.have.lengthOf(0);
    });
  }
});
