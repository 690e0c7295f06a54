#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Argument, Command, CommanderError, Option } from 'commander';
import { modes } from '../harness/stack/mode.js';
import {
  duration,
  factor,
  hostPort,
  instant,
  modeAmong,
  modeList,
  modeOption,
  natural,
  permission,
  place,
  positive,
  repeated,
  selector,
  size,
} from './arguments.js';
import { Exit, fail } from './exit.js';
import { watchOutput } from './output.js';

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
  .description('decode a recording: who bound, who had the turn, what was transferred, how it ended')
  .argument(
    '<file>',
    'transcript (.ndjson), pcap, pcapng, TPKT hex, or a folder of PDUs (01-tx-CR-TPDU.hex, 03-tx-CN-SPDU.hex, …; docs/formats.md); with --type a BER value, as octets or hexadecimal',
  )
  .option('--json', 'the associations as JSON')
  .option('--ladder', 'a line for each PDU, without the decoded trees')
  .option('--octets', 'the octets of every SPDU, with their offsets')
  .option('--passwords', 'the passwords of binds, which are masked without it (JSON has them always)')
  .option('--type <name>', 'decode one bare value of this type, such as MTS-APDU')
  .option('--content-limit <octets>', 'content octets to show of one APDU', natural, 65536)
  .action(async (file, options) => (await import('./commands/show.js')).show(file, options));

program
  .command('run')
  .description('run the conformance suites against a target; exit 0 all pass, 1 failures, 2 errors, 3 inconclusive')
  .argument('[case...]', 'ids, groups or prefixes, such as P1/ROUTE/BV-001, ROUTE, P1/QUEUE/BO; all without')
  .option('--target <preset>', 'what is tested: a built-in fake MTA', 'exchange-2003-kb916986')
  .addOption(modeOption('mode of the associations; cases of other modes are not applicable'))
  .option('--only <pattern>', 'only these cases (repeatable)', repeated, [])
  .option('--exclude <pattern>', 'not these cases (repeatable)', repeated, [])
  .option('--expect-fail <id=reason>', 'a failure that is known; if it passes, that fails (repeatable)', repeated, [])
  .option('--permit <rule=reason>', 'permit what a rule of tier 2 finds (repeatable)', permission, [])
  .option(
    '--reporter <name[=file]>',
    'console, json, junit, tap, sarif or github, to stdout or a file (repeatable)',
    repeated,
    [],
  )
  .option('--out <dir>', 'folder for a transcript of each case', 'p1spec-out')
  .option('--list', 'the cases with their purposes, one a line; those that are not for all modes say for which')
  .option('--shard <i/n>', 'the i-th of n parts')
  .option('--timeout-scale <factor>', 'multiply all time-outs, for slow machines', factor, 1)
  .action(async (cases, options) => (await import('./commands/run.js')).run(cases, options));

program
  .command('matrix')
  .description('every Exchange preset against every third-party preset, in every mode: what leaks, drains and blocks')
  .option('--mode <mode>', `only this mode: ${modes.join(', ')} (repeatable)`, modeAmong, [])
  .option('--exchange <preset>', 'only this Exchange preset (repeatable)', repeated, [])
  .option('--peer <preset>', 'only this third-party preset (repeatable)', repeated, [])
  .option('--jobs <count>', 'processes that share the work; as many as there are processors if absent', positive)
  .option('--json', 'the cells as JSON (docs/results.md)')
  .option('--html <file>', 'the page; matrix.html in the folder of --out if absent')
  .option('--out <dir>', 'folder for a transcript of each conversation', 'p1spec-out')
  .option('--timeout-scale <factor>', 'multiply all time-outs, for slow machines', factor, 1)
  .addHelpText(
    'after',
    `
Exit: 0 every pair is as its presets document it: leaks and blocked queues that are documented are the result, and no
error; 1 a pair is otherwise; 2 an error of ours or in the usage; 3 a pair never bound, or it was ended before its end.`,
  )
  .action(async (options) => (await import('./commands/matrix.js')).matrix(options));

