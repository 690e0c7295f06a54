/** One of the performance counters of Exchange's MTA, and how it is counted here. */
export interface CounterDefinition {
  /** In a few words; messages are messages, probes and reports. */
  readonly means: string;
  /** Where its name stands. */
  readonly source: string;
}

const added = 'KB 182502';
/** The table of counters and RFC 1566's objects, in the maintenance part of its documentation. */
const documented = 'Exchange 5.5 SP1, "Performance Monitor Counters"';

/** Of the object MSExchangeMTA: one MTA. */
export const mtaCounters = {
  'Work Queue Length': { means: 'messages in all queues', source: documented },
  'Total Work Queue Bytes': { means: 'their octets', source: added },
  'Inbound Messages Total': { means: 'messages received', source: added },
  'Inbound Bytes Total': { means: 'their octets; none of what was too large to keep', source: added },
  'Outbound Messages Total': { means: 'messages that peers have secured', source: added },
  'Outbound Bytes Total': { means: 'their octets', source: added },
  'Total Recipients Inbound': { means: 'recipients of the messages received', source: added },
  'Total Recipients Outbound': { means: 'recipients of the messages that peers have secured', source: added },
  'Total Recipients Queued': { means: 'recipients of the messages in all queues', source: added },
  'Deferred Delivery Messages': {
    means: 'messages that are held until their deferred delivery time; they are in no queue length',
    source: added,
  },
  'Total Loops Detected': { means: 'messages, probes and reports that had been here before', source: added },
} as const satisfies Record<string, CounterDefinition>;

/** Of the object MSExchangeMTA Connections: one for each peer. */
export const connectionCounters = {
  'Connector Index': { means: 'counts from 1, in the order of the connectors', source: added },
  'Queue Length': { means: 'messages in the queue', source: documented },
  'Queued Bytes': { means: 'their octets', source: documented },
  'Oldest Message Queued': { means: 'its age in seconds; 0 of an empty queue', source: added },
  'Current Inbound Associations': { means: 'associations open that the peer began', source: added },
  'Current Outbound Associations': { means: 'associations open that we began', source: added },
  'Cumulative Inbound Associations': { means: 'those that ever were open, of the peer', source: added },
  'Cumulative Outbound Associations': { means: 'those that ever were open, of ours', source: added },
  'Failed Outbound Associations': { means: 'associations of ours that never got open', source: added },
  'Inbound Messages Total': { means: 'messages received from it', source: added },
  'Inbound Bytes Total': { means: 'their octets; none of what was too large to keep', source: added },
  'Inbound Rejected Total': { means: 'transfers of its that we refused', source: added },
  'Inbound Reject Reason': {
    means: 'why we refused its last association; empty if we did not, "never" if there was none',
    source: added,
  },
  'Last Inbound Association': {
    means: 'seconds since one that it began was last open; 0 while one is, absent if none ever was',
    source: added,
  },
  'Last Outbound Association': { means: 'the same of those that we began', source: added },
  'Next Association Retry': { means: 'seconds until the next attempt; absent where none is waited for', source: added },
  'Outbound Messages Total': { means: 'messages that it has secured', source: added },
  'Outbound Bytes Total': { means: 'their octets', source: added },
  'Outbound Failure Reason': {
    means: 'why our last association never got open; empty if it did, "never" if there was none',
    source: added,
  },
} as const satisfies Record<string, CounterDefinition>;

export type MtaCounter = keyof typeof mtaCounters;
export type ConnectionCounter = keyof typeof connectionCounters;

/** Counters of Exchange's that are not counted here, and why. */
export const uncounted: readonly { readonly name: string; readonly why: string }[] = [
  { name: 'Total Successful Conversions, Total Failed Conversions', why: 'nothing is converted here' },
];
