import { expect } from 'chai';
import { decode } from '../../../harness/asn1/decode.js';
import { toBer } from '../../../harness/asn1/encode.js';
import { Octets, toHex } from '../../../harness/ber/octets.js';
import { readElements } from '../../../harness/ber/reader.js';
import { writeBer } from '../../../harness/ber/writer.js';
import { VirtualClock } from '../../../harness/link/clock.js';
import { memoryPair } from '../../../harness/link/memory.js';
import { Mta } from '../../../harness/mta/engine.js';
import { MessageFactory } from '../../../harness/mta/message.js';
import { orName } from '../../../harness/mta/names.js';
import { tolerant } from '../../../harness/mta/presets/index.js';
import { typedApdu } from '../../../harness/mta/received.js';
import { MTSAPDU } from '../../../harness/p1/mts-apdu.js';
import { editionOf, type Mode } from '../../../harness/stack/association/events.js';
import { message } from '../rules/support/apdus.js';
import {
  type AssociationScript,
  association,
  ctx,
  ctxOf,
  ia5,
  integer,
  octets,
  raw,
} from '../rules/support/association.js';
import { type TrappedApdu, trappedApdus } from './traps/apdus.js';
import { throughRelay } from './traps/relay.js';

// An MTA by hand sends a relay of ours what has tripped real MTAs, and ordinary mail behind it.

const MODES = ['normal', 'x410-1988', 'x410-1984'] as const;
const ordinary = message({ content: 'Ordinary mail.' });
const ORDINARY = toHex(new TextEncoder().encode('Ordinary mail.'));

const apduIn = ({ apdu }: TrappedApdu, mode: Mode) => (typeof apdu === 'function' ? apdu(mode) : apdu);

for (const trapped of trappedApdus) {
  const { trap, what, fate, never, told = [], modes = MODES } = trapped;
  describe(`the trap ${trap}, ${what}`, () => {
    for (const mode of modes) {
      it(`is taken, and ${fate === 'kept' ? 'told of' : fate}, and holds back nothing, in mode ${mode}`, async () => {
        const apdu = apduIn(trapped, mode);
        if (never !== undefined) expect(toHex(writeBer(apdu)), 'the vector').to.contain(never);
        const relayed = await throughRelay({ mode, transfers: [{ apdu }, { apdu: ordinary }] });
        expect(relayed.taken).to.have.lengthOf(2);
        expect(relayed.answers.filter((tsdu) => tsdu.startsWith('02002a'))).to.have.lengthOf(2);
        const sent = relayed.next.map(({ octets: bytes }) => toHex(bytes));
        expect(sent.filter((hex) => hex.includes(ORDINARY))).to.have.lengthOf(1);
        expect(relayed.next).to.have.lengthOf(fate === 'kept' ? 1 : 2);
        expect(relayed.notCaredFor).to.have.lengthOf(fate === 'kept' ? 1 : 0);
        expect(relayed.next.some(({ kind }) => kind === 'report')).to.equal(
          fate === 'reported' || trap === 'empty-recipient-in-report',
        );
        if (never !== undefined) expect(sent.join(' ')).to.not.contain(never);
        expect([...new Set(relayed.findings.map(({ rule }) => rule))]).to.have.members(told);
      });
    }
  });
}

describe('the trap later-elements-in-1984', () => {
  it('is downgraded where it goes on in P1 of 1984, and told where it came in that', async () => {
    const apdu = message({ more: [ctxOf(3)] });
    const { next, findings } = await throughRelay({ transfers: [{ apdu }] }, { onward: 'x410-1984' });
    expect(next).to.have.lengthOf(1);
    expect(findings).to.deep.equal([]);
  });
});

