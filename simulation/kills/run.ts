import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { modes } from '../../harness/stack/mode.js';
import { Random } from '../random.js';
import { type Account, accountOf, happenings, type Kill } from './account.js';
import { nextOf, type ProcessPlan, ROLES, type Role, spoolOf } from './plan.js';

export interface KillsOptions {
  readonly seed: number;
  readonly kills: number;
  /** For spools and logs; empty. */
  readonly folder: string;
  /** Who keeps its queue in memory only: to see that it is found. */
  readonly careless?: Role;
  readonly onKill?: (kill: Kill, count: number) => void;
}

const PROGRAM = fileURLToPath(new URL('process.ts', import.meta.url));
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** Milliseconds that a process may take until it listens. */
const START = 60_000;
/** Milliseconds that what is queued may take at the end. */
const DRAIN = 60_000;
/** Of a hundred kills, those that wait for traffic first; the others hit also who has only just been started. */
const AMID_TRAFFIC = 75;

/** Kills processes of a chain of MTAs at random moments, starts them again, and accounts for every message. */
export async function runKills(options: KillsOptions): Promise<Account> {
  const chain = new Chain(options);
  try {
    return await chain.run();
  } finally {
    await chain.end();
  }
}

class Chain {
  readonly #options: KillsOptions;
  readonly #draws: Random;
  readonly #processes = new Map<Role, RunningMta>();
  readonly #ports: Record<Role, number> = { source: 0, relay: 0, sink: 0 };
  readonly #kills: Kill[] = [];
  #incarnation = 0;

  constructor(options: KillsOptions) {
    this.#options = options;
    this.#draws = new Random(options.seed).stream('kills');
  }

  async run(): Promise<Account> {
    // The last first: each has to know where the next one listens.
    for (const role of [...ROLES].reverse()) {
      this.#start(role);
      this.#ports[role] = await this.#process(role).listening;
    }
    while (this.#kills.length < this.#options.kills) {
      if (this.#draws.percent(AMID_TRAFFIC)) await this.#traffic();
      await sleep(this.#draws.magnitude(1, 400));
      await this.#kill(ROLES[this.#draws.between(0, 2)] ?? 'relay');
    }
    await this.#drain();
    return accountOf(this.#options.folder, this.#kills);
  }

  async end(): Promise<void> {
    await Promise.all([...this.#processes.values()].map((each) => each.kill()));
  }

  #start(role: Role): void {
    const { seed, folder, careless } = this.#options;
    this.#incarnation += 1;
    const next = nextOf(role);
    const plan: ProcessPlan = {
      role,
      folder,
      mode: modes[seed % modes.length] ?? 'normal',
      port: this.#ports[role],
      ...(next === undefined ? {} : { nextPort: this.#ports[next] }),
      incarnation: this.#incarnation,
      seed,
      careless: role === careless,
    };
    this.#processes.set(role, new RunningMta(plan));
  }

  async #kill(role: Role): Promise<void> {
    await this.#process(role).kill();
    const kill = { role, at: Date.now() };
    this.#kills.push(kill);
    this.#options.onKill?.(kill, this.#kills.length);
    this.#start(role);
  }

  /** All are there, and something has come through. */
  async #traffic(): Promise<void> {
    await Promise.all([...this.#processes.values()].map(({ listening }) => listening));
    const before = this.#received();
    await until(() => this.#received() > before, START);
  }

  async #drain(): Promise<void> {
    await Promise.all([...this.#processes.values()].map(({ listening }) => listening));
    this.#process('source').submitNoMore();
    const empty = () => ROLES.every((role) => queuedIn(spoolOf(this.#options.folder, role)) === 0);
    await until(empty, DRAIN);
    // A submission may have been under way.
    await sleep(100);
    await until(empty, DRAIN);
  }

  #received(): number {
    return happenings(this.#options.folder, 'sink').filter(({ what }) => what === 'heard').length;
  }

  #process(role: Role): RunningMta {
    const process = this.#processes.get(role);
    if (process === undefined) throw new Error(`the ${role} was not started`);
    return process;
  }
}

/** One MTA of the chain, while it lives. */
class RunningMta {
  readonly #child: ChildProcess;
  /** The port, once it listens. */
  readonly listening: Promise<number>;
  readonly #ended: Promise<void>;
  #killed = false;
  #errors = '';

  constructor(plan: ProcessPlan) {
    this.#child = spawn(process.execPath, ['--import', TSX, PROGRAM, JSON.stringify(plan)], {
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let text = '';
    this.#child.stderr?.setEncoding('utf8').on('data', (more: string) => {
      this.#errors += more;
    });
    this.#child.stdin?.on('error', () => {});
    this.#ended = new Promise((resolve) => this.#child.on('close', () => resolve()));
    this.listening = new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`the ${plan.role} does not listen`)), START);
      this.#child.stdout?.setEncoding('utf8').on('data', (more: string) => {
        text += more;
        const port = /listens on (\d+)/.exec(text)?.[1];
        if (port !== undefined) resolve(Number(port));
      });
      this.#child.on('close', (status) => {
        clearTimeout(timer);
        if (!this.#killed) reject(new Error(`the ${plan.role} ended by itself, ${status}: ${this.#errors}`));
      });
    });
    // Who waits for it hears of it; nobody need wait.
    this.listening.catch(() => {});
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null) throw new Error(`it ended by itself: ${this.#errors}`);
    this.#killed = true;
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  submitNoMore(): void {
    this.#child.stdin?.write('stop\n');
  }
}

/** Items in the queues of a spool. */
function queuedIn(spool: string): number {
  const queues = `${spool}/queues`;
  if (!existsSync(queues)) return 0;
  return readdirSync(queues, { recursive: true }).filter((name) => /\d{10}\.json$/.test(String(name))).length;
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Waits until it holds, and no longer than that. */
async function until(holds: () => boolean, within: number): Promise<void> {
  for (const end = Date.now() + within; !holds() && Date.now() < end; ) await sleep(20);
}
