export * from './catalogue.js';
export * from './conversation.js';
export * from './finding.js';
export * from './judge.js';
export * from './p1-association.js';
export * from './queue.js';
export * from './rule.js';
