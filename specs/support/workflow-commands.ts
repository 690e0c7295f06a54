export interface WorkflowCommand {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

/**
 * The commands that GitHub's runner takes from a log: a line that begins with `::`, white space before it or not, or one
 * with `##[` anywhere; none between a stop and its token.
 */
export function workflowCommands(log: string): WorkflowCommand[] {
  const commands: WorkflowCommand[] = [];
  let token: string | undefined;
  for (const line of log.split(/\r\n|[\r\n]/)) {
    const found = parseCommand(line);
    if (found === undefined) continue;
    if (token !== undefined) {
      if (found.name === token) token = undefined;
    } else if (found.name === 'stop-commands') token = found.message;
    else commands.push(found);
  }
  if (token !== undefined) throw new Error('commands stay off');
  return commands;
}

function parseCommand(line: string): WorkflowCommand | undefined {
  const [, name = '', words = '', value = ''] =
    /^\s*::([^\s:]+)(?: ((?:(?!::).)*))?::(.*)$/u.exec(line) ?? /##\[([^\s\]]+) ?([^\]]*)\](.*)$/u.exec(line) ?? [];
  if (name === '') return undefined;
  const properties = words.split(',').flatMap((word) => {
    const at = word.indexOf('=');
    return at < 0 ? [] : [[word.slice(0, at), unescapeProperty(word.slice(at + 1))] as const];
  });
  return { name, properties: Object.fromEntries(properties), message: unescapeData(value) };
}

function unescapeData(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}

function unescapeProperty(text: string): string {
  return unescapeData(text.replaceAll('%3A', ':').replaceAll('%2C', ','));
}
