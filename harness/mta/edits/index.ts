export { type ApplyOptions, applyEdits } from './apply.js';
export { checkEdit, checkPduEdit, octetsOf } from './check.js';
export { checkPath } from './declared.js';
export * from './edit.js';
