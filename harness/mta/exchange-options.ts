import type { ExchangeOptions } from './exchange.js';

/** What each option of an Exchange preset can be, by its path. Times are in milliseconds. */
export const exchangeChoices: Readonly<Record<string, string>> = {
  build: 'the version of Emsmta.exe; its third number stands in the link state table',
  'bindMarker.place': 'none, extra-tag-in-set, credentials, security-context, acse-user-info',
  'bindMarker.bytes': 'any octets',
  peerTest: 'echo (KB 281744), always, config (a connected routing group is configured), never',
  'routingMessage.enabled': 'true, false',
  'routingMessage.contentType': 'mdbef, unidentified',
  'routingMessage.recipientForm': 'guid-cn, dn (a directory name), dda (MSXCHNGE)',
  'routingMessage.priority': 'urgent, normal, nonUrgent',
  'routingMessage.size': 'octets that the table has at least',
  'routingMessage.interval': 'between changes of a link, each of which makes a packet',
  'routingMessage.table': 'full, digest',
  bilateralInformation: 'true, false',
  'privateExtension.type': 'none, object-identifier, integer',
  'privateExtension.criticality': 'any of forSubmission, forTransfer, forDelivery',
  'mdbef.messages': 'true, false',
  'mdbef.reports': 'true, false',
  conformance: 'normal, x410-1988, x410-1984',
  'connector.maxOpenRetries': 'a number',
  'connector.openInterval': 'a time',
  'connector.maxTransferRetries': 'a number',
  'connector.transferInterval': 'a time',
  'connector.associationLifetime': 'a time without traffic',
  'connector.threshold': 'queued messages to an association',
  'connector.maxAssociations': 'a number',
  'connector.maxUrgentAssociations': 'a number, beside these',
  'connector.messageTimeout.urgent': 'a time',
  'connector.messageTimeout.normal': 'a time',
  'connector.messageTimeout.nonUrgent': 'a time',
  'connector.disconnectTimeout': 'a time',
  'connector.recoveryTimeout': 'a time',
  'connector.transferTimeout.urgent': 'a time for each 1024 octets',
  'connector.transferTimeout.normal': 'a time for each 1024 octets',
  'connector.transferTimeout.nonUrgent': 'a time for each 1024 octets',
  deferral: 'relay, hold: what becomes of messages from peers before their deferred delivery time',
  dialogueMode: 'monologue, twa',
  checkpointSize: 'units of 1024 octets; 0 for none',
  windowSize: 'checkpoints',
};

/** The options one by one, each by its path and as text. */
export function exchangeOptionTexts(options: ExchangeOptions): Map<string, string> {
  return new Map(flattened(options, ''));
}

function* flattened(value: unknown, path: string): Generator<[string, string]> {
  if (value instanceof Uint8Array) {
    yield [path, Buffer.from(value).toString('hex')];
  } else if (Array.isArray(value)) {
    yield [path, value.join(', ') || 'none'];
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, each] of Object.entries(value)) yield* flattened(each, path === '' ? name : `${path}.${name}`);
  } else {
    yield [path, String(value)];
  }
}
