#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import type { Permission } from '../harness/rules/finding.js';
import { Exit, fail } from './exit.js';

// Nothing heavy is imported here: each command loads what it needs when it runs.

const program = new Command('p1spec')
  .description(
    'Conformance test harness for X.400 message transfer agents: plays the peer, records every octet, judges.',
  )
  .version(version(), '-V, --version')
  .showSuggestionAfterError()
  .exitOverride();

program
  .command('show')
  .description('decode a transcript, a capture or TPKT hex: who bound, what was transferred, how it ended')
  .argument('<file>', 'transcript (.ndjson), pcap, pcapng, TPKT hex; with --type a BER value, as octets or hexadecimal')
  .option('--json', 'the associations as JSON')
  .option('--ladder', 'a line for each PDU, without the decoded trees')
  .option('--octets', 'the octets of every SPDU, with their offsets')
  .option('--type <name>', 'decode one bare value of this type, such as MTS-APDU')
  .option('--content-limit <octets>', 'content octets to show of one APDU', natural, 65536)
  .action(async (file, options) => (await import('./commands/show.js')).show(file, options));

program
  .command('check')
  .description(
    'judge recordings by the same rules as live links; exit 0 clean, 1 findings, 2 unreadable, 3 nothing to judge',
  )
  .argument('<file...>', 'transcripts (.ndjson), pcap, pcapng, TPKT hex')
  .option('--json', 'the findings as JSON, and nothing else on stdout')
  .option('--iut <side>', 'whose octets are judged: i, r, or an address with or without port; both sides without it')
  .option(
    '--permit <rule=reason>',
    'permit what a rule of tier 2 finds; rule:key=reason for one key only (repeatable)',
    permission,
    [],
  )
  .option('--baseline <old.json>', 'a result of check --json: what it already has does not fail')
  .option('-q, --quiet', 'only what fails, and the summary of each file')
  .action(async (files, options) => (await import('./commands/check.js')).check(files, options));

program
  .command('rules')
  .description('the catalogue of rules; with ids, all about those')
  .argument('[id...]', 'such as BIND-001')
  .option('--json', 'as JSON')
  .action(async (ids, options) => (await import('./commands/rules.js')).rules(ids, options));

program
  .command('convert')
  .description(
    'write a recording in another form; into pcapng, the responder gets port 102 so that Wireshark decodes it',
  )
  .argument('<in>', 'transcript, pcap, pcapng or TPKT hex')
  .argument('<out>', 'a name that ends in .ndjson, .pcapng or .hex')
  .action(async (input, out) => (await import('./commands/convert.js')).convert(input, out));

/** Also called by tests; never exits the process itself. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : Exit.error;
    else fail(error);
  }
}

function version(): string {
  const url = import.meta.url.includes('/dist/') ? '../../package.json' : '../package.json';
  return (JSON.parse(readFileSync(new URL(url, import.meta.url), 'utf8')) as { version: string }).version;
}

/** `ENV-007=agreement of 3 May`, or `ENV-007:1.2.3=…` for one object identifier or number. */
function permission(text: string, before: readonly Permission[]): Permission[] {
  const parts = /^([A-Za-z]+-\d{3})(?::([^=]+))?=(.+)$/.exec(text);
  if (parts === null) throw new InvalidArgumentError('wants rule=reason, such as ENV-007=agreement of 3 May.');
  const [, rule, match, reason] = parts as unknown as [string, string, string | undefined, string];
  return [...before, { rule: rule.toUpperCase(), reason, match }];
}

function natural(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('wants a whole number, 0 or more.');
  return value;
}

await main(process.argv);
