import type { OperatorEvent } from '../mta/operator/log.js';
import type { ConnectorOverview } from '../mta/operator/overview.js';
import type { QueueState } from '../mta/queue.js';
import { escapeText } from './escape.js';
import { eventLine, timeOfDay } from './operator-events.js';
import { painter, type Style } from './sink.js';
import { counted } from './summary.js';

/** What there is to see of an MTA at one time. */
export interface WatchView {
  /** Who it is. */
  readonly title: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly started: number;
  readonly queues: readonly ConnectorOverview[];
  /** Lines, the newest last. */
  readonly log: readonly string[];
  readonly failingFindings: number;
}

export interface WatchSize {
  readonly columns: number;
  readonly rows: number;
}

/** Where the live view is shown. */
export interface WatchTerminal {
  write(text: string): void;
  readonly color: boolean;
  /** Undefined where nothing can be redrawn: lines are written then. */
  size(): WatchSize | undefined;
}

const stateStyles: Partial<Record<QueueState, Style>> = {
  active: 'green',
  retry: 'yellow',
  scheduled: 'yellow',
  frozen: 'red',
  disabled: 'red',
};

const STATE_WIDTH = 10;
const headings = [
  'queue',
  'length',
  'urg/norm/non',
  'octets',
  'oldest',
  'next retry',
  'in/out',
  'sent',
  'failed',
  'given up',
];
/** Lines that are neither a queue nor an event: title, summary, headings, blank ones, the log's heading. */
const FRAME = 6;
/** Lines of the log that stand in any case. */
const LEAST_LOG = 3;

/** The view as lines that fit: no wider than the terminal, and one line fewer than it has. */
export function watchLines(view: WatchView, { columns, rows }: WatchSize, color: boolean): string[] {
  const paint = painter({ color });
  const cut = (line: string) => line.slice(0, Math.max(1, columns - 1));
  const room = Math.max(1, rows - 1 - FRAME);
  const { shown, left } = fitting(view.queues, Math.max(1, room - LEAST_LOG));
  const table = tableOf(shown);
  const lines = [
    paint('bold', cut(`${escapeText(view.title)}   ${new Date(view.now).toISOString().slice(0, 19)}Z`)),
    cut(summaryOf(view)),
    '',
    paint('dim', cut(`${'state'.padEnd(STATE_WIDTH)}${table.head}`)),
    ...shown.map(({ state }, i) => {
      const line = cut(`${state.padEnd(STATE_WIDTH)}${table.rows[i] ?? ''}`);
      const style = stateStyles[state];
      return style === undefined ? line : paint(style, line.slice(0, STATE_WIDTH)) + line.slice(STATE_WIDTH);
    }),
    ...(left > 0 ? [cut(`and ${counted(left, 'more queue')}`)] : []),
    '',
    paint('dim', cut('last events')),
  ];
  const space = Math.max(0, rows - 1 - lines.length);
  const log = space === 0 ? [] : view.log.slice(-space).map(cut);
  return [...lines, ...log].slice(0, Math.max(1, rows - 1));

  function tableOf(queues: readonly ConnectorOverview[]): { readonly head: string; readonly rows: readonly string[] } {
    const cells = queues.map((queue) => cellsOf(queue, view.now));
    const widths = headings.map((heading, i) => Math.max(heading.length, ...cells.map((row) => row[i]?.length ?? 0)));
    const row = (texts: readonly string[]) =>
      texts.map((text, i) => (i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0))).join('  ');
    return { head: row(headings), rows: cells.map(row) };
  }
}

/** One queue as a line, for where nothing is redrawn. */
export function queueLine(queue: ConnectorOverview, now: number): string {
  const { destination, state, length, octets, oldest, deferred, nextRetry, retryCause, inbound, outbound } = queue;
  return [
    `${timeOfDay(now)}  queue to ${escapeText(destination)}: ${state}`,
    `${counted(length, 'message')} of ${counted(octets, 'octet')}`,
    ...(oldest === undefined ? [] : [`oldest ${duration(now - oldest)}`]),
    ...(deferred === 0 ? [] : [`${counted(deferred, 'message')} deferred`]),
    ...(nextRetry === undefined ? [] : [`next ${retryCause ?? ''} retry in ${duration(nextRetry - now)}`]),
    `${counted(inbound, 'association')} in, ${outbound} out`,
  ].join(', ');
}

