import { assumption, kb } from '../evidence.js';
import { exchangePreset } from '../exchange.js';
import { echoLeak, exchange2000Rtm } from './exchange-2000-rtm.js';

/** Exchange 2000 with the fix of KB 281744, which SP1 has. */
export const exchange2000Sp1 = exchangePreset({
  name: 'exchange-2000-sp1',
  says: 'Sends no marker and no routing packets; its reports may still name its own content type',
  basedOn: exchange2000Rtm,
  options: { build: '6.0.4418.40', bindMarker: { place: 'none' }, routingMessage: { enabled: false } },
  withdrawn: [...echoLeak, ...exchange2000Rtm.statements.filter(({ what }) => what.startsWith('build '))],
  evidence: [
    { what: 'build 6.0.4418.40, the fix', evidence: kb(281744) },
    { what: 'no routing data to an MTA that echoes the bind', evidence: kb(281744) },
    {
      what: 'bindMarker.place none',
      evidence: assumption('the article does not say whether the fix touched the bind, the test or both'),
    },
  ],
});
