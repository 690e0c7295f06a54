import fc from 'fast-check';
import { Octets } from '../../../harness/ber/octets.js';
import type { TagClass } from '../../../harness/ber/tag.js';
import type { Header, TokenHandler } from '../../../harness/ber/tokenizer.js';
import type { BerElement, BerForm } from '../../../harness/ber/writer.js';

/** A rope of two slices, cut at `at`; the offsets run on as if it were one. */
export function cutAt(bytes: Uint8Array, at: number, offset = 0): Octets {
  return Octets.join([Octets.of(bytes.subarray(0, at), offset), Octets.of(bytes.subarray(at), offset + at)]);
}

/** A rope of slices of `size` octets. */
export function cutEvery(bytes: Uint8Array, size: number, offset = 0): Octets {
  const parts: Octets[] = [];
  for (let at = 0; at < bytes.length; at += size) parts.push(Octets.of(bytes.subarray(at, at + size), offset + at));
  return Octets.join(parts);
}

/** Writes tokens down, the pieces of one content as one. */
export class Recorder implements TokenHandler {
  readonly events: string[] = [];
  calls = 0;
  #hex = '';

  open(header: Header): void {
    this.calls += 1;
    this.#flush();
    const { tagClass, tagNumber, constructed, offset, headerLength, contentLength, minimalLength } = header;
    this.events.push(
      `open ${tagClass}.${tagNumber} ${constructed} @${offset} +${headerLength} ${contentLength} ${minimalLength}`,
    );
  }

  content(bytes: Uint8Array, from: number, to: number, offset: number): void {
    this.calls += 1;
    if (this.#hex === '') this.events.push(`content @${offset}`);
    this.#hex += Buffer.from(bytes.subarray(from, to)).toString('hex');
  }

  close(endOfContents: boolean): void {
    this.calls += 1;
    this.#flush();
    this.events.push(`close ${endOfContents}`);
  }

  #flush(): void {
    if (this.#hex !== '') this.events.push(this.#hex);
    this.#hex = '';
  }
}

const tag = fc.record({
  tagClass: fc.constantFrom<TagClass>(0, 1, 2, 3),
  tagNumber: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 31, max: 0xffffff })),
});

const form: fc.Arbitrary<BerForm> = fc.record({
  indefinite: fc.boolean(),
  lengthOctets: fc.integer({ min: 0, max: 6 }),
});

/** Trees of any shape in any legal form. */
export const berTree: fc.Arbitrary<BerElement> = fc.letrec<{ tree: BerElement }>((tie) => ({
  tree: fc
    .tuple(
      tag,
      form,
      fc.oneof(
        { maxDepth: 5, withCrossShrink: true },
        fc.uint8Array({ maxLength: 200 }),
        fc.array(tie('tree'), { maxLength: 4 }),
      ),
    )
    .map(
      ([{ tagClass, tagNumber }, ownForm, content]): BerElement => ({ tagClass, tagNumber, content, form: ownForm }),
    ),
})).tree;
