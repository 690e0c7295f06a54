import type { Difference } from './compare.js';

/** A way in which our machine differs from a real MTA, and why it may. */
export interface Explained {
  /** The recordings, as a person would name them, and by their names. */
  readonly of: string;
  readonly files: RegExp;
  /** What our machine plays. */
  readonly role: 'initiator' | 'responder';
  readonly step: string;
  /** What the name of the difference begins with. */
  readonly what: readonly string[];
  /** `…` stands for any rest, `, or ` between alternatives. */
  readonly ours: string;
  readonly theirs: string;
  readonly why: string;
}

const ANSWER = ['the answer'];
/** How the user data of an ABORT is put together. */
const ARU_FORM = ['ARU.aruPpdu.normalModeParameters.presentationContextIdentifierList[2]', 'ABRT.userInformation'];
const SESSION_ABORT = 'ABORT, by the provider, transport disconnect 5';
const rtseAbort = (reason: number) => `ABORT, by the user, abortReason ${reason}, transport disconnect 3`;

/** PP or ISODE on either side. */
const PP_RESPONDER = /^(pp-|isode-)/;
const PP_INITIATOR = /^(pp-(ping|p1)|isode-|pp-reactions\/E)/;

const cases = (names: string): RegExp => new RegExp(`^pp-reactions/(${names})\\.`);

