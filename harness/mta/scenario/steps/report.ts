import { P1specError } from '../../../ber/error.js';
import type { MTSIdentifier } from '../../../p1/identifiers.js';
import { parseORName } from '../../../p1/parse.js';
import { subjectOf } from '../../delivery.js';
import type { Fate } from '../../message.js';
import { typedApdu } from '../../received.js';
import type { ReportRequest } from '../../report-request.js';
import { addressOf } from '../geography.js';
import type { StepOf } from '../schema/steps.js';
import type { StepAction, StepContext } from './context.js';

const USER = 'User';

/** A report goes to a neighbour, whatever became of what it is on. */
export const report: StepAction<'report'> = (value, context) => {
  const { from, to, reason, diagnostic } = value;
  const { stage } = context;
  const fate: Fate = reason === undefined ? { deliveredAt: stage.clock.now() } : { reason, diagnostic };
  stage.actor(from).mta.report(to, requestOn(value, fate, context));
  return undefined;
};

function requestOn({ from, to, on }: StepOf<'report'>, fate: Fate, context: StepContext): ReportRequest {
  const { history, scenario } = context;
  const apdu = history.lastApdu(from, to);
  if (on !== 'last' && on !== apdu?.identifier) {
    return {
      subject: identifierOf(on),
      destination: parseORName(addressOf(scenario, to, USER)),
      recipients: [{ name: parseORName(addressOf(scenario, from, USER)), fate }],
    };
  }
  const value = apdu && typedApdu(apdu);
  const subject = value && subjectOf(value);
  if (subject === undefined) {
    throw new P1specError('ERR_REPORT_SUBJECT', {
      message: `no message that can be read has come to ${from} from ${to}`,
      hint: 'expect messageReceived before it, or name an MTS identifier',
    });
  }
  return {
    subject: subject.identifier,
    destination: subject.originator,
    recipients: subject.recipients.map((each) => ({
      name: each.recipientName,
      number: each.originallySpecifiedRecipientNumber,
      indicators: each.perRecipientIndicators,
      fate,
    })),
    contentType: subject.contentType,
    contentIdentifier: subject.contentIdentifier,
  };
}

/** `[/PRMD=X/ADMD= /C=GB/;local-id]`. Throws ERR_MTS_IDENTIFIER. */
function identifierOf(text: string): MTSIdentifier {
  const [, domain, localIdentifier] = /^\[(\/.*\/);([^;]+)\]$/.exec(text) ?? [];
  if (domain === undefined || localIdentifier === undefined) {
    throw new P1specError('ERR_MTS_IDENTIFIER', {
      message: `${JSON.stringify(text)} is no MTS identifier`,
      hint: 'write it as [/PRMD=X/ADMD= /C=GB/;local-id], or say last',
    });
  }
  const { countryName, administrationDomainName, privateDomainName } = parseORName(domain).builtInStandardAttributes;
  return {
    globalDomainIdentifier: {
      countryName: countryName ?? {},
      administrationDomainName: administrationDomainName ?? { printable: ' ' },
      ...(privateDomainName === undefined ? {} : { privateDomainIdentifier: privateDomainName }),
    },
    localIdentifier,
  };
}
