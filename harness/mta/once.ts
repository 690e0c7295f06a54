import { P1specError } from '../ber/error.js';
import type { Clock } from '../link/clock.js';
import type { Emitter } from './emitter.js';

export interface EventWait<Payload> {
  /** Takes all where it is absent. */
  readonly filter?: (payload: Payload) => boolean;
  /** Milliseconds on the clock; for ever where absent. */
  readonly within?: number;
  /** Whose events they are, for people. */
  readonly who?: string;
}

/** The next event of that name. Rejects with ERR_EVENT_NOT_SEEN, and with what came instead, when its time is over. */
export function nextEvent<Events extends object, K extends keyof Events>(
  emitter: Emitter<Events>,
  clock: Clock,
  name: K,
  { filter = () => true, within, who = 'it' }: EventWait<Events[K]> = {},
): Promise<Events[K]> {
  return new Promise((resolve, reject) => {
    const seen = new Map<keyof Events, number>();
    const offAny = emitter.onAny((each) => seen.set(each, (seen.get(each) ?? 0) + 1));
    const offOne = emitter.on(name, (payload) => {
      try {
        if (!filter(payload)) return;
      } catch (error) {
        end();
        reject(error);
        return;
      }
      end();
      resolve(payload);
    });
    const cancel =
      within === undefined
        ? undefined
        : clock.setTimer(clock.now() + within, () => {
            end();
            reject(notSeen(String(name), within, who, seen));
          });
    const end = (): void => {
      offAny();
      offOne();
      cancel?.();
    };
  });
}

function notSeen(name: string, within: number, who: string, seen: ReadonlyMap<PropertyKey, number>): P1specError {
  const passedOver = seen.get(name) ?? 0;
  const others = [...seen].filter(([each]) => each !== name).map(([each, count]) => `${count} ${String(each)}`);
  const came = [...(passedOver > 0 ? [`${passedOver} ${name} that the filter did not take`] : []), ...others];
  return new P1specError('ERR_EVENT_NOT_SEEN', {
    message: `${who} told of no ${name} within ${within} ms; there came ${came.join(', ') || 'nothing'}`,
    hint: passedOver > 0 ? 'look at what the filter asks for' : 'wait longer, or look at what came instead',
  });
}
