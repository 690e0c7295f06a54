import type { Decoded } from '../../asn1/decoded.js';
import type { Issue } from '../../asn1/issue.js';
import { extensionsIn, isCritical } from '../extension-fields.js';
import type { BindStep, TransferStep } from '../hooks.js';
import type { ReceivedApdu } from '../received.js';
import type { Trigger } from '../third-party.js';

/** Whether a recipient is one that PP has in its tables, or knows a channel to. */
export type Directory = (recipient: Decoded) => boolean;

type Reading = (apdu: ReceivedApdu, of1984: boolean) => boolean;

/** PP counts elements of trace information, and looks at no domain in them: case D17c against D17. */
const MOST_HOPS = 25;
/** The last standard extension of 1988. */
const LAST_KNOWN_EXTENSION = 38;
/** GUIDs as Exchange writes them in addresses, in braces or bare. */
const GUID = /^\{?[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\}?$/i;
const UNIDENTIFIED = 0;
/** [16] and [17], constructed. */
const WRAPPERS: readonly number[] = [0xb0, 0xb1];

function transfer(name: string, reads: Reading): Trigger {
  return {
    name,
    matches: (step: BindStep | TransferStep) =>
      'apdu' in step && step.apdu !== undefined && reads(step.apdu, step.mode === 'x410-1984'),
  };
}

/** A bind argument of normal mode that is wrapped as none: the tags [16] and [17] pass, cases B16 and B16b. */
export const unreadableBind: Trigger = {
  name: 'bind argument without a wrapper',
  matches: (step) =>
    'bind' in step && step.phase === 'argument' && step.mode === 'normal' && !WRAPPERS.includes(step.octets[0] ?? 0),
};

/** It acknowledges what holds nothing, and stores nothing. */
export const emptyActivity = transfer(
  'transfer of no octets',
  ({ octets, unparseable }) => unparseable && octets.length === 0,
);

/** What its decoder of 1988 gives up on, in good order. */
export const unreadable1988 = transfer(
  'message of 1988 that it cannot parse',
  (apdu, of1984) => !of1984 && (isBroken(apdu) || hasBilateral(apdu) || [...extensionsIn(apdu)].some(isForeignForm)),
);

/** In 1984 it parses less, and a person is to look at what it does not. */
export const unreadable1984 = transfer(
  'message of 1984 that it cannot parse',
  (apdu, of1984) =>
    of1984 && (isBroken(apdu) || apdu.issues.some((issue) => isInName(issue) || isContentTypeOf1988(issue))),
);

/** What ends its process, with nothing said. */
export const fatal = transfer('value that ends its process', (apdu, of1984) =>
  of1984
    ? envelopeOf(apdu.decoded)?.get('contentType', 'builtIn')?.primitive === UNIDENTIFIED
    : names(apdu).some((name) => name.get('directoryName') !== undefined) ||
      apdu.issues.some(({ kind, path }) => kind === 'charset' && isInName({ path })) ||
      isTimeEmpty(apdu),
);

export const probe = transfer('probe', ({ kind }) => kind === 'probe');

export const tooManyHops = transfer(
  `trace of more than ${MOST_HOPS} elements`,
  ({ decoded }) => (envelopeOf(decoded)?.get('traceInformation')?.children.length ?? 0) > MOST_HOPS,
);

/** In the encoding that it parses. */
export const unsupportedCritical = transfer('critical extension that it does not know', (apdu) =>
  [...extensionsIn(apdu)].some(
    (each) =>
      (each.number === undefined || each.number > LAST_KNOWN_EXTENSION) &&
      (isCritical(each) || each.place === 'messagePerRecipient'),
  ),
);

/** Nobody whom the MTA is responsible for is in the directory. */
export const unknownRecipient = (knows: Directory): Trigger =>
  transfer('recipient that it does not know', ({ kind, decoded }) => {
    if (kind !== 'message') return false;
    const recipients = envelopeOf(decoded)?.get('perRecipientFields')?.children ?? [];
    return !recipients.some((each) => knows(each.get('recipientName') ?? each));
  });

/** Everybody but what is named by a GUID: an object of somebody else's directory. */
export const allButGuids: Directory = (recipient) => {
  for (const node of recipient.walk()) {
    const { primitive } = node;
    if (typeof primitive === 'string' && GUID.test(primitive)) return false;
  }
  return true;
};

/** Of what was too large to be kept, nothing is said. */
function isBroken({ kind, unparseable, decoded, issues }: ReceivedApdu): boolean {
  if (kind === undefined) return unparseable;
  return (
    envelopeOf(decoded) === undefined ||
    issues.some(
      (issue) =>
        issue.kind === 'duplicate-element' ||
        issue.kind === 'malformed' ||
        // A message without content is stored empty: case D30i.
        (issue.kind === 'missing-element' && issue.path !== 'MTS-APDU.message'),
    )
  );
}

/** `80` and `83`, as X.411 has had it since 1992, and `a3 { 06 }`: cases C01i, C01j, C02l, C07a. */
function isForeignForm({ explicit }: { readonly explicit: boolean }): boolean {
  return !explicit;
}

function hasBilateral({ decoded }: ReceivedApdu): boolean {
  return (envelopeOf(decoded)?.get('perDomainBilateralInformation')?.children.length ?? 0) > 0;
}

function isInName({ path }: { readonly path: string }): boolean {
  return /\.(recipientName|originatorName)\b/.test(path);
}

/** An OBJECT IDENTIFIER in the envelope. */
function isContentTypeOf1988({ edition, detail }: Issue): boolean {
  return edition === 1988 && detail === '[UNIVERSAL 6]';
}

function isTimeEmpty({ decoded }: ReceivedApdu): boolean {
  const trace = envelopeOf(decoded)?.get('traceInformation')?.children ?? [];
  return trace.some((each) => each.get('domainSuppliedInformation', 'arrivalTime')?.inner.content.length === 0);
}

function names({ decoded }: ReceivedApdu): Decoded[] {
  return [...(decoded?.walk() ?? [])].filter(({ name }) => name === 'recipientName' || name === 'originatorName');
}

function envelopeOf(decoded: Decoded | undefined): Decoded | undefined {
  return decoded?.get('message', 'envelope') ?? decoded?.get('probe') ?? decoded?.get('report', 'envelope');
}
