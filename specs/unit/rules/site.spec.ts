import { expect } from 'chai';
import type { Layer } from '../../../harness/ber/error.js';
import { associationRules } from '../../../harness/rules/catalogue.js';
import { Judge } from '../../../harness/rules/judge.js';
import type { AnomalyCode } from '../../../harness/stack/anomaly.js';

const CODES: Record<AnomalyCode, true> = {
  'unknown-element': true,
  'unknown-parameter': true,
  'unknown-pdu': true,
  'duplicate-element': true,
  'misplaced-element': true,
  'missing-element': true,
  'surplus-octets': true,
  'unused-bits': true,
  'unexpected-user-data': true,
  'unexpected-pdu': true,
  'surplus-value': true,
  'foreign-context': true,
  'other-mode': true,
  'beyond-negotiated': true,
  malformed: true,
  'bad-value': true,
  charset: true,
  bounds: true,
  'encoding-form': true,
};

const PLACES: readonly (readonly [Layer, string])[] = [
  ['tpkt', 'TPKT'],
  ['cotp', 'CR.<0x99>'],
  ['cotp', 'DR.userData'],
  ['cotp', 'DT'],
  ['session', 'CONNECT.userData'],
  ['session', 'ACTIVITY START.<0x63>'],
  ['presentation', 'CP.normalModeParameters'],
  ['presentation', 'TD.fullyEncodedData[0]'],
  ['acse', 'aarq.userInformation[1]'],
  ['rtse', 'RTORQ'],
  ['rtse', 'RTTR'],
  ['rtse', 'PConnect.pUserData'],
  ['p1', 'MTABindArgument.authenticated'],
  ['p1', 'MTABindError'],
  ['p1', 'MTS-APDU'],
  ['p1', 'MTS-APDU.message.envelope.perRecipientFields[0]'],
  ['p1', 'MTS-APDU.message.envelope.perRecipientFields[0].recipientName.builtInStandardAttributes'],
  ['p1', 'MTS-APDU.message.content'],
  ['p1', 'MTS-APDU.probe'],
  ['p1', 'MTS-APDU.report.envelope'],
  ['p1', 'MTS-APDU.report.content'],
  ['p1', 'MTS-APDU.report.content.returnedContent'],
];

describe('the rules on anomalies', () => {
  for (const code of Object.keys(CODES) as AnomalyCode[]) {
    it(`have exactly one for each ${code}`, () => {
      for (const [layer, path] of PLACES) {
        const rules = associationRules.map((rule) => new Judge({ rules: [rule] }));
        const anomaly = { layer, code, path, offset: 10, length: 4, message: 'something' };
        const found = rules.flatMap((judge) => {
          judge.on({ kind: 'anomaly', connection: 0, direction: 'i2r', time: 0, anomaly });
          return judge.end().map(({ rule }) => rule);
        });
        expect(found, `${layer} ${path}`).to.have.lengthOf(1);
      }
    });
  }
});
