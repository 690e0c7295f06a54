import { createHash } from 'node:crypto';

/** What an Exchange routing engine would tell of one organization, cut down to what the fake needs. */
export interface OrgInfo {
  readonly organization: string;
  /** Of the domain above the organization: `c=…;a=…;p=…`. */
  readonly country: string;
  readonly administrationDomain: string;
  readonly privateDomain: string;
  readonly groups: readonly RoutingGroup[];
}

export interface RoutingGroup {
  /** 32 hexadecimal digits. */
  readonly guid: string;
  readonly administrativeGroup: string;
  /** The routing group master's GUID. */
  readonly master: string;
  readonly version: readonly [major: number, minor: number, user: number];
  readonly members: readonly Member[];
  readonly connectors: readonly Connector[];
}

export interface Member {
  readonly guid: string;
  readonly connected: boolean;
  /** In the table as hexadecimal. */
  readonly build: number;
}

export interface Connector {
  readonly guid: string;
  readonly type: 'SMTP' | 'X400';
  readonly name: string;
  readonly addressSpace: string;
  readonly cost: number;
  readonly bridgehead: { readonly guid: string; readonly name: string };
  readonly up: boolean;
}

/** A text with the number of its octets before it, in hexadecimal: `{4}SMTP`. */
export function counted(text: string): string {
  return `{${Buffer.byteLength(text, 'latin1').toString(16)}}${text}`;
}

/** `01234567-89AB-…`, the form that addresses have. */
export function dashed(guid: string): string {
  const upper = guid.toUpperCase();
  return [8, 12, 16, 20, 32].map((end, i, ends) => upper.slice(ends[i - 1] ?? 0, end)).join('-');
}

/**
 * The OrgInfo packet: the link state table as text, in the published form (Microsoft, "Understanding OrgInfo Packet
 * Details", bb123663). The published dump prints octets that are no graphic characters as dots; here they are spaces,
 * and a line end behind the length and at the end: assumptions. The digest is of the table that follows it.
 */
export function orgInfoText(info: OrgInfo): string {
  const table = `(${info.groups.map((group) => ` ${groupText(info, group)}`).join('')})`;
  return packet(`${digestOf(table)} ${table}`);
}

/** Only the digest: what tells a routing engine that it has the same table. */
export function orgInfoDigest(info: OrgInfo): string {
  const table = `(${info.groups.map((group) => ` ${groupText(info, group)}`).join('')})`;
  return packet(digestOf(table));
}

/** The length, in eight digits, counts all that follows its closing brace. */
function packet(body: string): string {
  const rest = `\r\n${body}\r\n`;
  return `ORGINFO {${Buffer.byteLength(rest, 'latin1').toString(16).padStart(8, '0')}}${rest}`;
}

function digestOf(table: string): string {
  return createHash('md5').update(table, 'latin1').digest('hex');
}

function groupText(info: OrgInfo, group: RoutingGroup): string {
  const [major, minor, user] = group.version;
  const cn = dashed(group.guid);
  const domain = `c=${info.country};a=${info.administrationDomain};p=${info.privateDomain};o=${info.organization}`;
  const addresses = [
    `*.${cn}`,
    `${domain};cn=${cn};*`,
    `/o=${info.organization}/ou=${group.administrativeGroup}/*/${cn}`,
  ];
  return [
    group.guid,
    group.master,
    major.toString(16),
    minor.toString(16),
    user.toString(16),
    guidOf(`${info.organization}/${group.guid}`),
    ...addresses.map(counted),
    `( ${group.members.map(memberText).join(' ')} )`,
    `( ${group.connectors.map((connector) => connectorText(info, group, connector)).join(' ')} )`,
  ].join(' ');
}

function memberText({ guid, connected, build }: Member): string {
  return `${guid} ${connected ? 'YES' : 'NO'} 1 ${build.toString(16)} ${counted('0701000000000101')}`;
}

function connectorText(info: OrgInfo, group: RoutingGroup, connector: Connector): string {
  const { guid, type, name, addressSpace, cost, bridgehead, up } = connector;
  const place = `/o=${info.organization}/ou=${group.administrativeGroup}/cn=Configuration/cn=Connections/cn=${name}`;
  const config = `CONFIG ${counted(type)} ${counted(`_${guid}_S`)} {} ${counted(place)} 0 0 0 0 ffffffff ffffffff 0 1 0 () 0 () 0 ()`;
  const arrows = `ARROWS ( ${counted(type)} ${counted(addressSpace)} ${cost.toString(16)} )`;
  const bridgeheads = `BH ( ${bridgehead.guid} CONN_AVAIL ${counted(bridgehead.name)} ) TARGBH ()`;
  return `${guid} ( ${config} ${arrows} ${bridgeheads} STATE ${up ? 'UP' : 'DOWN'} )`;
}

/** A GUID for a name: the same name, the same GUID. */
export function guidOf(name: string): string {
  return createHash('md5').update(`p1spec:${name}`).digest('hex');
}

export interface OrgInfoSketch {
  readonly organization: string;
  readonly country?: string;
  readonly privateDomain?: string;
  readonly server: string;
  readonly build: number;
  /** Counted up where a link changes its state. */
  readonly version?: number;
  /** Octets that the text has at least; connectors are added until it has them. */
  readonly size?: number;
}

/** An organization of one routing group, with one member and as many connectors as `size` wants. */
export function sketchOrgInfo(sketch: OrgInfoSketch): OrgInfo {
  const { organization, server, build } = sketch;
  const master = guidOf(`${organization}/${server}`);
  const connector = (number: number): Connector => ({
    guid: guidOf(`${organization}/connector/${number}`),
    type: number === 1 ? 'X400' : 'SMTP',
    name: `Connector ${number}`,
    addressSpace: '*',
    cost: 1,
    bridgehead: { guid: master, name: `${server.toLowerCase()}.example.com` },
    up: true,
  });
  const withConnectors = (connectors: number): OrgInfo => ({
    organization,
    country: sketch.country ?? 'US',
    administrationDomain: ' ',
    privateDomain: sketch.privateDomain ?? organization,
    groups: [
      {
        guid: guidOf(`${organization}/First Routing Group`),
        administrativeGroup: 'First Administrative Group',
        master,
        version: [10, sketch.version ?? 0, 0],
        members: [{ guid: master, connected: true, build }],
        connectors: Array.from({ length: connectors }, (_, i) => connector(i + 1)),
      },
    ],
  });
  const least = orgInfoText(withConnectors(1)).length;
  const each = orgInfoText(withConnectors(2)).length - least;
  return withConnectors(1 + Math.max(0, Math.ceil(((sketch.size ?? 0) - least) / each)));
}
