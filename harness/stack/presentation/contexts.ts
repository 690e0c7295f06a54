import type { Decoded } from '../../asn1/decoded.js';
import { PrimitiveError } from '../primitive-error.js';
import { BER_TRANSFER_SYNTAX } from './object-identifiers.js';
import type { ContextResult, ProposedContext } from './ppdu.js';

/** An agreed context, or the error that there is none. */
export function requireContext(
  machine: { contextFor(abstractSyntax: string): number | undefined },
  abstractSyntax: string,
): number {
  const id = machine.contextFor(abstractSyntax);
  if (id !== undefined) return id;
  throw new PrimitiveError('ERR_PRIMITIVE_CONTEXT', {
    message: `no presentation context was agreed for ${abstractSyntax}`,
    layer: 'presentation',
  });
}

export function proposals(parameters: Decoded | undefined): ProposedContext[] {
  return (parameters?.get('presentationContextDefinitionList')?.children ?? []).map((item) => ({
    id: Number(item.get('presentationContextIdentifier')?.primitive ?? Number.NaN),
    abstractSyntax: String(item.get('abstractSyntaxName')?.primitive ?? ''),
    transferSyntaxes: (item.get('transferSyntaxNameList')?.children ?? []).map(({ primitive }) => String(primitive)),
  }));
}

const RESULTS: readonly ContextResult['result'][] = ['acceptance', 'userRejection', 'providerRejection'];

export function resultsOf(parameters: Decoded | undefined): ContextResult[] {
  return (parameters?.get('presentationContextDefinitionResultList')?.children ?? []).map((item) => ({
    result: RESULTS[Number(item.get('result')?.primitive ?? -1)] ?? 'providerRejection',
  }));
}

/** Accepts what a list of abstract syntaxes has, in BER, and refuses the rest as X.226 6.2.3.5 says. */
export function answerContexts(
  proposed: readonly ProposedContext[],
  supported: readonly string[],
): readonly ContextResult[] {
  return proposed.map(({ abstractSyntax, transferSyntaxes }) => {
    if (!supported.includes(abstractSyntax)) return { result: 'providerRejection', reason: 1 };
    if (!transferSyntaxes.includes(BER_TRANSFER_SYNTAX)) return { result: 'providerRejection', reason: 2 };
    return { result: 'acceptance', transferSyntax: BER_TRANSFER_SYNTAX };
  });
}