program
  .command('check')
  .description(
    'judge recordings by the same rules as live links; exit 0 clean, 1 findings, 2 unreadable, 3 nothing to judge',
  )
  .argument('<file...>', 'transcripts (.ndjson), pcap, pcapng, TPKT hex, folders of PDUs')
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
  .command('mta')
  .description(
    'a fake MTA for a gateway or a person to talk to: records, judges and prints what the peer sends; or a scenario of several MTAs',
  )
  .argument(
    '[preset or scenario]',
    'such as tolerant (--list shows them), or a file: scenario.yaml (docs/scenarios.md)',
  )
  .option('--list', 'the presets, with the evidence for each thing they do')
  .option(
    '--listen <[name=]host:port>',
    'accept associations, 127.0.0.1:10102 if neither this nor --connect is given; in a scenario, where the MTA of that name listens (repeatable)',
    place,
    [],
  )
  .option(
    '--connect <[name=]host:port>',
    'open associations to a peer, with --listen both; in a scenario, the MTA of that name is a live one, there (repeatable)',
    place,
    [],
  )
  .option('--record <file>', 'write everything into a transcript, or a capture if the name ends in .pcapng')
  .option('--events <file>', 'write the event log and the counters as JSON lines; - is stdout (docs/events.md)')
  .option('--watch', 'show queues, states, the next retry and the last events, live; of a scenario in real time')
  .option('--permit <rule=reason>', 'permit what a rule of tier 2 finds (repeatable)', permission, [])
  .optionsGroup('Of a preset:')
  .addOption(modeOption('mode of the associations that we open'))
  .option('--modes <list>', 'modes of the associations that we accept, with commas; all without it', modeList)
  .option('--name <name>', "our MTA name; the preset's name if absent")
  .option('--password <text>', 'our password; empty if absent')
  .option('--peer-name <name>', 'the MTA name of the peer that we connect to', 'peer')
  .option('--peer-password <text>', 'the password that a peer has to give, whoever opens; any if absent')
  .option('--send <count>', 'messages to send to the peer that we connect to', natural, 0)
  .option('--size <octets>', 'octets of the text of each message sent; one line of text if absent', size)
  .option(
    '--checkpoint-size <units>',
    'units of 1024 octets between checkpoints; 0 is none, or leaves it to the peer',
    natural,
  )
  .option('--window <points>', 'checkpoints that may be unconfirmed; 3 holds if absent', positive)
  .option(
    '--spool <dir>',
    'keep queues and partial transfers in a folder, and go on with what an earlier run left there',
  )
  .option('--no-resume', 'keep nothing of transfers that break off, and refuse to go on with them, as ISODE does')
  .option('--messages <count>', 'end after so many messages, either way', positive)
  .option('--for <duration>', 'end after this time, such as 60s', duration)
  .option('--retry <duration>', "between attempts, in place of the connector's 600 s and 120 s", duration)
  .addOption(new Option('--judge <side>', 'whose octets are judged').choices(['peer', 'both']).default('peer'))
  .optionsGroup('Of a scenario:')
  .option('--json', 'the result as JSON, and nothing else on stdout (docs/json.md)')
  .addOption(new Option('--time <time>', "in place of the scenario's").choices(['virtual', 'real']))
  .addOption(new Option('--network <network>', "in place of the scenario's").choices(['memory', 'tcp']))
  .option('--seed <number>', "of all that is drawn by lot, in place of the scenario's", natural)
  .option('--against <recording>', 'hold what is said against an earlier recording of the scenario, by meaning')
  .option('--update <recording>', 'the same, and record it anew where it differs')
  .option('--rules <file>', 'what may vary between the two (docs/recordings.md)')
  .option('--check', 'say what is wrong with it, with file, line and column, and play nothing')
  .option('--schema', 'the JSON schema of scenarios, for editors')
  .addHelpText(
    'after',
    `
Exit: 0 nothing found, and every step of a scenario done; 1 findings in what a judged MTA sent, or a step that failed or
was never reached, or differences from a recording; 2 an error of ours, in the usage or in the scenario; 3 no bind and no message was seen.

Examples:
  p1spec mta refuse-after-routing-packet --listen 0.0.0.0:10102    a peer for a gateway to talk to
  p1spec mta exchange-2003-sp2 --connect 10.0.0.5:102 --send 3     what SP2 would send to it
  p1spec mta scenario.yaml                                         several MTAs, in virtual time
  p1spec mta scenario.yaml --check                                 only what is wrong with it
  p1spec mta scenario.yaml --connect gateway=10.0.0.5:102 --listen alpha=0.0.0.0:10102 --record today.ndjson
                                                                   with the real gateway in its place`,
  )
  .action(async (what, options, command: Command) => {
    const given = Object.keys(options).filter((name) => command.getOptionValueSource(name) === 'cli');
    await (await import('./commands/mta-or-scenario.js')).mtaOrScenario(what, options, given);
  });

