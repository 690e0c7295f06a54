import type { Frame } from './frame.js';

const IPV4 = 0x0800;
const IPV6 = 0x86dd;
/** 802.1Q, 802.1ad and the older tag of stacked VLANs. */
const VLAN = new Set([0x8100, 0x88a8, 0x9100]);

/** LINKTYPE_ values that are understood. */
export const LINK_TYPE = {
  null: 0,
  ethernet: 1,
  rawBsd: 12,
  rawOpenBsd: 14,
  raw: 101,
  loop: 108,
  linuxCooked: 113,
  ipv4: 228,
  ipv6: 229,
  linuxCooked2: 276,
} as const;

/** Where the IP header of a frame begins; undefined if it carries no IP or its link type is not known. */
export function ipStart(frame: Frame): number | undefined {
  const { start } = frame;
  switch (frame.linkType) {
    case LINK_TYPE.ethernet:
      return afterType(frame, start + 12, start + 14);
    case LINK_TYPE.rawBsd:
    case LINK_TYPE.rawOpenBsd:
    case LINK_TYPE.raw:
    case LINK_TYPE.ipv4:
    case LINK_TYPE.ipv6:
      return start;
    case LINK_TYPE.null:
    case LINK_TYPE.loop:
      // The family's numbers differ between systems: the version in the IP header tells as well.
      return start + 4;
    case LINK_TYPE.linuxCooked:
      return afterType(frame, start + 14, start + 16);
    case LINK_TYPE.linuxCooked2:
      return afterType(frame, start, start + 20);
    default:
      return undefined;
  }
}

function afterType(frame: Frame, typeAt: number, payloadAt: number): number | undefined {
  let at = typeAt;
  let payload = payloadAt;
  while (payload <= frame.end) {
    const type = frame.bytes.readUInt16BE(at);
    if (type === IPV4 || type === IPV6) return payload;
    if (!VLAN.has(type) || payload + 4 > frame.end) return undefined;
    at = payload + 2;
    payload += 4;
  }
  return undefined;
}
