import { assumption, kb } from '../evidence.js';
import { exchangePreset, mdbefReports } from '../exchange.js';

/** Exchange 5.5, from before there was a link state table. */
export const exchange55 = exchangePreset({
  name: 'exchange-5.5',
  says: 'Adds per-domain bilateral information to each message; it has neither marker nor routing packets',
  options: { build: '5.5.2653.23', bilateralInformation: true, mdbef: { reports: true } },
  evidence: [
    { what: 'bilateralInformation on, with the name of its site', evidence: kb(157358) },
    {
      what: 'the value of bilateral-information is the name of the site as a PrintableString',
      evidence: assumption('KB 157358 and KB 239427 say what it holds, not how it is written'),
    },
    {
      what: 'build 5.5.2653.23',
      evidence: assumption('SP4, as commonly listed: the last before the fix of KB 298000 (5.5.2655.1)'),
    },
    mdbefReports,
    {
      what: 'no bind marker, no routing packets',
      evidence: assumption('the link state table came with Exchange 2000; no article has 5.5 send one'),
    },
    {
      what: 'internal trace of 1984 is not sent, though it was by default on 1984 connectors (KB 177374)',
      evidence: assumption('the profile that defines its form is not among our sources'),
    },
  ],
});
