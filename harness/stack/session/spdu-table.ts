import { FunctionalUnit } from './constants.js';
import {
  activityIdentifier,
  calledSessionSelector,
  calledSsUserReference,
  callingSessionSelector,
  callingSsUserReference,
  connectAcceptItem,
  connectionIdentifier,
  dataOverflow,
  enclosureItem,
  linkingInformation,
  minorSyncUserData,
  must,
  type ParameterDefinition,
  parameter,
  prepareType,
  range,
  reasonCode,
  reflectParameterValues,
  resyncType,
  secondResyncType,
  secondSerialNumber,
  serialNumber,
  sessionUserRequirements,
  syncTypeItem,
  tokenItem,
  tokenSettingItem,
  transportDisconnect,
  tsduMaximumSize,
  userData,
  versionNumber,
} from './parameters.js';

export * from './constants.js';
export type { ParameterDefinition };

/**
 * The SPDUs of X.225 and their parameters, Tables 11 to 46, as data.
 * Decoder, encoder, rules and documentation read the same tables.
 */

/** The SPDUs, by the names of X.225 8.3. */
export type SpduKind =
  | 'CONNECT'
  | 'OVERFLOW ACCEPT'
  | 'CONNECT DATA OVERFLOW'
  | 'ACCEPT'
  | 'REFUSE'
  | 'FINISH'
  | 'DISCONNECT'
  | 'NOT FINISHED'
  | 'ABORT'
  | 'ABORT ACCEPT'
  | 'DATA TRANSFER'
  | 'EXPEDITED'
  | 'TYPED DATA'
  | 'CAPABILITY DATA'
  | 'CAPABILITY DATA ACK'
  | 'GIVE TOKENS'
  | 'PLEASE TOKENS'
  | 'GIVE TOKENS CONFIRM'
  | 'GIVE TOKENS ACK'
  | 'MINOR SYNC POINT'
  | 'MINOR SYNC ACK'
  | 'MAJOR SYNC POINT'
  | 'RESYNCHRONIZE'
  | 'RESYNCHRONIZE ACK'
  | 'PREPARE'
  | 'EXCEPTION REPORT'
  | 'EXCEPTION DATA'
  | 'ACTIVITY START'
  | 'ACTIVITY RESUME'
  | 'ACTIVITY INTERRUPT'
  | 'ACTIVITY INTERRUPT ACK'
  | 'ACTIVITY DISCARD'
  | 'ACTIVITY DISCARD ACK'
  | 'ACTIVITY END'
  /** Also MAJOR SYNC ACK: the two are one SPDU (X.225 8.3.36), and only the state tells them apart. */
  | 'ACTIVITY END ACK'
  /** An SI that X.225 does not have. */
  | 'UNKNOWN';

/** Whose concatenation rules an SPDU follows. X.225 6.3.7. */
export type SpduCategory = 0 | 1 | 2;

export interface SpduDefinition {
  readonly kind: SpduKind;
  /** X.225's abbreviation: CN, AC, … */
  readonly abbreviation: string;
  readonly si: number;
  readonly category: SpduCategory;
  readonly parameters: readonly ParameterDefinition[];
  /** What follows the parameters is user information, to the end of the TSDU. */
  readonly userInformation?: true;
  /** The category 0 SPDUs that may stand before it. X.225 Tables 7 and 8. */
  readonly prefix?: readonly ('GIVE TOKENS' | 'PLEASE TOKENS')[];
  /** The prefix may carry no Token Item. X.225 Table 7. */
  readonly barePrefix?: true;
  /** The functional unit that brings it. X.225 Table 4. */
  readonly unit?: number;
  /** The parameter that carries the SS-user data. */
  readonly userData?: number;
}

const GIVE = ['GIVE TOKENS'] as const;
const PLEASE = ['PLEASE TOKENS'] as const;

const {
  minorSynchronize,
  majorSynchronize,
  resynchronize,
  activityManagement,
  negotiatedRelease,
  capabilityData,
  exceptions,
  typedData,
  expeditedData,
} = FunctionalUnit;