/** `0:05:10`, or `2d 0:05:10`. */
export function duration(milliseconds: number): string {
  const total = Math.max(0, Math.round(milliseconds / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const days = Math.floor(total / 86_400);
  const clock = `${Math.floor((total % 86_400) / 3600)}:${two(Math.floor(total / 60) % 60)}:${two(total % 60)}`;
  return days === 0 ? clock : `${days}d ${clock}`;
}

function summaryOf({ queues, now, started, failingFindings }: WatchView): string {
  const total = (of: (queue: ConnectorOverview) => number) => queues.reduce((sum, queue) => sum + of(queue), 0);
  return [
    `up ${duration(now - started)}`,
    counted(queues.length, 'queue'),
    `${counted(
      total(({ length }) => length),
      'message',
    )} of ${counted(
      total(({ octets }) => octets),
      'octet',
    )}`,
    `${counted(
      total(({ inbound, outbound }) => inbound + outbound),
      'association',
    )} open`,
    `${counted(failingFindings, 'finding')} that fail`,
  ].join('   ');
}

/** All, or as many as there is room for: those with something in them first. */
function fitting(
  queues: readonly ConnectorOverview[],
  room: number,
): { readonly shown: readonly ConnectorOverview[]; readonly left: number } {
  if (queues.length <= room) return { shown: queues, left: 0 };
  const ranked = [...queues].sort((a, b) => b.length - a.length);
  const shown = ranked.slice(0, Math.max(1, room - 1));
  return { shown, left: queues.length - shown.length };
}

function cellsOf(queue: ConnectorOverview, now: number): string[] {
  const { destination, length, byPriority, octets, oldest, nextRetry, retryCause, inbound, outbound } = queue;
  return [
    escapeText(destination).slice(0, 32),
    String(length),
    `${byPriority.urgent}/${byPriority.normal}/${byPriority.nonUrgent}`,
    String(octets),
    oldest === undefined ? '-' : duration(now - oldest),
    nextRetry === undefined ? '-' : `${duration(nextRetry - now)} (${retryCause})`,
    `${inbound}/${outbound}`,
    String(queue.transferred),
    String(queue.failedTransfers),
    String(queue.nonDelivered),
  ];
}

const ESC = '\u001b[';
/** The alternate screen, without a cursor; and back. */
const ENTER = `${ESC}?1049h${ESC}?25l`;
const LEAVE = `${ESC}?25h${ESC}?1049l`;
/** Lines of the log that are kept. */
const KEPT = 200;

/** Shows an MTA live: redrawn in place on a terminal, lines elsewhere. It draws when it is told to. */
export class Watch {
  readonly #terminal: WatchTerminal;
  readonly #look: () => Omit<WatchView, 'log'>;
  readonly #log: string[] = [];
  #onScreen = false;
  #ended = false;

  constructor(terminal: WatchTerminal, look: () => Omit<WatchView, 'log'>) {
    this.#terminal = terminal;
    this.#look = look;
  }

  event(event: OperatorEvent): void {
    this.line(eventLine(event));
  }

  /** A line that is fit for a terminal. */
  line(text: string): void {
    this.#log.push(text);
    if (this.#log.length > KEPT) this.#log.shift();
    if (this.#ended || this.#terminal.size() === undefined) this.#terminal.write(`${text}\n`);
  }

  /** Shows how things stand. */
  draw(): void {
    if (this.#ended) return;
    const size = this.#terminal.size();
    if (size === undefined) {
      const { queues, now } = this.#look();
      for (const queue of queues) this.#terminal.write(`${queueLine(queue, now)}\n`);
      return;
    }
    const lines = watchLines({ ...this.#look(), log: this.#log }, size, this.#terminal.color);
    const start = this.#onScreen ? '' : ENTER;
    this.#onScreen = true;
    this.#terminal.write(`${start}${ESC}H${lines.map((line) => `${line}${ESC}K`).join('\r\n')}${ESC}J`);
  }

  /** Gives the terminal back as it was, and leaves the last view on it. Can be called again. */
  end(): void {
    if (this.#ended) return;
    const size = this.#terminal.size();
    if (size === undefined) this.draw();
    this.#ended = true;
    this.restore();
    if (size === undefined) return;
    const lines = watchLines({ ...this.#look(), log: this.#log }, size, this.#terminal.color);
    this.#terminal.write(lines.map((line) => `${line}\n`).join(''));
  }

  /** Gives the terminal back, and no more: for a process that is about to end. */
  restore(): void {
    if (!this.#onScreen) return;
    this.#onScreen = false;
    this.#terminal.write(LEAVE);
  }
}
