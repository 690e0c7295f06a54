/** X.690 8.1.2.2, Table 1. */
export const TagClass = { universal: 0, application: 1, context: 2, private: 3 } as const;
export type TagClass = (typeof TagClass)[keyof typeof TagClass];

export interface Tag {
  readonly tagClass: TagClass;
  readonly tagNumber: number;
}

/** Universal tag numbers that the stack and P1 use. X.680 8.4, Table 1. */
export const Universal = {
  boolean: 1,
  integer: 2,
  bitString: 3,
  octetString: 4,
  null: 5,
  objectIdentifier: 6,
  objectDescriptor: 7,
  external: 8,
  real: 9,
  enumerated: 10,
  utf8String: 12,
  sequence: 16,
  set: 17,
  numericString: 18,
  printableString: 19,
  teletexString: 20,
  videotexString: 21,
  ia5String: 22,
  utcTime: 23,
  generalizedTime: 24,
  graphicString: 25,
  visibleString: 26,
  generalString: 27,
  universalString: 28,
  bmpString: 30,
} as const;

/** One number per tag, for maps. Tag numbers are below 2^24 (the reader's limit). */
export function tagKey(tagClass: TagClass, tagNumber: number): number {
  return tagClass * 0x1000000 + tagNumber;
}

export function tagClassOf(key: number): TagClass {
  return (key >>> 24) as TagClass;
}

export function tagNumberOf(key: number): number {
  return key & 0xffffff;
}

const PREFIX = ['UNIVERSAL ', 'APPLICATION ', '', 'PRIVATE '] as const;

/** `[APPLICATION 4]`, `[2]`, as ASN.1 writes it. */
export function tagName(tag: Tag): string {
  return `[${PREFIX[tag.tagClass]}${tag.tagNumber}]`;
}
