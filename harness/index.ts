/**
 * The public API. The command line is made of the same functions.
 *
 * - recordings: `openConversation`, `observe`, `judgeConversation`, `convert`
 * - two conversations: `compareConversations`, `playRecording`
 * - fakes: `Mta`, `presetNamed`, `connectTcp`, `listenTcp`, `runBetween`
 * - suites: `group`, `conformanceCase`, `expect`, `run`
 * - octets and types: `readElement`, `writeBer`, `decode`, `encode`, and P1's types under `p1`
 */

export { BitString } from './asn1/bit-string.js';
export { choice, member, sequence, set } from './asn1/declare.js';
export { type DecodeOptions, type DecodeResult, decode } from './asn1/decode.js';
export { Decoded } from './asn1/decoded.js';
export { type EncodeOptions, encode, toBer } from './asn1/encode.js';
export type { Issue, IssueKind } from './asn1/issue.js';
export { type Json, toJson } from './asn1/json.js';
export * as types from './asn1/types.js';
export { Element } from './ber/element.js';
export { BerError, type ErrorPlace, type Layer, P1specError } from './ber/error.js';
export { DEFAULT_LIMITS, type Limits } from './ber/limits.js';
export { fromHex, Octets, toHex } from './ber/octets.js';
export { PushReader, readElement, readElements } from './ber/reader.js';
export { type TokenHandler, Tokenizer } from './ber/tokenizer.js';
export { type BerForm, type BerNode, writeBer } from './ber/writer.js';
export * from './link/index.js';
export * from './mta/index.js';
export * as p1 from './p1/index.js';
export * as reports from './report/index.js';
export { BackgroundJudge, type BackgroundOptions } from './rules/background.js';
export { associationRules, catalogue, ruleOf } from './rules/catalogue.js';
export {
  ConversationJudge,
  type ConversationOptions as JudgingOptions,
  type ConversationSummary,
  collectFindings,
  judgeConversation,
} from './rules/conversation.js';
export { type Finding, fails, type Permission, type Tier } from './rules/finding.js';
export { Judge, type JudgeOptions } from './rules/judge.js';
export { p1UserTypes } from './rules/p1-association.js';
export { judgeQueue, type QueueObservation } from './rules/queue.js';
export {
  defineRule,
  type Rule,
  type RuleContext,
  type RuleInfo,
  type RunningRule,
  type Strength,
} from './rules/rule.js';
export type { Anomaly, AnomalyCode } from './stack/anomaly.js';
export { type BrokenTransferLimits, BrokenTransfers } from './stack/association/broken-transfers.js';
export {
  type AssociationEvent,
  type Mode,
  type Outcome,
  type Transfer,
  type UserTypes,
  wholeOf,
} from './stack/association/events.js';
export { AssociationMachine } from './stack/association/machine.js';
export { AssociationObserver } from './stack/association/observer.js';
export type * from './stack/association/service.js';
export { placeIn, type Stretch } from './stack/association/stretches.js';
export type { Direction } from './stack/direction.js';
export * from './transcript/compare/index.js';
export type { Conversation as Recording, ConversationStats, Truncation } from './transcript/conversation.js';
export { convert } from './transcript/convert.js';
export { type TranscriptHeader, transcriptHeader } from './transcript/format.js';
export { ConversationObserver, type ObservedEvent, observe } from './transcript/observe.js';
export { openConversation } from './transcript/open.js';
export { PcapngWriter } from './transcript/pcapng-writer.js';
export { type RotatingOptions, RotatingWriter } from './transcript/rotating-writer.js';
export { checkScript, transcriptScript } from './transcript/script.js';
export { MemoryTranscript, type Recorder, TranscriptWriter } from './transcript/writer.js';
export * from './verdict/index.js';
