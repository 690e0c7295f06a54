import { TagClass, tagKey, Universal } from '../../../../harness/ber/tag.js';
import { type BerForm, type BerNode, constructed, primitive, writeBer } from '../../../../harness/ber/writer.js';
import { textOctets } from './samples.js';

/** A foreign TLV, with octets in it that no other has. */
export interface ForeignKind {
  readonly name: string;
  /** Undefined where every tag of the kind is known at the place. */
  readonly make: (mark: string, avoid: ReadonlySet<number>) => Uint8Array | undefined;
}

/** The octets that tell one injection from all others. */
export function markOf(index: number): string {
  return `foreign ${index.toString(36).padStart(5, '0')}`;
}

const text = (mark: string): BerNode => primitive(TagClass.universal, Universal.octetString, textOctets(mark));

function kind(
  name: string,
  tags: readonly (readonly [tagClass: TagClass, tagNumber: number])[],
  content: 'primitive' | 'constructed',
  form: BerForm = {},
): ForeignKind {
  return {
    name,
    make: (mark, avoid) => {
      const free = tags.find(([tagClass, tagNumber]) => !avoid.has(tagKey(tagClass, tagNumber)));
      if (free === undefined) return undefined;
      const [tagClass, tagNumber] = free;
      const node =
        content === 'primitive'
          ? primitive(tagClass, tagNumber, textOctets(mark))
          : constructed(tagClass, tagNumber, [text(mark), constructed(TagClass.context, 0, [text('inside')])]);
      return writeBer(node, form);
    },
  };
}

const contexts = Array.from({ length: 31 }, (_, number) => [TagClass.context, number] as const);

export const foreignKinds: readonly ForeignKind[] = [
  kind('the first free context tag', contexts, 'primitive'),
  kind('the last free context tag, constructed', [...contexts].reverse(), 'constructed'),
  kind('[PRIVATE 5]', [[TagClass.private, 5]], 'primitive'),
  kind('[PRIVATE 5], constructed, indefinite', [[TagClass.private, 5]], 'constructed', { indefinite: true }),
  kind('[APPLICATION 57]', [[TagClass.application, 57]], 'primitive'),
  kind('[PRIVATE 16385], constructed', [[TagClass.private, 16385]], 'constructed'),
  kind(
    'a string type',
    [
      [TagClass.universal, Universal.octetString],
      [TagClass.universal, Universal.utf8String],
      [TagClass.universal, Universal.videotexString],
    ],
    'primitive',
  ),
];
