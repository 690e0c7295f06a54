// The fake MTA: engine, queue, retries, hooks, presets.
export { type NonDelivery, perform } from './answers.js';
export { MtaAssociation } from './association.js';
export * from './bind.js';
export * from './connection-book.js';
export { Connector } from './connector.js';
export * from './conversation.js';
export * from './deliberate-errors.js';
export * from './editions.js';
export * from './edits/index.js';
export { Emitter } from './emitter.js';
export * from './engine.js';
export * from './events.js';
export * from './evidence.js';
export * from './exchange.js';
export { exchangeChoices, exchangeOptionTexts } from './exchange-options.js';
export * from './expectation.js';
export * from './extension-fields.js';
export { FileSpool } from './file-spool.js';
export { FileTransferStore } from './file-transfer-store.js';
export * from './hooks.js';
export * from './hotfix.js';
export * from './memory-spool.js';
export * from './message.js';
export * from './names.js';
export { type EventWait, nextEvent } from './once.js';
export * from './operator/index.js';
export * from './orginfo.js';
export * from './peer.js';
export { PeerJudge } from './peer-judge.js';
export * from './preset.js';
export * from './presets/index.js';
export * from './queue.js';
export { seededRandom } from './random.js';
export * from './received.js';
export * from './recognise.js';
export * from './replay.js';
export * from './replay-script/index.js';
export type { ReportedRecipient, ReportRequest } from './report-request.js';
export * from './retry.js';
export * from './routing.js';
export { ScenarioError, type ScenarioErrorCode, ScenarioErrors } from './scenario/errors.js';
export { scenarioJsonSchema } from './scenario/json-schema.js';
export { createStage, type StageOptions } from './scenario/play-stage.js';
export { exchangeChoicesOf } from './scenario/preset-options.js';
export {
  defineScenario,
  type LocatedScenario,
  openScenario,
  readScenario,
  readScenarioModule,
  type ScenarioModule,
} from './scenario/read.js';
export { recordingHeader } from './scenario/recording.js';
export type { ScenarioResult, StepResult, StepState } from './scenario/result.js';
export { type RunOptions as ScenarioRunOptions, runScenario } from './scenario/run.js';
export { type NamedAddress, type ScenarioOverrides, withOverrides } from './scenario/run-overrides.js';
export type { Scenario, ScenarioSource } from './scenario/schema/scenario.js';
export type { Actor, Stage, StageLink } from './scenario/stage.js';
export * from './schedule.js';
export * from './send.js';
export * from './spool.js';
export * from './third-party.js';
export {
  type Occurrences,
  type Reactions as StepReactions,
  Script,
  type StepName,
  type TransferRefusal,
} from './when.js';
