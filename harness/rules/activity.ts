import type { AssociationEvent } from '../stack/association/events.js';
import { type Direction, opposite } from '../stack/direction.js';
import { userDataLimit } from '../stack/session/limits.js';
import { defineRule, type PlainPlace, type Rule } from './rule.js';

// ENC, second part: how activities, synchronization points and the turn follow each other. X.225 Annex A, X.228 8.

const shall = { tier: 1, strength: 'shall' } as const;

type Spdu = Extract<AssociationEvent, { kind: 'spdu' }>['spdu'];

function placeOf({ kind, offset, length }: Spdu): PlainPlace {
  return { path: kind, layer: 'session', offset, length };
}

/** What one side's activity has come to; nothing where its start was not seen, or octets of it were lost. */
interface Activity {
  /** V(M): the serial number that is next. */
  next: number;
  /** V(A): the lowest that is unconfirmed. */
  unconfirmed: number;
  ended: boolean;
}

/** SPDUs whose serial number is judged. */
const NUMBERED: ReadonlySet<Spdu['kind']> = new Set<Spdu['kind']>([
  'MINOR SYNC POINT',
  'MINOR SYNC ACK',
  'ACTIVITY END',
  'ACTIVITY END ACK',
]);

/** The serial numbers of both sides' activities. X.225 Table A.4. */
class Serials {
  readonly #activities: Partial<Record<Direction, Activity>> = {};

  /** What is wrong with the serial number of this SPDU. */
  wrong(direction: Direction, spdu: Spdu): string | undefined {
    const { kind } = spdu;
    if (!NUMBERED.has(kind)) return undefined;
    const serial = spdu.serialNumber;
    const own = this.#activities[direction];
    const other = this.#activities[opposite(direction)];
    if (serial === undefined) return undefined;
    switch (kind) {
      case 'MINOR SYNC POINT':
      case 'ACTIVITY END':
        if (own === undefined || own.ended || serial === own.next) return undefined;
        return `${kind} ${serial}, where ${own.next} is next`;
      case 'MINOR SYNC ACK': {
        if (other === undefined) return undefined;
        const most = other.next - (other.ended ? 2 : 1);
        if (serial >= other.unconfirmed && serial <= most) return undefined;
        return `${kind} ${serial}, where ${unconfirmed(other.unconfirmed, most)}`;
      }
      case 'ACTIVITY END ACK':
        if (other?.ended !== true || serial === other.next - 1) return undefined;
        return `${kind} ${serial} of an activity that ended with ${other.next - 1}`;
      default:
        return undefined;
    }
  }

  follow(event: AssociationEvent): void {
    if (event.kind === 'gap') {
      delete this.#activities.i2r;
      delete this.#activities.r2i;
    } else if (event.kind === 'spdu') this.#spdu(event.direction, event.spdu);
  }

  #spdu(direction: Direction, spdu: Spdu): void {
    const { kind } = spdu;
    const own = this.#activities[direction];
    const other = this.#activities[opposite(direction)];
    switch (kind) {
      case 'ACTIVITY START':
      case 'ACTIVITY RESUME': {
        const next = kind === 'ACTIVITY START' ? 1 : (spdu.linking?.serialNumber ?? Number.NaN) + 1;
        delete this.#activities[opposite(direction)];
        if (Number.isNaN(next)) delete this.#activities[direction];
        else this.#activities[direction] = { next, unconfirmed: next, ended: false };
        break;
      }
      case 'MINOR SYNC POINT':
      case 'ACTIVITY END':
        if (own === undefined || own.ended) break;
        own.next = (spdu.serialNumber ?? own.next) + 1;
        own.ended = kind === 'ACTIVITY END';
        break;
      case 'MINOR SYNC ACK':
        if (other === undefined) break;
        other.unconfirmed = Math.max(other.unconfirmed, (spdu.serialNumber ?? 0) + 1);
        break;
      case 'ACTIVITY END ACK':
        delete this.#activities[opposite(direction)];
        break;
      case 'ACTIVITY INTERRUPT':
      case 'ACTIVITY DISCARD':
        delete this.#activities[direction];
        break;
      default:
        break;
    }
  }

  /** Points of this side that wait for their confirmation; the end of an activity is none of them. */
  outstanding(direction: Direction): number {
    const own = this.#activities[direction];
    return own === undefined || own.ended ? 0 : own.next - own.unconfirmed;
  }

  isOpen(direction: Direction): boolean {
    return this.#activities[direction]?.ended === false;
  }
}

