/** Something that goes on until it is told to end. */
export interface Ending {
  readonly finished: Promise<void>;
  finish(): void;
}

/** Finished by `finish`, by the signal, or after so many milliseconds; the process lives until then. */
export function endingBy(signal: AbortSignal, duration: number | undefined): Ending {
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    // Timers of the clock keep no process alive: this one does.
    const alive = setInterval(() => {}, 60_000);
    const timer = duration === undefined ? undefined : setTimeout(() => finish(), duration);
    finish = () => {
      clearInterval(alive);
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener('abort', () => finish());
  });
  return { finished, finish };
}

/** Ends work in good order at the first SIGINT or SIGTERM; a second one ends the process. */
export function endsOnSignal(): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(130);
    process.stderr.write(`p1spec: ${name}: ending, once more to end at once\n`);
    controller.abort(`ended by ${name}`);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    stop: () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
