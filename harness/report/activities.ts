import type { AssociationEvent, Transfer } from '../stack/association/events.js';
import { type Direction, opposite } from '../stack/direction.js';
import { ALL_TOKENS } from '../stack/session/constants.js';
import type { Spdu } from '../stack/session/spdu.js';

/** `open`: begun, and neither ended nor broken off as far as was seen; `ended`: not confirmed. */
export type ActivityOutcome = 'confirmed' | 'ended' | 'interrupted' | 'discarded' | 'broken' | 'open';

/** One activity, or several of the same transfer where it was resumed. X.218 9.3. */
export interface ShownActivity {
  /** Counts from 0 on the association. */
  readonly index: number;
  readonly direction: Direction;
  /** Activity identifier, in hexadecimal; the last one where it was resumed. */
  activity: string;
  /** Octets of user data that came. */
  octets: number;
  /** Octets were lost to the recording inside it. */
  lost: boolean;
  resumed: boolean;
  /** The last minor synchronization point that was sent, and the last that was confirmed; they count from 1. */
  checkpoints: number;
  confirmed: number;
  /** The codes of the receiver's exception reports. X.225 8.3.28.4. */
  readonly exceptions: number[];
  outcome: ActivityOutcome;
  /** Where it was resumed: in which connection it had broken off or been interrupted, and behind which point it goes on. */
  resumedFrom: { readonly connection: number; readonly checkpoint: number } | undefined;
  /** The connection in which it goes on, where the association ended inside it. */
  goesOnIn: number | undefined;
  /** The turn that it stands in, counted from 0. */
  readonly turn: number;
}

/** While one side holds the turn, which is the ownership of all session tokens. */
export interface ShownTurn {
  readonly holder: Direction;
  /** Priorities with which the holder had asked for it; empty for the first turn, and where it was given unasked. */
  readonly please: readonly number[];
}

/** Bit pairs of the Token Setting Item without the release token, which reliable transfer does not have. X.225 8.3.1.11. */
const TOKEN_PAIRS = 0x3f;

/** Follows activities and turns out of an association's events. */
export class ActivityCollector {
  readonly activities: ShownActivity[] = [];
  readonly turns: ShownTurn[] = [];
  /** Priorities asked for since the turn last changed hands, by who asked. */
  #please: Record<Direction, number[]> = { i2r: [], r2i: [] };
  #running: ShownActivity | undefined;

  on(event: AssociationEvent): void {
    switch (event.kind) {
      case 'spdu':
        this.#spdu(event.direction, event.spdu);
        break;
      case 'pdu':
        if (event.name === 'RTTP' && typeof event.decoded.primitive === 'number')
          this.#please[event.direction].push(event.decoded.primitive);
        break;
      case 'transfer':
        this.#transfer(event);
        break;
      case 'gap':
        if (this.#running?.direction === event.direction) this.#running.lost = true;
        break;
      case 'apdu': {
        const activity = this.activities[event.transfer.index];
        if (activity !== undefined) activity.octets = event.octets;
        break;
      }
      default:
        break;
    }
  }

  #spdu(direction: Direction, spdu: Spdu): void {
    const running = this.#running;
    switch (spdu.kind) {
      case 'ACCEPT':
        this.#given(firstHolder(spdu.tokenSetting ?? 0));
        break;
      case 'GIVE TOKENS CONFIRM':
        this.#given(opposite(direction));
        break;
      case 'GIVE TOKENS':
        // As the prefix of another SPDU it gives nothing. X.225 6.3.7.
        if (((spdu.tokenItem ?? 0) & ALL_TOKENS) === ALL_TOKENS) this.#given(opposite(direction));
        break;
      case 'PLEASE TOKENS':
        // No user data is priority 0. X.218 9.4.1.1.
        if (spdu.userData === undefined && spdu.tokenItem !== undefined) this.#please[direction].push(0);
        break;
      case 'MINOR SYNC POINT':
        if (running !== undefined) running.checkpoints = spdu.serialNumber ?? running.checkpoints + 1;
        break;
      case 'MINOR SYNC ACK':
        if (running !== undefined) running.confirmed = spdu.serialNumber ?? running.confirmed;
        break;
      case 'EXCEPTION DATA':
        if (running !== undefined && spdu.reason !== undefined) running.exceptions.push(spdu.reason);
        break;
      default:
        break;
    }
  }

  #given(holder: Direction | undefined): void {
    if (holder === undefined) return;
    this.turns.push({ holder, please: this.#please[holder] });
    this.#please[holder] = [];
  }

  #transfer({ transfer, phase, octets, goesOnIn }: AssociationEvent & { kind: 'transfer' }): void {
    const { index, direction, activity, resumed, from } = transfer;
    if (phase === 'started') {
      this.activities[index] ??= this.#begun(transfer);
      const resumedFrom = from === undefined ? undefined : { connection: from.connection, checkpoint: from.serial };
      Object.assign(this.activities[index], { activity, resumed, resumedFrom, outcome: 'open' });
      this.#running = this.activities[index];
      return;
    }
    const shown = this.activities[index];
    if (shown === undefined || shown.direction !== direction || phase === 'exception') return;
    if (phase === 'broken' && octets !== undefined) shown.octets = octets;
    shown.goesOnIn = goesOnIn ?? shown.goesOnIn;
    // What becomes of it later, elsewhere or never, does not change how it ended here.
    if (phase !== 'continued' && phase !== 'lapsed') shown.outcome = phase;
    if (phase !== 'ended') this.#running = undefined;
  }

  #begun({ index, direction, activity, resumed }: Transfer): ShownActivity {
    return {
      index,
      direction,
      activity,
      octets: 0,
      lost: false,
      resumed,
      checkpoints: 0,
      confirmed: 0,
      exceptions: [],
      outcome: 'open',
      resumedFrom: undefined,
      goesOnIn: undefined,
      turn: Math.max(0, this.turns.length - 1),
    };
  }
}

/**
 * Who has the first turn by a Token Setting Item; undefined where the tokens are split, or the called user is to choose.
 * ACCEPT repeats what CONNECT set, or chooses. X.225 8.3.1.11, 8.3.4.11.
 */
export function firstHolder(setting: number): Direction | undefined {
  const tokens = setting & TOKEN_PAIRS;
  if (tokens === 0) return 'i2r';
  return tokens === (ALL_TOKENS & TOKEN_PAIRS) ? 'r2i' : undefined;
}
