import type { TypeRef } from '../asn1/types.js';
import {
  BindError,
  BindInvoke,
  BindResult,
  MTABindArgument,
  MTABindResult,
  MTSAPDU,
  MTSIdentifier,
  ORName,
  TraceInformation,
} from '../p1/index.js';
import { AcseApdu } from '../stack/acse/types.js';
import { CP, CPA, CPR, UserData } from '../stack/presentation/types.js';
import { RTOAC, RTORJ, RTORQ } from '../stack/rtse/types.js';

/** The types that a bare value can be shown as, by the Recommendations' names. */
export const nameTypes: ReadonlyMap<string, TypeRef> = new Map<string, TypeRef>([
  ['MTS-APDU', MTSAPDU],
  ['MTABindArgument', MTABindArgument],
  ['MTABindResult', MTABindResult],
  ['bind-invoke', BindInvoke],
  ['bind-result', BindResult],
  ['bind-error', BindError],
  ['ORName', ORName],
  ['MTSIdentifier', MTSIdentifier],
  ['TraceInformation', TraceInformation],
  ['ACSE-apdu', AcseApdu],
  ['RTORQ', RTORQ],
  ['RTOAC', RTOAC],
  ['RTORJ', RTORJ],
  ['CP-type', CP],
  ['CPA-PPDU', CPA],
  ['CPR-PPDU', CPR],
  ['User-data', UserData],
]);
