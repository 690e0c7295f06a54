import { expect } from 'chai';
import { decode } from '../../../../harness/asn1/decode.js';
import type { TypeRef } from '../../../../harness/asn1/types.js';
import { P1specError } from '../../../../harness/ber/error.js';
import { fromHex, Octets, toHex } from '../../../../harness/ber/octets.js';
import { readElement, readElements } from '../../../../harness/ber/reader.js';
import { bindArgument } from '../../../../harness/mta/bind.js';
import { applyEdits, type Edit, ENCODING_FORMS } from '../../../../harness/mta/edits/index.js';
import { BindInvoke, MTABindArgument } from '../../../../harness/p1/bind.js';
import { MTSAPDU } from '../../../../harness/p1/mts-apdu.js';
import { apduOf, decoded, FORMS, message } from './samples.js';

/** [PRIVATE 5]. */
const FOREIGN = 'c503616263';
const edit = (octets: Uint8Array, ...edits: Edit[]): Uint8Array => applyEdits(octets, MTSAPDU, edits);

/** What the decoder sees beside the value: kind, path and octets of each. */
function issues(octets: Uint8Array, type: TypeRef = MTSAPDU): string[] {
  const { element } = readElement(Octets.of(octets));
  return decode(type, element)
    .issues.filter(({ kind }) => kind !== 'encoding-form')
    .map(({ kind, path, offset, length }) => `${kind} ${path} ${toHex(octets.subarray(offset, offset + length))}`);
}

