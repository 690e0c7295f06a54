import * as p1 from '../p1/index.js';
import type { UserTypes } from '../stack/association/events.js';

/** P1 as the association observer wants it: the stack itself knows no P1. X.419, X.411. */
export const p1UserTypes: UserTypes = {
  apdu: p1.MTSAPDU,
  bind: {
    normal: { argument: p1.BindInvoke, result: p1.BindResult, error: p1.BindError },
    x410: { argument: p1.MTABindArgument, result: p1.MTABindResult, error: p1.MTABindError },
  },
  abstractSyntax: p1.oid.idAsMtse,
  rtseAbstractSyntax: p1.oid.idAsMtaRtse,
};
