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

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Text for an HTML page, as text or as the value of an attribute in quotes. What a reader cannot see, or what turns the
 * direction of what follows, becomes `\xhh` or `\u{h}`.
 */
export function escapeHtml(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
      const code = character.codePointAt(0) as number;
      return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
    })
    .replace(/[&<>"']/g, (character) => entities[character] as string);
}

/** A file's address in a page, from the page's folder; `separator` is the system's between folders. */
export function relativeUrl(path: string, separator: string): string {
  return path
    .split(separator)
    .map((part) => encodeURIComponent(part.replace(/\p{Cs}/gu, '\ufffd')))
    .join('/');
}
