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
      return [{ rule: 'BIND-001', when: 'always' }];
    case 'security-context':
      // P1 of 1984 has no security context.
      return [
        { rule: 'BIND-017', when: 'always', modes: P1_1988 },
        { rule: 'BIND-021', when: 'always', modes: ['x410-1984'] },
      ];
    case 'acse-user-info':
      return [{ rule: 'BIND-009', when: 'always', modes: ['normal'] }];
  }
}

function routingEmissions({ routingMessage, peerTest }: ExchangeOptions): Emits[] {
  const { enabled, contentType, recipientForm } = routingMessage;
  // Nobody who is not Exchange is configured as a routing group.
  if (!enabled || peerTest === 'never' || peerTest === 'config') return [];
  const when: Emits['when'] = peerTest === 'echo' ? 'echoed' : 'always';
  // A recipient that is only a directory name is not reached in 1984, and the packet stays.
  const modes = recipientForm === 'dn' ? { modes: P1_1988 } : {};
  const recipient: Emits[] = {
    'guid-cn': [{ rule: 'ADDR-006', when } as const],
    // Its last part is a GUID too.
    dn: ['ADDR-004', 'ADDR-006'].map((rule) => ({ rule, when, modes: P1_1988 }) as const),
    dda: [{ rule: 'ADDR-005', when } as const],
  }[recipientForm];
  return [
    ...recipient,
    ...(contentType === 'mdbef' ? [{ rule: 'BODY-001', when, ...modes }] : []),
    { rule: 'BODY-003', when, ...modes },
  ];
}

function messageEmissions({ bilateralInformation, privateExtension, mdbef }: ExchangeOptions): Emits[] {
  const { type } = privateExtension;
  return [
    ...(bilateralInformation ? [{ rule: 'ENV-010', when: 'always' } as const] : []),
    ...(type === 'object-identifier' ? [{ rule: 'ENV-007', when: 'always', modes: P1_1988 } as const] : []),
    ...(type === 'integer' ? [{ rule: 'ENV-008', when: 'always', modes: P1_1988 } as const] : []),
    ...(mdbef.messages ? [{ rule: 'BODY-001', when: 'always' } as const] : []),
    ...(mdbef.reports ? [{ rule: 'BODY-001', when: 'reporting', modes: P1_1988 } as const] : []),
  ];
}
