import { runSeed, type Task } from './run-seeds.js';

// A process that simulates the seeds that it is sent, and answers each.

process.on('message', async ({ seed, task }: { readonly seed: number; readonly task: Task }) => {
  process.send?.(await runSeed(seed, task));
});
process.on('disconnect', () => process.exit());