function unconfirmed(least: number, most: number): string {
  if (least > most) return 'no point is unconfirmed';
  return least === most ? `${least} is unconfirmed` : `${least} to ${most} are unconfirmed`;
}

const serials = defineRule({
  ...shall,
  id: 'ENC-014',
  title: 'Serial numbers of an activity begin with 1 and follow each other, and what is confirmed was sent',
  clause: 'X.225 7.29, 7.35, Table A.4',
  rationale: 'A session that counts otherwise than its peer ends the association, or resumes at other octets.',
  start: ({ find }) => {
    const state = new Serials();
    return {
      kinds: ['spdu', 'gap'],
      watch: (event) => state.follow(event),
      on(event) {
        if (event.kind !== 'spdu') return;
        const wrong = state.wrong(event.direction, event.spdu);
        if (wrong !== undefined) find(placeOf(event.spdu), wrong);
      },
    };
  },
});

const turnInside = defineRule({
  ...shall,
  id: 'ENC-015',
  title: 'The turn is given between activities',
  clause: 'X.225 7.18, X.218 9.5',
  rationale: 'Inside an activity the peer has no state in which it could take the turn, and ends the association.',
  start: ({ find }) => {
    const state = new Serials();
    return {
      kinds: ['spdu', 'gap'],
      watch: (event) => state.follow(event),
      on(event) {
        if (event.kind !== 'spdu' || event.spdu.kind !== 'GIVE TOKENS CONFIRM') return;
        if (state.isOpen(event.direction)) find(placeOf(event.spdu), 'GIVE TOKENS CONFIRM inside an activity');
      },
    };
  },
});

/** Real MTAs do not keep to the window that they negotiate: it is told, and does not fail. */
const window = defineRule({
  id: 'ENC-023',
  title: 'No more points are unconfirmed than the window allows',
  tier: 3,
  strength: 'shall',
  clause: 'X.228 7.1',
  rationale: 'Who has room for no more of them may end the association; PP sends one too many.',
  start: ({ find }) => {
    const state = new Serials();
    let size: number | undefined;
    return {
      kinds: ['spdu', 'pdu', 'gap'],
      watch(event) {
        state.follow(event);
        if (event.kind !== 'pdu' || (event.name !== 'RTOAC' && event.name !== 'PAccept')) return;
        const apdu = event.name === 'RTOAC' ? event.decoded : event.decoded.get('pUserData');
        const value = apdu?.get('windowSize')?.primitive ?? 3;
        size = typeof value === 'number' ? value : undefined;
      },
      on(event) {
        if (event.kind !== 'spdu' || event.spdu.kind !== 'MINOR SYNC POINT' || size === undefined) return;
        const before = state.outstanding(event.direction);
        // It is itself unconfirmed from now on.
        if (before < size || !state.isOpen(event.direction)) return;
        find(placeOf(event.spdu), `${before + 1} unconfirmed points, where ${size} are negotiated`);
      },
    };
  },
});

const lastPoint = defineRule({
  id: 'ENC-024',
  title: 'No minor synchronization point stands behind the last slice',
  tier: 3,
  strength: 'should',
  clause: 'X.228 8.3',
  rationale:
    'The end of the activity is itself the point that is confirmed; one more costs a window and secures nothing.',
  start: ({ find }) => {
    const last: Partial<Record<Direction, Spdu>> = {};
    return {
      kinds: ['spdu'],
      on(event) {
        if (event.kind !== 'spdu') return;
        const { direction, spdu } = event;
        const before = last[direction];
        if (spdu.kind === 'ACTIVITY END' && before?.kind === 'MINOR SYNC POINT') {
          find(placeOf(before), 'a minor synchronization point with nothing behind it');
        }
        if (CARRIES.has(spdu.kind)) last[direction] = spdu;
      },
    };
  },
});
/** What makes an activity, beside what passes while it is open. */
const CARRIES: ReadonlySet<Spdu['kind']> = new Set<Spdu['kind']>([
  'ACTIVITY START',
  'ACTIVITY RESUME',
  'DATA TRANSFER',
  'MINOR SYNC POINT',
  'ACTIVITY END',
]);

