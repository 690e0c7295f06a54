import { convert as convertFile } from '../../harness/transcript/convert.js';

/** Says on stderr what was read; the result is the file. */
export async function convert(input: string, out: string): Promise<void> {
  const { stats, truncated } = await convertFile(input, out);
  const lost = stats.lostOctets > 0 ? `, ${stats.lostOctets} octets were lost to the recording` : '';
  process.stderr.write(`p1spec: ${out}: ${stats.connections} connections, ${stats.octets} octets${lost}\n`);
  if (truncated !== undefined) process.stderr.write(`p1spec: ${input} is cut short: ${truncated.reason}\n`);
}
