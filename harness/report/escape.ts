/**
 * Text from the wire, made safe for a terminal and for logs: everything that is not a printable character of ASCII
 * becomes `\xhh` or `\u{h}`, and a backslash is doubled, so that the text can be read back.
 */
export function escapeText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
  return text.replace(/[\\\x00-\x1f\x7f-\u{10ffff}]/gu, (character) => {
    if (character === '\\') return '\\\\';
    const code = character.codePointAt(0) as number;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** The same between double quotes. */
export function quoteText(text: string): string {
  return `"${escapeText(text).replace(/"/g, '\\"')}"`;
}
