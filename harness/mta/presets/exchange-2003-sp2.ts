import { assumption, kb, type Statement } from '../evidence.js';
import { bilateralOff, exchangePreset, noMdbefReports, routingOver1984 } from '../exchange.js';

/** What is known and assumed of the two leaks. */
export const leaks: readonly Statement[] = [
  { what: 'sends proprietary routing data to MTAs that are not Exchange', evidence: kb(916986) },
  { what: 'data of its own in the bind, and later a system message with the link state table', evidence: kb(281744) },
  {
    what: 'bindMarker.place extra-tag-in-set',
    evidence: assumption('KB 281744 says that the bind request holds it, not where'),
  },
  { what: 'bindMarker.bytes', evidence: assumption('not published: a GUID of our own') },
  {
    what: 'peerTest always',
    evidence: assumption('KB 916986 names no condition on the peer; Exchange 2000 tested for an echo (KB 281744)'),
  },
  {
    what: 'routingMessage.contentType mdbef',
    evidence: assumption(
      'the content type of Exchange contents (KB 162430); what the system message has is not published',
    ),
  },
  {
    what: 'routingMessage.recipientForm guid-cn',
    evidence: assumption(
      "the X.400 address template in the OrgInfo packet has the routing group's GUID as common name",
    ),
  },
  {
    what: 'the routing message is from cn=Microsoft MTA',
    evidence: assumption('its originator is not published'),
  },
  {
    what: 'routingMessage.priority urgent, so that it stands before user mail',
    evidence: assumption('KB 916986 has user mail waiting behind the packets'),
  },
  {
    what: 'routingMessage.interval 10 min',
    evidence: assumption('minor changes of the link state are said to be delayed so long'),
  },
  {
    what: 'the marker is the same in the X.410 modes, whose bind stands bare; ACSE user information is no place for it there',
    evidence: assumption('KB 281744 and KB 916986 do not say in which mode the associations were'),
  },
  {
    what: 'in P1-1984 a routing packet is downgraded like any message: content type external, the common name as an attribute Common',
    evidence: assumption('nothing is published on routing packets to MTAs of 1984; RFC 1328 is what other MTAs do'),
  },
  { what: 'routingMessage.table full', evidence: assumption('the whole table is sent on each change; bb123663') },
];

/** Exchange Server 2003 SP2 as KB 916986 found it: routing data goes to MTAs that are not Exchange. */
export const exchange2003Sp2 = exchangePreset({
  name: 'exchange-2003-sp2',
  says: 'Marks its bind and sends routing packets to any peer; what is queued behind them waits',
  options: {
    build: '6.5.7638.1',
    bindMarker: { place: 'extra-tag-in-set' },
    peerTest: 'always',
    routingMessage: { enabled: true },
  },
  evidence: [routingOver1984, bilateralOff, noMdbefReports, ...leaks],
});
