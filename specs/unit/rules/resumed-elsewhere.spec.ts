import { expect } from 'chai';
import { concat } from '../../../harness/ber/octets.js';
import { writeBer } from '../../../harness/ber/writer.js';
import type { LinkEvent } from '../../../harness/link/events.js';
import { MDBEF } from '../../../harness/rules/allowed.js';
import { ConversationJudge } from '../../../harness/rules/conversation.js';
import { type Finding, fails } from '../../../harness/rules/finding.js';
import { Judge } from '../../../harness/rules/judge.js';
import { ConversationMemory } from '../../../harness/rules/memory.js';
import { p1UserTypes } from '../../../harness/rules/p1-association.js';
import type { AssociationEvent, Mode } from '../../../harness/stack/association/events.js';
import { ConversationObserver } from '../../../harness/transcript/observe.js';
import { LINK_STATE, message, probe } from './support/apdus.js';
import { app, cons, ctx, ctxOf, octets, offsetOf, oidNode } from './support/association.js';
import { begun, eventsOf, from, opened, references, resumedExample, slice, transferred } from './support/resumed.js';

const MODES: readonly Mode[] = ['normal', 'x410-1988', 'x410-1984'];
const FOREIGN = ctx(99, 'what nobody knows');
const foreign = writeBer(FOREIGN);
const activity = Uint8Array.of(2, 1, 1);

function judge(events: Iterable<LinkEvent>) {
  const told: AssociationEvent[] = [];
  const judging = new ConversationJudge({ onEvent: (event) => told.push(event) });
  const live: Finding[] = [];
  for (const event of events) live.push(...judging.push(event));
  const findings = [...live, ...judging.end()];
  const failing = findings.filter(fails).map(({ rule, connection, offset }) => ({ rule, connection, offset }));
  const apdus = told.flatMap((event) => (event.kind === 'apdu' ? [event] : []));
  return { findings, failing, live: live.filter(fails), told, apdus, summary: judging.summary };
}

function withText(mode: Mode) {
  const value = transferred(mode, message({ content: `${'x'.repeat(200)}${LINK_STATE}${'y'.repeat(200)}` }));
  const text = Buffer.from(value).indexOf('ORGINFO');
  return { value, text, end: text + LINK_STATE.length };
}

function withElement(mode: Mode) {
  const value = transferred(mode, message({ more: [FOREIGN], content: 'y'.repeat(300) }));
  const element = Buffer.from(value).indexOf(Buffer.from(foreign));
  return { value, element, end: element + foreign.length };
}

