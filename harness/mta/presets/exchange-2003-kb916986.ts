import { assumption, kb } from '../evidence.js';
import { exchangePreset } from '../exchange.js';
import { exchange2003Sp2, leaks } from './exchange-2003-sp2.js';

/** SP2 with the hotfix of KB 916986: the two leaks are closed, and nothing else is different. */
export const exchange2003Kb916986 = exchangePreset({
  name: 'exchange-2003-kb916986',
  says: 'SP2 with Emsmta.exe 6.5.7651.40: no marker in the bind, no routing packets',
  basedOn: exchange2003Sp2,
  options: { build: '6.5.7651.40', bindMarker: { place: 'none' }, routingMessage: { enabled: false } },
  withdrawn: leaks,
  evidence: [
    { what: 'sends no routing data to MTAs that are not Exchange', evidence: kb(916986) },
    {
      what: 'bindMarker.place none',
      evidence: assumption('the article does not say whether the fix touched the bind, the messages or both'),
    },
    {
      what: 'routing packets that SP2 left in the queue are dropped when it starts',
      evidence: assumption('the article says that the fix lets the queue drain, not how'),
    },
  ],
});