function fails(run: () => unknown): P1specError {
  try {
    run();
  } catch (error) {
    if (error instanceof P1specError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('edits of a PDU', () => {
  for (const [name, form] of Object.entries(FORMS)) {
    describe(`whose form is ${name}`, () => {
      const apdu = message(form);

      it('leave every octet as it was where there are none', () => {
        expect(toHex(edit(apdu))).to.equal(toHex(apdu));
      });

      for (const at of [
        'MTS-APDU',
        'message.envelope',
        'message.envelope.perRecipientFields[1]',
        'message.envelope.perRecipientFields[1].recipientName.builtInStandardAttributes',
        'message.envelope.traceInformation[0].domainSuppliedInformation',
        'message.envelope.extensions[0].value',
        'message.envelope.extensions[1]',
        'message.envelope.extensions[2].value',
      ]) {
        it(`inject at ${at}, first or last`, () => {
          for (const place of ['first', 'last'] as const) {
            const changed = edit(apdu, { inject: { at, tlv: FOREIGN, place } });
            const there = findElements(changed, FOREIGN);
            expect(there, place).to.equal(1);
            expect(readElements(Octets.of(changed)).error).to.equal(undefined);
            // The value of an extension that is not known is open: whatever is in it is its own.
            if (at.endsWith('[2].value')) continue;
            const path = at === 'MTS-APDU' ? 'MTS-APDU.message' : `MTS-APDU.${at}`;
            const [issue = '', ...more] = issues(changed);
            expect(more).to.deep.equal([]);
            expect(issue).to.match(/^(unknown|misplaced)-element /);
            expect(issue).to.include(` ${path}`).and.to.include(` ${FOREIGN}`);
          }
        });
      }

      it('inject before and after', () => {
        const at = 'message.envelope.perRecipientFields[1]';
        for (const place of ['before', 'after'] as const) {
          const changed = edit(apdu, { inject: { at, tlv: FOREIGN, place } });
          const index = place === 'before' ? 1 : 2;
          expect(issues(changed)).to.deep.equal([
            `unknown-element MTS-APDU.message.envelope.perRecipientFields[${index}] ${FOREIGN}`,
          ]);
          // What stands there has its path in the collection, whatever it is.
          const gone = edit(changed, { remove: { at: `message.envelope.perRecipientFields[${index}]` } });
          expect(toHex(gone)).to.equal(toHex(apdu));
        }
      });

      it('replace a TLV with any octets', () => {
        const at = 'message.envelope.contentType';
        const changed = edit(apdu, { replace: { at, tlv: '46 03 02 01 05' } });
        expect(readElements(Octets.of(changed)).error).to.equal(undefined);
        const same = toHex(decoded(apdu).get('message', 'envelope', 'contentType')!.element.toBytes());
        expect(toHex(edit(changed, { replace: { at, tlv: same } }))).to.equal(toHex(apdu));
        // A length that goes on past what is there.
        const spoilt = edit(apdu, { replace: { at, tlv: '46 7f 02' } });
        expect(toHex(spoilt)).to.include('467f02');
      });

      it('remove a member', () => {
        const changed = edit(apdu, { remove: { at: 'message.envelope.perRecipientFields[0].recipientName' } });
        expect(issues(changed).map((each) => each.split(' ').slice(0, 2))).to.deep.equal([
          ['missing-element', 'MTS-APDU.message.envelope.perRecipientFields[0]'],
        ]);
      });

      it('splice the content', () => {
        const at = 'message.content';
        const content = (octets: Uint8Array) => toHex(decoded(octets).get('message', 'content')?.value as Uint8Array);
        const before = content(apdu);
        const changed = edit(apdu, { splice: { at, from: 7, remove: 4, insert: 'aabbcc' } });
        expect(content(changed)).to.equal(`${before.slice(0, 14)}aabbcc${before.slice(22)}`);
        expect(content(edit(apdu, { splice: { at, insert: 'ff' } }))).to.equal(`${before}ff`);
        const back = edit(changed, { splice: { at, from: 7, remove: 3, insert: before.slice(14, 22) } });
        expect(content(back)).to.equal(before);
        const tooFar = fails(() => edit(apdu, { splice: { at, from: before.length / 2, remove: 1 } }));
        expect([tooFar.code, tooFar.message]).to.deep.equal([
          'ERR_EDIT_PLACE',
          `message.content (${form.segment ? '[UNIVERSAL 4]' : '[UNIVERSAL 4], primitive'}): it has ${before.length / 2} content octets, not ${before.length / 2 + 1}`,
        ]);
      });

      for (const to of ENCODING_FORMS.filter((each) => each !== 'long-tags')) {
        it(`rewrite it as ${to}, and the value is the same`, () => {
          const changed = edit(apdu, { rewrite: { form: to } });
          const members = (octets: Uint8Array) => JSON.stringify(sorted(decoded(octets).value));
          expect(members(changed)).to.equal(members(apdu));
          expect(issues(changed)).to.deep.equal([]);
          expect(toHex(edit(changed, { rewrite: { form: to } })) === toHex(changed)).to.equal(to !== 'reversed-sets');
        });
      }
    });
  }

  it('rewrite from and to a form, and back', () => {
    const plain = message();
    const pairs = [
      ['indefinite', 'definite'],
      ['long-lengths', 'shortest-lengths'],
      ['constructed-strings', 'primitive-strings'],
      ['reversed-sets', 'reversed-sets'],
    ] as const;
    for (const [there, back] of pairs) {
      const changed = edit(plain, { rewrite: { form: there } });
      expect(toHex(changed), there).to.not.equal(toHex(plain));
      expect(toHex(edit(changed, { rewrite: { form: back } })), back).to.equal(toHex(plain));
    }
  });

  it('rewrite what they are told to, and nothing else', () => {
    const plain = message();
    const at = 'message.envelope.perRecipientFields[0]';
    const changed = edit(plain, { rewrite: { at, form: 'indefinite' } });
    const element = (octets: Uint8Array, index: string) =>
      decoded(octets).get('message', 'envelope', 'perRecipientFields', index)!.element;
    expect(element(changed, '[0]').indefinite).to.equal(true);
    expect(element(changed, '[0]').children.every((each) => !each.constructed || each.indefinite)).to.equal(true);
    expect(toHex(element(changed, '[1]').toBytes())).to.equal(toHex(element(plain, '[1]').toBytes()));
    const lengths = edit(plain, { rewrite: { at: 'message.content', form: 'long-lengths', octets: 6 } });
    expect(lengths.length).to.be.greaterThan(plain.length);
    const tags = edit(plain, { rewrite: { at: 'message.envelope.perMessageIndicators', form: 'long-tags' } });
    expect(toHex(tags)).to.include('5f08');
  });

  it('make deliberate errors in one TLV', () => {
    const small = fromHex('a2 07 31 05 02 01 05 05 00');
    const spoilt = (spoil: object, at = '/#0') =>
      toHex(applyEdits(small, MTSAPDU, [{ spoil: { at, ...spoil } } as Edit]));
    expect(spoilt({ lengthError: 2 })).to.equal('a207310702010505 00'.replace(' ', ''));
    expect(spoilt({ lengthError: -99 })).to.equal('a20731000201050500');
    expect(spoilt({ truncate: 3 })).to.equal('a204310502 01'.replace(' ', ''));
    expect(spoilt({ tag: { class: 'private', number: 40 } })).to.equal(
      'a208ff28050201050500'.replace('a208ff2805', 'a208ff2805'),
    );
    const indefinite: Edit = { rewrite: { at: '/#0', form: 'indefinite' } };
    const open = applyEdits(small, MTSAPDU, [indefinite, { spoil: { at: '/#0', omitEndOfContents: true } }]);
    expect(toHex(open)).to.equal('a20731800201050500');
    const none = fails(() => applyEdits(small, MTSAPDU, [{ spoil: { at: '/#0', omitEndOfContents: true } }]));
    expect(none.code).to.equal('ERR_EDIT_PLACE');
  });

  it('are of a bind, in its wrapper or bare', () => {
    const identity = { mtaName: 'A', password: 'pw' };
    for (const [mode, type, root] of [
      ['normal', BindInvoke, 'bind-invoke'],
      ['x410-1984', MTABindArgument, 'MTABindArgument'],
    ] as const) {
      const octets = bindArgument(mode, identity);
      const changed = applyEdits(octets, type, [{ inject: { at: 'authenticated', tlv: FOREIGN } }]);
      expect(issues(changed, type)).to.deep.equal([`unknown-element ${root}.authenticated ${FOREIGN}`]);
      const rooted = applyEdits(octets, type, [{ inject: { at: `${root}.authenticated`, tlv: FOREIGN } }]);
      expect(toHex(rooted)).to.equal(toHex(changed));
    }
  });

  for (const [at, tag] of [
    ['message.envelope.perRecipientFields[0]', 'a3'],
    ['probe', 'a3'],
    ['probe.perRecipientFields[0]', 'a3'],
    ['report.envelope', 'a1'],
    ['report.content', 'a3'],
    ['report.content.perRecipientFields[0]', 'a6'],
  ] as const) {
    it(`put extensions into ${at}, and something into these`, () => {
      const kind = at.slice(0, at.search(/\.|$/)) as Parameters<typeof apduOf>[0];
      // 1.2.3, with a SEQUENCE of one INTEGER for its value.
      const field = '30 0b 83 02 2a 03 a2 05 30 03 02 01 05';
      const extensions = edit(apduOf(kind), { inject: { at, tlv: `${tag} 0d ${field}` } });
      expect(issues(extensions)).to.deep.equal([]);
      const value = (octets: Uint8Array) => {
        const names = `${at}.extensions[0].value`.replaceAll('[', '.[').split('.');
        return toHex(
          decoded(octets)
            .get(...names)
            ?.inner.toBytes() ?? new Uint8Array(0),
        );
      };
      expect(value(extensions)).to.equal('3003020105');
      const inside = edit(extensions, { inject: { at: `${at}.extensions[0].value`, tlv: FOREIGN } });
      expect(value(inside)).to.equal(`3008020105${FOREIGN}`);
      expect(issues(edit(extensions, { inject: { at: `${at}.extensions[0]`, tlv: FOREIGN } }))).to.deep.equal([
        `unknown-element MTS-APDU.${at}.extensions[0] ${FOREIGN}`,
      ]);
      const wrapped = edit(extensions, {
        inject: { at: `${at}.extensions[0].value/#0`, tlv: FOREIGN, place: 'after' },
      });
      expect(issues(wrapped)).to.deep.equal([`unknown-element MTS-APDU.${at}.extensions[0].value ${FOREIGN}`]);
    });
  }

  it('find each what the one before left', () => {
    const at = 'message.envelope';
    const apdu = message();
    const count = decoded(apdu).get('message', 'envelope')!.element.children.length;
    const changed = edit(
      apdu,
      { inject: { at, tlv: 'e5 03 02 01 07' } },
      { inject: { at: `${at}/#${count}`, tlv: FOREIGN } },
      { remove: { at: `${at}/#${count}/#0` } },
    );
    expect(issues(changed)).to.deep.equal([`unknown-element MTS-APDU.message.envelope e505${FOREIGN}`]);
  });

  it('tell what stands at the nearest place, where a path leads nowhere', () => {
    const apdu = message();
    const cases = [
      ['message.envelope.perRecipientFields[9]', 'message.envelope.perRecipientFields', 'stand [0], [1]', undefined],
      ['message.envelop', 'message', 'stand envelope, content', undefined],
      [
        'message.envelope.contentIdentifier',
        'message.envelope',
        'stand messageIdentifier, originatorName',
        'contentIdentifier may stand there, and does not: inject it at message.envelope',
      ],
      ['message.content.subject', 'message.content', 'stands [UNIVERSAL 4] with ', undefined],
      ['report', '', 'stands message', 'report may stand there, and does not: inject it at the root'],
      ['message/#2', 'message', 'stand envelope, content', undefined],
      [
        'message.envelope.extensions[1].value.octets',
        'message.envelope.extensions[1].value',
        'stands ia5text',
        undefined,
      ],
    ] as const;
    for (const [at, nearest, stands, hint] of cases) {
      const error = fails(() => edit(apdu, { remove: { at } }));
      expect(error.code, at).to.equal('ERR_EDIT_PATH');
      expect(error.at.path, at).to.equal(nearest);
      expect(error.message, at).to.include(stands);
      if (hint !== undefined) expect(error.hint, at).to.equal(hint);
    }
  });

  it('put nothing into what is primitive, and do not take all', () => {
    const apdu = message();
    const content = fails(() => edit(apdu, { inject: { at: 'message.content', tlv: FOREIGN } }));
    expect(content.code).to.equal('ERR_EDIT_PLACE');
    expect(fails(() => edit(apdu, { remove: { at: '' } })).code).to.equal('ERR_EDIT_PLACE');
    expect(fails(() => edit(fromHex('30 05 00'), { remove: { at: '' } })).code).to.equal('ERR_EDIT_UNREADABLE');
  });
});

/** Elements whose octets these are. */
function findElements(octets: Uint8Array, hex: string): number {
  const { element } = readElement(Octets.of(octets));
  const all = [element];
  for (let i = 0; i < all.length; i += 1) all.push(...all[i]!.children);
  return all.filter((each) => toHex(each.toBytes()) === hex).length;
}

/** Kept as octets, whatever form these have. */
const OPEN = ['value', 'bilateralInformation'];

/** Members of SETs in an order that does not say how they came. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (value instanceof Uint8Array) return toHex(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, each]) => !(OPEN.includes(key) && each instanceof Uint8Array))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}