for (const mode of MODES) {
  describe(`a transfer that goes on in another connection, in mode ${mode}`, () => {
    it('is one APDU, whole, told where it ends', () => {
      const { value } = withElement(mode);
      const { connections } = resumedExample({ mode, value, confirmed: 30, sent: 60 });
      const { apdus, summary } = judge(eventsOf(connections));
      expect(apdus).to.have.lengthOf(1);
      expect(apdus[0]).to.include({ connection: 1, complete: true, octets: value.length, contentOctets: 300 });
      expect(apdus[0]?.transfer.from).to.deep.equal({ connection: 0, serial: 1 });
      expect(summary).to.include({ apdus: 1, associations: 2 });
    });

    it('has an element that nobody knows found once, wherever it breaks off', () => {
      const { value, element } = withElement(mode);
      for (let sent = element - 3; sent <= element + foreign.length + 3; sent += 1) {
        for (const confirmed of [sent - 1, 20]) {
          const example = resumedExample({ mode, value, confirmed, sent });
          const { failing, findings } = judge(eventsOf(example.connections));
          expect(failing, `${confirmed} ${sent}`).to.deep.equal([{ rule: 'ENV-002', ...example.place(element) }]);
          const found = findings.find(({ rule }) => rule === 'ENV-002');
          expect(found?.length).to.equal(foreign.length);
          const both = sent > element && sent < element + foreign.length;
          if (both) expect(found?.message).to.match(/; its octets go on in connection 1$/);
          else expect(found?.message).to.not.include('go on in');
        }
      }
    });

    it('has link state data found once, wherever it breaks off', () => {
      const { value, text, end } = withText(mode);
      for (let sent = text - 8; sent < end + 8; sent += 3) {
        const example = resumedExample({ mode, value, confirmed: sent - 2, sent });
        const { failing } = judge(eventsOf(example.connections));
        expect(failing, String(sent)).to.deep.equal([{ rule: 'BODY-003', ...example.place(text) }]);
      }
    });

    it('has it found before it goes on, where it was there already', () => {
      const { value, text, end } = withText(mode);
      const example = resumedExample({ mode, value, confirmed: 30, sent: value.length - 1 });
      const events = eventsOf(example.connections.slice(0, 1));
      const found = [{ rule: 'BODY-003', path: 'MTS-APDU.message.content', ...example.place(text) }];
      expect(end).to.be.lessThan(value.length - 1);
      const { live } = judge(events);
      expect(live.map(({ rule, path, connection, offset }) => ({ rule, path, connection, offset }))).to.deep.equal(
        found,
      );
    });

    it('is known by the connection that is recovered, where ACTIVITY RESUME names none', () => {
      const { value, element } = withElement(mode);
      const example = resumedExample({ mode, value, confirmed: element - 9, sent: element + 4, by: 'recover' });
      const { failing } = judge(eventsOf(example.connections));
      expect(failing).to.deep.equal([{ rule: 'ENV-002', ...example.place(element) }]);
    });

    it('may be its sender’s who was called the second time', () => {
      const { value, element } = withElement(mode);
      const example = resumedExample({ mode, value, confirmed: element - 9, sent: element - 4, direction: 'r2i' });
      const { findings, apdus } = judge(eventsOf(example.connections));
      const found = findings.filter(({ rule }) => rule === 'ENV-002');
      expect(found).to.have.lengthOf(1);
      expect(found[0]).to.include({ direction: 'r2i', ...example.place(element) });
      expect(apdus[0]).to.include({ direction: 'r2i', complete: true });
    });

    it('names the side that sent what came before', () => {
      const { value, element, end } = withElement(mode);
      const example = resumedExample({ mode, value, confirmed: end, sent: end + 4, direction: 'r2i' });
      const { findings } = judge(eventsOf(example.connections));
      const found = findings.filter(({ rule }) => rule === 'ENV-002');
      expect(found).to.have.lengthOf(1);
      expect(found[0]).to.include({ direction: 'i2r', ...example.place(element) });
    });

    it('may be resumed though it is whole: then nothing is told twice', () => {
      const { value, element } = withElement(mode);
      for (const serial of [0, 1]) {
        const example = resumedExample({ mode, value, confirmed: 30, sent: value.length, ended: true, serial });
        const { failing, apdus } = judge(eventsOf(example.connections));
        expect(failing).to.deep.equal([{ rule: 'ENV-002', ...example.place(element) }]);
        expect(apdus.map(({ connection, complete }) => [connection, complete])).to.deep.equal([[0, true]]);
      }
    });

    it('hides nothing behind what is whole', () => {
      const value = transferred(mode, message());
      const rest = concat([value.subarray(30), foreign]);
      const { connections } = resumedExample({ mode, value, confirmed: 30, sent: value.length, ended: true, rest });
      expect(judge(eventsOf(connections)).failing).to.deep.equal([
        { rule: 'ENC-005', connection: 1, offset: offsetOf(connections[1], 'i2r', foreign) },
      ]);
    });

    it('hides nothing in what is sent again', () => {
      const { value, text } = withText(mode);
      const clean = value.map((octet, i) => (i >= text && i < text + LINK_STATE.length ? 0x78 : octet));
      const end = text + LINK_STATE.length + 5;
      const example = resumedExample({ mode, value: clean, confirmed: 30, sent: end, rest: value.subarray(30) });
      const offset = offsetOf(example.connections[1], 'i2r', 'ORGINFO');
      const { failing, findings } = judge(eventsOf(example.connections));
      expect(failing).to.deep.equal([{ rule: 'ENC-004', connection: 1, offset }]);
      expect(findings.find(({ rule }) => rule === 'ENC-004')).to.include({ length: LINK_STATE.length + 5 });
    });

    it('has the type that its content names by itself found, wherever it breaks off', () => {
      const type = oidNode(MDBEF);
      const content = writeBer(cons(0, 8, type, ctxOf(0, octets('y'.repeat(100)))));
      const value = transferred(mode, message({ contentType: app(6, [1]), content }));
      const at = Buffer.from(value).indexOf(Buffer.from(writeBer(type)));
      for (const sent of [at - 3, at, at + 4, at + 20]) {
        const example = resumedExample({ mode, value, confirmed: 30, sent });
        const { failing } = judge(eventsOf(example.connections));
        expect(failing, String(sent)).to.deep.include({ rule: 'BODY-001', ...example.place(at) });
      }
    });

    it('is told at the end of the conversation where it never goes on', () => {
      const { value, element, end } = withElement(mode);
      const example = resumedExample({ mode, value, confirmed: 30, sent: end + 2 });
      const { failing, live, apdus, told, summary } = judge(eventsOf(example.connections.slice(0, 1)));
      expect(live).to.deep.equal([]);
      expect(failing).to.deep.equal([{ rule: 'ENV-002', ...example.place(element) }]);
      expect(apdus.map(({ connection, complete }) => [connection, complete])).to.deep.equal([[0, false]]);
      expect(told.flatMap((each) => (each.kind === 'transfer' ? [each.phase] : []))).to.deep.equal([
        'started',
        'broken',
        'lapsed',
      ]);
      expect(summary.apdus).to.equal(1);
    });

    it('goes on though its first link is not seen to end', () => {
      const { value, element } = withElement(mode);
      const example = resumedExample({ mode, value, confirmed: element - 2, sent: element + 4 });
      const events = eventsOf(example.connections).filter(({ kind, connection }) => kind !== 'close' || connection > 0);
      const { failing, apdus } = judge(events);
      expect(failing).to.deep.equal([{ rule: 'ENV-002', ...example.place(element) }]);
      expect(apdus).to.have.lengthOf(1);
    });

    it('goes on a second time, named as it was before the first', () => {
      const { value, text } = withText(mode);
      const [first, second, third] = [text - 4, text + 5, text + 12];
      const resume = (octets: Uint8Array, ...more: Parameters<typeof from>[]) => [
        from('i2r', {
          kind: 'ACTIVITY RESUME',
          linking: { ...references(mode, 0), activityIdentifier: activity, serialNumber: 1 },
          activityIdentifier: activity,
        }),
        from('i2r', slice(mode, octets)),
        ...more.map((each) => from(...each)),
      ];
      const connections = [
        opened(mode, 0, [
          ...begun(mode, value.subarray(0, first)),
          from('i2r', slice(mode, value.subarray(first, second))),
        ]),
        opened(mode, 1, resume(value.subarray(first, third))),
        opened(
          mode,
          2,
          resume(
            value.subarray(first),
            ['i2r', { kind: 'ACTIVITY END', serialNumber: 2 }],
            ['r2i', { kind: 'ACTIVITY END ACK', serialNumber: 2 }],
          ),
        ),
      ];
      const { failing, apdus, findings } = judge(eventsOf(connections));
      const offset = offsetOf(connections[0] ?? [], 'i2r', value.subarray(first, second)) + text - first;
      expect(failing).to.deep.equal([{ rule: 'BODY-003', connection: 0, offset }]);
      expect(findings.find(({ rule }) => rule === 'BODY-003')?.length).to.equal(LINK_STATE.length - 2);
      expect(apdus.map((each) => [each.connection, each.complete])).to.deep.equal([[2, true]]);
      expect(apdus[0]?.transfer.stretches?.map(({ connection }) => connection)).to.deep.equal([0, 1, 2]);
    });

    it('is searched, and not read, where what it goes on with was never seen', () => {
      const { value, text } = withText(mode);
      const example = resumedExample({ mode, value, confirmed: text - 5, sent: text });
      const [, second] = example.connections;
      const events = eventsOf([second]);
      const { failing, apdus } = judge(events);
      expect(failing).to.deep.equal([{ rule: 'ENC-010', connection: 0, offset: offsetOf(second, 'i2r', 'ORGINFO') }]);
      expect(apdus.every(({ decoded }) => decoded === undefined)).to.equal(true);
    });

    it('is searched, and not read, where the point was never seen', () => {
      const { value, element } = withElement(mode);
      const example = resumedExample({ mode, value, confirmed: 30, sent: element, serial: 7 });
      const { apdus } = judge(eventsOf(example.connections));
      expect(apdus.map(({ connection, complete }) => [connection, complete])).to.deep.equal([[0, false]]);
    });
  });
}