describe('the trap password-type', () => {
  const argument = (mode: Mode, credentials: ReturnType<typeof ctxOf>, name = 'mta.initiator.example') => {
    const bare = ctxOf(1, ctx(0, name), ctxOf(1, credentials));
    return mode === 'normal' ? ctxOf(16, bare) : bare;
  };
  const transfers = [{ apdu: ordinary }];

  for (const mode of MODES) {
    for (const [what, password] of [
      ['IA5String', ia5('secret')],
      ['OCTET STRING', octets('secret')],
      ['a constructed IA5String', raw(Uint8Array.from([0x36, 10, 4, 3, 115, 101, 99, 4, 3, 114, 101, 116]))],
    ] as const) {
      it(`${what} is the same password, in mode ${mode}`, async () => {
        const { taken } = await throughRelay({ mode, argument: argument(mode, password), transfers });
        expect(taken).to.have.lengthOf(1);
      });
    }

    it(`another password is refused in the form of mode ${mode}, and so is name-in-other-case`, async () => {
      for (const bind of [argument(mode, ia5('Secret')), argument(mode, ia5('secret'), 'MTA.INITIATOR.EXAMPLE')]) {
        const { taken, answers } = await throughRelay({ mode, argument: bind, transfers });
        expect(taken).to.deep.equal([]);
        if (mode === 'normal') expect(answers[0]).to.match(/^0c.*a105b203020102$/);
        else expect(answers).to.deep.equal(['0c0b1101013206023103800102']);
      }
    });
  }

  it('ours is an IA5String, unless it is to be an OCTET STRING', async () => {
    const { answers } = await throughRelay({ transfers });
    expect(answers[0]).to.contain('a10716056f74686572');
    const ours = { mtaName: 'mta.responder.example', password: 'other', passwordForm: 'octetString' } as const;
    const other = await throughRelay({ transfers }, { caller: { ours } });
    expect(other.answers[0]).to.contain('a10704056f74686572');
  });
});

describe('the trap wrapped-bind-in-x410', () => {
  for (const mode of ['x410-1988', 'x410-1984'] as const) {
    it(`is nobody's name: refused with PRefuse, validation failure, in mode ${mode}`, async () => {
      const wrapped = ctxOf(16, ctxOf(1, ctx(0, 'mta.initiator.example'), ctxOf(1, ia5('secret'))));
      const { answers } = await throughRelay({ mode, argument: wrapped });
      expect(answers).to.deep.equal(['0c0b1101013206023103800102']);
    });
  }

  it('without it in normal mode: refused with an authentication error in its wrapper', async () => {
    const bare = ctxOf(1, ctx(0, 'mta.initiator.example'), ctxOf(1, ia5('secret')));
    const { answers } = await throughRelay({ argument: bare });
    expect(answers[0]).to.match(/^0c.*a105b203020102$/);
  });
});

describe('the trap null-bind', () => {
  for (const mode of MODES) {
    it(`a NULL binds who need not say who it is, in mode ${mode}`, async () => {
      const argument = mode === 'normal' ? ctxOf(16, raw(Uint8Array.of(5, 0))) : raw(Uint8Array.of(5, 0));
      const { taken } = await throughRelay(
        { mode, argument, transfers: [{ apdu: ordinary }] },
        { caller: { theirs: {}, ours: {} } },
      );
      expect(taken).to.have.lengthOf(1);
    });
  }
});

describe('the traps external-in-x410 and octet-string-in-x410', () => {
  for (const mode of ['x410-1988', 'x410-1984'] as const) {
    it(`are taken, told of as no APDU, and hold back nothing, in mode ${mode}`, async () => {
      const external = raw(Uint8Array.from([0x28, 7, 2, 1, 5, 0xa0, 2, 0xa0, 0]));
      const string = octets([...writeBer(ordinary)]);
      const { taken, notCaredFor, next } = await throughRelay({
        mode,
        transfers: [{ apdu: external }, { apdu: string }, { apdu: ordinary }],
      });
      expect(taken.map(({ kind }) => kind)).to.deep.equal([undefined, undefined, 'message']);
      expect(notCaredFor).to.have.lengthOf(2);
      expect(next).to.have.lengthOf(1);
    });
  }
});

