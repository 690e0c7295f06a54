/** One MTA of the chain, over TCP and a spool: started, ended with no warning, and started again by `run.ts`. */
import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { systemClock } from '../../harness/link/clock.js';
import { connectTcp, type Listener, listenTcp } from '../../harness/link/tcp.js';
import { Mta } from '../../harness/mta/engine.js';
import { FileSpool } from '../../harness/mta/file-spool.js';
import { orName } from '../../harness/mta/names.js';
import { tolerant } from '../../harness/mta/presets/index.js';
import type { Spool } from '../../harness/mta/spool.js';
import { type Happening, logOf, nextOf, type ProcessPlan, ROLES, spoolOf, textOf, tokenIn, tokenOf } from './plan.js';

const plan = JSON.parse(process.argv[2] ?? '{}') as ProcessPlan;
const { role, folder, mode, nextPort } = plan;
const next = nextOf(role);
const before = ROLES[ROLES.indexOf(role) - 1];

const DOMAIN = { country: 'XX', administrationDomain: ' ' };
const originator = orName({ ...DOMAIN, privateDomain: 'SOURCE', surname: 'Alice' });
const recipient = orName({ ...DOMAIN, privateDomain: 'SINK', surname: 'Bob' });

/** Messages that wait at the source, before it submits more. */
const BACKLOG = 25;
/** Milliseconds between two submissions, at the least. */
const PACE = 3;
const RETRY = {
  openInterval: 60,
  transferInterval: 30,
  maxOpenRetries: 1_000_000,
  threshold: 10,
  maxAssociations: 3,
};

const mta = new Mta({
  name: role.toUpperCase(),
  preset: tolerant,
  domain: { ...DOMAIN, privateDomain: role.toUpperCase() },
  clock: systemClock,
  random: (octets) => new Uint8Array(randomBytes(octets)),
  spool:
    plan.careless === true ? forgetful(new FileSpool(spoolOf(folder, role))) : new FileSpool(spoolOf(folder, role)),
  modes: [mode],
  route: () => next,
  peers: [
    ...(before === undefined ? [] : [{ name: before, theirs: { mtaName: before.toUpperCase() }, retry: RETRY }]),
    ...(next === undefined
      ? []
      : [
          {
            name: next,
            theirs: { mtaName: next.toUpperCase() },
            mode,
            retry: RETRY,
            checkpointSize: 1,
            windowSize: 3,
            connect: () => connectTcp({ host: '127.0.0.1', port: nextPort ?? 0 }),
          },
        ]),
  ],
});

/** Keeps what came, and forgets what was to become of it. */
function forgetful(spool: FileSpool): Spool {
  const nothing = () => {};
  return {
    queues: () => new Map(),
    journal: () => ({ added: nothing, restored: nothing, changed: nothing, removed: nothing }),
    received: (apdu, peer) => spool.received(apdu, peer),
    taken: () => spool.taken(),
    transfers: spool.transfers,
    connections: spool.connections,
  };
}

/** The line is in the file, whatever becomes of this process, once this returns. */
function note(what: Happening['what'], token?: string): void {
  const happening: Happening = { at: Date.now(), what, token };
  appendFileSync(logOf(folder, role), `${JSON.stringify(happening)}\n`);
}

mta.on('messageReceived', ({ apdu }) => note('heard', tokenIn(apdu.octets)));
mta.on('messageTransferred', ({ item }) => note('transferred', tokenIn(item.apdu)));
mta.on('transferResumed', () => note('resumed'));
mta.on('nonDelivered', ({ item }) => note('nonDelivered', tokenIn(item.apdu)));
mta.on('notCaredFor', ({ apdu }) => note('notCaredFor', tokenIn(apdu.octets)));

/** A connection of somebody's may have the port for a moment. */
async function listen(): Promise<Listener> {
  for (;;) {
    try {
      return await listenTcp({ host: '127.0.0.1', port: plan.port, onLink: (link) => mta.accept(link) });
    } catch (error) {
      if (plan.port === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

function submitAgainAndAgain(): void {
  let number = 0;
  const timer = setInterval(() => {
    if (next === undefined || mta.queueTo(next).length >= BACKLOG) return;
    number += 1;
    const token = tokenOf(plan, number);
    mta.submit(next, {
      originator,
      recipients: [recipient],
      subject: 'kill me',
      text: textOf(token),
      priority: number % 7 === 0 ? 'urgent' : 'normal',
    });
    // What its submitter is told: from now on the message is ours.
    note('accepted', token);
  }, PACE);
  process.stdin.once('data', () => clearInterval(timer));
}

const listener = await listen();
mta.start();
if (role === 'source') submitAgainAndAgain();
process.stdin.resume();
process.stdout.write(`listens on ${listener.port}\n`);