/** In the order of an association. Each entry is met by a recording, and each difference by an entry. */
export const explained: readonly Explained[] = [
  {
    of: 'all of PP and of 2005',
    files: /^(pp-|x400-ping)/,
    role: 'responder',
    step: 'CC',
    what: ['callingSelector', 'calledSelector'],
    ours: '…',
    theirs: 'absent',
    why: 'We repeat the selectors of the CR in the CC, the others leave them out: they are optional there (X.224 13.4).',
  },
  {
    of: 'B21',
    files: cases('B21'),
    role: 'responder',
    step: 'DR',
    what: ANSWER,
    ours: 'CC',
    theirs: 'DR, reason 128…',
    why: 'The transport selector is unknown to PP. A machine of ours answers on every selector: who listens decides.',
  },
  {
    of: 'PP and ISODE as initiators',
    files: PP_INITIATOR,
    role: 'initiator',
    step: 'CONNECT',
    what: ['TSDU maximum'],
    ours: 'absent',
    theirs: '{"i2r":2041,"r2i":2041}',
    why: 'ISODE offers its TPDU size as the limit of a TSDU, and so asks for segmented SSDUs. We offer none: X.225 8.3.1.8 makes it optional, and without it nothing is segmented.',
  },
  {
    of: 'PP as initiator, normal mode',
    files: PP_INITIATOR,
    role: 'initiator',
    step: 'CONNECT',
    what: ['reference.calling'],
    ours: 'tag 04',
    theirs: 'tag 14',
    why: 'PP has a T61String there in every mode; X.228 8.1.1.3 has an OCTET STRING in normal mode, as the MTAs of 2005 do.',
  },
  {
    of: 'ISODE',
    files: /^isode-/,
    role: 'initiator',
    step: 'CONNECT',
    what: ['selector.called'],
    ours: 'absent',
    theirs: '0002',
    why: 'ISODE names the echo service by a session selector in X.410 mode. We send none in these modes (KB Q152932), and accept it.',
  },
  {
    of: 'all initiators but ISODE',
    files: /^(pp-|x400-ping)/,
    role: 'initiator',
    step: 'CONNECT',
    what: ['RTORQ.dialogueMode'],
    ours: 'absent',
    theirs: '0',
    why: 'A default sent explicitly; we leave it out.',
  },
  {
    of: 'the gateway of 1992',
    files: /^x410-1992/,
    role: 'initiator',
    step: 'CONNECT',
    what: ['PConnect.pUserData.checkpointSize', 'PConnect.pUserData.dialogueMode'],
    ours: 'absent',
    theirs: '0',
    why: 'Defaults sent explicitly; we leave them out.',
  },
  {
    of: 'ISODE',
    files: /^isode-/,
    role: 'responder',
    step: 'ACCEPT',
    what: ['versions'],
    ours: '1',
    theirs: '2',
    why: 'ISODE selects version 2 of session also in X.410 mode; we select version 1 there, which X.410 modes are made for, where both are offered.',
  },
  {
    of: 'PP and ISODE as responders',
    files: PP_RESPONDER,
    role: 'responder',
    step: 'ACCEPT',
    what: ['RTOAC.windowSize', 'PAccept.pUserData.windowSize'],
    ours: 'absent',
    theirs: '3',
    why: 'PP answers with a window of 3, the default; we leave a default out.',
  },
  {
    of: 'the EAN MTA of 1992',
    files: /^x410-1992/,
    role: 'responder',
    step: 'ACCEPT',
    what: ['PAccept.pUserData.checkpointSize'],
    ours: 'absent',
    theirs: '0',
    why: 'A default sent explicitly; we leave it out.',
  },
  {
    of: 'B08c',
    files: cases('B08c'),
    role: 'responder',
    step: 'ACCEPT',
    what: ['reference.additional'],
    ours: 'absent',
    theirs: 'deadbeef',
    why: 'PP repeats any additional reference of the CONNECT; we repeat the called and the common one, which recovery needs.',
  },
  {
    of: 'B06, B06b',
    files: cases('B06b?'),
    role: 'responder',
    step: 'ACCEPT',
    what: ['AARE.applicationContextName'],
    ours: '"2.6.0.1.6"',
    theirs: '…',
    why: 'PP answers with whatever application context it was asked for; we answer with the one we speak, and the peer may leave.',
  },
  {
    of: 'B03',
    files: cases('B03'),
    role: 'responder',
    step: 'ABORT',
    what: ANSWER,
    ours: 'nothing',
    theirs: 'ABORT, by the user, transport disconnect 3',
    why: "PP's ACSE cannot read an octet-aligned second EXTERNAL and aborts. Ours reads past it and asks its user, who in this recording was never asked; the rules tell of the EXTERNAL.",
  },
  {
    of: 'B04b, B04c',
    files: cases('B04[bc]'),
    role: 'responder',
    step: 'REFUSE',
    what: ANSWER,
    ours: 'nothing',
    theirs: 'REFUSE, reason 2…',
    why: 'PP refuses an AARQ with an element or a functional unit that it does not know. X.227 7.4 has unknown elements of an AARQ ignored, and authentication is negotiated: our user is asked.',
  },
  {
    of: 'B22, B22b',
    files: cases('B22b?'),
    role: 'responder',
    step: 'ABORT',
    what: ANSWER,
    ours: 'REFUSE, reason 2…',
    theirs: 'ABORT, by the user, transport disconnect 3',
    why: 'A CONNECT of a mode that is not spoken here. PP reads it as its own mode and aborts; we refuse it, in the form that its sender reads.',
  },
  {
    of: 'the refusals of PP',
    files: cases('B05[bc]?|B1[0125]|B10c|B11[bc]|B16b|B19b?|B20b|D14|D15d'),
    role: 'responder',
    step: 'REFUSE',
    what: ['reference.called', 'reference.common'],
    ours: 'absent',
    theirs: '…',
    why: 'PP repeats the references in a REFUSE; they are optional (X.225 8.3.5), and nothing can be recovered by them.',
  },
  {
    of: 'B15, B20b, D14, D15d',
    files: cases('B15|B20b|D14|D15d'),
    role: 'responder',
    step: 'REFUSE',
    what: ['RTORJ', 'bind error', 'AARE.result', 'AARE.userInformation'],
    ours: '…',
    theirs: '…',
    why: "What the provider refuses by itself (an unknown session connection to recover; a CONNECT without exceptions): we send an RTORJ without the user's value and call it permanent; PP makes up a bind error of 2, or sends no RTORJ and calls it transient.",
  },
  {
    of: 'B19',
    files: cases('B19'),
    role: 'responder',
    step: 'REFUSE',
    what: ['CPR.normalModeParameters.respondingPresentationSelector'],
    ours: 'absent',
    theirs: '"4d5441"',
    why: 'PP repeats the called presentation selector in a CPR; it is optional there (X.226 8.2).',
  },
  {
    of: 'B14',
    files: cases('B14'),
    role: 'responder',
    step: 'ABORT',
    what: ANSWER,
    ours: SESSION_ABORT,
    theirs: rtseAbort(4),
    why: 'An activity from the side without the turn: already an error of session (X.225 A.4.1.2), which aborts it; ISODE leaves it to RTSE.',
  },
  {
    of: 'D09, D09b, D13, D21d, D25d',
    files: cases('D09b?|D13|D21d|D25d'),
    role: 'responder',
    step: 'ABORT',
    what: ANSWER,
    ours: SESSION_ABORT,
    theirs: rtseAbort(4),
    why: 'Errors that X.225 has session find (a DATA TRANSFER or ACTIVITY END without GIVE TOKENS in its TSDU, a second ACTIVITY END, a wrong serial number, FINISH inside an activity): ours does; in ISODE it is RTSE that aborts.',
  },
  {
    of: 'D12b',
    files: cases('D12b'),
    role: 'responder',
    step: 'ABORT',
    what: ANSWER,
    ours: 'nothing',
    theirs: rtseAbort(4),
    why: 'A turn please from who has the turn. Session takes it (X.225 7.17.3), and our RTSE tells it as a wish that changes nothing; PP aborts.',
  },
  {
    of: 'D24b',
    files: cases('D24b'),
    role: 'responder',
    step: 'ABORT',
    what: ['ARP'],
    ours: '…',
    theirs: 'absent',
    why: 'Data in an undefined presentation context: both abort, and we say why.',
  },
  {
    of: 'D21c',
    files: cases('D21c'),
    role: 'responder',
    step: 'the end',
    what: ANSWER,
    ours: SESSION_ABORT,
    theirs: 'nothing',
    why: 'A minor synchronization point with a wrong serial number: X.225 Table A.4 makes it an error; PP confirms it and then waits.',
  },
  {
    of: 'D25b',
    files: cases('D25b'),
    role: 'responder',
    step: 'the end',
    what: ANSWER,
    ours: SESSION_ABORT,
    theirs: 'nothing',
    why: 'ACTIVITY END without an activity: an error of session; PP waits in silence.',
  },
  {
    of: 'A05, A05b',
    files: cases('A05b?'),
    role: 'responder',
    step: 'the end',
    what: ANSWER,
    ours: SESSION_ABORT,
    theirs: 'nothing',
    why: "PP's process dies of a report without returned content, and answers nothing. The FINISH that the driver sends then finds our transfer unanswered.",
  },
  {
    of: 'C06b, D14d, D29, S-C06b, S-C06br',
    files: cases('C06b|D14d|D29|S-C06br?'),
    role: 'responder',
    step: 'ABORT',
    what: ANSWER,
    ours: SESSION_ABORT,
    theirs: rtseAbort(0),
    why: 'Its spooler being out of step, PP reports exception 5 on the next message. The driver goes on as if nothing were; session has only interrupt, discard, the data token or an abort for an answer (X.215 13.12.1), so ours aborts, where PP does for a reason of its own.',
  },
  {
    of: 'D34',
    files: cases('D34'),
    role: 'responder',
    step: 'ABORT',
    what: ANSWER,
    ours: 'DISCONNECT',
    theirs: 'ABORT, by the user, transport disconnect 3',
    why: 'FINISH without RLRQ in normal mode: we answer the release all the same, and the rules tell of it.',
  },
  {
    of: 'all aborts of PP with RTAB',
    files: cases('[A-E].*|S-.*'),
    role: 'responder',
    step: 'ABORT',
    what: ARU_FORM,
    ours: '…',
    theirs: '…',
    why: 'PP lists all three contexts in an ARU, and we the two that its user data are in (X.226 6.4.2.1); we name the transfer syntax in the EXTERNAL beside the context, as in the bind, and PP does not.',
  },
  {
    of: 'E03a, E03c',
    files: cases('E03[ac]'),
    role: 'initiator',
    step: 'transfer',
    what: ['end'],
    ours: 'serial 1',
    theirs: 'absent',
    why: 'The listener aborts while PP is still sending. Ours had sent all of it at once: it waits for nothing but the window.',
  },
  {
    of: 'E03d',
    files: cases('E03d'),
    role: 'initiator',
    step: 'ABORT',
    what: ANSWER,
    ours: 'ACTIVITY DISCARD, reason 6',
    theirs: SESSION_ABORT,
    why: 'Exception 6 in answer to ACTIVITY END: we discard, as X.410 4.5.2 says; ISODE holds the exception there for an error of session.',
  },
  {
    of: 'E03e',
    files: cases('E03e'),
    role: 'initiator',
    step: 'ABORT',
    what: ['RTAB.abortReason', 'abortReason'],
    ours: '3',
    theirs: '4',
    why: 'Exception 1, receiving ability jeopardized: we abort as for a temporary problem (X.410 4.5.2); PP calls the exception a protocol error.',
  },
  {
    of: 'E03e',
    files: cases('E03e'),
    role: 'initiator',
    step: 'ABORT',
    what: ARU_FORM,
    ours: '…',
    theirs: '…',
    why: 'As in the aborts of PP as responder.',
  },
  {
    of: 'E07b, E07e, E07f',
    files: cases('E07[bef]'),
    role: 'initiator',
    step: 'transfer',
    what: ['checkpoints'],
    ours: '3, or 5',
    theirs: '4, or 6',
    why: 'PP sends one minor synchronization point more than the window of 3 allows; we stop at the window.',
  },
  {
    of: 'E07c',
    files: cases('E07c'),
    role: 'initiator',
    step: 'transfer',
    what: ['checkpoints', 'end'],
    ours: '5, or serial 6',
    theirs: '27, or serial 28',
    why: 'The listener answers a checkpoint size of 10: we put a point behind every 10 KB; PP behind as much as its buffer holds, some 2 KB.',
  },
  {
    of: 'E07c',
    files: cases('E07c'),
    role: 'initiator',
    step: 'FINISH',
    what: ANSWER,
    ours: SESSION_ABORT,
    theirs: 'FINISH…',
    why: 'The listener confirms points that PP had set and we had not: an error to us.',
  },
  {
    of: 'E07c',
    files: cases('E07c'),
    role: 'initiator',
    step: 'the user',
    what: ['a request'],
    ours: 'close in closed',
    theirs: 'taken',
    why: 'Follows from that abort.',
  },
  {
    of: 'E07e',
    files: cases('E07e'),
    role: 'initiator',
    step: 'the end',
    what: ANSWER,
    ours: rtseAbort(3),
    theirs: 'nothing',
    why: "On exception 1 PP's process ends itself, without a word to the peer; we abort as for a temporary problem.",
  },
  {
    of: 'E07f',
    files: cases('E07f'),
    role: 'initiator',
    step: 'the end',
    what: ANSWER,
    ours: 'ACTIVITY INTERRUPT, reason 5',
    theirs: 'nothing',
    why: "Exception 5 with points confirmed: we interrupt the activity, to go on with it later; PP's process ends itself.",
  },
  {
    of: 'E07g',
    files: cases('E07g'),
    role: 'initiator',
    step: 'transfer',
    what: ['end'],
    ours: 'serial 4',
    theirs: 'absent',
    why: 'The recording ends inside the transfer; what was not recorded of the message is not in the one that we are given to send.',
  },
  {
    of: 'PP and ISODE, when they close',
    files: /^(pp-|isode-)/,
    role: 'initiator',
    step: 'DR',
    what: ANSWER,
    ours: 'nothing',
    theirs: 'DR, reason 128',
    why: 'ISODE ends a transport connection by a DR in place of closing TCP, which X.224 6.6 does not have in class 0; we close TCP.',
  },
  {
    of: 'PP, when it closes behind an abort',
    files: cases('C.*|D.*'),
    role: 'responder',
    step: 'DR',
    what: ANSWER,
    ours: 'nothing',
    theirs: 'DR, reason 128',
    why: 'The same behind an ABORT, of either side; we wait for the peer to close, and then close TCP.',
  },
];