/** Enclosure Item and User Data alone. */
const plain: readonly ParameterDefinition[] = [enclosureItem, userData];
const tokens: readonly ParameterDefinition[] = [tokenItem, enclosureItem, userData];
const point: readonly ParameterDefinition[] = [enclosureItem, must(serialNumber), userData];
const interruption: readonly ParameterDefinition[] = [enclosureItem, reasonCode, userData];
const resynchronization: readonly ParameterDefinition[] = [
  enclosureItem,
  tokenSettingItem,
  resyncType,
  serialNumber,
  secondResyncType,
  secondSerialNumber,
  userData,
];
const connect: readonly ParameterDefinition[] = [
  connectionIdentifier(callingSsUserReference),
  connectAcceptItem,
  sessionUserRequirements,
  callingSessionSelector,
  calledSessionSelector,
  dataOverflow,
  parameter(193, 'userData', range(1, 512)),
  parameter(194, 'extendedUserData', range(1, 10240)),
];
const accept: readonly ParameterDefinition[] = [
  connectionIdentifier(calledSsUserReference),
  connectAcceptItem,
  tokenItem,
  sessionUserRequirements,
  enclosureItem,
  callingSessionSelector,
  parameter(52, 'respondingSessionSelector', range(1, 16)),
  userData,
];
const refuse: readonly ParameterDefinition[] = [
  connectionIdentifier(calledSsUserReference),
  transportDisconnect,
  sessionUserRequirements,
  versionNumber,
  enclosureItem,
  parameter(50, 'reasonCode', range(1, 0xffff)),
];
const abort: readonly ParameterDefinition[] = [
  { ...must(transportDisconnect), bits: 0x1f },
  enclosureItem,
  reflectParameterValues,
  userData,
];
const report = [parameter(49, 'reflectParameterValues', range(1, 65531), { mandatory: true })];

type Rest = Partial<Omit<SpduDefinition, 'kind' | 'abbreviation' | 'si' | 'category' | 'parameters'>>;

function spdu(
  kind: SpduKind,
  abbreviation: string,
  si: number,
  category: SpduCategory,
  parameters: readonly ParameterDefinition[],
  rest: Rest = {},
): SpduDefinition {
  const carriesUserData = parameters.some(({ code }) => code === 193);
  return { kind, abbreviation, si, category, parameters, userData: carriesUserData ? 193 : undefined, ...rest };
}

