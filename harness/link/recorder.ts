import type { Direction } from '../stack/direction.js';
import type { Clock } from './clock.js';
import type { LinkEvent } from './events.js';
import type { Link } from './link.js';

/** Takes every event of a link, in order. */
export type LinkSink = (event: LinkEvent) => void;

export interface RecordOptions {
  /** The number of the connection in the recording. */
  readonly connection: number;
  readonly clock: Clock;
  readonly sink: LinkSink;
  /** Called when nothing more will come of the link; perhaps twice. */
  readonly onGone?: () => void;
}

/**
 * A tee: whatever passes either way is in the recording before anyone reacts to it. Octets are told as this side sees
 * them: when it hands them over, and when they arrive.
 */
export function recordLink(link: Link, { connection, clock, sink, onGone }: RecordOptions): Link {
  const outward: Direction = link.opened === 'here' ? 'i2r' : 'r2i';
  const inward: Direction = link.opened === 'here' ? 'r2i' : 'i2r';
  const [initiator, responder] =
    link.opened === 'here' ? [link.localEndpoint, link.remoteEndpoint] : [link.remoteEndpoint, link.localEndpoint];
  const closed = new Set<Direction>();
  let over = false;

  const chunk = (direction: Direction, octets: Uint8Array) => {
    if (over || closed.has(direction) || octets.length === 0) return;
    sink({ kind: 'data', connection, direction, time: clock.now(), octets });
  };
  const end = (direction: Direction) => {
    if (over || closed.has(direction)) return;
    closed.add(direction);
    sink({ kind: 'close', connection, direction, how: 'end', time: clock.now() });
    over = closed.size === 2;
  };
  const reset = (direction: Direction) => {
    if (over) return;
    over = true;
    sink({ kind: 'close', connection, direction, how: 'reset', time: clock.now() });
  };

  sink({ kind: 'open', connection, time: clock.now(), initiator, responder });
  return {
    localEndpoint: link.localEndpoint,
    remoteEndpoint: link.remoteEndpoint,
    opened: link.opened,
    start: (handlers) =>
      link.start({
        data(bytes) {
          chunk(inward, bytes);
          handlers.data(bytes);
        },
        end() {
          end(inward);
          handlers.end();
        },
        close(how, error) {
          if (how === 'reset') reset(inward);
          handlers.close(how, error);
          onGone?.();
        },
        drain: () => handlers.drain?.(),
      }),
    send(bytes) {
      chunk(outward, bytes);
      return link.send(bytes);
    },
    close() {
      end(outward);
      link.close();
    },
    destroy() {
      reset(outward);
      link.destroy();
      onGone?.();
    },
  };
}
