export * from './fault.js';
export { checkFault, faultActions, faultKinds } from './kinds.js';
export { FaultPlan, type FaultPlanOptions } from './plan.js';
