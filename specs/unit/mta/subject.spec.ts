import { expect } from 'chai';
import { Octets } from '../../../harness/ber/octets.js';
import { MessageFactory, type MessageRequest } from '../../../harness/mta/message.js';
import { orName } from '../../../harness/mta/names.js';
import { readApdu } from '../../../harness/mta/received.js';
import { subjectOf } from '../../../harness/mta/subject.js';

const domain = { country: 'XX', administrationDomain: ' ', privateDomain: 'A' };
const factory = new MessageFactory({ domain, server: 'A', now: () => 0 });
const alice = orName({ ...domain, surname: 'Alice' });

function subjectIn(request: Partial<MessageRequest>): string | undefined {
  const { apdu } = factory.message({ originator: alice, recipients: [alice], text: 'x', ...request });
  return subjectOf(readApdu(Octets.of(apdu), undefined));
}

const content = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));

describe('the subject of a message', () => {
  it('is read from the heading', () => {
    expect(subjectIn({ subject: 'Re: routing' })).to.equal('Re: routing');
  });

  it('is joined from its segments, in the indefinite form too', () => {
    // IPM [0], heading, subject [8] with a constructed TeletexString of "ab" and "c".
    expect(subjectIn({ content: content('a011310fa80d3409 0402 6162 0401 63 0400'.replace(/ /g, '')) })).to.equal(
      'abc',
    );
    expect(subjectIn({ content: content('a0803180a880140161000000000000') })).to.equal('a');
  });

  it('is absent of contents without one, whatever they are', () => {
    for (const hex of ['', '0500', 'a0', 'a000', 'a0023100', 'a103310 0'.replace(' ', ''), 'a08031']) {
      expect(subjectIn({ content: content(hex.length % 2 === 0 ? hex : `${hex}0`) }), hex).to.equal(undefined);
    }
    const { apdu } = factory.probe({ originator: alice, recipients: [alice] });
    expect(subjectOf(readApdu(Octets.of(apdu), undefined))).to.equal(undefined);
  });
});
