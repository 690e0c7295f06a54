/** How a connection ends where a fault stands. */
export type Ending = 'close' | 'halfClose' | 'reset';

/** What goes on in one direction, in order. */
export type FlowItem =
  | { readonly kind: 'octets'; readonly bytes: Uint8Array }
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** Nothing of this direction follows. `last` goes before it: the PDU of an abort. */
  | { readonly kind: 'ending'; readonly how: Ending; readonly last?: Uint8Array }
  /** The sender has closed its side. */
  | { readonly kind: 'end' };

export type Flow = (item: FlowItem) => void;

export function octets(bytes: Uint8Array): FlowItem {
  return { kind: 'octets', bytes };
}
