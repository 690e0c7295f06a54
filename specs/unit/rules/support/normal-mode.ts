import { TagClass, Universal } from '../../../../harness/ber/tag.js';
import type { BerNode } from '../../../../harness/ber/writer.js';
import type { Edit, UpperLayers } from './association.js';
import {
  appOf,
  bindArgument,
  bindResult,
  cons,
  ctx,
  ctxOf,
  integer,
  latin1,
  octets,
  oidNode,
  oidOctets,
  sequence,
  set,
} from './nodes.js';

const references = {
  callingReference: Uint8Array.from([4, 5, ...latin1('alpha')]),
  commonReference: Uint8Array.from([23, 13, ...latin1('950601100000Z')]),
};
const connectItem = { protocolOptions: 0, versions: 2, tokenSetting: 0, functionalUnits: 0x0249 } as const;

/** Presentation, ACSE and RTSE of 1988 normal mode. */
export class NormalMode implements UpperLayers {
  readonly connect = { ...references, ...connectItem };
  readonly accept = {
    calledReference: references.callingReference,
    commonReference: references.commonReference,
    ...connectItem,
  };
  readonly argument = bindArgument();
  readonly result = bindResult();
  readonly #edit: Edit;
  readonly #contexts: readonly [acse: number, rtse: number, mtse: number];

  constructor(edit: Edit, contexts: readonly [number, number, number] = [1, 3, 5]) {
    this.#edit = edit;
    this.#contexts = contexts;
  }

  connectData(argument: BerNode): BerNode {
    const open = this.#edit('MTABindArgument', argument);
    const rtorq = this.#edit('RTORQ', ctxOf(16, ctx(0, [63]), ctx(1, [5]), ctx(2, [1]), ctxOf(3, ctxOf(0, open))));
    const aarq = this.#edit('AARQ', appOf(0, ctxOf(1, oidNode('2.6.0.1.6')), ctxOf(30, this.#external(rtorq))));
    const parameters = ctxOf(2, ctxOf(4, ...this.#contextDefinitions()), this.#fullyEncoded(aarq, 0));
    return this.#edit('CP', set(ctxOf(0, ctx(0, [1])), parameters));
  }

  acceptData(result: BerNode): BerNode {
    const open = this.#edit('MTABindResult', result);
    const rtoac = this.#edit('RTOAC', ctxOf(17, ctx(0, [63]), ctxOf(2, ctxOf(0, open))));
    return this.#edit('CPA', set(ctxOf(0, ctx(0, [1])), ctxOf(2, contextResults(), this.#aare(0, rtoac))));
  }

  refuseData(error: BerNode): BerNode {
    const value = this.#edit('MTABindError', error);
    const rtorj = this.#edit('RTORJ', ctxOf(18, ctxOf(1, value)));
    return this.#edit('CPR', sequence(contextResults(), this.#aare(1, rtorj)));
  }

  transferred(apdu: BerNode): BerNode {
    const external = cons(TagClass.universal, Universal.external, integer(this.#contexts[2]), ctxOf(0, apdu));
    return this.#edit('EXTERNAL', external);
  }

  slice(bytes: Uint8Array): BerNode {
    return this.#edit('TD', this.#fullyEncoded(this.#edit('RTTR', octets(bytes)), 1));
  }

  turnPlease(): BerNode {
    return this.#fullyEncoded(this.#edit('RTTP', integer(1)), 1);
  }

  abort(): BerNode {
    const rtab = this.#edit('RTAB', ctxOf(22, ctx(0, [6])));
    const abrt = this.#edit('ABRT', appOf(4, ctx(0, [0]), ctxOf(30, this.#external(rtab))));
    const listed = ctxOf(0, ...this.#contexts.slice(0, 2).map((id) => sequence(integer(id), oidNode('2.1.1'))));
    return this.#edit('ARU', ctxOf(0, listed, this.#fullyEncoded(abrt, 0)));
  }

  finish(): BerNode {
    return this.#fullyEncoded(this.#edit('RLRQ', appOf(2, ctx(0, [0]))), 0);
  }

  disconnect(): BerNode {
    return this.#fullyEncoded(this.#edit('RLRE', appOf(3, ctx(0, [0]))), 0);
  }

  #aare(result: number, rtse: BerNode): BerNode {
    const aare = appOf(
      1,
      ctxOf(1, oidNode('2.6.0.1.6')),
      ctxOf(2, integer(result)),
      ctxOf(3, ctxOf(1, integer(0))),
      ctxOf(30, this.#external(rtse)),
    );
    return this.#fullyEncoded(this.#edit('AARE', aare), 0);
  }

  #contextDefinitions(): BerNode[] {
    const syntaxes = ['2.2.1.0.1', '2.6.0.2.12', '2.6.0.2.7'];
    return syntaxes.map((syntax, i) =>
      sequence(integer(this.#contexts[i] as number), oidNode(syntax), sequence(oidNode('2.1.1'))),
    );
  }

  #fullyEncoded(value: BerNode, which: 0 | 1): BerNode {
    return appOf(1, sequence(integer(this.#contexts[which]), ctxOf(0, value)));
  }

  #external(value: BerNode): BerNode {
    return cons(TagClass.universal, Universal.external, oidNode('2.1.1'), integer(this.#contexts[1]), ctxOf(0, value));
  }
}

function contextResults(): BerNode {
  const accepted = (): BerNode => sequence(ctx(0, [0]), ctx(1, oidOctets('2.1.1')));
  return ctxOf(5, accepted(), accepted(), accepted());
}
