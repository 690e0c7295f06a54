import { toBer } from '../asn1/encode.js';
import { TagClass, Universal } from '../ber/tag.js';
import { type BerNode, constructed, primitive, writeBer } from '../ber/writer.js';
import { ORName } from '../p1/or-name.js';

/** A text for people, as an interpersonal message carries it. */
export interface InterpersonalText {
  /** Unique for its originator. */
  readonly identifier: string;
  readonly originator: ORName;
  readonly recipients: readonly ORName[];
  readonly subject: string;
  readonly text: string;
}

const { context, universal, application } = TagClass;

/**
 * An interpersonal message with one IA5 body part, P2 and P22 alike. X.420 (06/1999), module
 * IPMSInformationObjects: content is not P1's, so that it is put together by hand.
 */
export function interpersonalMessage(ipm: InterpersonalText): Uint8Array {
  const heading = constructed(universal, Universal.set, [
    constructed(application, 11, [text(universal, Universal.printableString, ipm.identifier)], 'this-IPM'),
    constructed(context, 0, [toBer(ORName, ipm.originator)], 'originator'),
    constructed(
      context,
      2,
      ipm.recipients.map((recipient) =>
        constructed(universal, Universal.set, [constructed(context, 0, [toBer(ORName, recipient)])]),
      ),
      'primary-recipients',
    ),
    constructed(context, 8, [text(universal, Universal.teletexString, ipm.subject)], 'subject'),
  ]);
  const ia5Text = constructed(context, 0, [
    constructed(universal, Universal.set, []),
    text(universal, Universal.ia5String, ipm.text),
  ]);
  return writeBer(constructed(context, 0, [heading, constructed(universal, Universal.sequence, [ia5Text], 'body')]));
}

function text(tagClass: TagClass, tagNumber: number, characters: string): BerNode {
  return primitive(tagClass, tagNumber, new Uint8Array(Buffer.from(characters, 'latin1')));
}
