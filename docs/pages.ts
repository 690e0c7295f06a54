import { presets } from '../harness/mta/presets/index.js';
import { casesMarkdown, presetsMarkdown, rulesMarkdown } from '../harness/report/catalogue.js';
import { catalogue } from '../harness/rules/catalogue.js';
import { listCases } from '../harness/verdict/run.js';

/** The pages of docs/ that the code itself writes, by name. */
export async function generatedPages(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['rules.md', rulesMarkdown(catalogue)],
    ['cases.md', casesMarkdown(await listCases())],
    ['presets.md', presetsMarkdown(presets)],
  ]);
}
