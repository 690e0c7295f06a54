import type { Mode } from '../stack/association/events.js';
import type { ExchangeOptions } from './exchange.js';
import type { Emits } from './expectation.js';

/** The modes that carry P1 of 1988. */
const P1_1988: readonly Mode[] = ['normal', 'x410-1988'];

/** The rules that find what an Exchange with these options sends, facing an MTA that is not Exchange. */
export function exchangeEmissions(options: ExchangeOptions): Emits[] {
  return [...markerEmissions(options), ...routingEmissions(options), ...messageEmissions(options)];
}

function markerEmissions({ bindMarker }: ExchangeOptions): Emits[] {
  switch (bindMarker.place) {
    case 'none':
      return [];
    case 'extra-tag-in-set':
    case 'credentials':
      return [{ rule: 'BIND-001', when: 'always', as: 'marked bind' }];
    case 'security-context':
      // P1 of 1984 has no security context.
      return [
        { rule: 'BIND-017', when: 'always', modes: P1_1988, as: 'marked bind' },
        { rule: 'BIND-021', when: 'always', modes: ['x410-1984'], as: 'marked bind' },
      ];
    case 'acse-user-info':
      return [{ rule: 'BIND-009', when: 'always', modes: ['normal'], as: 'marked bind' }];
  }
}

function routingEmissions({ routingMessage, peerTest }: ExchangeOptions): Emits[] {
  const { enabled, contentType, recipientForm } = routingMessage;
  // Nobody who is not Exchange is configured as a routing group.
  if (!enabled || peerTest === 'never' || peerTest === 'config') return [];
  const when: Emits['when'] = peerTest === 'echo' ? 'echoed' : 'always';
  // A recipient that is only a directory name is not reached in 1984, and the packet stays.
  const modes = recipientForm === 'dn' ? { modes: P1_1988 } : {};
  const recipient = {
    'guid-cn': ['ADDR-006'],
    // Its last part is a GUID too.
    dn: ['ADDR-004', 'ADDR-006'],
    dda: ['ADDR-005'],
  }[recipientForm];
  const rules = [...recipient, ...(contentType === 'mdbef' ? ['BODY-001'] : []), 'BODY-003'];
  return rules.map((rule) => ({ rule, when, ...modes, as: 'routing packet' }));
}

function messageEmissions({ bilateralInformation, privateExtension, mdbef }: ExchangeOptions): Emits[] {
  const { type, criticality } = privateExtension;
  const as = criticality.length > 0 ? 'critical extension' : 'private extension';
  return [
    ...(bilateralInformation ? [{ rule: 'ENV-010', when: 'always', as: 'bilateral information' } as const] : []),
    ...(type === 'object-identifier' ? [{ rule: 'ENV-007', when: 'always', modes: P1_1988, as } as const] : []),
    ...(type === 'integer' ? [{ rule: 'ENV-008', when: 'always', modes: P1_1988, as } as const] : []),
    ...(mdbef.messages ? [{ rule: 'BODY-001', when: 'always' } as const] : []),
    ...(mdbef.reports ? [{ rule: 'BODY-001', when: 'reporting', modes: P1_1988 } as const] : []),
  ];
}
