import type { Dispatch, EndPlan, Fault, LinkPlan, Place, Plan, RecipientPlan } from './plan.js';

/** A plan in words, a line for each thing that matters to it. */
export function describePlan(plan: Plan): string[] {
  const { seed, shape, mtas, links, routes, traffic, faults, calm } = plan;
  return [
    `seed ${seed}: ${shape} of ${mtas.map(({ name, recovers }) => `${name}${recovers ? '' : ' (resumes nothing)'}`).join(', ')}`,
    ...links.flatMap(linkWords),
    `routes: ${Object.entries(routes).flatMap(routeWords).join(', ')}`,
    ...traffic.map(dispatchWords),
    ...faults.map((fault, i) => `fault ${i + 1}: ${faultWords(fault)}`),
    `calm from ${seconds(calm)} on`,
  ];
}

function linkWords({ name, ends, mode, dialogueMode, initialTurn, tpduSize, latency, chunk }: LinkPlan): string[] {
  const turn = initialTurn === 'responder' ? ', first turn to the responder' : '';
  const pieces = chunk === undefined ? 'as sent' : `in pieces of ${chunk} octets`;
  return [
    `link ${name}: ${mode}, ${dialogueMode}${turn}, TPDU ${tpduSize}, ${latency} ms, ${pieces}`,
    ...ends.map((end) => `  ${endWords(end)}`),
  ];
}

function endWords({ mta, opens, checkpointSize, windowSize, timers, retry }: EndPlan): string {
  const { open, transfer, release } = timers;
  return [
    `${mta} ${opens ? 'opens' : 'is called'}`,
    `checkpoint size ${checkpointSize}`,
    `window ${windowSize ?? 'not given'}`,
    `timers ${seconds(open)} ${seconds(transfer)} ${seconds(release)}`,
    `opening again in ${seconds(retry.openInterval ?? 0)}, ${retry.maxOpenRetries} times`,
    `transfer again in ${seconds(retry.transferInterval ?? 0)}, ${retry.maxTransferRetries} times`,
    `idle ${seconds(retry.associationLifetime ?? 0)}`,
    `${retry.threshold} items an association, at most ${retry.maxAssociations} and ${retry.maxUrgentAssociations} urgent`,
  ].join(', ');
}

function routeWords([from, ways]: [string, Readonly<Record<string, string>>]): string[] {
  return Object.entries(ways).map(([to, via]) => (to === via ? `${from}>${to}` : `${from}>${to} by ${via}`));
}

function dispatchWords({ at, kind, from, via, recipients, priority, size, text, reports }: Dispatch): string {
  const what = kind === 'probe' ? `probe (${size})` : `${priority} message, ${size} octets${text ? ' of text' : ''}`;
  return `${seconds(at)}: ${from} sends by ${via} a ${what} to ${recipients.map(recipientWords).join(', ')}${reports ? ', with reports' : ''}`;
}

function recipientWords({ home, named }: RecipientPlan): string {
  return named === 'personal' ? home : `${home} (${named})`;
}

function faultWords(fault: Fault): string {
  switch (fault.kind) {
    case 'end':
      return `the connection ends in the midst, ${place(fault.at)}`;
    case 'halfClose':
      return `one direction ends, ${place(fault.at)}`;
    case 'reset':
      return `the connection is reset, ${place(fault.at)}`;
    case 'swallow':
      return `octets vanish, ${place(fault.at)}, and a reset ${seconds(fault.resetAfter)} later`;
    case 'stall':
      return `octets are held up for ${seconds(fault.milliseconds)}, ${place(fault.at)}`;
    case 'corrupt':
      return `octet ${fault.header} of the next TPKT is changed by ${fault.mask.toString(16)}, ${place(fault.at)}`;
    case 'refuse':
      return `connections on ${fault.link} are refused from ${seconds(fault.from)} to ${seconds(fault.until)}`;
    case 'step':
      return `${fault.mta} answers its step '${fault.step}' number ${fault.nth} with ${JSON.stringify(fault.answer)}`;
    case 'deed':
      return `${fault.mta} does ${JSON.stringify(fault.deed)}, ${place(fault.at)}`;
    case 'crash': {
      const where = 'write' in fault.at ? `behind write ${fault.at.write} to its spool` : place(fault.at);
      return `${fault.mta} crashes for ${seconds(fault.downFor)}, transfers that came in are ${fault.transfers}, ${where}`;
    }
  }
}

function place(at: Place): string {
  if ('octet' in at) return `at octet ${at.octet} that ${at.from} sends on ${at.link}`;
  return `${at.behind ? 'behind' : 'in front of'} ${at.spdu} number ${at.nth} that ${at.from} sends on ${at.link}`;
}

function seconds(milliseconds: number): string {
  return `${milliseconds / 1000} s`;
}
