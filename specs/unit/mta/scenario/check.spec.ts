import { expect } from 'chai';
import { ScenarioErrors } from '../../../../harness/mta/scenario/errors.js';
import { readScenario } from '../../../../harness/mta/scenario/read.js';

interface Wrong {
  readonly what: string;
  /** `^` stands before the place that is told, and is taken out. */
  readonly text: string;
  readonly code: string;
  readonly says: string;
}

const TWO = 'title: x\nmtas: { a: {}, b: { preset: exchange-2003-sp2 } }\n';
const LIVE = 'title: x\nmtas: { a: {}, iut: { live: { connect: "127.0.0.1:102" } } }\n';
const step = (text: string, head = TWO) => `${head}steps:\n  - ${text}\n`;
const OK = 'steps: [note: done]\n';

const table: readonly Wrong[] = [
  {
    what: 'a reference to no MTA',
    text: step('send: { from: a, to: ^c }'),
    code: 'NAME',
    says: "there is no MTA 'c' (MTAs are: a, b)",
  },
  {
    what: 'a name with a slip in it',
    text: step('start: ^getaway', 'title: x\nmtas: { gateway: {}, b: {} }\n'),
    code: 'NAME',
    says: "did you mean 'gateway'?",
  },
  {
    what: 'a second MTA of the same domain',
    text: 'title: x\nmtas:\n  a: {}\n  ^A: {}\nsteps: [note: x]',
    code: 'NAME',
    says: "'A' has the domain of 'a'",
  },
  {
    what: 'an unknown preset',
    text: `title: x\nmtas: { a: { preset: ^tolerent }, b: {} }\n${OK}`,
    code: 'PRESET',
    says: "did you mean 'tolerant'?",
  },
  {
    what: 'a restart as an unknown preset',
    text: step('restart: { mta: b, preset: ^exchange-2003-kb91698 }'),
    code: 'PRESET',
    says: "did you mean 'exchange-2003-kb916986'?",
  },
  {
    what: 'options of a preset that has none',
    text: `title: x\nmtas: { a: { preset: pp, ^options: { windowSize: 3 } }, b: {} }\n${OK}`,
    code: 'OPTION',
    says: "'pp' has no options",
  },
  {
    what: 'an unknown option',
    text: `title: x\nmtas: { a: { preset: exchange-5.5, options: { ^routingMessage.intervall: 1 min } }, b: {} }\n${OK}`,
    code: 'OPTION',
    says: "did you mean 'routingMessage.interval'?",
  },
  {
    what: 'an option of another preset',
    text: `title: x\nmtas: { a: { preset: slow-checkpoint, options: { ^refusal.how: busy } }, b: {} }\n${OK}`,
    code: 'OPTION',
    says: 'is no option of this preset (there are: delay)',
  },
  {
    what: 'an edit where nothing can be',
    text: `title: x\nmtas:\n  b: {}\n  a:\n    edits:\n      - pdu: message\n        edits: [{ remove: { at: ^message.envelop } }]\n${OK}`,
    code: 'EDIT',
    says: 'did you mean envelope?',
  },
  {
    what: 'an edit that is counted twice',
    text: `title: x\nmtas:\n  b: {}\n  a:\n    edits:\n      - pdu: message\n        first: 3\n        ^every: 2\n        edits: [{ remove: { at: message.envelope.priority } }]\n${OK}`,
    code: 'VALUE',
    says: 'two ways to count',
  },
  {
    what: 'an option that wants a time',
    text: `title: x\nmtas: { a: { preset: exchange-5.5, options: { connector.openInterval: ^600 } }, b: {} }\n${OK}`,
    code: 'OPTION',
    says: 'connector.openInterval wants a time with its unit',
  },
  {
    what: 'octets as a number',
    text: `title: x\nmtas: { a: { preset: exchange-5.5, options: { bindMarker.bytes: ^3003 } }, b: {} }\n${OK}`,
    code: 'OPTION',
    says: "put it in quotes: '3003'",
  },
  {
    what: 'three MTAs without links',
    text: 'title: x\n^mtas: { a: {}, b: {}, c: {} }\nsteps: [note: x]',
    code: 'LINK',
    says: 'nothing says which of them are linked',
  },
  {
    what: 'a link of an MTA with itself',
    text: `${TWO}links: [{ between: [a, ^a] }, { between: [a, b] }]\n${OK}`,
    code: 'LINK',
    says: 'with itself',
  },
  {
    what: 'a link twice',
    text: `${TWO}links: [{ between: [a, b] }, { ^between: [b, a] }]\n${OK}`,
    code: 'LINK',
    says: 'are linked already',
  },
  {
    what: 'an MTA that no link leads to',
    text: 'title: x\nmtas:\n  a: {}\n  b: {}\n  ^c: {}\nlinks: [{ between: [a, b] }]\nsteps: [note: x]',
    code: 'LINK',
    says: "no link leads to 'c'",
  },
  {
    what: 'an opener that is not on the link',
    text: `title: x\nmtas: { a: {}, b: {}, c: {} }\nlinks: [{ between: [a, b], opens: ^c }, { between: [b, c] }]\n${OK}`,
    code: 'LINK',
    says: "'c' is not on this link",
  },
  {
    what: 'a way that there is not',
    text: `title: x\nmtas: { a: {}, b: {}, c: {}, d: {} }\nlinks: [{ between: [a, b] }, { between: [c, d] }]\nsteps: [send: { from: a, to: ^d }]`,
    code: 'LINK',
    says: "no links lead from 'a' to 'd'",
  },
  {
    what: 'a queue to who is no neighbour',
    text: `title: x\nmtas: { a: {}, b: {}, c: {} }\nlinks: [{ between: [a, b] }, { between: [b, c] }]\nsteps: [queue: { at: a, to: ^c, do: freeze }]`,
    code: 'LINK',
    says: "peers of 'a' are: b",
  },
  {
    what: 'a filter that the event has not',
    text: step('expect: { at: a, event: bind, where: { ^subject: x } }'),
    code: 'WHERE',
    says: 'it has: peer, role, mode',
  },
  {
    what: 'a filter by no MTA-bind error',
    text: step('expect: { at: a, event: bindRefused, where: { error: ^bussy } }'),
    code: 'WHERE',
    says: "did you mean 'busy'?",
  },
  {
    what: 'a rule that there is not',
    text: step('expect: { at: a, event: finding, where: { rule: ^BODY-999 } }'),
    code: 'RULE',
    says: 'there is no rule',
  },
  {
    what: 'an event that is never logged',
    text: step('expect: { at: a, event: logged, where: { id: ^9999 } }'),
    code: 'LOGGED',
    says: 'no event 9999',
  },
  {
    what: 'an event of an unknown name',
    text: step('expect: { at: a, event: logged, where: { name: ^queueDrain } }'),
    code: 'LOGGED',
    says: "did you mean 'queueDrained'?",
  },
  {
    what: 'an answer to what is over',
    text: step('expect: { at: a, event: messageReceived, ^answer: hold }'),
    code: 'ANSWER',
    says: 'it takes no answer',
  },
  {
    what: 'a bind error for a transfer',
    text: step('expect: { at: a, event: transfer, answer: { refuse: ^busy } }'),
    code: 'ANSWER',
    says: 'a transfer is refused by',
  },
  {
    what: 'a reason of transfers for a bind',
    text: step('expect: { at: a, event: bind, answer: { refuse: ^localUserError } }'),
    code: 'ANSWER',
    says: 'a bind is refused by',
  },
  {
    what: 'a non-delivery of a bind',
    text: step('expect: { at: a, event: bind, answer: { ^nonDeliver: { reason: 1 } } }'),
    code: 'ANSWER',
    says: "'nonDeliver' is no answer at bind",
  },
  {
    what: 'an interruption of what the peer sends',
    text: step('expect: { at: a, event: transfer, answer: ^interrupt }'),
    code: 'ANSWER',
    says: "'interrupt' is no answer at transfer",
  },
  {
    what: 'a reason to discard in silence',
    text: step('expect: { at: a, event: transfer, answer: { ^discard: localUserError } }'),
    code: 'ANSWER',
    says: 'write discard alone',
  },
  {
    what: 'what cannot follow a delay',
    text: step('expect: { at: a, event: bind, answer: { delay: { for: 1 s, next: ^discard } } }'),
    code: 'ANSWER',
    says: "'discard' is no answer at bind",
  },
  {
    what: 'the answer of a reaction',
    text: `title: x\nmtas:\n  a:\n    when:\n      - { step: session, answer: { refuse: ^sequenceError } }\n  b: {}\n${OK}`,
    code: 'ANSWER',
    says: 'does not refuse a session',
  },
  {
    what: 'nth beside every',
    text: `title: x\nmtas:\n  a:\n    when:\n      - { step: transfer, nth: 3, ^every: 3, answer: hold }\n  b: {}\n${OK}`,
    code: 'VALUE',
    says: "'nth' says which one",
  },
  {
    what: 'a live MTA that is to send',
    text: step('send: { from: ^iut, to: a }', LIVE),
    code: 'LIVE',
    says: 'it does not do what a scenario says',
  },
  {
    what: 'an expectation at a live MTA',
    text: step('expect: { at: ^iut, event: queueDrained }', LIVE),
    code: 'LIVE',
    says: 'only its findings are seen',
  },
  {
    what: 'a look into a live MTA',
    text: step('check: { at: ^iut, queue: { to: a, length: 0 } }', LIVE),
    code: 'LIVE',
    says: 'not its queue',
  },
  {
    what: 'a live MTA with a preset',
    text: `title: x\nmtas: { a: {}, iut: { live: { connect: "102" }, ^preset: pp } }\n${OK}`,
    code: 'LIVE',
    says: "'preset' belongs to fakes",
  },
  { what: 'virtual time with a live MTA', text: `${LIVE}time: ^virtual\n${OK}`, code: 'TIME', says: 'real' },
  { what: 'TCP in virtual time', text: `${TWO}network: ^tcp\n${OK}`, code: 'TIME', says: 'add time: real' },
  {
    what: 'a listener in memory',
    text: `title: x\nmtas: { a: { ^listen: "102" }, b: {} }\n${OK}`,
    code: 'TIME',
    says: 'nobody listens',
  },
  {
    what: 'a fault of an unknown kind',
    text: `${TWO}links: [{ between: [a, b], faults: [{ sentBy: a, layer: cotp, kind: ^CONNECT, does: drop }] }]\n${OK}`,
    code: 'FAULT',
    says: 'there are: CR, CC, DT',
  },
  {
    what: 'a fault that cannot be',
    text: `${TWO}links: [{ between: [a, b], faults: [{ sentBy: a, layer: cotp, kind: CR, does: { ^split: 4 } }] }]\n${OK}`,
    code: 'FAULT',
    says: 'split cannot be done to CR',
  },
  {
    what: 'a fault where there is no such layer',
    text: `${TWO}mode: x410-1984\nlinks: [{ between: [a, b], faults: [{ sentBy: a, layer: ^acse, does: drop }] }]\n${OK}`,
    code: 'FAULT',
    says: 'there is no ACSE in mode x410-1984',
  },
  {
    what: 'a recipient that cannot be read',
    text: step('send: { from: a, recipients: ["C=XX;A= ;P=B;S=B^ö"] }'),
    code: 'ADDRESS',
    says: 'no character of PrintableString',
  },
  {
    what: 'a space that YAML takes away',
    text: step('send:\n      from: a\n      recipients:\n        - C=XX;^Z=B'),
    code: 'ADDRESS',
    says: 'no attribute of an O/R address',
  },
  {
    what: 'a permission for no rule',
    text: `${TWO}permit: [{ rule: ^ENV-7, reason: x }]\n${OK}`,
    code: 'RULE',
    says: 'there is no rule',
  },
  {
    what: 'a permission for a violation',
    text: `${TWO}permit: [{ rule: ^BIND-001, reason: x }]\n${OK}`,
    code: 'RULE',
    says: 'tier 1',
  },
  {
    what: 'a counter that there is not',
    text: step('check: { at: a, counter: { name: ^Queue Lenght, to: b, value: 1 } }'),
    code: 'COUNTER',
    says: "did you mean 'Queue Length'?",
  },
  {
    what: 'a counter of a connection without one',
    text: step('check: { at: a, counter: { name: ^Queue Length, value: 1 } }'),
    code: 'COUNTER',
    says: 'add to: the peer',
  },
  {
    what: 'bounds that nothing is within',
    text: step('check: { at: a, findings: { atLeast: 3, atMost: ^1 } }'),
    code: 'VALUE',
    says: 'no number is 3 at least',
  },
  { what: 'a check of nothing', text: step('^check: { at: a }'), code: 'MISSING', says: 'nothing is checked' },
  { what: 'mail to nobody', text: step('^send: { from: a }'), code: 'MISSING', says: "neither 'to' nor 'recipients'" },
  {
    what: 'an MTS-APDU that goes nowhere',
    text: step('send: { from: a, ^apdu: "3003" }'),
    code: 'MISSING',
    says: 'add via',
  },
  {
    what: 'an MTS-APDU with a subject',
    text: step('send: { from: a, via: b, apdu: "3003", ^subject: x }'),
    code: 'VALUE',
    says: "beside 'apdu'",
  },
  {
    what: 'a content type that is none',
    text: step('send: { from: a, to: b, content: { type: ^ipm, octets: "00" } }'),
    code: 'VALUE',
    says: 'is no content type',
  },
  {
    what: 'a time between one',
    text: step('send: { from: a, to: b, ^every: 1 s }'),
    code: 'MISSING',
    says: 'add count',
  },
  {
    what: 'a diagnostic without a reason',
    text: step('report: { from: a, to: b, on: last, ^diagnostic: 1 }'),
    code: 'MISSING',
    says: 'belongs to a reason',
  },
  {
    what: 'a hotfix for another product',
    text: step('hotfix: { mta: ^a, apply: kb916986 }'),
    code: 'PRESET',
    says: 'is no Exchange MTA',
  },
  {
    what: 'link state of another product',
    text: step('linkState: { at: ^a }'),
    code: 'PRESET',
    says: 'no link state table',
  },
  {
    what: 'a filter of what is not deleted',
    text: step('queue: { at: a, to: b, do: freeze, ^where: { system: true } }'),
    code: 'VALUE',
    says: 'what is deleted',
  },
];

