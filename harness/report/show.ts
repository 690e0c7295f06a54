import type { Decoded } from '../asn1/decoded.js';
import { type Json, toJson } from '../asn1/json.js';
import { concat, toHex } from '../ber/octets.js';
import type { Endpoint } from '../link/events.js';
import {
  type AssociationEvent,
  type Mode,
  type Outcome,
  type Refusal,
  type Transfer,
  wholeOf,
} from '../stack/association/events.js';
import type { Direction } from '../stack/direction.js';
import type { ObservedEvent } from '../transcript/observe.js';
import { ActivityCollector, type ShownActivity, type ShownTurn } from './activities.js';

export type ApduKind = 'message' | 'probe' | 'report';

export interface ShownApdu {
  readonly kind: ApduKind | 'unknown';
  readonly direction: Direction;
  readonly decoded: Decoded | undefined;
  readonly complete: boolean;
  /** Content octets in all, and the first of them, up to the limit. */
  readonly contentOctets: number;
  readonly content: Uint8Array | undefined;
}

/** One association as `show` tells it. */
export interface ShownAssociation {
  readonly connection: number;
  readonly initiator: Endpoint;
  readonly responder: Endpoint;
  mode: Mode | undefined;
  argument: Decoded | undefined;
  result: Decoded | undefined;
  error: { decoded: Decoded | undefined; refusal: Refusal } | undefined;
  readonly apdus: ShownApdu[];
  /** Why what it carries is another application's and not P1. */
  notP1: string | undefined;
  readonly activities: readonly ShownActivity[];
  readonly turns: readonly ShownTurn[];
  outcome: Outcome;
  /** Everything that was seen, in order; kept only where asked for. */
  readonly events: AssociationEvent[];
}

export interface ShowOptions {
  /** Content octets of one APDU to keep; default 64 KiB. */
  readonly contentLimit?: number;
  /** Whether to keep the events, for the ladder and the tree. */
  readonly keepEvents?: boolean;
}

const CONTENT_LIMIT = 64 * 1024;

/** Gathers associations out of a stream of observed events. */
export class ShowCollector {
  readonly associations: ShownAssociation[] = [];
  readonly #options: ShowOptions;
  readonly #byConnection = new Map<number, { association: ShownAssociation; activities: ActivityCollector }>();
  readonly #content = new Map<Transfer, { parts: Uint8Array[]; kept: number }>();

  constructor(options: ShowOptions = {}) {
    this.#options = options;
  }

  push(event: ObservedEvent): void {
    if (event.kind === 'open') {
      const { connection, initiator, responder } = event;
      const activities = new ActivityCollector();
      const association: ShownAssociation = {
        connection,
        initiator,
        responder,
        mode: undefined,
        argument: undefined,
        result: undefined,
        error: undefined,
        apdus: [],
        notP1: undefined,
        activities: activities.activities,
        turns: activities.turns,
        outcome: 'incomplete',
        events: [],
      };
      this.associations.push(association);
      this.#byConnection.set(connection, { association, activities });
      return;
    }
    const { association, activities } = this.#byConnection.get(event.connection) ?? {};
    if (association === undefined || activities === undefined) return;
    activities.on(event);
    if (this.#options.keepEvents === true && event.kind !== 'content') association.events.push(event);
    this.#note(association, event);
  }

  #note(association: ShownAssociation, event: AssociationEvent): void {
    switch (event.kind) {
      case 'mode':
        association.mode = event.mode;
        break;
      case 'bind':
        if (event.phase === 'error') association.error = { decoded: event.decoded, refusal: event.refusal };
        else association[event.phase] = event.decoded;
        break;
      case 'foreignApplication':
        association.notP1 = event.message;
        break;
      case 'content':
        this.#keep(wholeOf(event.transfer), event.bytes);
        break;
      case 'apdu':
        association.apdus.push(this.#apdu(event));
        break;
      case 'end':
        association.outcome = event.outcome;
        break;
      default:
        break;
    }
  }

  #keep(transfer: Transfer, bytes: Uint8Array): void {
    const limit = this.#options.contentLimit ?? CONTENT_LIMIT;
    const held = this.#content.get(transfer) ?? { parts: [], kept: 0 };
    this.#content.set(transfer, held);
    if (held.kept >= limit) return;
    const part = bytes.slice(0, limit - held.kept);
    held.parts.push(part);
    held.kept += part.length;
  }

