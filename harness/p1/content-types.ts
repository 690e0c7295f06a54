import { choice, member } from '../asn1/declare.js';
import { application, integer, objectIdentifier } from '../asn1/types.js';
import { upperBounds as ub } from './upper-bounds.js';

const builtInContentType = integer(
  {
    unidentified: 0,
    /** Named by the object identifier of an EXTERNAL that the content holds. */
    external: 1,
    interpersonalMessaging1984: 2,
    interpersonalMessaging1988: 22,
    ediMessaging: 35,
    voiceMessaging: 40,
  },
  { name: 'BuiltInContentType', min: 0, max: ub.builtInContentType },
);

/** X.411 (06/1999), module MTSAbstractService: the numbers of the built-in content types. */
export const contentType = builtInContentType.named;

export const BuiltInContentType = application(6, 'BuiltInContentType', builtInContentType);

/** In 1984 an INTEGER only. */
@choice()
export class ContentType {
  @member(BuiltInContentType) builtIn?: number;
  @member(objectIdentifier, { since: 1988 }) extended?: string;
}
