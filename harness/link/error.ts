import { P1specError } from '../ber/error.js';

export type LinkErrorCode =
  | 'ERR_LINK_REFUSED'
  | 'ERR_LINK_TIMEOUT'
  | 'ERR_LINK_RESET'
  | 'ERR_LINK_UNREACHABLE'
  | 'ERR_LINK_UNKNOWN_HOST'
  | 'ERR_LINK_PORT_IN_USE'
  | 'ERR_LINK_PERMISSION'
  | 'ERR_LINK_ADDRESS'
  | 'ERR_LINK_FAILED';

/** A link that could not be opened, or that broke. */
export class LinkError extends P1specError {
  override readonly name = 'LinkError';

  constructor(code: LinkErrorCode, details: { message: string; hint?: string; cause?: unknown }) {
    super(code, { ...details, at: { layer: 'link' } });
  }
}

const CODES: Readonly<Record<string, { code: LinkErrorCode; says: string; hint?: string }>> = {
  ECONNREFUSED: {
    code: 'ERR_LINK_REFUSED',
    says: 'nothing listens there',
    hint: 'start the MTA first, and check host and port',
  },
  ETIMEDOUT: { code: 'ERR_LINK_TIMEOUT', says: 'no answer', hint: 'check the address, and any firewall on the way' },
  EHOSTUNREACH: { code: 'ERR_LINK_UNREACHABLE', says: 'the host cannot be reached' },
  ENETUNREACH: { code: 'ERR_LINK_UNREACHABLE', says: 'the network cannot be reached' },
  ENOTFOUND: {
    code: 'ERR_LINK_UNKNOWN_HOST',
    says: 'the name is not known',
    hint: 'check its spelling, or use an address',
  },
  EAI_AGAIN: { code: 'ERR_LINK_UNKNOWN_HOST', says: 'the name could not be looked up' },
  EADDRINUSE: {
    code: 'ERR_LINK_PORT_IN_USE',
    says: 'the port is in use',
    hint: 'stop what listens there, or take another port (0 takes a free one)',
  },
  EADDRNOTAVAIL: { code: 'ERR_LINK_ADDRESS', says: 'this machine does not have that address' },
  EACCES: {
    code: 'ERR_LINK_PERMISSION',
    says: 'the system does not allow it',
    hint: 'ports below 1024 need privileges; 10102 does not',
  },
  ECONNRESET: { code: 'ERR_LINK_RESET', says: 'the peer reset the connection' },
  EPIPE: { code: 'ERR_LINK_RESET', says: 'the peer has closed the connection' },
};

/** An error of the system in the terms of a link. `doing`: `connecting to 127.0.0.1:102`. */
export function linkError(cause: unknown, doing: string): LinkError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const known = CODES[code];
  if (known !== undefined) {
    return new LinkError(known.code, { message: `${doing}: ${known.says}`, hint: known.hint, cause });
  }
  const says = cause instanceof Error ? cause.message : String(cause);
  return new LinkError('ERR_LINK_FAILED', { message: `${doing}: ${says}`, cause });
}
