import { expect } from 'chai';
import type { BerNode } from '../../../harness/ber/writer.js';
import { Judge } from '../../../harness/rules/judge.js';
import { ConversationMemory } from '../../../harness/rules/memory.js';
import { defineRule, EVERY_MODE, X410_MODES } from '../../../harness/rules/rule.js';
import { type AssociationScript, association, ctx, ctxOf, latin1, offsetOf, prim } from './support/association.js';
import { edit, within } from './support/example.js';
import { judged } from './support/judged.js';

describe('recovery of an association, BIND-027', () => {
  const common = prim(0, 23, latin1('950601100000Z'));
  const reference = (mode: (typeof EVERY_MODE)[number], text = 'alpha'): BerNode =>
    prim(0, mode === 'normal' ? 4 : 20, latin1(text));
  /** RTORQ with the references of the session connection that it recovers. */
  const recovering = (mode: (typeof EVERY_MODE)[number], checkpointSize: number, text?: string): AssociationScript => ({
    mode,
    edit: edit('RTORQ', (tree) =>
      within(
        within(tree, 0, () => ctx(0, [checkpointSize])),
        3,
        () => ctxOf(3, ctxOf(1, reference(mode, text), common)),
      ),
    ),
    result: { raw: Uint8Array.of() },
  });
  const findings = (memory: ConversationMemory, script: AssociationScript) =>
    judged(association(script), { judge: new Judge({ memory }) }).filter(({ rule }) => rule === 'BIND-027');

  for (const mode of EVERY_MODE) {
    it(`tells of a request that cannot come to what was negotiated, ${mode}`, () => {
      const memory = new ConversationMemory();
      expect(findings(memory, { mode })).to.deep.equal([]);
      const script = recovering(mode, 10);
      const [finding, ...more] = findings(memory, script);
      const offset = offsetOf(association(script), 'i2r', Uint8Array.of(0x80, 1, 10));
      expect(finding).to.include({ rule: 'BIND-027', tier: 3, direction: 'i2r', offset, length: 3 });
      expect(more).to.deep.equal([]);
    });
    it(`tells of an answer that does not come to it, ${mode}`, () => {
      const memory = new ConversationMemory();
      expect(findings(memory, { mode })).to.deep.equal([]);
      for (const proposed of [0, 63, 70]) {
        const request = recovering(mode, proposed);
        const answer = edit('RTOAC', (tree) => within(tree, 0, () => ctx(0, [11])));
        const script: AssociationScript = {
          ...request,
          edit: (pdu, tree) => answer?.(pdu, request.edit?.(pdu, tree) ?? tree) ?? tree,
        };
        const found = findings(memory, script);
        const offset = offsetOf(association(script), 'r2i', Uint8Array.of(0x80, 1, 11));
        expect(found, `${proposed} proposed`).to.have.lengthOf(1);
        expect(found[0]).to.include({ rule: 'BIND-027', direction: 'r2i', offset, length: 3 });
        // What is negotiated now is what the next recovery has to keep.
        expect(findings(memory, { mode })).to.deep.equal([]);
      }
    });
    it(`holds for the same one, and for an association that it does not know, ${mode}`, () => {
      const memory = new ConversationMemory();
      expect(findings(memory, { mode })).to.deep.equal([]);
      for (const proposed of [0, 63, 70]) expect(findings(memory, recovering(mode, proposed))).to.deep.equal([]);
      expect(findings(memory, recovering(mode, 10, 'other'))).to.deep.equal([]);
      expect(findings(new ConversationMemory(), recovering(mode, 10))).to.deep.equal([]);
    });
  }
});

describe('the modes of a rule', () => {
  /** Tells of every SPDU, also of the CONNECT that has not yet told its mode. */
  const rule = defineRule({
    id: 'TEST-001',
    title: 'No SPDU',
    tier: 1,
    strength: 'shall',
    clause: 'none',
    rationale: 'none',
    appliesTo: X410_MODES,
    start: ({ find }) => ({
      on(event) {
        if (event.kind !== 'spdu') return;
        const { kind: path, offset, length } = event.spdu;
        find({ path, layer: 'session', offset, length }, path);
      },
    }),
  });
  for (const mode of EVERY_MODE) {
    const holds = X410_MODES.includes(mode);
    it(`are where it ${holds ? 'fires' : 'does not fire'}: ${mode}`, () => {
      const found = judged(association({ mode }), { judge: new Judge({ rules: [rule] }) }).map(({ path }) => path);
      expect(found).to.deep.equal(holds ? ['CONNECT', 'ACCEPT', 'FINISH', 'DISCONNECT'] : []);
    });
  }
});
