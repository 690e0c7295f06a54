/** One thing that a downgraded APDU has no more, or has in another form. */
export interface Change {
  readonly kind: 'dropped' | 'replaced';
  /** From the APDU: `message.envelope.extensions[0]`. */
  readonly path: string;
  readonly message: string;
  readonly clause: string;
}

/** Why a recipient, or a whole APDU, stays behind: X.411's codes, and the words for it. */
export interface Cause {
  readonly reason: number;
  readonly diagnostic: number;
  /** In the characters of a PrintableString, so that a report can say it. */
  readonly message: string;
  readonly clause: string;
}

/** The clauses that name the rules. */
export const clause = {
  annexB: 'X.419 Annex B',
  addresses: 'RFC 1328 3',
  commonName: 'RFC 1328 3.2',
  content: 'RFC 1328 5',
  /** What 1984 does not have. */
  edition: 'X.411 (1984)',
} as const;

/** X.411 (06/1999), module MTSAbstractService: unable-to-transfer. */
const UNABLE_TO_TRANSFER = 1;

/** Unable-to-transfer, unable-to-downgrade. */
export function unableToDowngrade(message: string, of: string = clause.annexB): Cause {
  return { reason: UNABLE_TO_TRANSFER, diagnostic: 47, message, clause: of };
}

/** Unable-to-transfer, unsupported-critical-function. */
export function unsupportedCriticalFunction(message: string): Cause {
  return { reason: UNABLE_TO_TRANSFER, diagnostic: 18, message, clause: 'X.411 9' };
}

/** Gathers what changes on the way. */
export class Changes {
  readonly list: Change[] = [];

  dropped(path: string, message: string, of: string = clause.annexB): void {
    this.list.push({ kind: 'dropped', path, message, clause: of });
  }

  replaced(path: string, message: string, of: string = clause.annexB): void {
    this.list.push({ kind: 'replaced', path, message, clause: of });
  }
}
