import { createHash } from 'node:crypto';
import { TranscriptError } from './errors.js';
import type { TranscriptHeader, TranscriptScript } from './format.js';

/** A script as a header names it. */
export function transcriptScript(name: string, text: string | Uint8Array): TranscriptScript {
  return { name, sha256: createHash('sha256').update(text).digest('hex') };
}

/**
 * Throws ERR_RECORDING_STALE where a recording names another script than this one, or this one as it was. Nothing is
 * said of a recording that names none.
 */
export function checkScript(header: TranscriptHeader | undefined, script: TranscriptScript, file: string): void {
  const recorded = header?.script;
  if (recorded === undefined || recorded.sha256 === script.sha256) return;
  const same = recorded.name === script.name;
  throw new TranscriptError('ERR_RECORDING_STALE', {
    message: same
      ? `${file} is a recording of ${script.name} as it was before it was changed`
      : `${file} is a recording of ${recorded.name}, not of ${script.name}`,
    at: { file },
    hint: 'look whether the change is meant, and record it anew: p1spec replay --mode update, or another recording',
  });
}
