import { BitString } from '../asn1/bit-string.js';
import { Criticality, type ExtensionField } from '../p1/extensions.js';

/** An extension of a message, in short. */
export interface MailExtension {
  readonly standardExtension: number;
  /** As its type has it. */
  readonly value: unknown;
  /** Who does not know it must not do that with the message. */
  readonly critical?: 'forSubmission' | 'forTransfer' | 'forDelivery';
}

export function extensionField({ standardExtension, value, critical }: MailExtension): ExtensionField {
  const criticality = critical === undefined ? BitString.empty : BitString.of(Criticality.named[critical]);
  return { type: { standardExtension }, criticality, value };
}

/** Characters of a message's text where a case does not say. */
const ORDINARY = 400;
const LINE = 64;

/** Plain prose in lines, the same for the same size and number; nothing in it looks like routing data. */
export function textOf(size = ORDINARY, number = 0): string {
  const sentence = `Message ${number + 1}: the quick brown fox jumps over the lazy dog. `;
  const prose = sentence.repeat(Math.ceil(size / sentence.length)).slice(0, size);
  return prose.replace(new RegExp(`(.{${LINE - 2}})..`, 'g'), '$1\r\n');
}