program
  .command('send')
  .description('send one message or probe to a live MTA, or only bind, and print every step as it happens')
  .addArgument(new Argument('<what>', 'what to send').choices(['message', 'probe', 'bind']))
  .requiredOption('--connect <host:port>', 'the MTA', hostPort)
  .addOption(modeOption('mode of the association'))
  .option('--to <address>', "O/R address of a recipient, such as 'C=GB;A=X;P=ALPHA;S=Bob' (repeatable)", repeated, [])
  .option('--from <address>', 'O/R address of the originator', 'C=XX;A= ;P=P1SPEC;S=Sender')
  .option('--subject <text>', 'subject of the message')
  .option('--text <text>', 'text of the message')
  .option('--file <file>', 'a file with the text, in ASCII')
  .option('--size <octets>', 'repeat the text to this size; of a probe, the length that it asks about', size)
  .addOption(
    new Option('--priority <priority>', 'of the message').choices(['urgent', 'normal', 'nonUrgent']).default('normal'),
  )
  .option('--report', 'ask for delivery reports too')
  .option(
    '--defer <time>',
    'deferred delivery time of the message, such as 2h or 2027-01-31T08:00Z; sent at once',
    instant,
  )
  .option('--wait <duration>', 'leave the turn to the peer so long for its report', duration, 0)
  .option('--name <name>', 'our MTA name', 'p1spec')
  .option('--password <text>', 'our password; empty if absent')
  .addOption(
    new Option('--password-form <form>', 'how our password is written')
      .choices(['ia5String', 'octetString'])
      .default('ia5String'),
  )
  .option('--unauthenticated', 'bind without name and password')
  .option('--peer-name <name>', 'the MTA name that the peer has to give; any if absent')
  .option('--peer-password <text>', 'the password that the peer has to give; any if absent')
  .option('--tsel <selector>', 'called transport selector, as text or 0x…', selector)
  .option('--ssel <selector>', 'called session selector', selector)
  .option('--psel <selector>', 'called presentation selector', selector)
  .option('--calling-tsel <selector>', 'our transport selector', selector)
  .option('--calling-ssel <selector>', 'our session selector', selector)
  .option('--calling-psel <selector>', 'our presentation selector', selector)
  .option('--tpdu-size <octets>', 'octets of a TPDU to offer: 128 to 8192, or 65531', positive)
  .option('--checkpoint-size <units>', 'units of 1024 octets between checkpoints; 0 leaves it to the peer', natural)
  .option('--window <points>', 'checkpoints that may be unconfirmed; 3 holds if absent', positive)
  .addOption(
    new Option('--dialogue <mode>', 'dialogue mode; twa with --wait, else monologue').choices(['monologue', 'twa']),
  )
  .addOption(
    new Option('--timeout <duration>', 'for TCP to connect, and for each answer of the peer')
      .argParser(duration)
      .default(30_000, '30s'),
  )
  .option('--record <file>', 'write everything into a transcript, or a capture if the name ends in .pcapng')
  .option('--json', 'the steps as JSON lines (docs/json.md)')
  .option('--permit <rule=reason>', 'permit what a rule of tier 2 finds (repeatable)', permission, [])
  .option('-q, --quiet', 'do not tell what is found in what the peer sends')
  .addHelpText(
    'after',
    '\nExit: 0 all went well, 1 refused, aborted, not acknowledged or not delivered, 2 an error of ours or in the usage, 3 no connection.',
  )
  .action(async (what, options) => (await import('./commands/send.js')).send(what, options));

