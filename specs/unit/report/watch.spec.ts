import { expect } from 'chai';
import { kb } from '../../../harness/mta/evidence.js';
import type { OperatorEvent } from '../../../harness/mta/operator/log.js';
import type { ConnectorOverview } from '../../../harness/mta/operator/overview.js';
import type { QueueState } from '../../../harness/mta/queue.js';
import { countersJson, eventJson, eventLine } from '../../../harness/report/operator-events.js';
import {
  duration,
  queueLine,
  Watch,
  type WatchSize,
  type WatchTerminal,
  type WatchView,
  watchLines,
} from '../../../harness/report/watch.js';

const NOW = Date.UTC(2006, 7, 8, 12);

function queue(destination: string, more: Partial<ConnectorOverview> = {}): ConnectorOverview {
  return {
    destination,
    state: 'ready',
    length: 0,
    octets: 0,
    oldest: undefined,
    byPriority: { urgent: 0, normal: 0, nonUrgent: 0 },
    deferred: 0,
    transferred: 0,
    nonDelivered: 0,
    failedTransfers: 0,
    nextRetry: undefined,
    retryCause: undefined,
    inbound: 0,
    outbound: 0,
    ...more,
  };
}

const blocked = queue('FOREIGN', {
  state: 'retry',
  length: 14,
  octets: 12345,
  oldest: NOW - 310_000,
  byPriority: { urgent: 10, normal: 4, nonUrgent: 0 },
  transferred: 3,
  failedTransfers: 2,
  nonDelivered: 1,
  nextRetry: NOW + 590_000,
  retryCause: 'open',
  inbound: 1,
});

function view(queues: readonly ConnectorOverview[], log: readonly string[] = []): WatchView {
  return { title: 'tolerant as FOREIGN', now: NOW, started: NOW - 3_600_000, queues, log, failingFindings: 2 };
}

