import { expect } from 'chai';
import { type BerNode, writeBer } from '../../../harness/ber/writer.js';
import { exchange2003Kb916986, tolerant } from '../../../harness/mta/presets/index.js';
import type { Submission } from '../../../harness/mta/queue.js';
import type { Deviations } from '../../../harness/stack/association/service.js';
import { bindArgument, ctx, ctxOf, oidNode, set } from '../rules/support/association.js';
import { trappedApdus } from './traps/apdus.js';
import { bindDefects, ROLES, reserved, transferDefects, X410 } from './traps/bind-defects.js';
import { faceStrictPeer } from './traps/strict-pair.js';

// An MTA that refuses whatever a rule tells of, of any tier: our own passes it, and one with a defect does not.

const MODES = ['normal', 'x410-1988', 'x410-1984'] as const;

/** PConnect with what normal mode has around its bind. */
function openWrapped(tree: BerNode): BerNode {
  if ('raw' in tree || tree.content instanceof Uint8Array) return tree;
  if (tree.tagClass === 2 && tree.tagNumber === 3) return { ...tree, content: [ctxOf(0, bindArgument())] };
  return { ...tree, content: tree.content.map(openWrapped) };
}

describe('a strict peer', () => {
  for (const mode of MODES) {
    for (const defective of ROLES) {
      for (const preset of [tolerant, exchange2003Kb916986]) {
        it(`takes all that ${preset.name} sends as the ${defective} in mode ${mode}`, async () => {
          const { strict, taken, length, state, left } = await faceStrictPeer(mode, { preset }, { defective });
          expect(strict.refused).to.deep.equal([]);
          expect(taken.map(({ kind }) => kind)).to.deep.equal(['message']);
          expect([length, state]).to.deep.equal([0, 'active']);
          expect(left).to.deep.equal([]);
        });
      }
    }
  }

  for (const { trap, defect, rules, modes = MODES, roles = ROLES } of bindDefects) {
    for (const mode of modes) {
      for (const defective of roles) {
        it(`refuses ${trap} of the ${defective} in mode ${mode}: ${rules.join(', ')}`, async () => {
          const own = typeof defect === 'function' ? defect(mode) : defect;
          const outcome = await faceStrictPeer(mode, own, { defective });
          expect(outcome.strict.refused[0]).to.deep.equal({ at: 'bind', rules });
          expect(outcome.taken).to.deep.equal([]);
          expect(outcome.length).to.equal(1);
          if (defective === 'responder') return;
          // The X.410 modes have no MTABindError: only that it was refused.
          const [refused] = outcome.bindRefused;
          expect(refused).to.include({ by: 'peer', error: mode === 'normal' ? 'authenticationError' : undefined });
          expect(outcome.state).to.equal('retry');
          expect(outcome.queueBlocked).to.have.lengthOf(1);
        });
      }
    }
  }

  for (const mode of X410) {
    it(`and any other refuses wrapped-bind-in-x410 in mode ${mode}: it names nobody, and BIND-020 tells why`, async () => {
      const deviations: Deviations = { rewrite: (pdu, tree) => (pdu === 'PCONNECT' ? openWrapped(tree) : tree) };
      const outcome = await faceStrictPeer(mode, { peer: { deviations } });
      expect(outcome.bindRefused[0]).to.include({ by: 'peer' });
      expect(outcome.left).to.deep.equal(['BIND-020']);
      expect([outcome.length, outcome.state]).to.deep.equal([1, 'retry']);
    });
  }

  for (const { trap, defect, rules, modes } of transferDefects) {
    for (const mode of modes) {
      it(`refuses ${trap} in mode ${mode}: ${rules.join(', ')}`, async () => {
        const outcome = await faceStrictPeer(mode, defect);
        expect(outcome.strict.refused[0]).to.deep.equal({ at: 'transfer', rules });
        expect(outcome.taken).to.deep.equal([]);
        expect(outcome.transferFailed[0]?.reason).to.equal('the receiver reported exception 6');
        expect([outcome.length, outcome.state]).to.deep.equal([1 + (defect.items ?? []).length, 'retry']);
      });
    }
  }

  for (const { trap, what, apdu, modes = MODES, refusedFor } of trappedApdus) {
    for (const mode of modes) {
      const verdict = refusedFor.length === 0 ? 'takes' : 'refuses';
      it(`${verdict} ${trap}, ${what}, in mode ${mode}${refusedFor.map((rule) => `: ${rule}`).join('')}`, async () => {
        const octets = writeBer(typeof apdu === 'function' ? apdu(mode) : apdu);
        const outcome = await faceStrictPeer(mode, { items: [byHand(octets)] });
        if (refusedFor.length === 0) {
          expect(outcome.strict.refused).to.deep.equal([]);
          expect(outcome.taken).to.have.lengthOf(2);
          expect(outcome.length).to.equal(0);
          return;
        }
        expect(outcome.strict.refused).to.deep.equal([{ at: 'transfer', rules: refusedFor }]);
        expect(outcome.taken).to.deep.equal([]);
        expect(outcome.transferFailed[0]).to.include({ reason: 'the receiver reported exception 6' });
        // Back in its place, it stands in front of the ordinary mail.
        expect(outcome.queueBlocked[0]?.head.identifier).to.equal('by hand');
        expect([outcome.length, outcome.state]).to.deep.equal([2, 'retry']);
      });
    }
  }

  for (const mode of MODES) {
    it(`may abort instead, and that too is a transfer which failed, in mode ${mode}`, async () => {
      const octets = writeBer(ctxOf(0, set(oidNode('2.6.1')), ctx(1, [1])));
      const transfer = { do: 'abort', reason: 'userError' } as const;
      const outcome = await faceStrictPeer(mode, { items: [byHand(octets)] }, { strictly: { transfer } });
      expect(outcome.strict.refused[0]?.at).to.equal('transfer');
      expect(outcome.transferFailed[0]?.reason).to.match(/abort/);
      expect([outcome.length, outcome.state]).to.deep.equal([2, 'retry']);
    });

    it(`that minds only what fails takes what is merely unusual, in mode ${mode}`, async () => {
      const unusual = trappedApdus.filter(({ trap }) => trap === 'explicit-default' || trap === 'short-indicators');
      const items = unusual.map(({ apdu }) => byHand(writeBer(typeof apdu === 'function' ? apdu(mode) : apdu)));
      const outcome = await faceStrictPeer(mode, { rewrite: reserved, items }, { strictly: { upTo: 2 } });
      expect(outcome.strict.refused).to.deep.equal([]);
      expect(outcome.taken).to.have.lengthOf(items.length + 1);
    });
  }
});

function byHand(apdu: Uint8Array): Submission {
  return { kind: 'message', priority: 'urgent', identifier: 'by hand', apdu, system: false, verbatim: true };
}
