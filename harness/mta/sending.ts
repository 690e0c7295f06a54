import { P1specError } from '../ber/error.js';
import { type AssociationService, connectionKey, type Resumption } from '../stack/association/service.js';
import type { Outgoing } from './host.js';
import type { Interrupted } from './queue.js';

/** Our transfers on one association, and what it takes to go on with them. */
export class Sending {
  readonly #service: AssociationService;
  /** What the transfer under way went on from. */
  #from: Interrupted | undefined;

  constructor(service: AssociationService) {
    this.#service = service;
  }

  /** Begins it, or goes on with it; returns what it goes on from. */
  begin({ item: { interrupted }, apdu }: Outgoing): Resumption | undefined {
    const service = this.#service;
    this.#from = undefined;
    // Its octets count in the mode in which it was begun.
    const resume = interrupted?.mode === service.mode ? interrupted?.resumption : undefined;
    try {
      service.transfer(apdu, { resume });
      this.#from = resume && interrupted;
      return resume;
    } catch (error) {
      if (resume === undefined || !(error instanceof P1specError)) throw error;
      // What an earlier run kept does not fit this APDU.
      service.transfer(apdu);
      return undefined;
    }
  }

  interrupted(resumption: Resumption): Interrupted {
    const { mode, role } = this.#service;
    const from = this.#from;
    const resumes = from !== undefined && isSamePoint(from.resumption, resumption) ? (from.resumes ?? 0) + 1 : 0;
    return { resumption, mode, role, attempts: 0, resumes };
  }
}

function isSamePoint(one: Resumption, other: Resumption): boolean {
  return (
    one.serial === other.serial &&
    Buffer.compare(one.activity, other.activity) === 0 &&
    connectionKey(one.connection) === connectionKey(other.connection)
  );
}