describe('the trap set-order', () => {
  const name = (surname: string) =>
    orName({ country: 'GB', administrationDomain: ' ', privateDomain: 'ALPHA', surname });
  const factory = new MessageFactory({
    domain: { country: 'GB', administrationDomain: ' ', privateDomain: 'ALPHA' },
    server: 'alpha',
    now: () => Date.UTC(1995, 5, 1),
  });
  const { apdu } = factory.message({
    originator: name('up'),
    recipients: [name('arrows'), name('down')],
    contentType: { builtIn: 2 },
    content: new Uint8Array([0x30, 0]),
  });
  const value = decode(MTSAPDU, readElements(Octets.of(apdu)).elements[0] as never).decoded?.value as MTSAPDU;

  for (const mode of MODES) {
    it(`and every other legal form of an APDU: the same value goes on, in mode ${mode}`, async () => {
      const made = toBer(MTSAPDU, value, { edition: editionOf(mode) });
      const plain = await throughRelay({ mode, transfers: [{ apdu: made }] });
      expect(plain.next).to.have.lengthOf(1);
      const all = { reverseSets: true, segment: 2, indefinite: true };
      for (const form of [{ indefinite: true }, { lengthOctets: 5 }, { segment: 1 }, { reverseSets: true }, all]) {
        expect(writeBer(made, form)).to.not.deep.equal(writeBer(made));
        const odd = await throughRelay({ mode, transfers: [{ apdu: made }], form });
        expect(odd.next.map((apdu) => typedApdu(apdu))).to.deep.equal(plain.next.map((apdu) => typedApdu(apdu)));
        expect(odd.findings).to.deep.equal([]);
      }
    });
  }
});

describe('the trap bare-bind-error', () => {
  /** What an MTA of ours that calls is told when a scripted one answers so. */
  async function refusedWith(script: AssociationScript) {
    const clock = new VirtualClock(Date.UTC(2006, 7, 8));
    const answers = association(script).filter(({ direction }) => direction === 'r2i');
    const connect = async () => {
      const pair = memoryPair();
      const data = () => {
        const next = answers.shift();
        if (next !== undefined) pair.responder.send(next.octets);
      };
      pair.responder.start({ data, end: () => pair.responder.close(), close: () => {} });
      return pair.initiator;
    };
    const mta = new Mta({
      name: 'A',
      preset: tolerant,
      domain: { country: 'FR', administrationDomain: 'atlas' },
      clock,
      // The script answers a CR with reference 1.
      random: (length) => Uint8Array.from({ length }, (_, i) => (i === length - 1 ? 1 : 0)),
      peers: [{ name: 'B', mode: script.mode, connect }],
    });
    const told: unknown[] = [];
    mta.on('bindRefused', ({ by, error }) => told.push(by, error));
    mta.on('associationClosed', ({ ending, detail }) => told.push(ending, detail));
    mta.start();
    mta.submit('B', { originator: orName({ surname: 'A' }), recipients: [orName({ surname: 'B' })] });
    await clock.advanceToAsync(clock.now() + 1000);
    const { length, state } = mta.queueTo('B').account();
    mta.kill();
    return [...told, length, state];
  }

  it("is read as an MTA-bind error all the same, PP's and the one in its wrapper", async () => {
    for (const error of [integer(2), ctxOf(18, integer(2))]) {
      const told = await refusedWith({ error });
      expect(told).to.deep.equal(['peer', 'authenticationError', 'refused', 'rtse, reason unknown', 1, 'retry']);
    }
  });

  for (const mode of ['x410-1988', 'x410-1984'] as const) {
    it(`is none in mode ${mode}: RTSE's reason is what there is`, async () => {
      const told = await refusedWith({ mode, error: ctx(0, [2]) });
      expect(told).to.deep.equal(['peer', undefined, 'refused', 'rtse, reason 2', 1, 'retry']);
    });
  }
});
