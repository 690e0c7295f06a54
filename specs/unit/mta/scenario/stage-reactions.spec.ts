import { expect } from 'chai';
import type { Answer } from '../../../../harness/mta/hooks.js';
import type { Happening } from '../../../../harness/mta/scenario/happening.js';
import { isWhere, Reactions } from '../../../../harness/mta/scenario/reactions.js';
import type { ScenarioReaction } from '../../../../harness/mta/scenario/schema/mta.js';
import { HOUR, MINUTE, played } from './on-stage.js';

const transfer = (fields: Happening['fields'] = {}): Happening => ({ time: 0, mta: 'b', event: 'transfer', fields });

describe('the reactions of an MTA', () => {
  const answers = (reactions: ScenarioReaction[], happenings: readonly Happening[]) => {
    const all = new Reactions(reactions);
    return happenings.map((each) => all.answer(each)?.do);
  };

  it('are the first that is meant; each counts what it could be meant for', () => {
    const five = Array.from({ length: 5 }, () => transfer());
    expect(answers([{ step: 'transfer', nth: 2, answer: 'hold' }], five)).to.deep.equal([
      undefined,
      'hold',
      undefined,
      undefined,
      undefined,
    ]);
    const two: ScenarioReaction[] = [
      { step: 'transfer', every: 2, answer: 'close' },
      { step: 'transfer', from: 3, answer: 'abort' },
    ];
    expect(answers(two, five)).to.deep.equal([undefined, 'close', 'abort', 'close', 'abort']);
    expect(answers([{ step: 'bind', answer: 'hold' }], five)).to.deep.equal(five.map(() => undefined));
  });

  it('count only what is where they are meant', () => {
    const urgent = transfer({ priority: 'urgent', subject: 'the third of three' });
    const reaction: ScenarioReaction = { step: 'transfer', where: { priority: 'urgent' }, nth: 2, answer: 'discard' };
    expect(answers([reaction], [urgent, transfer({ priority: 'normal' }), urgent])).to.deep.equal([
      undefined,
      undefined,
      'discard',
    ]);
    expect(isWhere(urgent, { subject: 'third' })).to.equal(true);
    expect(isWhere(urgent, { subject: 'fourth' })).to.equal(false);
    expect(isWhere(urgent, { peer: 'a' })).to.equal(false);
    expect(isWhere(transfer({ foreign: false }), { foreign: false, peer: undefined })).to.equal(true);
  });

  it('say which never fired', () => {
    const all = new Reactions([
      { step: 'transfer', nth: 1, answer: 'hold' },
      { step: 'transfer', where: { priority: 'urgent' }, nth: 3, answer: 'hold' },
    ]);
    all.answer(transfer());
    expect(all.unused).to.deep.equal(['the reaction to transfer, priority urgent, nth 3']);
  });
});

describe('reactions on a stage', () => {
  it('refuse each second transfer, and the mail comes all the same', async () => {
    const play = await played({
      mtas: {
        a: { connector: { transferInterval: '1 min' } },
        b: {
          when: [
            { step: 'transfer', every: 2, answer: { refuse: 'temporaryProblem' } },
            { step: 'bind', nth: 9, answer: { refuse: 'busy' } },
          ],
        },
      },
    });
    for (const subject of ['one', 'two', 'three']) play.send('a', 'b', subject);
    await play.stage.advance(HOUR);
    expect([...play.arrived('b')].sort()).to.deep.equal(['one', 'three', 'two']);
    expect(play.names('b', 'transferRefused')).to.have.lengthOf(play.names('a', 'transferFailed').length);
    expect(play.names('b', 'transferRefused')).to.have.length.above(0);
    expect(play.stage.unused).to.deep.equal(['b: the reaction to bind, nth 9']);
    await play.stage.stop();
    expect(play.stage.fault).to.equal(undefined);
  });

  it('stand behind who listens, and before the preset', async () => {
    const play = await played({
      mtas: {
        a: {},
        b: {
          preset: 'silent-discard',
          when: [{ step: 'transfer', answer: { nonDeliver: { reason: 1, diagnostic: 4 } } }],
        },
      },
    });
    let discards = 1;
    const heard: Happening[] = [];
    play.actor('b').listen((happening): Answer | undefined => {
      if (happening.event !== 'transfer' || discards === 0) return undefined;
      discards -= 1;
      return { do: 'discard' };
    });
    const end = play.actor('b').listen((happening) => {
      heard.push(happening);
      return undefined;
    });
    play.send('a', 'b', 'discarded');
    await play.stage.advance(MINUTE);
    expect(play.at('b', 'messageDiscarded').map(({ fields }) => fields.subject)).to.deep.equal(['discarded']);
    // All hear of it, whoever answers.
    expect(heard.some(({ event }) => event === 'transfer')).to.equal(true);
    end();
    const before = heard.length;
    play.send('a', 'b', 'reported on');
    await play.stage.advance(MINUTE);
    expect(heard).to.have.lengthOf(before);
    expect(play.at('b', 'nonDeliveryReported').map(({ fields }) => fields)).to.deep.equal([
      { reason: 1, diagnostic: 4 },
    ]);
    expect(play.names('a', 'reportReceived')).to.have.lengthOf(1);
    await play.stage.stop();
  });

  it('that cannot be at their step, and listeners that throw, are faults of ours', async () => {
    const misplaced = await played({ mtas: { a: {}, b: { when: [{ step: 'connect', answer: { refuse: 'busy' } }] } } });
    misplaced.send('a', 'b');
    await misplaced.stage.advance(MINUTE);
    await misplaced.stage.stop();
    expect(misplaced.stage.fault).to.have.property('code', 'ERR_HOOK_ANSWER');

    const thrown = await played({ mtas: { a: {}, b: {} } });
    thrown.actor('b').listen(() => {
      throw new Error('a listener');
    });
    thrown.send('a', 'b');
    expect(await thrown.takes('b', 1)).to.equal(true);
    expect(thrown.stage.fault).to.have.property('message', 'a listener');
    await thrown.stage.stop();
  });

  it('edits change what is sent, and say where they changed nothing', async () => {
    const play = await played({
      mtas: {
        a: {
          edits: [
            { pdu: 'bindArgument', to: 'b', edits: [{ inject: { at: 'authenticated', tlv: '85 01 00' } }] },
            { pdu: 'probe', edits: [{ remove: { at: 'probe.contentType' } }] },
          ],
        },
        b: {},
      },
    });
    play.send('a', 'b');
    await play.stage.advance(MINUTE);
    play.actor('a').restart();
    expect(play.actor('a').findings.map(({ rule }) => rule)).to.deep.equal(['BIND-001']);
    expect(play.stage.unused).to.deep.equal(['a: the edit of probe: remove']);
    await play.stage.stop();
  });
});
