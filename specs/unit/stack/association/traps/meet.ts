import { concat, Octets } from '../../../../../harness/ber/octets.js';
import type { Mode } from '../../../../../harness/stack/association/events.js';
import type { AssociationMachine } from '../../../../../harness/stack/association/machine.js';
import type { OpenRequest, ServiceEvent } from '../../../../../harness/stack/association/service.js';
import { dataHeader } from '../../../../../harness/stack/cotp/codec.js';
import type { Direction } from '../../../../../harness/stack/direction.js';
import { decodeTsdu } from '../../../../../harness/stack/session/decode.js';
import { encodeTpkt } from '../../../../../harness/stack/tpkt/codec.js';
import { type AssociationScript, association, type Sent } from '../../../rules/support/association.js';
import { accepting, bindFor, machine, START, tsdus } from '../support.js';

export type Role = 'initiator' | 'responder';

/** What one of our machines made of what it was sent, and what it said to it. */
export interface Meeting {
  readonly machine: AssociationMachine;
  readonly events: readonly ServiceEvent[];
  /** SPDUs, without the tokens in front of them. */
  readonly answers: readonly string[];
  /** TSDUs in hexadecimal. */
  readonly said: readonly string[];
  readonly output: readonly Uint8Array[];
}

/** The side that a machine of this role listens to. */
export const otherSide = (role: Role): Direction => (role === 'responder' ? 'i2r' : 'r2i');

type React = (event: ServiceEvent, own: AssociationMachine) => void;

/** Lets one of our machines, in a role, hear the other side of a scripted association. */
export function meet(
  role: Role,
  script: AssociationScript,
  change: (sent: readonly Sent[]) => readonly Sent[] = (sent) => sent,
  react: React = accepting,
): Meeting {
  return hear(role, script.mode, change(association(script).filter(({ direction }) => direction === otherSide(role))), {
    react,
  });
}

/** The same, of an association that was recorded or made as a whole. */
export function hear(
  role: Role,
  mode: Mode = 'normal',
  sent: readonly Sent[] = [],
  { react = accepting, request = {} }: { readonly react?: React; readonly request?: Partial<OpenRequest> } = {},
): Meeting {
  const modes: Mode[] = role === 'responder' ? ['normal', 'x410-1988', 'x410-1984'] : [mode];
  // The script answers a CR with reference 1.
  const random = (length: number) => Uint8Array.from({ length }, (_, i) => (i === length - 1 ? 1 : 0));
  const own = machine(role, { modes, random });
  const events: ServiceEvent[] = [];
  const output: Uint8Array[] = [];
  const settle = () => {
    for (let some = own.takeEvents(); some.length > 0; some = own.takeEvents()) {
      for (const event of some) {
        events.push(event);
        react(event, own);
      }
    }
    output.push(...own.takeOutput());
  };
  if (role === 'initiator') {
    const userData = bindFor(mode).argument;
    own.open({
      userData,
      dialogueMode: 'twa',
      initialTurn: 'responder',
      checkpointSize: 63,
      windowSize: 5,
      ...request,
    });
  }
  own.connected(START);
  for (const { direction, octets } of sent) {
    if (direction !== otherSide(role)) continue;
    own.receive(octets, START);
    settle();
  }
  const said = tsdus(output);
  const answers = said.map((hex) => decodeTsdu(Octets.of(Buffer.from(hex, 'hex'))).spdus.at(-1)?.kind ?? '?');
  return { machine: own, events, answers, said, output };
}

/** The TSDU of a TPKT that has all of one; undefined of a CR or CC. */
export function tsduOf({ octets }: Sent): Uint8Array | undefined {
  return octets[5] === 0xf0 ? octets.subarray(7) : undefined;
}

/** Other octets for the TSDUs of some SPDUs. */
export function tsduChanged(change: (tsdu: Uint8Array, what: string) => readonly Uint8Array[]) {
  return (sent: readonly Sent[]): Sent[] =>
    sent.flatMap((each) => {
      const tsdu = tsduOf(each);
      if (tsdu === undefined) return [each];
      return change(tsdu, each.what).map((octets) => ({
        ...each,
        octets: encodeTpkt(concat([dataHeader(true), octets])),
      }));
    });
}

/** Each TSDU in DT TPDUs of so many octets, the last of them empty where it is to be. */
export function inTpdus(size: number, emptyLast = false) {
  return (sent: readonly Sent[]): Sent[] =>
    sent.flatMap((each) => {
      const tsdu = tsduOf(each);
      if (tsdu === undefined) return [each];
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < tsdu.length; at += size) pieces.push(tsdu.subarray(at, at + size));
      if (emptyLast) pieces.push(new Uint8Array(0));
      return pieces.map((piece, i) => ({
        ...each,
        octets: encodeTpkt(concat([dataHeader(i === pieces.length - 1), piece])),
      }));
    });
}
