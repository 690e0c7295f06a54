import { fromHex } from '../ber/octets.js';
import type { DialogueMode } from '../stack/association/service.js';
import type { BindMarker } from './bind.js';
import { assumption, kb, type Statement } from './evidence.js';
import { guidOf } from './orginfo.js';
import type { Personality, Preset } from './preset.js';
import { connectorDefaults, type RetryOptions } from './retry.js';
import { type PeerTest, type RoutingMessageOptions, RoutingTraffic } from './routing.js';

/** All that a fake Exchange MTA can be told. What no source has is an option, its default labelled in the preset. */
export interface ExchangeOptions {
  /** Of Emsmta.exe. */
  readonly build: string;
  readonly bindMarker: BindMarker;
  readonly peerTest: PeerTest;
  readonly routingMessage: RoutingMessageOptions;
  readonly bilateralInformation: boolean;
  readonly connector: RetryOptions;
  readonly dialogueMode: DialogueMode;
  /** Units of 1024 octets. */
  readonly checkpointSize: number;
  readonly windowSize: number;
}

/** Some of the options; those in groups one by one. */
export type ExchangeChoices = Partial<
  Omit<ExchangeOptions, 'bindMarker' | 'routingMessage' | 'connector'> & {
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
  connector: connectorDefaults,
  dialogueMode: 'monologue',
  checkpointSize: 30,
  windowSize: 5,
};

const baseStatements: readonly Statement[] = [
  { what: 'connector: 144 open retries of 600 s, 2 transfer retries of 120 s', evidence: kb(157630) },
  { what: 'connector: association lifetime, threshold', evidence: kb(234157) },
  { what: 'connector: 9 associations and an urgent one', evidence: kb(194589) },
  { what: 'connector: message timeouts', evidence: kb(178539) },
  { what: 'checkpointSize 30, windowSize 5', evidence: kb(234157) },
  {
    what: 'dialogueMode monologue',
    evidence: assumption(
      "the default for foreign MTAs in Microsoft's guidance (KB 169159); the factory setting of 2003 is not known",
    ),
  },
  {
    what: 'on a 1984 connector a common name becomes the domain-defined attribute Common, in envelope and heading',
    evidence: kb(232656),
  },
  {
    what: 'on a 1984 connector routing packets are downgraded like mail',
    evidence: assumption(
      'that mail is downgraded there is documented (KB 232656); what becomes of link state data is not',
    ),
  },
  {
    what: 'on a 1984 connector bilateralInformation, where it is on, names the administration domain',
    evidence: assumption('P1 of 1984 has no other form; nothing is published'),
  },
  {
    what: 'bilateralInformation off',
    evidence: assumption('on by default up to 5.5 (KB 157358); nothing is published on 2003'),
  },
];

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
    personality: ({ server, domain }) => {
      const { bindMarker, routingMessage, peerTest, connector, dialogueMode, checkpointSize, windowSize } = options;
      const routing = new RoutingTraffic({ ...routingMessage, peerTest, server, domain, build: buildNumber(options) });
      return {
        hooks: {},
        connector,
        association: { dialogueMode, checkpointSize, windowSize },
        ...(bindMarker.place === 'none' ? {} : { bindMarker }),
        ...(options.bilateralInformation ? { bilateralSite: domain.privateDomain ?? server } : {}),
        ...(routingMessage.enabled ? { routing } : {}),
        dropsSystemMessages: !routingMessage.enabled,
      } satisfies Personality;
    },
    with: (choices) => exchangePreset({ name, says, basedOn: preset, options: choices, evidence: [] }),
  };
  return preset;
}

function chosen(base: ExchangeOptions, choices: ExchangeChoices): ExchangeOptions {
  return {
    ...base,
    ...choices,
    bindMarker: { ...base.bindMarker, ...choices.bindMarker },
    routingMessage: { ...base.routingMessage, ...choices.routingMessage },
    connector: { ...base.connector, ...choices.connector },
  };
}

/** `6.5.7638.1` has 7638. */
function buildNumber({ build }: ExchangeOptions): number {
  return Number(build.split('.')[2] ?? 0);
}
