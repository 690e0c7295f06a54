import { expect } from 'chai';
import { judgeQueue, type QueueObservation, queueRules } from '../../../harness/rules/queue.js';

const MINUTE = 60_000;

function observation(change: Partial<QueueObservation> = {}): QueueObservation {
  return {
    allowed: 10 * MINUTE,
    until: 60 * MINUTE,
    accepted: [
      { identifier: 'one', recipient: 1, time: 0, responsibility: true },
      { identifier: 'one', recipient: 2, time: 0, responsibility: true },
      { identifier: 'two', recipient: 1, time: MINUTE, responsibility: true },
    ],
    attempts: [
      { identifier: 'one', recipients: [1], time: 2 * MINUTE, outcome: 'secured' },
      { identifier: 'one', recipients: [2], time: 3 * MINUTE, outcome: 'secured' },
      { identifier: 'two', recipients: [1], time: 4 * MINUTE, outcome: 'secured' },
    ],
    reports: [],
    samples: [
      { time: MINUTE, length: 2 },
      { time: 5 * MINUTE, length: 0 },
    ],
    ...change,
  };
}

const ids = (change: Partial<QueueObservation>): string[] => judgeQueue(observation(change)).map(({ rule }) => rule);

describe('the rules on queues', () => {
  it('hold where each copy came out once', () => {
    expect(judgeQueue(observation())).to.deep.equal([]);
    expect(judgeQueue(observation({ samples: undefined }))).to.deep.equal([]);
  });

  it('QUEUE-001: a copy that stays, or is late', () => {
    const { attempts } = observation();
    expect(ids({ attempts: attempts.slice(0, 2) })).to.deep.equal(['QUEUE-001']);
    expect(ids({ attempts: attempts.map((each) => ({ ...each, time: each.time + 20 * MINUTE })) })).to.deep.equal([
      'QUEUE-001',
      'QUEUE-001',
      'QUEUE-001',
    ]);
  });

  it('QUEUE-001: not what is not yet due, nor what is another MTA’s', () => {
    const late = { identifier: 'late', recipient: 1, time: 55 * MINUTE, responsibility: true };
    const foreign = { identifier: 'foreign', recipient: 1, time: 0, responsibility: false };
    const { accepted } = observation();
    expect(ids({ accepted: [...accepted, late, foreign] })).to.deep.equal([]);
  });

  it('QUEUE-001: a non-delivery report is a way out; an acknowledgement that was lost is no stay', () => {
    const { attempts } = observation();
    const reports = [{ identifier: 'report', subject: 'two', nonDelivered: [1], time: 5 * MINUTE }];
    expect(ids({ attempts: attempts.slice(0, 2), reports })).to.deep.equal([]);
    const lost = attempts.map((each) => ({ ...each, outcome: 'acknowledgement-lost' as const }));
    expect(ids({ attempts: lost })).to.deep.equal([]);
  });

  it('QUEUE-002: twice only where the acknowledgement was lost', () => {
    const { attempts } = observation();
    const again = { identifier: 'two', recipients: [1], time: 6 * MINUTE, outcome: 'secured' as const };
    expect(ids({ attempts: [...attempts, again] })).to.deep.equal(['QUEUE-002']);
    const lost = attempts.map((each) =>
      each.identifier === 'two' ? { ...each, outcome: 'acknowledgement-lost' as const } : each,
    );
    expect(ids({ attempts: [...lost, again] })).to.deep.equal([]);
  });

  it('QUEUE-003: transferred and reported as not delivered', () => {
    expect(
      ids({ reports: [{ identifier: 'report', subject: 'two', nonDelivered: [1], time: 5 * MINUTE }] }),
    ).to.deep.equal(['QUEUE-003']);
  });

  it('QUEUE-004: a refused packet holds back what is behind it', () => {
    const packet = { identifier: 'packet', recipients: [1], outcome: 'refused' as const };
    const attempts = [1, 11, 21].map((minutes) => ({ ...packet, time: minutes * MINUTE }));
    const accepted = [{ identifier: 'mail', recipient: 1, time: MINUTE, responsibility: true }];
    expect(ids({ accepted, attempts })).to.deep.equal(['QUEUE-001', 'QUEUE-004']);
    const sent = { identifier: 'mail', recipients: [1], time: 2 * MINUTE, outcome: 'secured' as const };
    expect(ids({ accepted, attempts: [...attempts, sent] })).to.deep.equal([]);
    const elsewhere = attempts.map((each) => ({ ...each, destination: 'another peer' }));
    expect(ids({ accepted, attempts: elsewhere })).to.deep.equal(['QUEUE-001']);
  });

  it('QUEUE-005: resent without end', () => {
    const attempts = Array.from({ length: 5 }, (_, i) => ({
      identifier: 'packet',
      recipients: [1],
      time: i * MINUTE,
      outcome: 'refused' as const,
    }));
    expect(ids({ accepted: [], attempts, mostAttempts: 4 })).to.deep.equal(['QUEUE-005']);
    expect(ids({ accepted: [], attempts, mostAttempts: 5 })).to.deep.equal([]);
  });

  it('QUEUE-006: the probe does not return to zero', () => {
    expect(ids({ samples: [{ time: 50 * MINUTE, length: 1 }] })).to.deep.equal(['QUEUE-006']);
    expect(ids({ samples: [{ time: 5 * MINUTE, length: 1 }], until: 5 * MINUTE })).to.deep.equal([]);
  });

  it('QUEUE-007: reported twice, in two reports', () => {
    const { attempts } = observation();
    const report = { subject: 'two', nonDelivered: [1], time: 5 * MINUTE };
    const reports = ['first', 'second'].map((identifier) => ({ ...report, identifier }));
    expect(ids({ attempts: attempts.slice(0, 2), reports })).to.deep.equal(['QUEUE-007']);
    expect(ids({ attempts: attempts.slice(0, 2), reports: [{ ...report, identifier: 'first' }] })).to.deep.equal([]);
  });

  it('has an example for each rule here', () => {
    expect(queueRules.map(({ id }) => id)).to.have.lengthOf(7);
  });
});
