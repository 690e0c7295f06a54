import { type ExtensionPlace, isListedAt } from '../../../../harness/p1/extensions.js';
import type { Profile } from './profile.js';

/** What itself needs an agreement is not part of a clean value. */
export function cleanProfile(profile: Profile): Profile {
  const absent = [
    ...profile.absent,
    /\.perDomainBilateralInformation$/,
    /\.implementationInformation$/,
    /\.additionalInformation$/,
  ];
  return { ...profile, absent };
}

/** The place of the extensions of a value, by the members that lead to it. */
const places: readonly (readonly [RegExp, ExtensionPlace])[] = [
  [/^message\.envelope\.perRecipientFields\.\d+\.extensions$/, 'messagePerRecipient'],
  [/^message\.envelope\.extensions$/, 'message'],
  [/^probe\.perRecipientFields\.\d+\.extensions$/, 'probePerRecipient'],
  [/^probe\.extensions$/, 'probe'],
  [/^report\.envelope\.extensions$/, 'reportEnvelope'],
  [/^report\.content\.perRecipientFields\.\d+\.extensions$/, 'reportPerRecipient'],
  [/^report\.content\.extensions$/, 'reportContent'],
];

/** A generated MTS-APDU or bind value without what needs an agreement: private names, unlisted extensions. */
export function withoutBilateral(value: unknown, path = ''): unknown {
  if (Array.isArray(value)) {
    const kept = value.filter((each) => isStandard(each, path));
    return kept.map((each, i) => withoutBilateral(each, `${path}.${i}`));
  }
  if (typeof value === 'string') return NAMES.test(path) && !value.startsWith('2.6.') ? '2.6.1.10.1' : value;
  if (!isRecord(value)) return value;
  // What X.411 bars from an MTA-bind.
  if ('protected' in value) return { simple: { ia5String: 'clean' } };
  const entries = Object.entries(value).filter(([name]) => name !== 'perDomainBilateralInformation');
  const clean = Object.fromEntries(
    entries.map(([name, each]) => [name, withoutBilateral(each, path === '' ? name : `${path}.${name}`)]),
  );
  // An O/R name is never a directory name only.
  if ('builtInStandardAttributes' in clean) {
    clean.builtInStandardAttributes = {
      ...(clean.builtInStandardAttributes as object),
      organizationName: 'clean',
    };
    if (Array.isArray(clean.extensionAttributes) && clean.extensionAttributes.length === 0) {
      delete clean.extensionAttributes;
    }
  }
  return clean;
}

/** A generated object, and neither octets nor bits. */
function isRecord(value: unknown): value is Record<string, unknown> {
  if (value === null || typeof value !== 'object') return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

const NAMES = /\.(extended|extendedEncodedInformationTypes\.\d+)$|securityPolicyIdentifier$/;

function isStandard(value: unknown, path: string): boolean {
  const field = value as {
    readonly type?: { readonly standardExtension?: number };
    readonly extensionAttributeType?: number;
  };
  if (path.endsWith('.extensionAttributes')) return (field.extensionAttributeType ?? 0) <= 40;
  const place = places.find(([pattern]) => pattern.test(path))?.[1];
  if (place === undefined) return true;
  const number = field.type?.standardExtension;
  return number !== undefined && isListedAt(place, number);
}
