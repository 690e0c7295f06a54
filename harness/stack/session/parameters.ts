/** The PGI units and PI units of X.225, Tables 11 to 46, as data. */

export interface ParameterDefinition {
  readonly code: number;
  readonly name: string;
  readonly mandatory: boolean;
  /** Mandatory, and read as something where it is absent: without a Version Number it is version 1. X.225 5.8.5. */
  readonly absentHasMeaning?: true;
  /** Least and most octets of a value that is not empty. */
  readonly length: readonly [least: number, most: number];
  /** A PGI: the parameters inside it. */
  readonly members?: readonly ParameterDefinition[];
  /** Bits that are defined; the others are reserved and zero. */
  readonly bits?: number;
  /** Values of the first octet that are defined. */
  readonly values?: readonly number[];
  /** ASCII digits. X.225 8.3.1.10. */
  readonly digits?: true;
}

const UNLIMITED = 0xffff;
export const range = (least: number, most: number): readonly [number, number] => [least, most];

export function parameter(
  code: number,
  name: string,
  length: readonly [number, number],
  more: Partial<ParameterDefinition> = {},
): ParameterDefinition {
  return { code, name, length, mandatory: false, ...more };
}

export function must(definition: ParameterDefinition): ParameterDefinition {
  return { ...definition, mandatory: true };
}

export const calledSsUserReference = parameter(9, 'calledSsUserReference', range(1, 64));
export const callingSsUserReference = parameter(10, 'callingSsUserReference', range(1, 64));
export const commonReference = parameter(11, 'commonReference', range(1, 64));
export const additionalReferenceInformation = parameter(12, 'additionalReferenceInformation', range(1, 4));
export const syncTypeItem = parameter(15, 'syncTypeItem', range(1, 1), { bits: 0x03 });
export const tokenItem = parameter(16, 'tokenItem', range(1, 1), { bits: 0x55 });
export const transportDisconnect = parameter(17, 'transportDisconnect', range(1, 1), { bits: 0x01 });
export const protocolOptions = parameter(19, 'protocolOptions', range(1, 1), { mandatory: true, bits: 0x01 });
export const sessionUserRequirements = parameter(20, 'sessionUserRequirements', range(2, 2), { bits: 0x1fff });
export const tsduMaximumSize = parameter(21, 'tsduMaximumSize', range(4, 4));
export const versionNumber = parameter(22, 'versionNumber', range(1, 1), { bits: 0x03 });
export const initialSerialNumber = parameter(23, 'initialSerialNumber', range(1, 6), { digits: true });
export const prepareType = parameter(24, 'prepareType', range(1, 1), { mandatory: true });
export const enclosureItem = parameter(25, 'enclosureItem', range(1, 1), { bits: 0x03 });
export const tokenSettingItem = parameter(26, 'tokenSettingItem', range(1, 1));
export const resyncType = parameter(27, 'resyncType', range(1, 1));
export const activityIdentifier = parameter(41, 'activityIdentifier', range(1, 6), { mandatory: true });
/** Six digits, unless an upper limit serial number was negotiated, which activity management excludes. */
export const serialNumber = parameter(42, 'serialNumber', range(1, 6), { digits: true });
export const minorSyncUserData = parameter(46, 'userData', range(1, UNLIMITED));
export const reflectParameterValues = parameter(49, 'reflectParameterValues', range(1, 9));
/** X.225 8.3.28.4, 8.3.31.4 and 8.3.33.4. */
export const reasonCode = parameter(50, 'reasonCode', range(1, 1), { values: [0, 1, 3, 5, 6, 128] });
export const callingSessionSelector = parameter(51, 'callingSessionSelector', range(1, 16));
export const calledSessionSelector = parameter(52, 'calledSessionSelector', range(1, 16));
export const secondResyncType = parameter(53, 'secondResyncType', range(1, 1));
export const secondSerialNumber = parameter(54, 'secondSerialNumber', range(1, UNLIMITED), { digits: true });
export const dataOverflow = parameter(60, 'dataOverflow', range(1, 1), { bits: 0x01 });
export const userData = parameter(193, 'userData', range(1, UNLIMITED));

export const serialNumberItems = [
  parameter(55, 'secondInitialSerialNumber', range(1, 6)),
  parameter(56, 'upperLimitSerialNumber', range(1, 2)),
  parameter(57, 'largeInitialSerialNumber', range(1, UNLIMITED)),
  parameter(58, 'largeSecondInitialSerialNumber', range(1, UNLIMITED)),
];

export function group(
  code: number,
  name: string,
  members: readonly ParameterDefinition[],
  mandatory = false,
): ParameterDefinition {
  return { code, name, mandatory, members, length: range(1, UNLIMITED) };
}

export const connectAcceptItem = group(5, 'connectAcceptItem', [
  protocolOptions,
  tsduMaximumSize,
  { ...must(versionNumber), absentHasMeaning: true },
  initialSerialNumber,
  tokenSettingItem,
  ...serialNumberItems,
]);

export function connectionIdentifier(reference: ParameterDefinition): ParameterDefinition {
  const members = [reference, commonReference, additionalReferenceInformation];
  return group(1, 'connectionIdentifier', members);
}

export const linkingInformation = group(
  33,
  'linkingInformation',
  [
    calledSsUserReference,
    callingSsUserReference,
    commonReference,
    additionalReferenceInformation,
    activityIdentifier,
    must(serialNumber),
  ],
  true,
);