describe('what is kept of transfers that broke off', () => {
  /** Associations that each break off in a transfer; all octets of it but the content are kept. */
  function broken(count: number, content = 50): LinkEvent[] {
    const value = transferred('normal', message({ more: [FOREIGN], content: 'z'.repeat(content) }));
    const sent = Array.from({ length: count }, (_, i) =>
      opened('normal', i % 10, [...begun('normal', value.subarray(0, -10))]),
    );
    return eventsOf([...sent, opened('normal', 0, [])]);
  }

  function observed(events: readonly LinkEvent[], limits: { transfers?: number; octets?: number }) {
    const observer = new ConversationObserver({ types: p1UserTypes, broken: limits });
    const apdus = (told: ReturnType<ConversationObserver['push']>) =>
      told.flatMap((event) => (event.kind === 'apdu' ? [event.connection] : []));
    const before = events.flatMap((event) => apdus(observer.push(event)));
    return { before, after: apdus(observer.end()) };
  }

  it('is bounded by their number: the oldest is told first', () => {
    expect(observed(broken(5), { transfers: 2 })).to.deep.equal({ before: [0, 1, 2], after: [3, 4] });
    expect(observed(broken(3), { transfers: 0 })).to.deep.equal({ before: [0, 1, 2], after: [] });
    expect(observed(broken(70), {}).after).to.have.lengthOf(64);
  });

  it('is bounded by their octets', () => {
    const one = 2 * transferred('normal', message({ more: [FOREIGN], content: '' })).length + 50;
    expect(observed(broken(4), { octets: 2 * one + 60 })).to.deep.equal({ before: [0, 1], after: [2, 3] });
    expect(observed(broken(2), { octets: 10 })).to.deep.equal({ before: [0, 1], after: [] });
  });

  it('is judged when it is not kept any longer', () => {
    const { failing, live } = judge(broken(66));
    expect(failing.filter(({ rule }) => rule === 'ENV-002')).to.have.lengthOf(66);
    expect(live.map(({ rule, connection }) => [rule, connection])).to.deep.equal([
      ['ENV-002', 0],
      ['ENV-002', 1],
    ]);
  });

  it('does not take two connections of one name for one, if only the later knows the point', () => {
    const value = transferred('normal', probe(FOREIGN));
    const start = from('i2r', { kind: 'ACTIVITY START', activityIdentifier: activity });
    const { connections } = resumedExample({ mode: 'normal', value, confirmed: 20, sent: 40 });
    const other = opened('normal', 0, [start, from('i2r', slice('normal', value.subarray(0, 50)))]);
    const { apdus } = judge(eventsOf([connections[0], other, connections[1]]));
    expect(apdus.map(({ connection, complete }) => [connection, complete])).to.deep.equal([
      [2, true],
      [1, false],
    ]);
  });

  it('has no hold on judges of one association', () => {
    const { value, text } = withText('normal');
    const { connections } = resumedExample({ mode: 'normal', value, confirmed: 30, sent: text + 9 });
    const observer = new ConversationObserver({ types: p1UserTypes });
    const memory = new ConversationMemory();
    const judges = [0, 1].map((connection) => new Judge({ connection, memory, direction: 'i2r' }));
    const findings: Finding[] = [];
    for (const event of eventsOf(connections)) {
      for (const each of observer.push(event)) {
        if (each.kind !== 'open') findings.push(...(judges[each.connection]?.on(each) ?? []));
      }
    }
    for (const each of judges) findings.push(...each.end());
    expect(findings.filter(fails).map(({ rule, connection }) => [rule, connection])).to.deep.equal([['BODY-003', 0]]);
  });
});
