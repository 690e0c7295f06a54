import type { Decoded } from '../asn1/decoded.js';
import { type Json, toJson } from '../asn1/json.js';
import { concat, toHex } from '../ber/octets.js';
import type { Endpoint } from '../link/events.js';
import type { AssociationEvent, Mode, Outcome, Refusal, Transfer } from '../stack/association/events.js';
import type { Direction } from '../stack/direction.js';
import type { ObservedEvent } from '../transcript/observe.js';

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
  readonly #byConnection = new Map<number, ShownAssociation>();
  readonly #content = new Map<Transfer, { parts: Uint8Array[]; kept: number }>();

  constructor(options: ShowOptions = {}) {
    this.#options = options;
  }

  push(event: ObservedEvent): void {
    if (event.kind === 'open') {
      const { connection, initiator, responder } = event;
      const association: ShownAssociation = {
        connection,
        initiator,
        responder,
        mode: undefined,
        argument: undefined,
        result: undefined,
        error: undefined,
        apdus: [],
        outcome: 'incomplete',
        events: [],
      };
      this.associations.push(association);
      this.#byConnection.set(connection, association);
      return;
    }
    const association = this.#byConnection.get(event.connection);
    if (association === undefined) return;
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
      case 'content':
        this.#keep(event.transfer, event.bytes);
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
    const held = this.#content.get(event.transfer);
    this.#content.delete(event.transfer);
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
    associations: associations.map(({ mode, initiator, responder, argument, result, error, apdus, outcome }) => ({
      mode: mode ?? null,
      initiator,
      responder,
      bind: {
        argument: argument === undefined ? null : toJson(argument),
        result: result === undefined ? null : toJson(result),
        error: error === undefined ? null : errorJson(error),
      },
      apdus: apdus.map(apduJson),
      outcome,
    })),
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