/** ISODE lets the holder of the turn release, and a session asks for no more. */
const release = defineRule({
  id: 'ENC-025',
  title: 'Who opened the association releases it',
  tier: 3,
  strength: 'shall',
  clause: 'X.218 9.2, X.228 8.2',
  rationale: 'A responder that wants to end waits for the release, or aborts; weak peers do not expect its FINISH.',
  start: ({ find }) => ({
    kinds: ['spdu'],
    on(event) {
      if (event.kind !== 'spdu' || event.spdu.kind !== 'FINISH' || event.direction === 'i2r') return;
      find(placeOf(event.spdu), 'FINISH of the responder');
    },
  }),
});

/** X.218 itself does not forbid the turn to pass in monologue: only the sender stays the same. */
const monologue = defineRule({
  id: 'ENC-026',
  title: 'In monologue one side alone sends',
  tier: 3,
  strength: 'shall',
  clause: 'X.218 3.5.12, 9.1',
  rationale: 'Where RTORQ names no dialogue mode it is monologue; a peer that took it so refuses what comes back.',
  start: ({ find }) => {
    let isMonologue = false;
    let sender: Direction | undefined;
    return {
      kinds: ['spdu', 'pdu'],
      watch(event) {
        if (event.kind === 'pdu' && (event.name === 'RTORQ' || event.name === 'PConnect')) {
          const apdu = event.name === 'RTORQ' ? event.decoded : event.decoded.get('pUserData');
          isMonologue = (apdu?.get('dialogueMode')?.primitive ?? 0) === 0;
        } else if (event.kind === 'spdu' && event.spdu.kind === 'ACTIVITY START') sender ??= event.direction;
      },
      on(event) {
        if (!isMonologue || event.kind !== 'spdu' || event.spdu.kind !== 'ACTIVITY START') return;
        if (sender !== undefined && sender !== event.direction) {
          find(placeOf(event.spdu), 'an activity of the other side, in monologue');
        }
      },
    };
  },
});

/** The parameters that carry user data; in RF the reason stands before it. */
const USER_DATA = [193, 194, 46, 50];

const userDataSize = defineRule({
  id: 'ENC-027',
  title: 'User data of an SPDU is within what its session version carries',
  tier: 3,
  strength: 'shall',
  clause: 'X.225 (1988) Annex D, X.225 6.3.5',
  rationale: 'In version 1 it is 512 octets, and 9 in an ABORT; stacks that read no more end the connection.',
  start: ({ find }) => {
    let version: 1 | 2 | undefined;
    return {
      kinds: ['spdu'],
      watch(event) {
        if (event.kind !== 'spdu') return;
        const { kind } = event.spdu;
        if (kind === 'CONNECT' || kind === 'ACCEPT') version = versionOf(event.spdu, version);
      },
      on(event) {
        if (event.kind !== 'spdu') return;
        const { spdu } = event;
        const { kind } = spdu;
        if (kind === 'UNKNOWN' || kind === 'DATA TRANSFER') return;
        const { userData } = spdu;
        if (userData === undefined) return;
        const limit = userDataLimit(kind, versionOf(spdu, version));
        // Where there is to be none at all, any is a leak and another rule's.
        if (limit === 0 || userData.length <= limit) return;
        const parameter = spdu.parameters.find(({ code }) => USER_DATA.includes(code));
        const { offset, length } = parameter ?? spdu;
        const message = `${userData.length} octets of user data in ${kind}, where ${limit} are allowed`;
        find({ path: `${kind}.userData`, layer: 'session', offset, length }, message);
      },
    };
  },
});

/** CONNECT and ACCEPT say themselves which versions they are of: with version 1 among those offered its limits hold. */
function versionOf(spdu: Spdu, before: 1 | 2 | undefined): 1 | 2 {
  const { kind } = spdu;
  if (kind === 'CONNECT') return ((spdu.versions ?? 1) & 1) === 0 ? 2 : 1;
  if (kind === 'ACCEPT') return spdu.version === 2 ? 2 : 1;
  return before ?? 2;
}

export const activityRules: readonly Rule[] = [
  serials,
  turnInside,
  window,
  lastPoint,
  release,
  monologue,
  userDataSize,
];
