import { MessageFactory } from '../../../harness/mta/message.js';
import { orName } from '../../../harness/mta/names.js';

const domain = { country: 'GB', administrationDomain: ' ', privateDomain: 'EXAMPLE' };
const address = (surname: string) => orName({ ...domain, surname });

function factory(): MessageFactory {
  return new MessageFactory({ domain, server: 'TEST', now: () => Date.UTC(2006, 7, 8, 12) });
}

/** The MTS-APDU of an ordinary interpersonal message. */
export function messageApdu(text: string, recipients = 1): Uint8Array {
  const names = Array.from({ length: recipients }, (_, i) => address(`Recipient${i + 1}`));
  return factory().message({ originator: address('Alice'), recipients: names, subject: 'a test', text }).apdu;
}

/** The MTS-APDU of a probe. */
export function probeApdu(): Uint8Array {
  return factory().probe({ originator: address('Alice'), recipients: [address('Bob')], contentLength: 1000 }).apdu;
}
