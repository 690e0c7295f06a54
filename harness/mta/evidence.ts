/** On what a statement about an MTA's behaviour rests. */
export type Evidence =
  /** An article of Microsoft's Knowledge Base. */
  | { readonly kind: 'kb'; readonly article: number }
  /** A recorded reaction of a real MTA, by its case id. */
  | { readonly kind: 'recorded'; readonly case: string }
  /** Nobody has published it: the harness has chosen. */
  | { readonly kind: 'assumption'; readonly why: string };

export const kb = (article: number): Evidence => ({ kind: 'kb', article });
export const recorded = (id: string): Evidence => ({ kind: 'recorded', case: id });
export const assumption = (why: string): Evidence => ({ kind: 'assumption', why });

/** One thing that a preset says of an MTA, with its evidence. */
export interface Statement {
  readonly what: string;
  readonly evidence: Evidence;
}

export function formatEvidence(evidence: Evidence): string {
  switch (evidence.kind) {
    case 'kb':
      return `KB ${evidence.article}`;
    case 'recorded':
      return `recorded, case ${evidence.case}`;
    case 'assumption':
      return `assumption: ${evidence.why}`;
  }
}
