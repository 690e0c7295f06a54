import { writeFileSync } from 'node:fs';
import type { LinkEvent } from '../../../harness/link/events.js';
import { transcriptHeader } from '../../../harness/transcript/format.js';
import { MemoryTranscript } from '../../../harness/transcript/writer.js';
import { type AssociationScript, association } from '../../unit/rules/support/association.js';

/** Link events of hand-made associations, one connection each, one after the other. */
export function linkEvents(scripts: readonly AssociationScript[]): LinkEvent[] {
  return scripts.flatMap((script, connection): LinkEvent[] => {
    const start = 1_000 * connection;
    const sent = association(script);
    return [
      { kind: 'open', connection, time: start, initiator: '127.0.0.1:40000', responder: '127.0.0.1:102' },
      ...sent.map(
        ({ direction, octets }, i): LinkEvent => ({ kind: 'data', connection, direction, time: start + i, octets }),
      ),
      { kind: 'close', connection, time: start + sent.length, how: 'end', direction: 'i2r' },
    ];
  });
}

/** Writes hand-made associations as a transcript. */
export function writeRecording(file: string, scripts: readonly AssociationScript[]): void {
  const transcript = new MemoryTranscript(transcriptHeader({ mode: 'normal' }));
  for (const event of linkEvents(scripts)) transcript.record(event);
  writeFileSync(file, transcript.toString());
}
