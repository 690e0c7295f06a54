/** Writes lines to stdout with back-pressure; ends quietly where the reader has gone (`| head`). */
export async function writeLines(lines: Iterable<string> | AsyncIterable<string>): Promise<void> {
  let pending = '';
  for await (const line of lines) {
    pending += `${line}\n`;
    if (pending.length >= 64 * 1024) {
      await write(pending);
      pending = '';
    }
  }
  await write(pending);
}

export async function write(text: string): Promise<void> {
  if (text === '') return;
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(text, (error) => (error === undefined || error === null ? resolve() : reject(error)));
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
