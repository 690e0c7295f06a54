/** Where a reporter writes. */
export interface Sink {
  write(text: string): void;
  /** Whether escape sequences are understood there. */
  readonly color: boolean;
}

export type Paint = (style: Style, text: string) => string;
export type Style = 'green' | 'red' | 'yellow' | 'dim' | 'bold';

const codes: Record<Style, readonly [number, number]> = {
  green: [32, 39],
  red: [31, 39],
  yellow: [33, 39],
  dim: [2, 22],
  bold: [1, 22],
};

/** Colours where the sink has them, plain text elsewhere. */
export function painter({ color }: Pick<Sink, 'color'>): Paint {
  return (style, text) => (color ? `\u001b[${codes[style][0]}m${text}\u001b[${codes[style][1]}m` : text);
}
