import { BitString } from '../asn1/bit-string.js';
import { fromHex } from '../ber/octets.js';
import { Criticality, type ExtensionField } from '../p1/extensions.js';
import { oid } from '../p1/object-identifiers.js';
import type { Mode } from '../stack/association/events.js';
import type { DialogueMode } from '../stack/association/service.js';
import type { BindMarker } from './bind.js';
import { assumption, kb, type Statement } from './evidence.js';
import { exchangeEmissions } from './exchange-emissions.js';
import type { MessageHabits } from './message.js';
import { guidOf } from './orginfo.js';
import type { Personality, Preset } from './preset.js';
import { connectorDefaults, type Deferral, type RetryOptions } from './retry.js';
import { type PeerTest, type RoutingMessageOptions, RoutingTraffic } from './routing.js';

/** All that a fake Exchange MTA can be told. What no source has is an option, its default labelled in the preset. */
export interface ExchangeOptions {
  /** Of Emsmta.exe. */
  readonly build: string;
  readonly bindMarker: BindMarker;
  readonly peerTest: PeerTest;
  readonly routingMessage: RoutingMessageOptions;
  readonly bilateralInformation: boolean;
  readonly privateExtension: PrivateExtensionOptions;
  /** Where Exchange's own content type stands, which no other MTA knows. KB 298000, KB 169159. */
  readonly mdbef: {
    /** In user messages: Exchange contents are allowed on the connector. */
    readonly messages: boolean;
    /** In reports on messages that do not ask for the return of their content. */
    readonly reports: boolean;
  };
  /** Of the associations that the connector opens and accepts, where a peer's configuration does not say. */
  readonly conformance: Mode;
  readonly connector: RetryOptions;
  /** Of messages that a peer sends before their deferred delivery time. */
  readonly deferral: Deferral;
  readonly dialogueMode: DialogueMode;
  /** Units of 1024 octets. */
  readonly checkpointSize: number;
  readonly windowSize: number;
}

/** An extension of Exchange's own in the envelope of each message. KB 911029. */
export interface PrivateExtensionOptions {
  /** Its type is under Microsoft's arc, or a number that no edition of X.411 has given a meaning. */
  readonly type: 'none' | 'object-identifier' | 'integer';
  readonly criticality: readonly ('forSubmission' | 'forTransfer' | 'forDelivery')[];
}

/** Some of the options; those in groups one by one. */
export type ExchangeChoices = Partial<
  Omit<ExchangeOptions, 'bindMarker' | 'routingMessage' | 'privateExtension' | 'mdbef' | 'connector'> & {
    readonly privateExtension: Partial<PrivateExtensionOptions>;
    readonly mdbef: Partial<ExchangeOptions['mdbef']>;
    readonly bindMarker: Partial<BindMarker>;
    readonly routingMessage: Partial<RoutingMessageOptions>;
    readonly connector: Partial<RetryOptions>;
  }
>;

export interface ExchangePreset extends Preset {
  readonly family: 'exchange';
  readonly options: ExchangeOptions;
  /** The same preset with other options: for a target's configuration, and for trying assumptions out. */
  readonly with: (choices: ExchangeChoices) => ExchangePreset;
}

const MINUTE = 60_000;

/** Exchange with neither leak. */
const baseOptions: ExchangeOptions = {
  build: '6.5.7638.1',
  bindMarker: { place: 'none', bytes: fromHex(guidOf('bind marker')) },
  peerTest: 'always',
  routingMessage: {
    enabled: false,
    contentType: 'mdbef',
    recipientForm: 'guid-cn',
    priority: 'urgent',
    size: 0,
    interval: 10 * MINUTE,
    table: 'full',
  },
  bilateralInformation: false,
  privateExtension: { type: 'none', criticality: [] },
  mdbef: { messages: false, reports: false },
  conformance: 'normal',
  connector: connectorDefaults,
  deferral: 'relay',
  dialogueMode: 'monologue',
  checkpointSize: 30,
  windowSize: 5,
};

const baseStatements: readonly Statement[] = [
  { what: 'connector: 144 open retries of 600 s, 2 transfer retries of 120 s', evidence: kb(157630) },
  { what: 'connector: association lifetime, threshold', evidence: kb(234157) },
  { what: 'connector: 9 associations and an urgent one', evidence: kb(194589) },
  { what: 'connector: message timeouts', evidence: kb(178539) },
  {
    what: 'connector: disconnect 120 s, recovery timeout 60 s, transfer timeouts 1000, 2000 and 3000 s per K',
    evidence: kb(234157),
  },
  {
    what: 'disconnect is awaited from FINISH or ABORT on, recovery timeout from an opening that recovers, a transfer timeout from ACTIVITY START or RESUME on, by K of the APDU begun',
    evidence: assumption('the article has the values; what each is measured from is not published'),
  },
  {
    what: 'deferral relay: only what is submitted here is held until its deferred delivery time; its age counts from then',
    evidence: assumption(
      'nothing is published but the counter Deferred Delivery Messages; beyond the originating domain deferral needs an agreement',
    ),
  },
  { what: 'checkpointSize 30, windowSize 5', evidence: kb(234157) },
  {
    what: 'dialogueMode monologue',
    evidence: assumption(
      "the default for foreign MTAs in Microsoft's guidance (KB 169159); the factory setting is not known",
    ),
  },
  {
    what: 'on a 1984 connector a common name becomes the domain-defined attribute Common, in envelope and heading',
    evidence: kb(232656),
  },
  {
    what: 'conformance normal',
    evidence: assumption('the default of Exchange 2000 SP2 by its help; taken over for the others'),
  },
  {
    what: 'mdbef.messages off: Exchange contents are not allowed towards a foreign MTA',
    evidence: kb(169159),
  },
  {
    what: 'privateExtension none; with one, its type is under an arc of its own, or the number 200',
    evidence: assumption('KB 911029 says that extensions with an object identifier are sent, not when nor which'),
  },
  {
    what: 'on a 1984 connector bilateralInformation, where it is on, names the administration domain',
    evidence: assumption('P1 of 1984 has no other form; nothing is published'),
  },
];