/** The text, and where `^` stood. */
function marked(text: string): { readonly text: string; readonly line: number; readonly column: number } {
  const [before = '', after = ''] = text.split('^');
  const lines = before.split('\n');
  return { text: before + after, line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

function errorsOf(text: string): ScenarioErrors {
  try {
    readScenario(text, 'x.yaml');
  } catch (error) {
    if (error instanceof ScenarioErrors) return error;
    throw error;
  }
  throw new Error('it was read');
}

describe('what the parts of a scenario say of each other', () => {
  for (const { what, text, code, says } of table) {
    it(`${what}: ERR_SCENARIO_${code}`, () => {
      const wrong = marked(text);
      const { errors } = errorsOf(wrong.text);
      expect(errors.map((each) => each.line)).to.have.lengthOf(1);
      const [error] = errors;
      expect(error?.code).to.equal(`ERR_SCENARIO_${code}`);
      expect(error?.at).to.include({ file: 'x.yaml', line: wrong.line, column: wrong.column });
      expect(error?.line).to.include(says);
    });
  }

  it('tells all of a file, in its order, a line each', () => {
    const { message, errors } = errorsOf(
      'title: x\nmtas: { a: { preset: pq }, b: {} }\nsteps:\n  - start: c\n  - send: { from: a }\n',
    );
    expect(errors.map(({ code }) => code)).to.deep.equal([
      'ERR_SCENARIO_PRESET',
      'ERR_SCENARIO_NAME',
      'ERR_SCENARIO_MISSING',
    ]);
    const lines = message.split('\n');
    expect(lines).to.have.lengthOf(3);
    for (const line of lines) expect(line).to.match(/^x\.yaml:\d+:\d+: .+ \(.+\)$/);
  });

  it('tells the first twenty', () => {
    const { errors, message } = errorsOf(`${TWO}steps:\n${'  - start: nobody\n'.repeat(30)}`);
    expect(errors).to.have.lengthOf(20);
    expect(message).to.match(/… and 10 more$/);
  });

  it('knows an Exchange MTA by what it is restarted as', () => {
    const { scenario } = readScenario(
      'title: x\nmtas: { a: {}, b: {} }\nsteps:\n  - restart: { mta: a, preset: exchange-2003-sp2 }\n  - hotfix: { mta: a, apply: kb916986 }\n',
      'x.yaml',
    );
    expect(scenario.steps).to.have.lengthOf(2);
  });
});
