import type { Clock } from '../link/clock.js';
import { drive } from '../link/driver.js';
import type { LinkEvent } from '../link/events.js';
import type { Link } from '../link/link.js';
import { recordLink } from '../link/recorder.js';
import type { MtaAssociation } from './association.js';

/** Puts the associations of an MTA on links. */
export class Carriage {
  readonly #clock: Clock;
  readonly #hears: ((event: LinkEvent) => void) | undefined;

  /** `hears` is told of what passes before anybody reacts to it. */
  constructor(clock: Clock, hears: ((event: LinkEvent) => void) | undefined) {
    this.#clock = clock;
    this.#hears = hears;
  }

  /** Opens a link, and carries the association on it; `begin` asks for what is to be opened, once that is sent. */
  async dial(
    association: MtaAssociation,
    connect: (() => Promise<Link>) | undefined,
    begin: () => void,
  ): Promise<void> {
    try {
      const link = await connect?.();
      if (link !== undefined) this.carry(association, link, begin);
    } catch (error) {
      association.lost(messageOf(error));
    }
  }

  /** Sets an association going on its link. */
  carry(association: MtaAssociation, link: Link, begin: () => void = () => {}): void {
    if (association.isOver) {
      link.destroy();
      return;
    }
    const { service } = association;
    association.carriedBy({ flush: () => {}, close: () => link.destroy() });
    association.transportConnected(() => {
      try {
        begin();
      } catch (error) {
        link.destroy();
        association.lost(messageOf(error));
        return;
      }
      const heard = this.#heard(link, association.index);
      const driven = drive(service, heard, this.#clock, (event) => association.handle(event));
      association.carriedBy({
        flush: () => driven.pump(),
        close: () => {
          heard.close();
          driven.use(() => service.disconnected(this.#clock.now()));
        },
      });
    });
  }

  #heard(link: Link, connection: number): Link {
    const sink = this.#hears;
    return sink === undefined ? link : recordLink(link, { connection, clock: this.#clock, sink });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
