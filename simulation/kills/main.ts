/** `npm run kills -- [--kills N] [--seed N] [--keep] [--careless ROLE]`: see CONTRIBUTING.md. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { faultsOf } from './account.js';
import { ROLES } from './plan.js';
import { runKills } from './run.js';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string' },
    keep: { type: 'boolean' },
    careless: { type: 'string' },
  },
});
const seed = values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : Number(values.seed);
const folder = mkdtempSync(join(tmpdir(), 'p1spec-kills-'));
const started = Date.now();
process.stderr.write(`seed ${seed}, spools and logs in ${folder}\n`);
const account = await runKills({
  seed,
  kills: Number(values.kills),
  folder,
  careless: ROLES.find((role) => role === values.careless),
  onKill: ({ role }, count) => {
    if (count % 20 === 0) process.stderr.write(`${count} kills, the last one of the ${role}\n`);
  },
});
const faults = faultsOf(account);
process.stdout.write(
  `${JSON.stringify({ ...account, seconds: Math.round((Date.now() - started) / 1000), faults }, null, 2)}\n`,
);
if (faults.length > 0) process.exitCode = 1;
if (faults.length === 0 && values.keep !== true) rmSync(folder, { recursive: true, force: true });
