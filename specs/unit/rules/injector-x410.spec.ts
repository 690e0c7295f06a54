import { expect } from 'chai';
import { concat } from '../../../harness/ber/octets.js';
import { type BerNode, writeBer } from '../../../harness/ber/writer.js';
import { X410_MODES } from '../../../harness/rules/rule.js';
import type { Direction } from '../../../harness/stack/direction.js';
import {
  type AssociationScript,
  appended,
  association,
  ctx,
  ctxOf,
  octets,
  type PduName,
  type Sent,
} from './support/association.js';
import { expectOne, foreignOctets, mark, probe } from './support/foreign.js';
import { judged } from './support/judged.js';

// Reliable transfer right on the session: what normal mode has and the X.410 modes have not, and what stands behind a unit
// that is complete.

for (const mode of X410_MODES) {
  describe(`the leak injector, reliable transfer on the session, mode ${mode}`, () => {
    const refused: AssociationScript = { mode, error: ctx(0, [2]) };
    const aborted: AssociationScript = { mode, ending: 'abort' };
    const edited = (pdu: PduName, change: (tree: BerNode) => BerNode, script: AssociationScript = { mode }): Sent[] =>
      association({ mode, ...script, edit: (each, tree) => (each === pdu ? change(tree) : tree) });

    const members: readonly [string, PduName, Direction, BerNode, AssociationScript][] = [
      ['parameters of normal mode in PConnect', 'PConnect', 'i2r', ctxOf(2, ctxOf(4)), { mode }],
      ['parameters of normal mode in PAccept', 'PAccept', 'r2i', ctxOf(2, ctxOf(5)), { mode }],
      ['user data in PRefuse', 'PRefuse', 'r2i', ctxOf(1, octets(mark)), refused],
      ['user data in AbortInformation', 'AbortInformation', 'i2r', ctxOf(2, octets(mark)), aborted],
    ];
    for (const [what, pdu, direction, node, script] of members) {
      it(`finds ${what}`, () => {
        expectOne(
          edited(pdu, (tree) => appended(tree, node), script),
          direction,
          writeBer(node),
        );
      });
    }

    for (const [kind, direction, script] of [
      ['CONNECT', 'i2r', { mode }],
      ['ACCEPT', 'r2i', { mode }],
      ['REFUSE', 'r2i', refused],
      ['ABORT', 'i2r', aborted],
      ['PLEASE TOKENS', 'r2i', { mode, turnPlease: true }],
    ] as const) {
      it(`finds a TLV behind the complete user data of ${kind}`, () => {
        const spdu: AssociationScript['spdu'] = (each) =>
          each.kind === kind ? { ...each, userData: concat([each.userData as Uint8Array, foreignOctets]) } : each;
        expectOne(association({ ...script, spdu }), direction, foreignOctets);
      });
    }

    for (const direction of ['i2r', 'r2i'] as const) {
      for (const slice of [undefined, 1, 30]) {
        it(`finds octets behind the APDU of an activity, ${direction}, in slices of ${slice ?? 'any'} octets`, () => {
          const behind = Uint8Array.of(0xc5, 1, 0x7e);
          const sent = association({ mode, transfers: [{ apdu: probe(), direction, behind, slice }] });
          const findings = judged(sent).filter(({ tier }) => tier !== 3);
          expect(findings).to.have.lengthOf(1);
          expect(findings[0]).to.include({ tier: 1, direction, length: 3 });
        });
      }
      for (const tag of [3, 4, 19, 30, 31, 1000]) {
        it(`finds an APDU of tag [${tag}], ${direction}`, () => {
          const apdu = ctxOf(tag, octets(mark));
          expectOne(association({ mode, transfers: [{ apdu, direction }] }), direction, writeBer(apdu));
        });
      }
    }
  });
}