program
  .command('replay')
  .description('play one side of a recording against a live MTA, and hold what that sends against the recording')
  .argument('<file>', 'transcript (.ndjson), pcap, pcapng or TPKT hex; with --mode record the file to write')
  .requiredOption('--as <side>', 'the side that we play: i, r, or an endpoint or name in the recording')
  .option('--connect <host:port>', 'the MTA, where our side opens connections', hostPort)
  .option('--listen <host:port>', 'where the MTA finds us, where it opens connections', hostPort)
  .addOption(
    new Option('--mode <mode>', 'hold the peer against the recording, make a new one, or replace one that has changed')
      .choices(['replay', 'record', 'update'])
      .default('replay'),
  )
  .option('--from <recording>', 'with --mode record: the recording whose side we play')
  .option('--rules <file>', 'what else may vary, as YAML (docs/replay.md)')
  .option('--script <file>', 'the scenario that the recording is of: if it has changed, the recording is stale')
  .option('--record <file>', 'write the live conversation too; a capture if the name ends in .pcapng')
  .addOption(
    new Option('--timeout <duration>', 'without anything from the peer').argParser(duration).default(30_000, '30s'),
  )
  .option('--fresh-identifiers', 'make the MTS identifiers of our side anew, for a peer that remembers them')
  .option('--json', 'the differences as JSON, and nothing else on stdout')
  .addHelpText(
    'after',
    `
Examples:
  p1spec mta tolerant --listen 127.0.0.1:10102 --messages 1 --record today.ndjson
  p1spec replay today.ndjson --as r --listen 127.0.0.1:10102
  p1spec replay today.ndjson --as i --connect 127.0.0.1:10102 --rules ours.yaml

Exit: 0 it fits, 1 it differs, 2 an error of ours or in the usage, 3 no association.`,
  )
  .action(async (file, options) => (await import('./commands/replay.js')).replay(file, options));

program
  .command('tap')
  .description('a recording proxy between two real MTAs: passes every octet on unchanged, and judges what passes')
  .requiredOption('--listen <host:port>', 'where callers find it, in place of the MTA', hostPort)
  .requiredOption('--to <host:port>', 'the MTA that they are passed on to', hostPort)
  .option('--iut <side>', 'whose octets are judged: i, r, or an address with or without port; both sides without it')
  .option('--permit <rule=reason>', 'permit what a rule of tier 2 finds (repeatable)', permission, [])
  .option('--record <file>', 'write everything into a transcript, or a capture if the name ends in .pcapng')
  .option('--rotate-size <octets>', 'begin another file at this size, such as 100M; names get time and number', size)
  .option('--rotate-interval <duration>', 'begin another file after this time, such as 1h', duration)
  .addOption(
    new Option('--on-record-error <action>', 'where it cannot record: stop the tap, or pass on unrecorded')
      .choices(['stop', 'pass'])
      .default('stop'),
  )
  .option('--max-connections <count>', 'at a time; those beyond are turned away', positive, 100)
  .addOption(
    new Option('--timeout <duration>', 'for the MTA to take a connection').argParser(duration).default(30_000, '30s'),
  )
  .option('--for <duration>', 'end after this time, such as 8h', duration)
  .option('--json', 'all that is told as JSON lines on stdout (docs/tap.md)')
  .addHelpText(
    'after',
    `
Exit: 0 nothing found, 1 findings, 2 an error of ours (a recording that broke off, too) or in the usage, 3 no bind was seen.

Examples:
  p1spec tap --listen 0.0.0.0:10102 --to 10.0.0.5:102 --record monday.ndjson
  p1spec tap --listen 0.0.0.0:102 --to gateway:102 --iut gateway --record live.pcapng --rotate-interval 1h
  p1spec tap --listen 0.0.0.0:10102 --to 10.0.0.5:102 --on-record-error pass --json --for 8h > night.jsonl`,
  )
  .action(async (options) => (await import('./commands/tap.js')).tap(options));

program
  .command('diff')
  .description('compare two recordings by meaning: times, references and identifiers may vary')
  .argument('<one>', 'transcript (.ndjson), pcap, pcapng, TPKT hex, or a folder of PDUs')
  .argument('<other>', 'the same; what it has otherwise is told')
  .option('--rules <file>', 'what else may vary, as YAML (docs/replay.md)')
  .option('--json', 'the differences as JSON, and nothing else on stdout')
  .addHelpText(
    'after',
    `
Examples:
  p1spec diff yesterday.ndjson today.ndjson
  p1spec diff yesterday.ndjson today.pcapng --rules ours.yaml --json

Exit: 0 they say the same, 1 they differ, 2 a file that cannot be read, or an error of ours or in the usage.`,
  )
  .action(async (one, other, options) => (await import('./commands/diff.js')).diff(one, other, options));

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

async function main(): Promise<void> {
  watchOutput();
  try {
    await program.parseAsync(process.argv);
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : Exit.error;
    else fail(error);
  }
}

function version(): string {
  const url = import.meta.url.includes('/dist/') ? '../../package.json' : '../package.json';
  return (JSON.parse(readFileSync(new URL(url, import.meta.url), 'utf8')) as { version: string }).version;
}

await main();
