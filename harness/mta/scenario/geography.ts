import { P1specError } from '../../ber/error.js';
import type { ORName } from '../../p1/or-name.js';
import { isGuid } from '../../rules/allowed.js';
import type { Domain } from '../names.js';
import type { ScenarioLink } from './schema/link.js';
import type { ScenarioMta } from './schema/mta.js';
import type { Scenario } from './schema/scenario.js';

/** The most that a private domain's name may have. X.411, ub-domain-name-length. */
const DOMAIN_NAME = 16;

/** Where its users are: as the scenario has it, or `C=XX; A= ; P=NAME`. */
export function domainOf(name: string, { domain }: Pick<ScenarioMta, 'domain'>): Domain {
  if (domain !== undefined) return domain;
  // A printable string has no underscore.
  const privateDomain = name.toUpperCase().replaceAll('_', '-').slice(0, DOMAIN_NAME);
  return { country: 'XX', administrationDomain: ' ', privateDomain };
}

/** The O/R address of somebody at an MTA, as `parseORName` reads it. Throws ERR_UNKNOWN_MTA. */
export function addressOf(scenario: Scenario, mta: string, user: string): string {
  const { country, administrationDomain, privateDomain } = domainOf(mta, mtaNamed(scenario, mta));
  const parts = [`C=${country}`, `A=${administrationDomain}`];
  return [...parts, ...(privateDomain === undefined ? [] : [`P=${privateDomain}`]), `S=${user}`].join(';');
}

/** Throws ERR_UNKNOWN_MTA. */
export function mtaNamed({ mtas }: Scenario, name: string): ScenarioMta {
  const found = Object.hasOwn(mtas, name) ? mtas[name] : undefined;
  if (found !== undefined) return found;
  throw new P1specError('ERR_UNKNOWN_MTA', {
    message: `the scenario has no MTA ${JSON.stringify(name)}`,
    hint: `it has: ${Object.keys(mtas).join(', ')}`,
  });
}

/** Its links; two MTAs need not say that there is one between them. */
export function linksOf({ links, mtas }: Scenario): readonly ScenarioLink[] {
  const [one, other, ...more] = Object.keys(mtas);
  if (links !== undefined) return links;
  return one !== undefined && other !== undefined && more.length === 0 ? [{ between: [one, other] }] : [];
}

/** Who is at home where in a scenario, and by which neighbour one gets there. */
export class Geography {
  readonly #homes: readonly (readonly [name: string, domain: Domain])[];
  readonly #neighbours = new Map<string, string[]>();
  readonly #routes: ReadonlyMap<string, Readonly<Record<string, string>>>;

  /** Throws ERR_SAME_DOMAIN where nobody could tell whose users are whose. */
  constructor(scenario: Scenario) {
    this.#homes = Object.entries(scenario.mtas).map(([name, mta]) => [name, domainOf(name, mta)] as const);
    this.#routes = new Map(Object.entries(scenario.mtas).map(([name, { routes = {} }]) => [name, routes]));
    const seen = new Map<string, string>();
    for (const [name, domain] of this.#homes) {
      const key = attributesOf(domain).join('/');
      const earlier = seen.get(key);
      if (earlier !== undefined) {
        throw new P1specError('ERR_SAME_DOMAIN', {
          message: `${earlier} and ${name} have the same domain`,
          hint: 'give one of them another domain: addresses tell MTAs apart by it',
        });
      }
      seen.set(key, name);
    }
    for (const { between } of linksOf(scenario)) {
      const [one, other] = between;
      mtaNamed(scenario, one);
      mtaNamed(scenario, other);
      for (const [from, to] of [between, [other, one]] as const) {
        this.#neighbours.set(from, [...(this.#neighbours.get(from) ?? []), to]);
      }
    }
  }

  /**
   * The MTA whose domain is the recipient's; the one that says most of it, where several are. A routing group is nobody:
   * who takes a routing packet keeps it, and does not send it back to where it came from. That is an assumption.
   */
  homeOf(recipient: ORName): string | undefined {
    if (isRoutingGroup(recipient)) return undefined;
    const theirs = attributesOfName(recipient);
    const fitting = this.#homes
      .map(([name, domain]) => ({ name, own: attributesOf(domain) }))
      .filter(({ own }) => own.every((value, i) => value === theirs[i]))
      .sort((a, b) => b.own.length - a.own.length);
    return fitting[0]?.name;
  }

  neighboursOf(name: string): readonly string[] {
    return this.#neighbours.get(name) ?? [];
  }

  /** As the scenario has it, or the first on the shortest way; undefined where there is none, or no way to go. */
  nextHop(from: string, to: string): string | undefined {
    const routes = this.#routes.get(from) ?? {};
    if (Object.hasOwn(routes, to)) return routes[to];
    const first = new Map<string, string>(this.neighboursOf(from).map((each) => [each, each]));
    // What is appended on the way is visited too.
    for (const [reached, hop] of first) {
      if (reached === to) return hop;
      for (const next of this.neighboursOf(reached)) if (next !== from && !first.has(next)) first.set(next, hop);
    }
    return undefined;
  }
}

/** By the forms in which Exchange presets write one: a GUID for its name, or an address of Exchange's own. */
function isRoutingGroup({ extensionAttributes = [], builtInDomainDefinedAttributes = [] }: ORName): boolean {
  const names = extensionAttributes.map(({ extensionAttributeValue }) => extensionAttributeValue);
  return (
    names.some((name) => typeof name === 'string' && isGuid(name)) ||
    builtInDomainDefinedAttributes.some(({ type }) => type === 'MSXCHNGE')
  );
}

/** Country, administration domain and private domain. Capitals and small letters are the same. X.402 (06/1999) 18.3. */
function attributesOf({ country, administrationDomain, privateDomain }: Domain): string[] {
  const all = [country, administrationDomain, ...(privateDomain === undefined ? [] : [privateDomain])];
  return all.map(comparable);
}

function attributesOfName({ builtInStandardAttributes: standard }: ORName): (string | undefined)[] {
  const { countryName, administrationDomainName, privateDomainName } = standard;
  const values = [
    countryName?.iso3166Alpha2Code ?? countryName?.x121DccCode,
    administrationDomainName?.printable ?? administrationDomainName?.numeric,
    privateDomainName?.printable ?? privateDomainName?.numeric,
  ];
  return values.map((value) => (value === undefined ? undefined : comparable(value)));
}

function comparable(value: string): string {
  return value.trim().toLowerCase();
}
