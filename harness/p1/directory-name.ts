export {
  AttributeTypeAndValue,
  DirectoryString,
  Name,
  RDNSequence,
  RelativeDistinguishedName,
  stringAttributes,
} from '../asn1/directory-name.js';