function says(pattern: string, value: string): boolean {
  return pattern
    .split(', or ')
    .some((each) => (each.endsWith('…') ? value.startsWith(each.slice(0, -1)) : value === each));
}

/** The entry that explains a difference. */
export function explanationOf(file: string, role: Explained['role'], difference: Difference): Explained | undefined {
  const { step, what, ours, theirs } = difference;
  return explained.find(
    (each) =>
      each.role === role &&
      each.step === step &&
      each.files.test(file) &&
      each.what.some((begin) => what.startsWith(begin)) &&
      says(each.ours, ours) &&
      says(each.theirs, theirs),
  );
}

/** docs/recordings.md. */
export function recordingsMarkdown(): string {
  const rows = explained.map(({ of, role, step, what, ours, theirs, why }) => {
    const place = what === ANSWER ? step : `${step}: ${what.join(', ')}`;
    return `| ${of} | ${role} | ${place} | ${ours} | ${theirs} | ${why} |`;
  });
  return `${INTRODUCTION}
| recordings | our role | step | ours | theirs | why |
| ---------- | -------- | ---- | ---- | ------ | --- |
${rows.join('\n')}
`;
}

const INTRODUCTION = `# The recordings as peers

One side of each recorded conversation of real MTAs is fed to our association machine, which plays the other side: its user
asks for what the recorded user asked for, at the same places, and its octets wait for all that was sent before them.
Compared is what the service tells, and each PDU that is answered with its parameters, decoded; how a value is encoded and
how an APDU is sliced is left free. Of the reactions of PP, whose peer was a driver that errs on purpose, the answers are
compared where PP is the one whose place we take, and the services told in both roles.

These are all the differences. The table is in \`specs/unit/stack/association/recordings/table.ts\`; the test fails on a
difference that it does not have, and on an entry that nothing meets. In the log of 1992, which has no message data, an empty
value stands in their place.
`;