const event: OperatorEvent = {
  id: 1290,
  name: 'ourAssociationRefused',
  source: 'MSExchangeMTA',
  category: 'X.400 Service',
  severity: 'warning',
  at: NOW,
  text: 'to \u001b[2J\u009bEVIL\u202e refused',
  parameters: { peer: '\u009bEVIL\u202e', association: 3 },
  evidence: [kb(196381)],
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal would obey
const CONTROL = /[\x00-\x1f\x7f-\x9f\u202a-\u202e]/;

describe('the live view of an MTA', () => {
  it('has a line a queue, with all that there is to see of it', () => {
    const lines = watchLines(
      view([blocked, queue('OTHER', { state: 'active', outbound: 2 })]),
      { columns: 120, rows: 30 },
      false,
    );
    const row = lines.find((line) => line.includes('FOREIGN') && line.startsWith('retry'));
    expect(row?.split(/\s{2,}/)).to.deep.equal([
      'retry',
      'FOREIGN',
      '14',
      '10/4/0',
      '12345',
      '0:05:10',
      '0:09:50 (open)',
      '1/0',
      '3',
      '2',
      '1',
    ]);
    expect(lines[1]).to.equal(
      'up 1:00:00   2 queues   14 messages of 12345 octets   3 associations open   2 findings that fail',
    );
  });

  it('shows every state', () => {
    const states: QueueState[] = ['active', 'ready', 'retry', 'scheduled', 'remote', 'frozen', 'disabled'];
    const lines = watchLines(
      view(states.map((state) => queue(`to-${state}`, { state }))),
      { columns: 120, rows: 30 },
      false,
    );
    for (const state of states)
      expect(lines.some((line) => new RegExp(`^${state} +to-${state} `).test(line))).to.equal(true);
  });

  it('fits into any terminal, and then shows the queues that have something in them', () => {
    const many = Array.from({ length: 40 }, (_, i) => queue(`Q${i}`, { length: i === 39 ? 7 : 0 }));
    const log = Array.from({ length: 100 }, (_, i) => `event ${i} ${'x'.repeat(300)}`);
    for (const size of [
      { columns: 20, rows: 5 },
      { columns: 80, rows: 24 },
      { columns: 1, rows: 1 },
    ]) {
      const lines = watchLines(view(many, log), size, false);
      expect(lines.length).to.be.at.most(Math.max(1, size.rows - 1));
      for (const line of lines) expect(line.length).to.be.below(Math.max(2, size.columns));
    }
    const lines = watchLines(view(many, log), { columns: 80, rows: 24 }, false);
    expect(lines.some((line) => line.includes('Q39'))).to.equal(true);
    expect(lines).to.include('and 27 more queues');
    expect(lines.at(-1)).to.match(/^event 99 x/);
  });

  it('does not let a peer speak to the terminal', () => {
    const evil = queue('\u001b]0;owned\u0007\u009b2J');
    const lines = watchLines(view([evil], [eventLine(event)]), { columns: 200, rows: 30 }, false);
    for (const line of [...lines, queueLine(evil, NOW), eventJson(event)]) expect(line).to.not.match(CONTROL);
    expect(JSON.parse(eventJson(event)).parameters.peer).to.equal(event.parameters.peer);
  });

  it('colours states without changing what stands there', () => {
    const size = { columns: 120, rows: 30 };
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is taken out
    const plain = watchLines(view([blocked]), size, true).map((line) => line.replace(/\u001b\[\d+m/g, ''));
    expect(plain).to.deep.equal(watchLines(view([blocked]), size, false));
  });

  it('says a queue in a line where nothing can be redrawn', () => {
    expect(queueLine(blocked, NOW)).to.equal(
      '12:00:00  queue to FOREIGN: retry, 14 messages of 12345 octets, oldest 0:05:10, next open retry in 0:09:50, 1 association in, 0 out',
    );
    expect(queueLine(queue('B'), NOW)).to.equal(
      '12:00:00  queue to B: ready, 0 messages of 0 octets, 0 associations in, 0 out',
    );
  });

  it('has times up to days', () => {
    expect([0, 999, 61_000, 3_600_000, 2 * 86_400_000 + 1000, -5].map(duration)).to.deep.equal([
      '0:00:00',
      '0:00:01',
      '0:01:01',
      '1:00:00',
      '2d 0:00:01',
      '0:00:00',
    ]);
  });
});

class Screen implements WatchTerminal {
  text = '';
  readonly color = false;
  readonly #size: WatchSize | undefined;

  constructor(size?: WatchSize) {
    this.#size = size;
  }

  write(text: string): void {
    this.text += text;
  }

  size(): WatchSize | undefined {
    return this.#size;
  }
}

describe('watching', () => {
  const look = () => view([blocked]);

  it('takes the alternate screen, draws in place, and gives everything back once', () => {
    const screen = new Screen({ columns: 80, rows: 24 });
    const watch = new Watch(screen, look);
    watch.draw();
    watch.event(event);
    watch.draw();
    watch.end();
    watch.end();
    watch.draw();
    const count = (sequence: string) => screen.text.split(sequence).length - 1;
    expect(count('\u001b[?1049h')).to.equal(1);
    expect(count('\u001b[?25l')).to.equal(1);
    expect(count('\u001b[H')).to.equal(2);
    expect(count('\u001b[?25h\u001b[?1049l')).to.equal(1);
    const last = screen.text.split('\u001b[?1049l')[1] ?? '';
    expect(last)
      .to.match(/FOREIGN/)
      .and.to.match(/1290 {2}warning/);
    expect(last).to.not.include('\u001b');
  });

  it('gives back what it never took by saying nothing', () => {
    const screen = new Screen({ columns: 80, rows: 24 });
    new Watch(screen, look).restore();
    expect(screen.text).to.equal('');
  });

  it('writes lines where there is no terminal: events as they come, queues as they stand', () => {
    const screen = new Screen();
    const watch = new Watch(screen, look);
    watch.event(event);
    watch.draw();
    watch.end();
    const lines = screen.text.split('\n');
    expect(lines[0]).to.equal(eventLine(event));
    expect(lines.slice(1)).to.deep.equal([queueLine(blocked, NOW), queueLine(blocked, NOW), '']);
  });
});

describe('events and counters as JSON lines', () => {
  it('are one object a line, in ASCII, with the evidence', () => {
    const line = eventJson(event);
    expect(line).to.match(/^[\x20-\x7e]+$/);
    expect(JSON.parse(line)).to.deep.equal({
      ...event,
      kind: 'event',
      at: '2006-08-08T12:00:00.000Z',
      evidence: ['KB 196381'],
    });
    expect(JSON.parse(eventJson({ ...event, id: undefined }))).to.not.have.property('id');
  });

  it('leave out counters that say nothing', () => {
    const counters = { 'Next Association Retry': undefined, 'Queue Length': 3 } as never;
    const line = countersJson({ at: NOW, mta: {} as never, connections: [{ peer: 'B', counters }] });
    expect(JSON.parse(line)).to.deep.equal({
      kind: 'counters',
      at: '2006-08-08T12:00:00.000Z',
      mta: {},
      connections: [{ peer: 'B', counters: { 'Queue Length': 3 } }],
    });
  });
});
