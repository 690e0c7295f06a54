import { expect } from 'chai';
import { concat } from '../../../harness/ber/octets.js';
import { type BerNode, writeBer } from '../../../harness/ber/writer.js';
import type { Direction } from '../../../harness/stack/direction.js';
import type { SpduDescription } from '../../../harness/stack/session/encode.js';
import { carriers } from './injector/carrier.js';
import { behindAccept, everySpdu, type Tsdu, tsduAsSent, written } from './injector/conversation.js';
import {
  type AssociationScript,
  appended,
  appOf,
  association,
  cons,
  ctx,
  ctxOf,
  integer,
  octets,
  offsetOf,
  oidNode,
  type PduName,
  type Sent,
  sequence,
} from './support/association.js';
import { expectOne, foreignOctets, mark, parameter, probe } from './support/foreign.js';
import { judged } from './support/judged.js';

// What the declarations do not list: parameters and SPDUs of the session, values and contexts of presentation, and
// what stands behind a unit that is complete.

for (const carrier of carriers) {
  describe(`the leak injector, session, mode ${carrier.mode}`, () => {
    const { mode } = carrier;
    const tsdus = everySpdu(carrier);
    const whole = (middle: readonly Tsdu[], script: AssociationScript = {}): Sent[] =>
      behindAccept(association({ mode, ...script }), middle.map(written));
    /** The conversation with one SPDU changed. */
    const changed = (tsdu: Tsdu, spdu: SpduDescription, into: SpduDescription): Sent[] =>
      whole(
        tsdus.map((each) =>
          each === tsdu ? { ...each, spdus: each.spdus.map((other) => (other === spdu ? into : other)) } : each,
        ),
      );

    it('finds nothing in the conversation that has every SPDU', () => {
      expect(judged(whole(tsdus)).filter(({ tier }) => tier !== 3)).to.deep.equal([]);
    });

    it('has every SPDU of reliable transfer in it', () => {
      expect(new Set(tsdus.flatMap(({ spdus }) => spdus.map(({ kind }) => kind))).size).to.equal(16);
    });

    for (const tsdu of tsdus) {
      for (const spdu of tsdu.spdus) {
        const name = `${spdu.kind}${spdu === tsdu.spdus.at(-1) ? '' : ` before ${tsdu.spdus.at(-1)?.kind}`}`;
        describe(`${name}, ${tsdu.direction}`, () => {
          for (const [at, code] of [
            ['sorted', 0x07],
            ['end', 0x63],
            ['end', 0xc8],
          ] as const) {
            it(`finds the unknown parameter 0x${code.toString(16)}`, () => {
              const extraParameters = [{ code, value: mark, at }];
              expectOne(changed(tsdu, spdu, { ...spdu, extraParameters }), tsdu.direction, parameter(code));
            });
          }
          if (spdu.userData === undefined || spdu.kind === 'DATA TRANSFER') {
            it('finds user data on which nothing is mapped', () => {
              const code = spdu.kind === 'MINOR SYNC ACK' ? 46 : 193;
              const into = { ...spdu, extraParameters: [{ code, value: mark, at: 'end' as const }] };
              expectOne(changed(tsdu, spdu, into), tsdu.direction, parameter(code));
            });
          }
          if (spdu.kind === 'ACTIVITY RESUME') {
            it('finds an unknown parameter in its linking information', () => {
              const extraParameters = [{ code: 0x63, value: mark, group: 33 }];
              expectOne(changed(tsdu, spdu, { ...spdu, extraParameters }), tsdu.direction, parameter(0x63));
            });
          }
          if (spdu === tsdu.spdus.at(-1) && spdu.kind !== 'DATA TRANSFER') {
            it('finds octets behind it', () => {
              const behind = tsdus.map((each) => {
                const sent = written(each);
                return each === tsdu ? tsduAsSent(tsdu.direction, concat([sent.octets.subarray(7), mark])) : sent;
              });
              expectOne(behindAccept(association({ mode }), behind), tsdu.direction, mark);
            });
          }
        });
      }
    }

    const ends: readonly [string, Direction, AssociationScript][] = [
      ['CONNECT', 'i2r', {}],
      ['ACCEPT', 'r2i', {}],
      ['REFUSE', 'r2i', { error: mode === 'normal' ? Uint8Array.of(0xb2, 3, 2, 1, 0) : ctx(0, [2]) }],
      ['FINISH', 'i2r', {}],
      ['DISCONNECT', 'r2i', {}],
      ['ABORT', 'i2r', { ending: 'abort' }],
    ];
    for (const [kind, direction, script] of ends) {
      describe(`${kind}, ${direction}`, () => {
        const extra = (more: NonNullable<SpduDescription['extraParameters']>[number]): Sent[] =>
          association({
            mode,
            ...script,
            spdu: (description) =>
              description.kind === kind ? { ...description, extraParameters: [more] } : description,
          });

        for (const code of [0x07, 0x63, 0xc8]) {
          it(`finds the unknown parameter 0x${code.toString(16)}`, () => {
            expectOne(extra({ code, value: mark }), direction, parameter(code));
          });
        }
        if (kind === 'CONNECT' || kind === 'ACCEPT') {
          for (const group of [1, 5]) {
            it(`finds an unknown parameter in the parameter group ${group}`, () => {
              expectOne(extra({ code: 0x63, value: mark, group }), direction, parameter(0x63));
            });
          }
        }
        if (mode !== 'normal' && (kind === 'FINISH' || kind === 'DISCONNECT')) {
          it('finds user data, on which the X.410 modes map nothing', () => {
            expectOne(extra({ code: 193, value: mark }), direction, parameter(193));
          });
        }
        it('finds octets behind it', () => {
          expectOne(association({ mode, ...script, behindSpdu: { [kind]: mark } }), direction, mark);
        });
      });
    }

    const strange: readonly [string, Uint8Array, number][] = [
      ['an unknown SPDU', Uint8Array.of(0x77, mark.length, ...mark), 0],
      ['an unknown SPDU behind GIVE TOKENS', Uint8Array.of(1, 0, 0x77, mark.length, ...mark), 2],
      ['TYPED DATA', Uint8Array.of(33, 0, ...mark), 0],
      ['EXPEDITED data', Uint8Array.of(5, 0, ...mark), 0],
      ['CAPABILITY DATA', Uint8Array.of(1, 0, 61, mark.length + 2, ...Uint8Array.of(193, mark.length, ...mark)), 2],
    ];
    for (const [what, tsdu, at] of strange) {
      for (const direction of ['i2r', 'r2i'] as const) {
        it(`finds ${what}, ${direction}`, () => {
          expectOne(behindAccept(association({ mode }), [tsduAsSent(direction, tsdu)]), direction, tsdu.subarray(at));
        });
      }
    }

    for (const direction of ['i2r', 'r2i'] as const) {
      it(`finds DATA outside an activity, ${direction}`, () => {
        const rttr = appOf(1, sequence(integer(3), ctxOf(0, octets(mark))));
        const slice = mode === 'normal' ? writeBer(rttr) : writeBer(probe());
        const tsdu = concat([Uint8Array.of(1, 0, 1, 0), slice]);
        expectOne(behindAccept(association({ mode }), [tsduAsSent(direction, tsdu)]), direction, tsdu.subarray(2));
      });
    }

    for (const kind of ['CR', 'CC'] as const) {
      it(`finds an unknown parameter of the ${kind}, of tier 2`, () => {
        const connect: AssociationScript['connect'] = (which, parameters) =>
          which === kind ? [...parameters, { code: 0x99, value: mark }] : parameters;
        expectOne(association({ mode, connect }), kind === 'CR' ? 'i2r' : 'r2i', parameter(0x99), 2);
      });
    }
  });
}

