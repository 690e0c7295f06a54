import type { Permission } from '../rules/finding.js';

/** A permission without its reason, as it is written on the command line: `ENV-007`, `ENV-007:1.2.840.1`. */
export function permissionName({ rule, match }: Permission): string {
  return match === undefined ? rule : `${rule}:${match}`;
}
