// What an operator would see: the event log, the counters, the queues.
export type { Alarm } from './alarm.js';
export * from './counter-names.js';
export * from './counters.js';
export * from './definitions.js';
export * from './log.js';
export * from './overview.js';
