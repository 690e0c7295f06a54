import { BitString } from '../../../asn1/bit-string.js';
import { P1specError } from '../../../ber/error.js';
import { Octets } from '../../../ber/octets.js';
import type { ContentType } from '../../../p1/content-types.js';
import { Criticality, type ExtensionField } from '../../../p1/extensions.js';
import type { ORName } from '../../../p1/or-name.js';
import { parseORName } from '../../../p1/parse.js';
import { readApdu } from '../../received.js';
import { addressOf } from '../geography.js';
import type { StepOf } from '../schema/steps.js';
import type { StepAction, StepContext } from './context.js';

const USER = 'User';
const NULL = Uint8Array.of(5, 0);

type WrittenExtension = NonNullable<StepOf<'send'>['extensions']>[number];

/** Whom something goes to, by the neighbour that gets it. */
type Routed = ReadonlyMap<string, readonly ORName[]>;

/** Messages are submitted; recipients behind different neighbours get one each. */
export const send: StepAction<'send'> = async (value, context) => {
  const { stage } = context;
  const { from, apdu, priority, reports, deferFor, count = 1 } = value;
  const { mta } = stage.actor(from);
  if (apdu !== undefined) {
    await paced(value, context, () => mta.enqueue(viaOf(value), verbatim(apdu, priority)));
    return undefined;
  }
  const originator = originatorOf(value, context);
  const routed = routedBy(value, context);
  const extensions = value.extensions?.map(extensionOf);
  await paced(value, context, (n) => {
    const deferral = deferFor === undefined ? {} : { deferredUntil: stage.clock.now() + deferFor };
    const request = { originator, priority, reports, extensions, ...bodyOf(value, n, count), ...deferral };
    for (const [peer, recipients] of routed) mta.submit(peer, { ...request, recipients });
  });
  return undefined;
};

export const probe: StepAction<'probe'> = async (value, context) => {
  const { mta } = context.stage.actor(value.from);
  const originator = originatorOf(value, context);
  const routed = routedBy(value, context);
  const { contentLength } = value;
  await paced(value, context, () => {
    for (const [peer, recipients] of routed) mta.probe(peer, { originator, recipients, contentLength });
  });
  return undefined;
};

/** Does it as often as it is asked for, with the time between. */
async function paced(
  { count = 1, every }: Pick<StepOf<'send'>, 'count' | 'every'>,
  { stage }: StepContext,
  submit: (n: number) => void,
): Promise<void> {
  for (let n = 1; n <= count; n += 1) {
    if (n > 1 && every !== undefined) await stage.advance(every);
    submit(n);
  }
}

type Addressed = Pick<StepOf<'send'>, 'from' | 'to' | 'recipients' | 'originator'> & { readonly via?: string };

function originatorOf({ from, originator }: Addressed, { scenario }: StepContext): ORName {
  return parseORName(originator ?? addressOf(scenario, from, USER));
}

function routedBy(value: Addressed, context: StepContext): Routed {
  const { scenario, stage, geography } = context;
  const { from, to, via } = value;
  const users = to === undefined ? [] : [to].flat();
  const addressed = [
    ...users.map((name) => ({ recipient: parseORName(addressOf(scenario, name, USER)), home: name })),
    ...(value.recipients ?? []).map((text) => {
      const recipient = parseORName(text);
      return { recipient, home: geography.homeOf(recipient), text };
    }),
  ];
  if (addressed.length === 0) {
    throw new P1specError('ERR_NO_RECIPIENT', {
      message: `to whom does ${from} send?`,
      hint: 'give to with MTAs of the scenario, or recipients with addresses',
    });
  }
  const routed = new Map<string, ORName[]>();
  for (const { recipient, home, ...written } of addressed) {
    const hop = via ?? (home === undefined ? soleNeighbour(from, written, context) : stage.nextHop(from, home));
    routed.set(hop, [...(routed.get(hop) ?? []), recipient]);
  }
  return routed;
}

/** Nobody of the scenario has that address: it goes where all goes, if there is only one way. */
function soleNeighbour(from: string, { text = '' }: { readonly text?: string }, { geography }: StepContext): string {
  const [only, ...others] = geography.neighboursOf(from);
  if (only !== undefined && others.length === 0) return only;
  throw new P1specError('ERR_NO_ROUTE', {
    message: `${from} does not know which way ${text} is`,
    hint: 'name the neighbour that gets it, with via',
  });
}

function bodyOf(value: StepOf<'send'>, n: number, count: number) {
  const { subject = count === 1 ? 'Message' : 'Message {n}', text, size, content } = value;
  if (content !== undefined) return { contentType: contentTypeOf(content.type), content: content.octets };
  return {
    subject: subject.replaceAll('{n}', String(n)),
    text: sized(text ?? `This is message ${n} of ${count}.`, size),
  };
}

function extensionOf({ type, criticality = [], value = NULL }: WrittenExtension): ExtensionField {
  return {
    type: typeof type === 'number' ? { standardExtension: type } : { privateExtension: type },
    criticality: BitString.of(...criticality.map((name) => Criticality.named[name] as number)),
    value,
  };
}

/** The text, as often as it fits into so many octets. */
function sized(text: string, octets: number | undefined): string {
  if (octets === undefined) return text;
  const line = `${text} `;
  return line.repeat(Math.ceil(octets / line.length)).slice(0, octets);
}

/** A number of X.411's, or an object identifier. */
function contentTypeOf(type: string): ContentType {
  if (/^\d+$/.test(type)) return { builtIn: Number(type) };
  if (/^[012](?:\.\d+)+$/.test(type)) return { extended: type };
  throw new P1specError('ERR_CONTENT_TYPE', {
    message: `${JSON.stringify(type)} is no content type`,
    hint: 'give a number, such as 22, or an object identifier, such as 1.2.840.113556.4.5',
  });
}

function viaOf({ from, via }: StepOf<'send'>): string {
  if (via !== undefined) return via;
  throw new P1specError('ERR_NO_ROUTE', {
    message: `where does ${from} send the APDU?`,
    hint: 'name the neighbour that gets it, with via',
  });
}

/** Whatever it is: nothing is made of it but a place in the queue. */
function verbatim(apdu: Uint8Array, priority: StepOf<'send'>['priority'] = 'normal') {
  const { kind = 'message', identifier = 'an APDU of the scenario' } = readApdu(Octets.of(apdu), undefined);
  return { kind, identifier, apdu, priority, system: false, verbatim: true };
}