/** Of those that have a link state table. */
export const routingOver1984: Statement = {
  what: 'on a 1984 connector routing packets are downgraded like mail',
  evidence: assumption(
    'that mail is downgraded there is documented (KB 232656); what becomes of link state data is not',
  ),
};

export const bilateralOff: Statement = {
  what: 'bilateralInformation off',
  evidence: assumption('on by default up to 5.5 (KB 157358); nothing is published on later versions'),
};

/** KB 298000: fixed in 5.5.2655.1, and in Exchange 2000 with SP2. */
export const mdbefReports: Statement = {
  what: 'mdbef.reports on: a report on a message that does not ask for the return of its content has the content type MDBEF',
  evidence: kb(298000),
};
export const noMdbefReports: Statement = {
  what: 'mdbef.reports off: it was fixed before',
  evidence: kb(298000),
};

/** An arc of our own choice below Microsoft's. */
const EXTENSION_ARC = `${oid.microsoft}.9.1`;
/** No edition of X.411 defines it. */
const EXTENSION_NUMBER = 200;

export function exchangePreset(init: {
  readonly name: string;
  readonly says: string;
  /** Where absent, an Exchange with neither leak. */
  readonly basedOn?: ExchangePreset;
  readonly options: ExchangeChoices;
  readonly evidence: readonly Statement[];
  /** Statements of the preset that it is based on, which do not hold of this one. */
  readonly withdrawn?: readonly Statement[];
}): ExchangePreset {
  const { name, says, basedOn, withdrawn = [] } = init;
  const options = chosen(basedOn?.options ?? baseOptions, init.options);
  const kept = (basedOn?.statements ?? baseStatements).filter((each) => !withdrawn.includes(each));
  const statements = [...kept, ...init.evidence];
  const preset: ExchangePreset = {
    name,
    family: 'exchange',
    says,
    options,
    statements,
    expectation: { emits: exchangeEmissions(options), reacts: [] },
    personality: ({ server, domain }) => {
      const { bindMarker, routingMessage, peerTest, connector, deferral } = options;
      const { dialogueMode, checkpointSize, windowSize } = options;
      const routing = new RoutingTraffic({ ...routingMessage, peerTest, server, domain, build: buildNumber(options) });
      return {
        hooks: {},
        connector,
        deferral,
        association: { dialogueMode, checkpointSize, windowSize },
        mode: options.conformance,
        habits: habitsOf(options),
        ...(bindMarker.place === 'none' ? {} : { bindMarker }),
        ...(options.bilateralInformation ? { bilateralSite: domain.privateDomain ?? server } : {}),
        ...(routingMessage.enabled ? { routing } : {}),
        dropsSystemMessages: !routingMessage.enabled,
      } satisfies Personality;
    },
    with: (choices) => {
      const what = `configured otherwise: ${Object.keys(choices).join(', ')}`;
      const evidence = [{ what, evidence: assumption('the choice of who configured it') }];
      return exchangePreset({ name, says, basedOn: preset, options: choices, evidence });
    },
  };
  return preset;
}

function chosen(base: ExchangeOptions, choices: ExchangeChoices): ExchangeOptions {
  return {
    ...base,
    ...choices,
    bindMarker: { ...base.bindMarker, ...choices.bindMarker },
    routingMessage: { ...base.routingMessage, ...choices.routingMessage },
    privateExtension: { ...base.privateExtension, ...choices.privateExtension },
    mdbef: { ...base.mdbef, ...choices.mdbef },
    connector: { ...base.connector, ...choices.connector },
  };
}

function habitsOf({ privateExtension: { type, criticality }, mdbef }: ExchangeOptions): MessageHabits {
  const contentType = { extended: oid.mdbef };
  const extension: ExtensionField = {
    type: type === 'object-identifier' ? { privateExtension: EXTENSION_ARC } : { standardExtension: EXTENSION_NUMBER },
    criticality: BitString.of(...criticality.map((name) => Criticality.named[name] as number)),
    value: Uint8Array.of(5, 0),
  };
  return {
    ...(type === 'none' ? {} : { extensions: [extension] }),
    ...(mdbef.messages ? { contentType } : {}),
    ...(mdbef.reports ? { reportedContentType: contentType } : {}),
  };
}

/** `6.5.7638.1` has 7638. */
function buildNumber({ build }: ExchangeOptions): number {
  return Number(build.split('.')[2] ?? 0);
}