  #apdu(event: AssociationEvent & { kind: 'apdu' }): ShownApdu {
    const transfer = wholeOf(event.transfer);
    const held = this.#content.get(transfer);
    this.#content.delete(transfer);
    const { direction, decoded, complete, contentOctets } = event;
    const content = held === undefined ? undefined : concat(held.parts);
    return { kind: apduKind(decoded), direction, decoded, complete, contentOctets, content };
  }
}

function apduKind(decoded: Decoded | undefined): ApduKind | 'unknown' {
  const name = decoded?.children[0]?.name;
  return name === 'message' || name === 'probe' || name === 'report' ? name : 'unknown';
}

/** `show --json`. */
export function showJson(associations: readonly ShownAssociation[]): Json {
  return {
    associations: associations.map(associationJson),
  };
}

function associationJson(association: ShownAssociation): Json {
  const { mode, initiator, responder, argument, result, error, apdus, notP1, activities, turns, outcome } = association;
  return {
    mode: mode ?? null,
    initiator,
    responder,
    bind: {
      argument: argument === undefined ? null : toJson(argument),
      result: result === undefined ? null : toJson(result),
      error: error === undefined ? null : errorJson(error),
    },
    apdus: apdus.map(apduJson),
    ...(notP1 === undefined ? {} : { notP1 }),
    activities: activities.map(activityJson),
    turns: turns.map(({ holder, please }, turn) => ({
      holder: holder === 'i2r' ? 'initiator' : 'responder',
      please: [...please],
      activities: activities.filter((each) => each.turn === turn).map(({ index }) => index),
    })),
    outcome,
  };
}

function activityJson(shown: ShownActivity): Json {
  const { index, direction, activity, octets, checkpoints, confirmed, outcome, lost, resumed, exceptions } = shown;
  const { resumedFrom, goesOnIn } = shown;
  return {
    index,
    direction,
    activity,
    octets,
    checkpoints,
    confirmed,
    outcome,
    ...(lost ? { lost } : {}),
    ...(resumed ? { resumed } : {}),
    ...(resumedFrom === undefined ? {} : { resumedFrom: { ...resumedFrom } }),
    ...(goesOnIn === undefined ? {} : { goesOnIn }),
    ...(exceptions.length > 0 ? { exceptions: [...exceptions] } : {}),
  };
}

/** An MTABindError is its number; where none can be decoded, who refused and why. */
function errorJson({ decoded, refusal }: NonNullable<ShownAssociation['error']>): Json {
  const value = decoded === undefined ? null : toJson(decoded);
  return value ?? { refusedBy: refusal.layer, reason: refusal.reason ?? null };
}

function apduJson(apdu: ShownApdu): Json {
  const value = apdu.decoded?.children[0];
  return {
    kind: apdu.kind,
    direction: apdu.direction,
    value: value === undefined ? null : withContent(toJson(value), apdu),
    ...(apdu.complete ? {} : { complete: false }),
    ...(apdu.content !== undefined && apdu.content.length < apdu.contentOctets
      ? { contentOctets: apdu.contentOctets }
      : {}),
  };
}

/** Content is no part of the decoded value: it is put back where the declaration has it. */
function withContent(value: Json, apdu: ShownApdu): Json {
  if (apdu.content === undefined || value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const content = toHex(apdu.content);
  if (apdu.kind === 'message') return { ...value, content };
  const report = value.content;
  if (report === null || typeof report !== 'object' || Array.isArray(report)) return value;
  return { ...value, content: { ...report, returnedContent: content } };
}
