import { BitString } from '../asn1/bit-string.js';
import { member, set } from '../asn1/declare.js';
import { bitString, objectIdentifier, octetString, openType, setOf, teletexString } from '../asn1/types.js';
import { upperBounds as ub } from './upper-bounds.js';

/** The bits of 1988; in 1984 bit 4 is tIF0 and bit 9 tIF1. */
export const BuiltInEncodedInformationTypes = bitString(
  {
    unknown: 0,
    telex: 1,
    ia5Text: 2,
    g3Facsimile: 3,
    g4Class1: 4,
    teletex: 5,
    videotex: 6,
    voice: 7,
    sfd: 8,
    mixedMode: 9,
  },
  { name: 'BuiltInEncodedInformationTypes', size: { max: ub.builtInEncodedInformationTypes } },
);

/** The bits are those of T.30, so some numbers are free. */
export const G3FacsimileNonBasicParameters = bitString(
  {
    twoDimensional: 8,
    fineResolution: 9,
    unlimitedLength: 20,
    b4Length: 21,
    a3Width: 22,
    b4Width: 23,
    t6Coding: 25,
    uncompressed: 30,
    widthMiddle864of1728: 37,
    widthMiddle1216of1728: 38,
    resolutionType: 44,
    resolution400x400: 45,
    resolution300x300: 46,
    resolution8x15: 47,
    edi: 49,
    dtm: 50,
    bft: 51,
    mixedMode: 58,
    characterMode: 60,
    twelveBits: 65,
    preferredHuffmann: 66,
    fullColour: 67,
    jpeg: 68,
    processableMode26: 71,
  },
  { name: 'G3FacsimileNonBasicParameters' },
);

@set()
export class TeletexNonBasicParameters {
  @member(teletexString(), { tag: 0, optional: true }) graphicCharacterSets?: string;
  @member(teletexString(), { tag: 1, optional: true }) controlCharacterSets?: string;
  @member(octetString(), { tag: 2, optional: true }) pageFormats?: Uint8Array;
  @member(teletexString(), { tag: 3, optional: true }) miscellaneousTerminalCapabilities?: string;
  @member(octetString({ size: { max: ub.teletexPrivateUseLength } }), { tag: 4, optional: true })
  privateUse?: Uint8Array;
}

export const ExtendedEncodedInformationTypes = setOf(objectIdentifier, {
  name: 'ExtendedEncodedInformationTypes',
  size: { min: 1, max: ub.encodedInformationTypes },
});

/** What the content is encoded in. X.411 (06/1999), module MTSAbstractService. */
@set({ application: 5 })
export class EncodedInformationTypes {
  @member(BuiltInEncodedInformationTypes, { tag: 0 }) builtInEncodedInformationTypes!: BitString;
  @member(G3FacsimileNonBasicParameters, { tag: 1, default: BitString.empty }) g3Facsimile: BitString = BitString.empty;
  /** DEFAULT {} in X.411: absent means the same. */
  @member(TeletexNonBasicParameters, { tag: 2, optional: true }) teletex?: TeletexNonBasicParameters;
  /** T.73 of 1984, whose inside is not X.411's: any elements. */
  @member(setOf(openType(), { name: 'PresentationCapabilities' }), { tag: 3, optional: true, until: 1984 })
  presentationCapabilities?: unknown[];
  @member(ExtendedEncodedInformationTypes, { tag: 4, optional: true, since: 1988 })
  extendedEncodedInformationTypes?: string[];
}
