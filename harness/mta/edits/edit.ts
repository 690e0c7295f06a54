import type { TagClass } from '../../ber/tag.js';

/** Octets, or the same as hexadecimal text: so a scenario in YAML or JSON can hold them. */
export type OctetsOrHex = Uint8Array | string;

/**
 * One change to the octets of a PDU. `at` is a path as findings have it, such as
 * `message.envelope.perRecipientFields[0].recipientName`; the root's name may stand in front. `/#2` behind a path is the
 * third element inside, whatever it is: `message.envelope/#2`.
 */
export type Edit =
  /** Puts octets, a TLV as a rule, inside the constructed element `at`, or beside `at`. Last where `place` is absent. */
  | {
      readonly inject: {
        readonly at: string;
        readonly tlv: OctetsOrHex;
        readonly place?: 'first' | 'last' | 'before' | 'after';
      };
    }
  /** The whole TLV, wrappers included, gives way to these octets, which need not be BER. */
  | { readonly replace: { readonly at: string; readonly tlv: OctetsOrHex } }
  | { readonly remove: { readonly at: string } }
  /** Content octets of a primitive element or a string: takes `remove` of them out at `from`, and puts `insert` there. */
  | {
      readonly splice: {
        readonly at: string;
        /** Counts from 0; the end where absent. */
        readonly from?: number;
        readonly remove?: number;
        readonly insert?: OctetsOrHex;
      };
    }
  /** Writes `at` and all inside it in another form; the whole PDU where `at` is absent. */
  | {
      readonly rewrite: {
        readonly at?: string;
        readonly form: EncodingForm;
        /** Of `long-lengths` and `long-tags` the octets in all, of `constructed-strings` those in a segment. */
        readonly octets?: number;
      };
    }
  /** A deliberate error in the TLV itself. */
  | { readonly spoil: Spoil & { readonly at: string } };

/** Other forms of the same values. All but `long-tags` are legal BER. */
export type EncodingForm =
  /** Indefinite length of all that is constructed. X.690 8.1.3.6. */
  | 'indefinite'
  | 'definite'
  /** More length octets than it takes: 5 in all where nothing is said. X.690 8.1.3.5. */
  | 'long-lengths'
  | 'shortest-lengths'
  /** Strings in segments, of 16 octets where nothing is said. X.690 8.6.4, 8.7.3, 8.21.3. */
  | 'constructed-strings'
  | 'primitive-strings'
  /** Members of SETs in reverse order. X.690 8.11.3. */
  | 'reversed-sets'
  /** Not legal: more identifier octets than it takes, 2 in all where nothing is said. X.690 8.1.2.4.2. */
  | 'long-tags';

export const ENCODING_FORMS: readonly EncodingForm[] = [
  'indefinite',
  'definite',
  'long-lengths',
  'shortest-lengths',
  'constructed-strings',
  'primitive-strings',
  'reversed-sets',
  'long-tags',
];

export interface Spoil {
  /** Added to the length that is written. */
  readonly lengthError?: number;
  /** This many octets are cut off its end; lengths around it say what is there. */
  readonly truncate?: number;
  /** Of the indefinite form. */
  readonly omitEndOfContents?: boolean;
  /** Stands in place of its tag. */
  readonly tag?: { readonly class: keyof typeof TagClass; readonly number: number };
}

/** What of what an MTA sends can be edited; in the X.410 modes a refused bind has no PDU of P1's. */
export type EditedPdu = 'bindArgument' | 'bindResult' | 'bindError' | 'message' | 'probe' | 'report';

export const EDITED_PDUS: readonly EditedPdu[] = [
  'bindArgument',
  'bindResult',
  'bindError',
  'message',
  'probe',
  'report',
];

/** Changes to what an MTA sends, just before it goes out. JSON can hold it. */
export interface PduEdit {
  readonly pdu: EditedPdu;
  /**
   * Which, of what it sends of that PDU (to `to`, where that is given); all where absent. It counts from 1. What is
   * sent again after a failure is the same one, and is edited alike.
   */
  readonly nth?: number | { readonly first: number } | { readonly every: number };
  /** Only to that peer. */
  readonly to?: string;
  readonly edits: readonly Edit[];
}
