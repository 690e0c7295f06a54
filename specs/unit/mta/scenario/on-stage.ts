import { orName } from '../../../../harness/mta/names.js';
import { addressOf, domainOf, mtaNamed } from '../../../../harness/mta/scenario/geography.js';
import type { Happening } from '../../../../harness/mta/scenario/happening.js';
import { createStage, type StageOptions } from '../../../../harness/mta/scenario/play-stage.js';
import { type Scenario, type ScenarioSource, scenario } from '../../../../harness/mta/scenario/schema/scenario.js';
import type { Actor, Stage } from '../../../../harness/mta/scenario/stage.js';
import { parseORName } from '../../../../harness/p1/parse.js';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export type Cast = Partial<Omit<ScenarioSource, 'mtas'>> & Pick<ScenarioSource, 'mtas'>;

export function scenarioOf(cast: Cast): Scenario {
  return scenario.parse({ title: 'a test', steps: [{ note: 'played by hand' }], ...cast });
}

/** A stage that is played by hand, and what happens on it. */
export class Play {
  readonly scenario: Scenario;
  readonly stage: Stage;
  readonly happenings: Happening[] = [];

  constructor(cast: Cast, options: StageOptions = {}) {
    this.scenario = scenarioOf(cast);
    this.stage = createStage(this.scenario, options);
    for (const name of this.stage.names) {
      this.stage.actor(name).listen((happening) => {
        this.happenings.push(happening);
        return undefined;
      });
    }
  }

  actor(name: string): Actor {
    return this.stage.actor(name);
  }

  /** Mail from one MTA's user to another's. */
  send(from: string, to: string, subject = 'a test'): void {
    const { mta } = this.actor(from);
    const names = [addressOf(this.scenario, from, 'Alice'), addressOf(this.scenario, to, 'Bob')].map(parseORName);
    const [originator = orName({}), ...recipients] = names;
    mta.submit(this.stage.nextHop(from, to), { originator, recipients, subject, text: subject });
  }

  /** What happened at an MTA, as `event` or `event field`. */
  at(mta: string, ...events: Happening['event'][]): Happening[] {
    return this.happenings.filter((each) => each.mta === mta && (events.length === 0 || events.includes(each.event)));
  }

  names(mta: string, ...events: Happening['event'][]): string[] {
    return this.at(mta, ...events).map(({ event }) => event);
  }

  /** Subjects of the mail that an MTA has taken. */
  arrived(mta: string): unknown[] {
    return this.at(mta, 'messageReceived').map(({ fields }) => fields.subject);
  }

  /** Whether so many have been taken there, within that time. */
  takes(mta: string, count: number, within = MINUTE): Promise<boolean> {
    return this.stage.until(() => this.at(mta, 'messageReceived').length >= count, within);
  }
}

export async function played(cast: Cast, options?: StageOptions): Promise<Play> {
  const play = new Play(cast, options);
  await play.stage.start();
  return play;
}

export function homeOf(play: Play, name: string) {
  return domainOf(name, mtaNamed(play.scenario, name));
}
