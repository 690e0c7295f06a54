/** What one MTA owed another of one APDU, and what became of it. */
export interface HopAccount {
  readonly from: string;
  readonly to: string;
  readonly identifier: string;
  /** What was put into the queue; also what took the place of another. */
  readonly added: Uint8Array[];
  /** How often it should have been put there. */
  due: number;
  /** How often it was put there. */
  queued: number;
  /** What is still in it. */
  standing: number;
  /** The sender has it that the other one secured it. */
  transferred: number;
  givenUp: number;
  /** The other one has taken it. */
  received: number;
}

/** A copy for one recipient. */
export interface CopyAccount {
  readonly identifier: string;
  readonly recipient: number;
  readonly home: string;
  delivered: number;
  /** Non-delivery reports that its originator got. */
  nonDelivered: number;
  /** Delivery reports that its originator got. */
  reported: number;
}

export interface ReportAccount {
  readonly identifier: string;
  readonly subject: string;
  readonly destination: string;
  arrived: number;
  givenUp: number;
}

export interface Problem {
  /** Milliseconds from the start. */
  readonly at: number;
  readonly message: string;
  readonly identifier?: string;
}

/** What does not add up between two MTAs. `excused`: acknowledgements that were lost for good. */
export function problemsOfHop(hop: HopAccount, excused: number): string[] {
  const { from, to, identifier, due, queued, standing, transferred, givenUp, received } = hop;
  const way = `${identifier} from ${from} to ${to}`;
  const problems: string[] = [];
  if (queued !== due) {
    problems.push(`${way} was queued ${queued} times, and should have been ${due} times`);
  }
  if (standing > 0) problems.push(`${way} is still queued, ${standing} times`);
  if (queued !== standing + transferred + givenUp) {
    problems.push(`${way}: ${queued} queued, ${transferred} transferred, ${givenUp} given up`);
  }
  if (received - transferred > excused) {
    const but = `${excused} acknowledgements were lost for good`;
    problems.push(`${way} came ${received} times, was transferred ${transferred} times, and ${but}`);
  }
  return problems;
}

/** What is known beside a copy's own account. */
export interface Circumstances {
  /** A delivery report was asked for. */
  readonly asked: boolean;
  /** A report on it was given up on its way. */
  readonly lostReports: boolean;
  /** Something may have come twice, and no MTA could have helped it. */
  readonly doubtful: boolean;
}

export function problemsOfCopy(copy: CopyAccount, { asked, lostReports, doubtful }: Circumstances): string[] {
  const { identifier, recipient, delivered, nonDelivered, reported, home } = copy;
  const name = `${identifier}, recipient ${recipient} at ${home}`;
  const problems: string[] = [];
  if (delivered + nonDelivered === 0 && !lostReports) problems.push(`${name}: neither delivered nor reported`);
  if (delivered + nonDelivered > 1 && !doubtful) {
    const times = `delivered ${delivered} times, reported as not delivered ${nonDelivered} times`;
    problems.push(`${name}: ${times}, with no acknowledgement lost`);
  }
  // A crash may have come before the report, and its originator's MTA may have given up by then.
  if (asked && delivered > 0 && reported + nonDelivered === 0 && !lostReports) {
    problems.push(`${name}: delivered, and no report of it came`);
  }
  if (reported > 0 && (!asked || delivered === 0)) {
    problems.push(`${name}: a delivery report that nobody can have made`);
  }
  return problems;
}

export function problemsOfReport(report: ReportAccount, doubtful: boolean): string[] {
  const { identifier, arrived, givenUp, destination } = report;
  if (arrived + givenUp === 0) return [`report ${identifier} never came to ${destination}`];
  return arrived > 1 && !doubtful ? [`report ${identifier} came ${arrived} times`] : [];
}
