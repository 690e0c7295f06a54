import { readFile } from 'node:fs/promises';
import { decode } from '../../harness/asn1/decode.js';
import { type Json, toJson } from '../../harness/asn1/json.js';
import { P1specError } from '../../harness/ber/error.js';
import { fromHex, Octets } from '../../harness/ber/octets.js';
import { readElements } from '../../harness/ber/reader.js';
import { escapeText } from '../../harness/report/escape.js';
import { ladderLines } from '../../harness/report/ladder.js';
import { ShowCollector, showJson } from '../../harness/report/show.js';
import { treeLines } from '../../harness/report/tree.js';
import { nameTypes } from '../../harness/report/type-names.js';
import { p1UserTypes } from '../../harness/rules/p1-association.js';
import { passwordsIn } from '../../harness/rules/secrets.js';
import { observe } from '../../harness/transcript/observe.js';
import { openConversation } from '../../harness/transcript/open.js';
import { Exit, fail } from '../exit.js';
import { write, writeLines } from '../output.js';

export interface ShowOptions {
  readonly json?: boolean;
  readonly ladder?: boolean;
  readonly octets?: boolean;
  readonly passwords?: boolean;
  readonly type?: string;
  readonly contentLimit: number;
}

export async function show(file: string, options: ShowOptions): Promise<void> {
  if (options.type !== undefined) return showValue(file, options.type, options);
  const conversation = await openConversation(file);
  const collector = new ShowCollector({ contentLimit: options.contentLimit, keepEvents: options.json !== true });
  for await (const event of observe(conversation.events(), { types: p1UserTypes })) collector.push(event);
  const truncation = conversation.truncated();
  if (truncation !== undefined) process.stderr.write(`p1spec: ${file} is cut short: ${truncation.reason}\n`);
  if (options.json === true) {
    await write(`${JSON.stringify(showJson(collector.associations), undefined, 2)}\n`);
  } else {
    const { ladder, octets = false, passwords } = options;
    const view = { tree: ladder !== true, octets, passwords };
    for (const association of collector.associations) await writeLines(ladderLines(association, view));
  }
  if (collector.associations.length === 0) {
    process.stderr.write(`p1spec: no X.400 association in ${file}\n`);
    process.exitCode = Exit.inconclusive;
  }
}

/** Bare BER values from a file of octets or of hexadecimal text. */
async function showValue(file: string, name: string, { json = false, passwords }: ShowOptions): Promise<void> {
  const type = nameTypes.get(name);
  if (type === undefined) {
    throw new P1specError('ERR_UNKNOWN_TYPE', {
      message: `no type is called ${JSON.stringify(name)}`,
      hint: `known are ${[...nameTypes.keys()].join(', ')}`,
    });
  }
  const values: Json[] = [];
  let failed = false;
  // A file may hold several values, one behind the other, and the last one may be cut.
  const { elements, error } = readElements(Octets.of(await readValue(file)));
  for (const element of elements) {
    const { decoded, issues } = decode(type, element, { name });
    failed ||= decoded === undefined;
    values.push(decoded === undefined ? null : toJson(decoded));
    if (!json && decoded !== undefined) {
      await writeLines(treeLines(decoded, { secrets: passwords === true ? [] : passwordsIn(decoded) }));
    }
    for (const issue of issues) {
      const { kind, offset, length, path, message } = issue;
      process.stderr.write(`p1spec: ${kind} at ${offset}+${length} (${escapeText(path)}): ${escapeText(message)}\n`);
    }
  }
  if (json) await write(`${JSON.stringify(values.length === 1 ? values[0] : values, undefined, 2)}\n`);
  if (error !== undefined) fail(error);
  else if (failed || values.length === 0) process.exitCode = Exit.inconclusive;
}

async function readValue(file: string): Promise<Uint8Array> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new P1specError('ERR_FILE_UNREADABLE', { message: `${file} cannot be read (${code})`, at: { file }, cause });
  }
  const text = bytes.toString('latin1');
  return /^[\s0-9a-fA-F]+$/.test(text) ? fromHex(text) : bytes;
}
