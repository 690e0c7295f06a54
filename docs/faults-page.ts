import {
  FAULT_LAYERS,
  type FaultAction,
  type FaultLayer,
  faultActions,
  faultKinds,
} from '../harness/link/faults/index.js';
import { table, WRITTEN } from '../harness/report/catalogue.js';

const UNITS: Readonly<Record<FaultLayer, string>> = {
  tcp: 'what is handed over at once',
  tpkt: 'a TPKT, RFC 1006',
  cotp: 'a TPDU, X.224',
  session: 'an SPDU, X.225',
  presentation: 'a PPDU, X.226; only in normal mode',
  acse: 'an APDU of ACSE, X.227; only in normal mode',
  rtse: 'an APDU of RTSE, X.228; in X.410 mode the user data of session',
  p1: 'the user data of RT-OPEN, or an MTS-APDU, X.411',
};

const DOES: readonly [FaultAction['kind'], fields: string, tcp: string, cotp: string, above: string][] = [
  [
    'drop',
    '',
    'it vanishes',
    'its TPKT vanishes',
    'its TSDU vanishes; of an MTS-APDU all slices, while the activity stays',
  ],
  ['delay', '`milliseconds`', 'it waits, and all behind it', 'the same', 'the same; an MTS-APDU where it begins'],
  [
    'truncate',
    '`octets`',
    'the rest vanishes',
    'the TPKT is as long as what is left',
    'lengths around it say what is left',
  ],
  [
    'corrupt',
    '`octet`, `mask`',
    'one octet is changed',
    'the same',
    'the same; of an MTS-APDU in whichever slice it stands',
  ],
  ['split', '`at`', 'two handovers', 'two DT', 'two DT; an RTTR or MTS-APDU: two RTTR, each in a DATA TRANSFER'],
  [
    'duplicate',
    '',
    'it comes twice',
    'its TPKT comes twice',
    'its TSDU comes twice; an MTS-APDU cannot be kept for that',
  ],
  ['abort', '', 'reset', 'a DR in its place, then close', 'an ABORT of the session provider in its place, then close'],
  ['close', '', 'FIN for both in its place', 'the same', 'the same'],
  ['halfClose', '', 'FIN for its receiver in its place', 'the same', 'the same'],
  ['reset', '', 'RST for both in its place', 'the same', 'the same'],
];

/** The faults of a link, as a page. */
export function faultsMarkdown(): string {
  const lines = [
    '# Faults',
    '',
    WRITTEN,
    '',
    'A plan of faults makes things go wrong on a link, at the same unit of the same layer in every run. It is plain data,',
    'and works on any link, at either end, in all modes:',
    '',
    '```ts',
    'const plan = new FaultPlan(',
    "  [{ direction: 'received', layer: 'session', kind: 'MINOR SYNC ACK', nth: 2, does: { kind: 'drop' } }],",
    '  clock,',
    ');',
    'const faulty = plan.apply(link);',
    '// … later: what took effect, and what never came about',
    'plan.hits;',
    'plan.unmet;',
    '```',
    '',
    '- `direction` says who sends the unit, as the side sees it that has the link: `sent` or `received`.',
    '- `kind` names units as their Recommendation does. Without it, any unit of the layer counts to which the thing can be',
    '  done.',
    '- `nth` is a number from 1 on, `every`, `{ first: n }` or `{ from: n }`. It counts what the sender sent, over all links',
    '  to which the plan was applied: no fault hides a unit from another one, or makes it count twice.',
    '- A fault that cannot be is an error with code `ERR_FAULT` when the plan is made.',
    '',
    '## Units',
    '',
    ...table(
      ['layer', 'a unit is', 'kinds', 'cannot be done'],
      FAULT_LAYERS.map((layer) => [`\`${layer}\``, UNITS[layer], faultKinds(layer).join(', '), impossible(layer)]),
    ),
    '',
    'An octet of a unit counts from 0, at the first octet of its own layer: of a TPKT its version, of an SPDU its SI, of an',
    'MTS-APDU its tag, however many slices it comes in. The PLEASE TOKENS or GIVE TOKENS that leads an SPDU is a unit only',
    'where it has a Token Item or user data. The user data of RT-OPEN is what stands in `open`, with its wrapper in normal',
    'mode. A transfer that is resumed is not counted again.',
    '',
    '## What a fault does',
    '',
    ...table(
      ['`does.kind`', 'with', 'at `tcp`, `tpkt`', 'at `cotp`', 'above'],
      DOES.map(([kind, fields, ...cells]) => [`\`${kind}\``, fields, ...cells]),
    ),
    '',
    '- Truncation leaves all layers below in order: length indicators, BER lengths, TPDUs and TPKTs fit what is left. Only',
    '  `tpkt` and `tcp` have nothing below them. TPDUs keep their sizes as far as there is data for them.',
    '- A unit that has no such octet is not hit; the plan tells of it as too short.',
    '- Where several faults hit one TSDU, they do so in the order of the plan, and behind one that takes it away no more do.',
    '- Behind `close`, `reset` and `abort` nothing passes either way; behind `halfClose` nothing of its direction.',
    '',
    '## What waits',
    '',
    'While a fault may still come, octets wait until their unit is whole: a TPKT, or a TSDU for what is above transport.',
    'They then pass in the pieces in which they came. At most one TSDU of a direction is held; one that is longer than 4 MiB',
    'passes without having been looked into above transport, and an MTS-APDU is never held. Octets that are no TPKTs pass as',
    'they are, and so do TSDUs that are no SPDUs. Over TCP, what is handed over at once is for the two systems to say: there',
    'the faults of `tcp` may hit other octets in another run; all others hit the same.',
  ];
  return `${lines.join('\n')}\n`;
}

function impossible(layer: FaultLayer): string {
  const all = faultActions(layer);
  return faultKinds(layer)
    .map((kind) => ({ kind, not: all.filter((action) => !faultActions(layer, kind).includes(action)) }))
    .filter(({ not }) => not.length > 0)
    .map(({ kind, not }) => `${kind}: ${not.join(', ')}`)
    .join('; ');
}
