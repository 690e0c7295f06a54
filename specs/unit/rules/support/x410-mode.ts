import type { BerNode } from '../../../../harness/ber/writer.js';
import type { Edit, UpperLayers } from './association.js';
import { ctx, ctxOf, integer, latin1, raw, set, x410BindArgument, x410BindResult } from './nodes.js';

const references = {
  callingReference: Uint8Array.from([20, 5, ...latin1('alpha')]),
  commonReference: Uint8Array.from([23, 13, ...latin1('950601100000Z')]),
};
const connectItem = { protocolOptions: 0, versions: 1, tokenSetting: 0, functionalUnits: 0x0249 } as const;

/** Reliable transfer right on the session. X.410-1984, and X.410 mode of 1988 with the same octets. */
export class X410Mode implements UpperLayers {
  readonly connect = { ...references, ...connectItem };
  readonly accept = {
    calledReference: references.callingReference,
    commonReference: references.commonReference,
    ...connectItem,
  };
  readonly argument = x410BindArgument();
  readonly result = x410BindResult();
  readonly #protocol: number;
  readonly #edit: Edit;

  constructor(mode: 'x410-1984' | 'x410-1988', edit: Edit) {
    this.#protocol = mode === 'x410-1984' ? 1 : 12;
    this.#edit = edit;
  }

  connectData(argument: BerNode): BerNode {
    const open = this.#edit('MTABindArgument', argument);
    const members = [ctx(0, [63]), ctx(1, [5]), ctx(2, [1]), ctxOf(3, ctxOf(0, open)), ctx(4, [this.#protocol])];
    return this.#edit('PConnect', set(x409(), this.#edit('RTORQ', ctxOf(1, ...members))));
  }

  acceptData(result: BerNode): BerNode {
    const open = this.#edit('MTABindResult', result);
    const rtoac = this.#edit('RTOAC', ctxOf(1, ctx(0, [63]), ctxOf(2, ctxOf(0, open))));
    return this.#edit('PAccept', set(x409(), rtoac));
  }

  refuseData(member: BerNode): BerNode {
    return this.#edit('PRefuse', set(member));
  }

  transferred(apdu: BerNode): BerNode {
    return apdu;
  }

  slice(bytes: Uint8Array): BerNode {
    return this.#edit('RTTR', raw(bytes));
  }

  turnPlease(): BerNode {
    return this.#edit('RTTP', integer(1));
  }

  abort(): BerNode {
    return this.#edit('AbortInformation', set(ctx(0, [4])));
  }

  finish(): undefined {
    return undefined;
  }

  disconnect(): undefined {
    return undefined;
  }
}

/** DataTransferSyntax x409. */
function x409(): BerNode {
  return ctxOf(0, ctx(0, [0]));
}
