import fc from 'fast-check';
import { P1specError } from '../../../harness/ber/error.js';
import { Octets } from '../../../harness/ber/octets.js';
import { bindArgument, readBind, readBindError } from '../../../harness/mta/bind.js';
import { dispose, subjectOf } from '../../../harness/mta/delivery.js';
import { MessageFactory } from '../../../harness/mta/message.js';
import { orName } from '../../../harness/mta/names.js';
import { readApdu, typedApdu } from '../../../harness/mta/received.js';
import { foreignness } from '../../../harness/mta/recognise.js';

const domain = { country: 'GB', administrationDomain: ' ', privateDomain: 'Example' };
const name = orName({ ...domain, surname: 'Bob', commonName: 'Bob' });
const factory = new MessageFactory({ domain, server: 'S', now: () => 0 });
const mail = { originator: name, recipients: [name], text: 'x' };
const about = { ...subjectOf(typedApdu(read(factory.message(mail).apdu)) ?? {}) } as never;
const originals = [factory.message(mail).apdu, factory.probe(mail).apdu, factory.report(about, { reason: 0 }, 0).apdu];

function read(apdu: Uint8Array) {
  return readApdu(Octets.of(apdu), 'normal');
}

/** Some octets of a right value changed, or its end cut off. */
const spoilt = (from: readonly Uint8Array[]) =>
  fc
    .tuple(
      fc.constantFrom(...from),
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 }),
      fc.option(fc.nat()),
    )
    .map(([octets, changes, cut]) => {
      const copy = Uint8Array.from(octets);
      for (const [at, value] of changes) copy[at % copy.length] = value;
      return cut === null ? copy : copy.subarray(0, cut % (copy.length + 1));
    });

describe('octets from the wire', () => {
  it('never end an MTA that reads and disposes of an APDU', () => {
    fc.assert(
      fc.property(spoilt(originals), (octets) => {
        const apdu = read(octets);
        foreignness(apdu);
        const value = typedApdu(apdu);
        if (value === undefined) return;
        try {
          dispose(value, () => 'peer', factory.traceElement(0));
          const subject = subjectOf(value);
          if (subject !== undefined) factory.report(subject, { reason: 0 }, 0);
        } catch (error) {
          if (!(error instanceof P1specError)) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('never end an MTA that reads a bind', () => {
    const right = bindArgument('normal', { mtaName: 'A', password: 'p' });
    fc.assert(
      fc.property(spoilt([right]), (octets) => {
        readBind(Octets.of(octets), 'argument', 'normal');
        readBind(Octets.of(octets), 'result', undefined);
        readBindError(Octets.of(octets));
      }),
      { numRuns: 1000 },
    );
  });
});
