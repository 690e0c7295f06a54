import { type Layer, P1specError } from '../ber/error.js';
import type { Direction } from '../stack/direction.js';

/** 1 cannot be right on any foreign link, 2 needs an agreement, 3 is worth telling and changes no verdict. */
export type Tier = 1 | 2 | 3;

/** One foreign element, or one value that cannot be right, in its place. */
export interface Finding {
  readonly rule: string;
  readonly tier: Tier;
  /** Decoded path, outermost first. */
  readonly path: string;
  readonly layer: Layer;
  /** Counts from 0. */
  readonly connection: number;
  /** Who sent it. */
  readonly direction: Direction;
  /**
   * Octets from the first TCP payload octet of that direction to the identifier octet of the smallest foreign TLV; for
   * a bad value the TLV that holds it, for text the first matched octet, for surplus octets the first of them.
   */
  readonly offset: number;
  /** The element's own octets. */
  readonly length: number;
  readonly message: string;
  readonly clause: string;
  /** The reason with which it is permitted: it is told, and does not fail. */
  readonly permitted?: string;
  /** What it probably is, where its octets tell. */
  readonly signature?: string;
}

/** An agreement on what a rule of tier 2 would fail. */
export interface Permission {
  readonly rule: string;
  /** Printed in every report. */
  readonly reason: string;
  /** Only this one: an object identifier, an extension number, a domain; all that the rule finds where absent. */
  readonly match?: string;
}

/** Whether a finding fails the side that sent it. */
export function fails(finding: Finding): boolean {
  return finding.tier !== 3 && finding.permitted === undefined;
}

/** Throws where a permission names no rule, or one that no agreement can permit. */
export function checkPermissions(
  permissions: readonly Permission[],
  rules: readonly { readonly id: string; readonly tier: Tier }[],
): void {
  for (const { rule: id } of permissions) {
    const rule = rules.find((each) => each.id === id);
    if (rule === undefined) {
      throw new P1specError('ERR_PERMIT_UNKNOWN', {
        message: `there is no rule ${JSON.stringify(id)} to permit`,
        hint: '`p1spec rules` lists them',
      });
    }
    if (rule.tier !== 2) {
      throw new P1specError('ERR_PERMIT_TIER', {
        message: `${id} is of tier ${rule.tier}, and a permission is an agreement on something of tier 2`,
        hint: rule.tier === 1 ? 'what it finds is right on no foreign link' : 'it never fails anything',
      });
    }
  }
}
