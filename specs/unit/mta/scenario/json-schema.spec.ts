import { expect } from 'chai';
import fc from 'fast-check';
import { parse } from 'yaml';
import { exchangeChoices, exchangeOptionTexts } from '../../../../harness/mta/exchange-options.js';
import { exchange2003Sp2, presets } from '../../../../harness/mta/presets/index.js';
import { scenarioJsonSchema } from '../../../../harness/mta/scenario/json-schema.js';
import { exchangeChoicesOf, exchangeOptionForms } from '../../../../harness/mta/scenario/preset-options.js';
import { scenarios } from './scenarios.js';
import { type JsonSchema, violations } from './support/json-schema.js';

const schema = scenarioJsonSchema() as JsonSchema;

const HEAD = 'title: x\nmtas: { a: {}, b: {} }\n';
const wrong: Readonly<Record<string, string>> = {
  'no steps': HEAD,
  'an empty list of steps': `${HEAD}steps: []`,
  'one MTA': 'title: x\nmtas: { a: {} }\nsteps: [note: x]',
  'a name of an MTA that is none': 'title: x\nmtas: { a: {}, 1b: {} }\nsteps: [note: x]',
  'an unknown key': `${HEAD}stepps: []\nsteps: [note: x]`,
  'an unknown preset': 'title: x\nmtas: { a: { preset: tolerent }, b: {} }\nsteps: [note: x]',
  'an unknown option': 'title: x\nmtas: { a: { preset: exchange-5.5, options: { x: 1 } }, b: {} }\nsteps: [note: x]',
  'an option of another kind':
    'title: x\nmtas: { a: { preset: exchange-5.5, options: { windowSize: many } }, b: {} }\nsteps: [note: x]',
  'an unknown step': `${HEAD}steps: [sned: { from: a, to: b }]`,
  'two steps in one': `${HEAD}steps: [{ note: x, start: a }]`,
  'an empty step': `${HEAD}steps: [{}]`,
  'a missing sender': `${HEAD}steps: [send: { to: b }]`,
  'a time without a unit': `${HEAD}steps: [wait: 10]`,
  'a time of no unit': `${HEAD}steps: [wait: 10 m]`,
  'octets as a number': `${HEAD}steps: [send: { from: a, via: b, apdu: 3003 }]`,
  'an unknown event': `${HEAD}steps: [expect: { at: a, event: transferr }]`,
  'a filter that the event has not': `${HEAD}steps: [expect: { at: a, event: bind, where: { subject: x } }]`,
  'an answer to what is over': `${HEAD}steps: [expect: { at: a, event: messageReceived, answer: hold }]`,
  'an answer that is none there': `${HEAD}steps: [expect: { at: a, event: bind, answer: discard }]`,
  'a reason of transfers for a bind': `${HEAD}steps: [expect: { at: a, event: bind, answer: { refuse: sequenceError } }]`,
  'an unknown answer': `${HEAD}steps: [expect: { at: a, event: bind, answer: { refuze: busy } }]`,
  'a link of three': `${HEAD}links: [{ between: [a, b, a] }]\nsteps: [note: x]`,
};

describe('the JSON schema of scenarios', () => {
  it('is a draft 7 with a title, of which every field says what it is', () => {
    expect(schema).to.include({ $schema: 'http://json-schema.org/draft-07/schema#', $id: 'p1spec/scenario' });
    expect(schema.title).to.equal('p1spec scenario');
    const silent: string[] = [];
    const look = (value: unknown, path: readonly string[]): void => {
      if (typeof value !== 'object' || value === null) return;
      const isField = path.at(-2) === 'properties' && !path.includes('allOf');
      if (isField && (value as JsonSchema).description === undefined) silent.push(path.join('.'));
      for (const [key, each] of Object.entries(value)) look(each, [...path, key]);
    };
    look(schema, []);
    expect(silent).to.deep.equal([]);
  });

  it('offers every preset', () => {
    const mtas = schema.properties?.mtas as JsonSchema | undefined;
    const preset = (mtas?.additionalProperties as JsonSchema | undefined)?.properties?.preset as JsonSchema | undefined;
    expect(preset?.enum).to.deep.equal(presets.map(({ name }) => name));
  });

  it('has nothing against what can be read', () => {
    fc.assert(
      fc.property(scenarios, (source) => {
        expect(violations(schema, source)).to.deep.equal([]);
      }),
    );
  });

  for (const [what, text] of Object.entries(wrong)) {
    it(`finds ${what}`, () => {
      expect(violations(schema, parse(text))).to.not.deep.equal([]);
    });
  }
});

describe('the options of Exchange presets in scenarios', () => {
  it('are those that the presets have', () => {
    expect(Object.keys(exchangeOptionForms)).to.have.members(Object.keys(exchangeChoices));
    expect(Object.keys(exchangeOptionForms)).to.have.members([...exchangeOptionTexts(exchange2003Sp2.options).keys()]);
  });

  it('are times in milliseconds and octets as octets, each in its group', () => {
    const choices = exchangeChoicesOf({
      'routingMessage.interval': '1 min',
      'routingMessage.size': 2000,
      'bindMarker.bytes': '01 02',
      'privateExtension.criticality': ['forTransfer'],
      windowSize: 3,
    });
    expect(choices).to.deep.equal({
      routingMessage: { interval: 60_000, size: 2000 },
      bindMarker: { bytes: Uint8Array.of(1, 2) },
      privateExtension: { criticality: ['forTransfer'] },
      windowSize: 3,
    });
  });

  it('leave what stands beside them as the preset has it', () => {
    const { connector } = exchange2003Sp2.options;
    const written = { 'connector.messageTimeout.urgent': '1 h', 'connector.openInterval': '5 s' };
    const { options } = exchange2003Sp2.with(exchangeChoicesOf(written, connector));
    expect(options.connector).to.deep.equal({
      ...connector,
      openInterval: 5000,
      messageTimeout: { ...connector.messageTimeout, urgent: 3_600_000 },
    });
  });

  it('are refused where they are none', () => {
    expect(() => exchangeChoicesOf({ 'routingMessage.intervall': '1 min' }))
      .to.throw()
      .with.property('code', 'ERR_PRESET_OPTION');
    expect(() => exchangeChoicesOf({ 'routingMessage.interval': 60 })).to.throw(/wants a time with its unit/);
  });
});
