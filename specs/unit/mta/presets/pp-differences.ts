import type { Difference } from '../../stack/association/recordings/compare.js';
import type { Fate } from './pp-player.js';

/** A way in which the preset answers otherwise than PP was recorded to, and why it may. */
export interface Explained {
  /** The cases, by their names. */
  readonly cases: RegExp;
  readonly step: string;
  readonly what: RegExp;
  /** What the two begin with; anything where absent. */
  readonly ours?: string;
  readonly theirs?: string;
  readonly why: string;
}

const ANSWER = /^the answer$/;

/** Each entry is met by a recording, and each difference by an entry. */
export const explained: readonly Explained[] = [
  {
    cases: /./,
    step: 'CC',
    what: /^(called|calling)Selector$/,
    why: 'We repeat the selectors of the CR in the CC; they are optional there (X.224 13.4).',
  },
  {
    cases: /./,
    step: 'ACCEPT',
    what: /^(RTOAC|PAccept\.pUserData)\.windowSize$/,
    ours: 'absent',
    theirs: '3',
    why: 'PP answers with the window of 3 though it is the default; we leave a default out.',
  },
  {
    cases: /^B06b?$/,
    step: 'ACCEPT',
    what: /^AARE\.applicationContextName$/,
    why: 'PP answers with whatever application context it was asked for; our stack with the one it speaks.',
  },
  {
    cases: /^B08c$/,
    step: 'ACCEPT',
    what: /^reference\.additional$/,
    why: 'PP repeats the additional reference in an ACCEPT; our stack the references that recovery needs.',
  },
  {
    cases: /^B19b?$/,
    step: 'REFUSE',
    what: ANSWER,
    ours: 'ACCEPT',
    theirs: 'REFUSE, reason 2',
    why: 'Selectors that PP was not configured with. A fake is addressed by its link alone.',
  },
  {
    cases: /^B21$/,
    step: 'DR',
    what: ANSWER,
    ours: 'CC',
    theirs: 'DR, reason 128',
    why: 'A transport selector on which nobody listens. A fake is addressed by its link alone.',
  },
  {
    cases: /^B22b?$/,
    step: 'ABORT',
    what: ANSWER,
    ours: 'REFUSE',
    theirs: 'ABORT',
    why: 'A CONNECT of a mode that is not spoken here: our stack refuses it in the form that its sender reads, PP aborts.',
  },
  {
    cases: /^B03$/,
    step: 'ABORT',
    what: ANSWER,
    ours: 'ACCEPT',
    theirs: 'ABORT',
    why: "PP's ACSE cannot read an octet-aligned EXTERNAL; ours reads past it.",
  },
  {
    cases: /^B04[bc]$/,
    step: 'REFUSE',
    what: ANSWER,
    ours: 'ACCEPT',
    theirs: 'REFUSE',
    why: "PP's ACSE refuses an AARQ with elements that it does not know; ours ignores them, as X.227 7.4 has it.",
  },
  {
    cases: /^B20b$/,
    step: 'REFUSE',
    what: /^(RTORJ|bind error|AARE\.result|AARE\.userInformation.*)$/,
    why: 'Without exceptions PP refuses below RTSE, as transient; our stack with an RTORJ.',
  },
  {
    cases: /^(B14|D09b?|D13|D21d|D25d)$/,
    step: 'ABORT',
    what: ANSWER,
    ours: 'ABORT, by the provider',
    theirs: 'ABORT, by the user, abortReason 4',
    why: 'Errors that X.225 has session find: our session aborts, and in ISODE it is RTSE that does.',
  },
  {
    cases: /^D12b$/,
    step: 'ABORT',
    what: ANSWER,
    ours: 'ACTIVITY END ACK',
    theirs: 'ABORT, by the user, abortReason 4',
    why: 'A wish for the turn from who has it: PP aborts, our session takes it (X.225 7.17.3) and it changes nothing.',
  },
  {
    cases: /^D21c$/,
    step: 'the end',
    what: ANSWER,
    ours: 'ABORT, by the provider',
    theirs: 'nothing',
    why: 'A synchronization point with a wrong serial number: an error to our session (X.225 Table A.4); PP confirms it.',
  },
  {
    cases: /^D25b$/,
    step: 'the end',
    what: ANSWER,
    ours: 'ABORT, by the provider',
    theirs: 'nothing',
    why: 'ACTIVITY END without an activity: an error to our session; PP waits in silence.',
  },
  {
    cases: /^D24b$/,
    step: 'ABORT',
    what: /^ARP/,
    why: 'Data in an undefined presentation context: both abort, and ours says why.',
  },
  {
    cases: /^D34$/,
    step: 'ABORT',
    what: ANSWER,
    ours: 'DISCONNECT',
    theirs: 'ABORT',
    why: 'FINISH without RLRQ in normal mode: our stack answers the release all the same.',
  },
  {
    cases: /^D11[be]?$/,
    step: 'ABORT',
    what: ANSWER,
    ours: 'ACTIVITY END ACK',
    theirs: 'ABORT, by the user, abortReason 6',
    why: 'The APDU bare, or in an EXTERNAL with a direct reference or octet-aligned: our stack reads it, and the preset sees the APDU alone.',
  },
  {
    cases: /^[CDS]/,
    step: 'ABORT',
    what: /^(ABRT\.userInformation|ARU\.)/,
    why: 'PP lists all three contexts in an ARU, and names no transfer syntax in the EXTERNAL; our stack lists two, and does.',
  },
  {
    cases: /^[CD]/,
    step: 'DR',
    what: ANSWER,
    ours: 'nothing',
    theirs: 'DR, reason 128',
    why: 'PP sends a DR behind its abort; class 0 has none (X.224 6.7.1.5), and fakes do not either.',
  },
  {
    cases: /^(A05b?|S-A05c)$/,
    step: 'the end',
    what: ANSWER,
    ours: 'ACTIVITY END ACK',
    theirs: 'nothing',
    why: 'A defect of the build: its process dies of the report. S-A05 shows what it does otherwise: it takes it.',
  },
  {
    cases: /^(C01k[abc]|C02m[abc]|C02n)$/,
    step: 'the end',
    what: ANSWER,
    ours: 'ACTIVITY END ACK',
    theirs: 'nothing',
    why: 'A defect of the build: its process dies of an extension that is kept. S-C01ka and its like show the answers without it.',
  },
  {
    cases: /^(S-)?C02o$/,
    step: 'the end',
    what: ANSWER,
    ours: 'ABORT, by the user, abortReason 6',
    theirs: 'nothing',
    why: 'A defect of the build: its process dies of an `80 01 01`. We answer as on other extensions in that form (C02lb).',
  },
  {
    cases: /^(C06b|S-C06br?|D14d)$/,
    step: 'EXCEPTION DATA',
    what: ANSWER,
    ours: 'ACTIVITY END ACK',
    theirs: 'EXCEPTION DATA, reason 5',
    why: 'A defect of the build: its spooler is out of step, and cannot take the next message.',
  },
  {
    cases: /^(C08[fg]|D15c)$/,
    step: 'the end',
    what: ANSWER,
    ours: 'ACTIVITY END ACK',
    theirs: 'nothing',
    why: 'C08: a defect of the build, whose process dies of the message behind the one that it could not parse. D15c: the driver closed without reading the acknowledgement.',
  },
  {
    cases: /^D29$/,
    step: 'ACTIVITY END ACK',
    what: ANSWER,
    ours: 'ABORT, by the user, abortReason 6',
    theirs: 'ACTIVITY END ACK',
    why: 'A truncated APDU: PP stores it as if complete, and is out of step with the next. We abort, as on what cannot be parsed.',
  },
];

