export function registerMember(..._: unknown[]): void {}
export function registerStructure(..._: unknown[]): void {}