/** Where two SPDUs share an SI, their order here is: category 0 or 1 first, then category 2. */
export const SPDU_DEFINITIONS: readonly SpduDefinition[] = [
  spdu('CONNECT', 'CN', 13, 1, connect),
  spdu('OVERFLOW ACCEPT', 'OA', 16, 1, [tsduMaximumSize, must(versionNumber)]),
  spdu('CONNECT DATA OVERFLOW', 'CDO', 15, 1, [must(enclosureItem), userData]),
  spdu('ACCEPT', 'AC', 14, 1, accept),
  spdu('REFUSE', 'RF', 12, 1, refuse, { userData: 50 }),
  spdu('FINISH', 'FN', 9, 1, [transportDisconnect, enclosureItem, userData]),
  spdu('DISCONNECT', 'DN', 10, 1, plain),
  spdu('NOT FINISHED', 'NF', 8, 1, plain, { unit: negotiatedRelease }),
  spdu('ABORT', 'AB', 25, 1, abort),
  spdu('ABORT ACCEPT', 'AA', 26, 1, []),
  spdu('GIVE TOKENS', 'GT', 1, 0, tokens),
  spdu('PLEASE TOKENS', 'PT', 2, 0, tokens),
  spdu('GIVE TOKENS CONFIRM', 'GTC', 21, 1, plain, { unit: activityManagement }),
  spdu('GIVE TOKENS ACK', 'GTA', 22, 1, [], { unit: activityManagement }),
  spdu('PREPARE', 'PR', 7, 1, [prepareType, resyncType, secondResyncType], { unit: expeditedData }),
  spdu('TYPED DATA', 'TD', 33, 1, [enclosureItem], { unit: typedData, userInformation: true }),
  spdu('EXPEDITED', 'EX', 5, 1, [], { unit: expeditedData, userInformation: true }),
  spdu('DATA TRANSFER', 'DT', 1, 2, [enclosureItem], { prefix: GIVE, userInformation: true }),
  spdu('CAPABILITY DATA', 'CD', 61, 2, plain, { prefix: GIVE, barePrefix: true, unit: capabilityData }),
  spdu('CAPABILITY DATA ACK', 'CDA', 62, 2, plain, { prefix: PLEASE, unit: capabilityData }),
  spdu('MINOR SYNC POINT', 'MIP', 49, 2, [syncTypeItem, ...point], { prefix: GIVE, unit: minorSynchronize }),
  spdu('MINOR SYNC ACK', 'MIA', 50, 2, [enclosureItem, must(serialNumber), minorSyncUserData], {
    prefix: PLEASE,
    unit: minorSynchronize,
    userData: 46,
  }),
  spdu('ACTIVITY END', 'AE', 41, 2, point, { prefix: GIVE, unit: activityManagement }),
  spdu('MAJOR SYNC POINT', 'MAP', 41, 2, [{ ...must(syncTypeItem), bits: 0x01 }, ...point], {
    prefix: GIVE,
    unit: majorSynchronize,
  }),
  spdu('ACTIVITY END ACK', 'AEA', 42, 2, [enclosureItem, serialNumber, secondSerialNumber, userData], {
    prefix: PLEASE,
  }),
  spdu('RESYNCHRONIZE', 'RS', 53, 2, resynchronization, { prefix: GIVE, barePrefix: true, unit: resynchronize }),
  spdu('RESYNCHRONIZE ACK', 'RA', 34, 2, resynchronization, { prefix: PLEASE, unit: resynchronize }),
  spdu('EXCEPTION REPORT', 'ER', 0, 2, report, { prefix: PLEASE, unit: exceptions }),
  spdu('EXCEPTION DATA', 'ED', 48, 2, [enclosureItem, must(reasonCode), userData], {
    prefix: PLEASE,
    unit: exceptions,
  }),
  spdu('ACTIVITY START', 'AS', 45, 2, [enclosureItem, activityIdentifier, userData], {
    prefix: GIVE,
    unit: activityManagement,
  }),
  // The 1988 Table 7 has GT before AR, the 1995 print PT (and GT in its own Table 8): both are met.
  spdu('ACTIVITY RESUME', 'AR', 29, 2, [enclosureItem, linkingInformation, activityIdentifier, userData], {
    prefix: ['GIVE TOKENS', 'PLEASE TOKENS'],
    unit: activityManagement,
  }),
  spdu('ACTIVITY INTERRUPT', 'AI', 25, 2, interruption, { prefix: GIVE, barePrefix: true, unit: activityManagement }),
  spdu('ACTIVITY INTERRUPT ACK', 'AIA', 26, 2, plain, { prefix: PLEASE, unit: activityManagement }),
  spdu('ACTIVITY DISCARD', 'AD', 57, 2, interruption, { prefix: GIVE, barePrefix: true, unit: activityManagement }),
  spdu('ACTIVITY DISCARD ACK', 'ADA', 58, 2, plain, { prefix: PLEASE, unit: activityManagement }),
];

const BY_KIND: ReadonlyMap<SpduKind, SpduDefinition> = new Map(
  SPDU_DEFINITIONS.map((definition) => [definition.kind, definition]),
);

/** The definition of an SPDU; undefined for 'UNKNOWN'. */
export function definitionOf(kind: SpduKind): SpduDefinition | undefined {
  return BY_KIND.get(kind);
}

const FIRST = new Map<number, SpduDefinition>();
const SECOND = new Map<number, SpduDefinition>();
for (const definition of SPDU_DEFINITIONS) {
  const table = definition.category === 2 ? SECOND : FIRST;
  if (!table.has(definition.si)) table.set(definition.si, definition);
}

/** By SI, for an SPDU that stands first in its TSDU. X.225 6.3.7. */
export const FIRST_SPDUS: ReadonlyMap<number, SpduDefinition> = FIRST;
/** By SI, for an SPDU that stands behind a category 0 SPDU. SI 41 gives ACTIVITY END. */
export const SECOND_SPDUS: ReadonlyMap<number, SpduDefinition> = SECOND;