export function explanationOf(name: string, difference: Difference): Explained | undefined {
  return explained.find(
    ({ cases, step, what, ours = '', theirs = '' }) =>
      cases.test(name) &&
      step === difference.step &&
      what.test(difference.what) &&
      difference.ours.startsWith(ours) &&
      difference.theirs.startsWith(theirs),
  );
}

/** What PP did with what it acknowledged, where it did not store all of it. */
export const ppFates: Readonly<Record<string, readonly Fate[]>> = {
  A04: ['lost'],
  A04b: ['lost'],
  A06b: ['reported 1/0'],
  A06c: ['reported 1/0'],
  C06b: ['reported 1/18', 'stored'],
  C08f: ['for a person', 'stored'],
  C08g: ['for a person', 'stored'],
  C09a: ['reported 1/0', 'stored', 'stored'],
  C09b: ['reported 1/0', 'stored', 'stored'],
  D11f: ['for a person'],
  D11h: ['for a person'],
  // Its second acknowledgement is not in the recording.
  D15c: ['stored', 'stored'],
  D17c: ['reported 1/3', 'stored'],
  D20b: ['lost'],
  D25c: ['lost', 'stored'],
  D29e: ['for a person', 'stored'],
  D29f: ['for a person', 'stored'],
  'S-C01kb': ['reported 1/18', 'stored'],
  'S-C01kbr': ['reported 1/18', 'stored'],
  'S-C02mb': ['reported 1/18', 'stored'],
  'S-C02mbr': ['reported 1/18', 'stored'],
  'S-C02n': ['reported 1/18', 'stored'],
  'S-C06b': ['reported 1/18'],
  'S-C06br': ['reported 1/18'],
};

/** Where the preset did otherwise, and why. */
export interface OtherFates {
  readonly cases: readonly string[];
  readonly fates: readonly Fate[];
  readonly why: string;
}

const TOOK_BOTH = 'It lives, and takes what comes behind it.';

export const otherFates: readonly OtherFates[] = [
  { cases: ['A05', 'A05b', 'S-A05c'], fates: ['stored'], why: 'PP dies of the report, a defect of the build.' },
  {
    cases: ['C01ka', 'C02ma'],
    fates: ['stored', 'stored'],
    why: 'PP dies of the extension, a defect of the build; S-C01ka and S-C02ma show that it is taken.',
  },
  {
    cases: ['C01kb', 'C01kc', 'C02mb', 'C02mc', 'C02n'],
    fates: ['reported 1/18', 'stored'],
    why: 'PP dies of the extension, a defect of the build; S-C01kb and its like have the report.',
  },
  { cases: ['C06b'], fates: ['reported 1/18', 'stored', 'stored'], why: TOOK_BOTH },
  { cases: ['S-C06b', 'S-C06br'], fates: ['reported 1/18', 'stored'], why: TOOK_BOTH },
  { cases: ['C08f', 'C08g'], fates: ['for a person', 'stored', 'stored'], why: TOOK_BOTH },
  { cases: ['D14d'], fates: ['stored'], why: 'The spooler of PP is out of step; a defect of the build.' },
  {
    cases: ['D11', 'D11b', 'D11e'],
    fates: ['stored'],
    why: 'The preset sees the APDU without what it was wrapped in.',
  },
  { cases: ['D12b'], fates: ['stored'], why: 'A wish for the turn changes nothing for us.' },
  {
    cases: ['D20b'],
    fates: ['stored'],
    why: 'PP reads the first value of a DATA TRANSFER alone; our stack reads both.',
  },
  { cases: ['D29'], fates: [], why: 'PP stores what is cut off; the preset aborts.' },
];
