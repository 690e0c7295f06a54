import { compile } from '../../../../harness/asn1/compile.js';
import type { TypeRef } from '../../../../harness/asn1/types.js';
import { type BerForm, writeBer } from '../../../../harness/ber/writer.js';
import { MTSAPDU } from '../../../../harness/p1/index.js';
import { External } from '../../../../harness/stack/acse/types.js';
import type { Mode } from '../../../../harness/stack/association/events.js';
import type { Direction } from '../../../../harness/stack/direction.js';
import { AbortType, CP, CPA, CPR, UserData } from '../../../../harness/stack/presentation/types.js';
import { AbortInformation, PAccept, PConnect, PRefuse, RTTP } from '../../../../harness/stack/rtse/types.js';
import type { SpduDescription } from '../../../../harness/stack/session/encode.js';
import { type AssociationScript, association, type Sent } from '../support/association.js';
import { Builder, type Fullness } from './builder.js';
import { normalProfile, type Profile, x410Profile } from './profile.js';

/** A value that travels in a mode: what the declarations say it is, and how an association brings it. */
export interface Root {
  /** The SPDU whose user data it is, or TRANSFER. */
  readonly name: string;
  readonly type: TypeRef;
  /** Who sends it. */
  readonly directions: readonly Direction[];
  /** How many of them one association can bring. */
  readonly batch: number;
  /** A whole association that brings these values in the place of its own. */
  readonly carry: (values: readonly Uint8Array[], direction: Direction) => Carried;
}
export interface Carried {
  readonly sent: readonly Sent[];
  /** The TPKTs of each value, as indices of `sent`. */
  readonly places: readonly number[];
}

/** All that the injector needs to know of a mode. */
export interface Carrier {
  readonly mode: Mode;
  readonly profile: Profile;
  readonly roots: readonly Root[];
}

/** The octets of a root's clean value. */
export function cleanValue(carrier: Carrier, root: Root, fullness?: Fullness, form?: BerForm): Uint8Array {
  return writeBer(new Builder(carrier.profile, fullness).value(compile(root.type), root.name), form);
}

/** Of one association: the user data of the SPDUs of this kind are these values. */
function withUserData(kind: string, values: readonly Uint8Array[]): Pick<AssociationScript, 'spdu'> {
  let next = 0;
  return {
    spdu: (description: SpduDescription) => {
      if (description.kind !== kind) return description;
      const userData = values[next];
      next += 1;
      return userData === undefined ? description : { ...description, userData };
    },
  };
}

function carried(sent: readonly Sent[], what: string): Carried {
  return { sent, places: sent.flatMap((each, i) => (each.what === what ? [i] : [])) };
}

/** A root of which an association brings one. */
function once(name: string, spdu: string, type: TypeRef, direction: Direction, script: AssociationScript = {}): Root {
  const carry: Root['carry'] = (values, sender) => {
    const sent = association({ ...script, ...withUserData(spdu, values) });
    // An abort may come from either side.
    const turned = sent.map((each) => (each.what === 'ABORT' ? { ...each, direction: sender } : each));
    return carried(spdu === 'ABORT' ? turned : sent, spdu);
  };
  return { name, type, directions: spdu === 'ABORT' ? ['i2r', 'r2i'] : [direction], batch: 1, carry };
}

const BATCH = 100;

const data: Root = {
  name: 'DATA',
  type: UserData,
  directions: ['i2r', 'r2i'],
  batch: BATCH,
  carry: (values, direction) => {
    const transfers = values.map(() => ({ apdu: new Uint8Array(), direction }));
    return carried(association({ transfers, ...withUserData('DATA TRANSFER', values) }), 'DATA TRANSFER');
  },
};

const transfer: Root = {
  name: 'TRANSFER',
  type: External,
  directions: ['i2r', 'r2i'],
  batch: BATCH,
  carry: (values, direction) => {
    let next = 0;
    const sent = association({
      transfers: values.map(() => ({ apdu: new Uint8Array(), direction })),
      edit: (pdu, tree) => {
        if (pdu !== 'EXTERNAL') return tree;
        next += 1;
        return { raw: values[next - 1] as Uint8Array };
      },
    });
    return carried(sent, 'DATA TRANSFER');
  },
};

const refused: AssociationScript = { error: Uint8Array.of(0xb2, 3, 2, 1, 0) };

/** An RTTR is a slice of an EXTERNAL: what stands there is a clean one. */
const clean = writeBer(new Builder(normalProfile).value(compile(External), 'TRANSFER'));

export const normalCarrier: Carrier = {
  mode: 'normal',
  profile: {
    ...normalProfile,
    samples: [[/^DATA\..*singleASN1Type$/, clean], ...normalProfile.samples],
  },
  roots: [
    once('CONNECT', 'CONNECT', CP, 'i2r'),
    once('ACCEPT', 'ACCEPT', CPA, 'r2i'),
    once('REFUSE', 'REFUSE', CPR, 'r2i', refused),
    once('ABORT', 'ABORT', AbortType, 'i2r', { ending: 'abort' }),
    once('FINISH', 'FINISH', UserData, 'i2r'),
    once('DISCONNECT', 'DISCONNECT', UserData, 'r2i'),
    once('PLEASE', 'PLEASE TOKENS', UserData, 'r2i', { turnPlease: true }),
    data,
    transfer,
  ],
};

/** The slices of an activity are the APDU, and nothing stands around them. X.226 8.4.3.2. */
function bareTransfer(mode: Mode): Root {
  return {
    name: 'TRANSFER',
    type: MTSAPDU,
    directions: ['i2r', 'r2i'],
    batch: BATCH,
    carry: (values, direction) =>
      carried(association({ mode, transfers: values.map((apdu) => ({ apdu, direction })) }), 'DATA TRANSFER'),
  };
}

export function x410Carrier(mode: 'x410-1984' | 'x410-1988'): Carrier {
  return {
    mode,
    profile: x410Profile(mode),
    roots: [
      once('CONNECT', 'CONNECT', PConnect, 'i2r', { mode }),
      once('ACCEPT', 'ACCEPT', PAccept, 'r2i', { mode }),
      once('REFUSE', 'REFUSE', PRefuse, 'r2i', { mode, error: Uint8Array.of(0x80, 1, 2) }),
      once('ABORT', 'ABORT', AbortInformation, 'i2r', { mode, ending: 'abort' }),
      once('PLEASE', 'PLEASE TOKENS', RTTP, 'r2i', { mode, turnPlease: true }),
      bareTransfer(mode),
    ],
  };
}

export const carriers: readonly Carrier[] = [normalCarrier, x410Carrier('x410-1988'), x410Carrier('x410-1984')];
