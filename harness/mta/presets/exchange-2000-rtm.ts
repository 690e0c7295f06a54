import { assumption, kb, type Statement } from '../evidence.js';
import { bilateralOff, exchangePreset, mdbefReports, routingOver1984 } from '../exchange.js';

/** What is known and assumed of the leak of KB 281744. */
export const echoLeak: readonly Statement[] = [
  { what: 'bindMarker: information of Exchange 2000 in the bind request', evidence: kb(281744) },
  { what: 'peerTest echo: a peer whose answer repeats it passes for Exchange 2000', evidence: kb(281744) },
  { what: 'routingMessage: such a peer is sent a system message with the link state table', evidence: kb(281744) },
  {
    what: 'bindMarker.place extra-tag-in-set, bindMarker.bytes a GUID of our own',
    evidence: assumption('KB 281744 says that the bind request holds it, not where nor what it is'),
  },
  {
    what: 'routingMessage: content type mdbef, to and from as of 2003, urgent, the full table, each 10 min',
    evidence: assumption('the form of the system message is not published'),
  },
];

/** Exchange 2000 as it was released, and as KB 281744 found it. */
export const exchange2000Rtm = exchangePreset({
  name: 'exchange-2000-rtm',
  says: 'Marks its bind; a peer that echoes the marker is sent routing packets, and no other',
  options: {
    build: '6.0.4417.5',
    bindMarker: { place: 'extra-tag-in-set' },
    peerTest: 'echo',
    routingMessage: { enabled: true },
    mdbef: { reports: true },
  },
  evidence: [
    { what: 'build 6.0.4417.5', evidence: assumption('as commonly listed; KB 281744 names only the build of its fix') },
    routingOver1984,
    bilateralOff,
    mdbefReports,
    ...echoLeak,
  ],
});