describe('the leak injector, presentation and above', () => {
  const edited = (pdu: PduName, change: (tree: BerNode) => BerNode, script: AssociationScript = {}): Sent[] =>
    association({ ...script, edit: (each, tree) => (each === pdu ? change(tree) : tree) });
  const withTransfer: AssociationScript = { transfers: [{ apdu: probe() }] };
  const pdv = (id: number): BerNode => sequence(integer(id), ctxOf(0, octets(mark)));
  const external = cons(0, 8, oidNode('2.1.1'), integer(3), ctxOf(0, octets(mark)));

  /** The last member of a node, changed. */
  const inLast = (node: BerNode, ...changes: ((inner: BerNode) => BerNode)[]): BerNode => {
    const [change, ...deeper] = changes;
    if (change === undefined || 'raw' in node || node.content instanceof Uint8Array) return node;
    const members = [...node.content];
    const last = members.pop() as BerNode;
    return { ...node, content: [...members, inLast(change(last), ...deeper)] };
  };
  const add =
    (more: BerNode) =>
    (node: BerNode): BerNode =>
      appended(node, more);
  const same = (node: BerNode): BerNode => node;

  for (const [pdu, direction] of [
    ['CP', 'i2r'],
    ['CPA', 'r2i'],
  ] as const) {
    for (const id of [1, 3, 5, 7]) {
      it(`finds a surplus PDV of context ${id} in ${pdu}`, () => {
        const change = (tree: BerNode): BerNode => inLast(tree, same, add(pdv(id)));
        expectOne(edited(pdu, change), direction, writeBer(pdv(id)));
      });
    }
  }
  // In RTSE's own context that would be a second RTTR, and no leak.
  for (const id of [1, 5, 7]) {
    it(`finds a surplus PDV of context ${id} in a DATA`, () => {
      expectOne(edited('TD', add(pdv(id)), withTransfer), 'i2r', writeBer(pdv(id)));
    });
  }
  it('finds surplus PDVs in CPR and ARU', () => {
    const change = (tree: BerNode): BerNode => inLast(tree, add(pdv(3)));
    expectOne(edited('CPR', change, { error: Uint8Array.of(0xb2, 3, 2, 1, 0) }), 'r2i', writeBer(pdv(3)));
    expectOne(edited('ARU', change, { ending: 'abort' }), 'i2r', writeBer(pdv(3)));
  });

  for (const [pdu, direction, script] of [
    ['AARQ', 'i2r', {}],
    ['AARE', 'r2i', {}],
    ['AARE', 'r2i', { error: Uint8Array.of(0xb2, 3, 2, 1, 0) }],
    ['ABRT', 'i2r', { ending: 'abort' }],
  ] as const) {
    it(`finds a second EXTERNAL in ${pdu}${'error' in script ? ' of a refusal' : ''}`, () => {
      expectOne(
        edited(pdu, (tree) => inLast(tree, add(external)), script),
        direction,
        writeBer(external),
      );
    });
  }
  for (const [pdu, direction] of [
    ['RLRQ', 'i2r'],
    ['RLRE', 'r2i'],
  ] as const) {
    it(`finds user information in ${pdu}`, () => {
      expectOne(edited(pdu, add(ctxOf(30, external))), direction, writeBer(external));
    });
  }

  for (const pdu of ['CP', 'CPA', 'CPR', 'ARU', 'TD', 'FINISH', 'DISCONNECT'] as const) {
    it(`finds a TLV behind a complete ${pdu}`, () => {
      const kinds: Record<string, string> = {
        CP: 'CONNECT',
        CPA: 'ACCEPT',
        CPR: 'REFUSE',
        ARU: 'ABORT',
        TD: 'DATA TRANSFER',
      };
      const kind = kinds[pdu] ?? pdu;
      const script: AssociationScript = {
        ...withTransfer,
        ...(pdu === 'CPR' ? { error: Uint8Array.of(0xb2, 3, 2, 1, 0) } : {}),
        ...(pdu === 'ARU' ? { ending: 'abort' as const } : {}),
        spdu: (description) =>
          description.kind === kind
            ? { ...description, userData: concat([description.userData as Uint8Array, foreignOctets]) }
            : description,
      };
      const direction = ['CPA', 'CPR', 'DISCONNECT'].includes(pdu) ? 'r2i' : 'i2r';
      expectOne(association(script), direction, foreignOctets);
    });
  }
  for (const direction of ['i2r', 'r2i'] as const) {
    it(`finds octets behind the complete APDU of an activity, ${direction}`, () => {
      const transfers = [{ apdu: probe(), direction, behind: foreignOctets }];
      expectOne(association({ transfers }), direction, foreignOctets);
      expectOne(association({ transfers: transfers.map((each) => ({ ...each, behind: mark })) }), direction, mark);
    });
    it(`finds them where slices cut them, ${direction}`, () => {
      const behind = foreignOctets;
      const sent = association({ transfers: [{ apdu: probe(), direction, behind, slice: 1 }] });
      const findings = judged(sent).filter(({ tier }) => tier !== 3);
      expect(findings).to.have.lengthOf(1);
      expect(findings[0]).to.include({ tier: 1, direction });
    });
  }

  for (const [pdu, direction] of [
    ['AARQ', 'i2r'],
    ['AARE', 'r2i'],
  ] as const) {
    it(`finds a foreign application context in ${pdu}`, () => {
      const name = oidNode('1.2.840.113556.5.9');
      const change = (tree: BerNode): BerNode =>
        'raw' in tree || tree.content instanceof Uint8Array
          ? tree
          : { ...tree, content: [ctxOf(1, name), ...tree.content.slice(1)] };
      const sent = edited(pdu, change);
      const [finding, ...more] = judged(sent).filter(({ tier }) => tier !== 3);
      expect(more).to.deep.equal([]);
      expect(finding).to.include({ tier: 1, direction });
      expect([writeBer(ctxOf(1, name)), writeBer(name)].map((each) => offsetOf(sent, direction, each))).to.include(
        finding?.offset,
      );
    });
  }
  it('finds a foreign presentation context', () => {
    const item = sequence(integer(7), oidNode('1.2.840.113556.5.9'), sequence(oidNode('2.1.1')));
    const change = (tree: BerNode): BerNode =>
      inLast(tree, (parameters) =>
        'raw' in parameters || parameters.content instanceof Uint8Array
          ? parameters
          : {
              ...parameters,
              content: [appended(parameters.content[0] as BerNode, item), ...parameters.content.slice(1)],
            },
      );
    const sent = edited('CP', change);
    const findings = judged(sent).filter(({ tier }) => tier !== 3);
    expect(findings).to.have.lengthOf(1);
    const offset = offsetOf(sent, 'i2r', writeBer(item));
    expect(findings[0]).to.include({ tier: 1, direction: 'i2r' });
    expect(findings[0]?.offset).to.be.within(offset, offset + writeBer(item).length - 1);
  });

  describe('members of another mode, which the declarations have', () => {
    const refused: AssociationScript = { error: Uint8Array.of(0xb2, 3, 2, 1, 0) };
    const aborted: AssociationScript = { ending: 'abort' };
    const rtorq = ctxOf(1, ctx(0, [1]), ctxOf(3, ctxOf(0, octets(mark))));
    const rtoac = ctxOf(1, ctx(0, [1]), ctxOf(2, ctxOf(0, octets(mark))));
    const cases: readonly [string, PduName, Direction, BerNode, AssociationScript][] = [
      ['X.410 parameters in CP', 'CP', 'i2r', rtorq, {}],
      ['X.410 parameters in CPA', 'CPA', 'r2i', rtoac, {}],
      ['applicationProtocol in RTORQ', 'RTORQ', 'i2r', ctx(4, [12]), {}],
      ['refuseReason in RTORJ', 'RTORJ', 'r2i', ctx(0, [2]), refused],
      ['user data in RTAB', 'RTAB', 'i2r', ctxOf(2, octets(mark)), aborted],
    ];
    for (const [what, pdu, direction, node, script] of cases) {
      it(`finds ${what}`, () => {
        expectOne(edited(pdu, add(node), script), direction, writeBer(node));
      });
    }

    it('finds an abort of X.410 mode on an association of normal mode', () => {
      const abort = cons(0, 17, ctx(0, [4]));
      expectOne(
        edited('ARU', () => abort, aborted),
        'i2r',
        writeBer(abort),
      );
    });
    it('lets who speaks X.410 mode alone refuse a normal CONNECT, and finds what is not of that mode', () => {
      const refuse = cons(0, 17, ctx(0, [2]));
      expect(judged(edited('CPR', () => refuse, refused)).filter(({ tier }) => tier !== 3)).to.deep.equal([]);
      const userData = ctxOf(1, octets(mark));
      expectOne(
        edited('CPR', () => appended(refuse, userData), refused),
        'r2i',
        writeBer(userData),
      );
    });
  });

  for (const tag of [3, 4, 19, 30, 31, 1000]) {
    it(`finds an MTS-APDU of tag [${tag}]`, () => {
      const apdu = ctxOf(tag, octets(mark));
      for (const direction of ['i2r', 'r2i'] as const) {
        expectOne(association({ transfers: [{ apdu, direction }] }), direction, writeBer(apdu));
      }
    });
  }
});
