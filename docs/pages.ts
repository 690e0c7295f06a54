import { presets } from '../harness/mta/presets/index.js';
import { scenarioJsonSchema } from '../harness/mta/scenario/json-schema.js';
import { casesMarkdown, presetsMarkdown, rulesMarkdown } from '../harness/report/catalogue.js';
import { eventsMarkdown } from '../harness/report/operator-page.js';
import { catalogue } from '../harness/rules/catalogue.js';
import { listCases } from '../harness/verdict/run.js';
import { machineTraps } from '../specs/support/traps/machine.js';
import { trapsMarkdown } from '../specs/support/traps/page.js';
import { traps } from '../specs/support/traps.js';
import { withReactions } from '../specs/unit/mta/traps/reactions.js';
import { recordingsMarkdown } from '../specs/unit/stack/association/recordings/table.js';
import { exerciseAll } from '../specs/unit/stack/support/machines.js';
import { stateTablesMarkdown } from '../specs/unit/stack/support/page.js';
import { faultsMarkdown } from './faults-page.js';
import { scenariosMarkdown } from './scenarios-page.js';
import { storyPages } from './stories.js';

/** The pages of docs/ that the code itself writes, by name. */
export async function generatedPages(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['rules.md', rulesMarkdown(catalogue)],
    ['cases.md', casesMarkdown(await listCases())],
    ['presets.md', presetsMarkdown(presets)],
    ['events.md', eventsMarkdown()],
    ['faults.md', faultsMarkdown()],
    ['recordings.md', recordingsMarkdown()],
    ['traps.md', trapsMarkdown([...traps, ...machineTraps].map(withReactions))],
    ['scenarios.md', scenariosMarkdown()],
    ['../schemas/scenario.schema.json', `${JSON.stringify(scenarioJsonSchema(), null, 1)}\n`],
    ['state-tables.md', stateTablesMarkdown(exerciseAll())],
    ...(await storyPages()),
  ]);
}
