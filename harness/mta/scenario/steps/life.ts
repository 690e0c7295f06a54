import { P1specError } from '../../../ber/error.js';
import type { StepAction } from './context.js';

export const start: StepAction<'start'> = (mta, { stage }) => {
  stage.actor(mta).start();
  return undefined;
};

export const stop: StepAction<'stop'> = async (mta, { stage }) => {
  await stage.actor(mta).stop();
  return undefined;
};

export const kill: StepAction<'kill'> = (mta, { stage }) => {
  stage.actor(mta).kill();
  return undefined;
};

/** An MTA ends and starts again over its queue. */
export const restart: StepAction<'restart'> = async ({ mta, preset, after = 0, how = 'stop' }, { stage }) => {
  const actor = stage.actor(mta);
  if (how === 'stop') await actor.stop();
  actor.kill();
  if (after > 0) await stage.advance(after);
  actor.restart(preset);
  return undefined;
};

/** The hotfix stops the MTA and starts it as the fixed build; on another build it is refused. */
export const hotfix: StepAction<'hotfix'> = async ({ mta, apply, refused = false }, { stage }) => {
  try {
    await stage.actor(mta).applyHotfix(apply);
  } catch (error) {
    if (refused && error instanceof P1specError && error.code === 'ERR_HOTFIX') return undefined;
    throw error;
  }
  return refused ? { why: `${apply} was applied to ${mta}, and should have been refused` } : undefined;
};
