import { type ErrorPlace, P1specError } from '../ber/error.js';

/** A recording that cannot be read or written. `at` holds the file and, for text, the line. */
export class TranscriptError extends P1specError {
  override readonly name = 'TranscriptError';

  constructor(
    code: TranscriptErrorCode,
    details: { message: string; at?: ErrorPlace; hint?: string; cause?: unknown },
  ) {
    super(code, details);
  }
}

export type TranscriptErrorCode =
  | 'ERR_FILE_MISSING'
  | 'ERR_FILE_DIRECTORY'
  | 'ERR_FILE_EMPTY'
  | 'ERR_FILE_UNREADABLE'
  | 'ERR_FILE_UNWRITABLE'
  | 'ERR_FILE_EXISTS'
  /** Readable, but neither a transcript, a capture nor TPKT hex. */
  | 'ERR_FILE_UNKNOWN'
  | 'ERR_TRANSCRIPT_HEADER'
  | 'ERR_TRANSCRIPT_VERSION'
  | 'ERR_TRANSCRIPT_LINE'
  /** A capture that is cut before its first packet. */
  | 'ERR_CAPTURE_TRUNCATED'
  | 'ERR_CAPTURE_FORMAT'
  | 'ERR_HEX_LINE'
  /** Hexadecimal octets that do not say who sent them. */
  | 'ERR_HEX_DIRECTION'
  /** A file of a PDU directory whose octets are not the PDU that its name says, or whose place is not clear. */
  | 'ERR_PDU_FILE'
  /** A recording of another script than the one that it is held against. */
  | 'ERR_RECORDING_STALE'
  | 'ERR_CONVERT_EXTENSION'
  | 'ERR_CONVERT_SAME_FILE';

/** The system's error for `file` as one of ours; anything but a system error is handed on as it is. */
export function fileError(cause: unknown, file: string, purpose: 'read' | 'write'): unknown {
  if (cause instanceof P1specError || !(cause instanceof Error) || !('code' in cause)) return cause;
  const at = { file };
  switch (cause.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return purpose === 'read'
        ? new TranscriptError('ERR_FILE_MISSING', { message: `${file}: no such file`, at, cause })
        : new TranscriptError('ERR_FILE_UNWRITABLE', { message: `${file}: its folder does not exist`, at, cause });
    case 'EISDIR':
      return new TranscriptError('ERR_FILE_DIRECTORY', { message: `${file} is a directory`, at, cause });
    case 'EEXIST':
      return new TranscriptError('ERR_FILE_EXISTS', {
        message: `${file} exists`,
        at,
        hint: 'name another file, or allow it to be overwritten',
        cause,
      });
    default:
      return new TranscriptError(purpose === 'read' ? 'ERR_FILE_UNREADABLE' : 'ERR_FILE_UNWRITABLE', {
        message: `${file} cannot be ${purpose === 'read' ? 'read' : 'written'}: ${cause.message}`,
        at,
        cause,
      });
  }
}
