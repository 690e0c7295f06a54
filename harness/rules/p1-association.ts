import {
  BindError,
  BindInvoke,
  BindResult,
  MTABindArgument,
  MTABindError,
  MTABindResult,
  MTSAPDU,
  oid,
} from '../p1/index.js';
import type { UserTypes } from '../stack/association/events.js';

/** The types of P1, for the stack's observers, which know none. X.419 clause 13. */
export const p1UserTypes: UserTypes = {
  apdu: MTSAPDU,
  bind: {
    normal: { argument: BindInvoke, result: BindResult, error: BindError },
    x410: { argument: MTABindArgument, result: MTABindResult, error: MTABindError },
  },
  abstractSyntax: oid.idAsMtse,
  rtseAbstractSyntax: oid.idAsMtaRtse,
};
