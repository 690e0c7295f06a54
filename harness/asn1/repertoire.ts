import type { Charset } from './types.js';

/** What is no character of a string type; a type that is not here takes any octet. X.680 41, Table 8. */
export const REPERTOIRE: Readonly<Partial<Record<Charset, RegExp>>> = {
  numeric: /[^0-9 ]/,
  printable: /[^A-Za-z0-9 '()+,\-./:=?]/,
  // biome-ignore lint/suspicious/noControlCharactersInRegex: IA5 is all of 0 to 127
  ia5: /[^\x00-\x7f]/,
  visible: /[^ -~]/,
};
