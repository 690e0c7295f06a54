import { P1specError } from '../../harness/ber/error.js';
import { ruleDetails, ruleLines } from '../../harness/report/catalogue.js';
import { catalogue } from '../../harness/rules/catalogue.js';
import { write, writeLines } from '../output.js';

/** Lists the rules, or tells all about those named. */
export async function rules(ids: readonly string[], options: { readonly json?: boolean }): Promise<void> {
  const chosen = ids.length === 0 ? catalogue : ids.map(find);
  if (options.json === true) {
    const list = chosen.map(({ id, title, tier, strength, clause, rationale, appliesTo }) => ({
      id,
      title,
      tier,
      strength,
      clause,
      rationale,
      modes: appliesTo,
    }));
    await write(`${JSON.stringify(list, undefined, 2)}\n`);
  } else if (ids.length === 0) await writeLines(ruleLines(chosen));
  else for (const rule of chosen) await writeLines(ruleDetails(rule));
}

function find(id: string): (typeof catalogue)[number] {
  const rule = catalogue.find((each) => each.id === id.toUpperCase());
  if (rule !== undefined) return rule;
  throw new P1specError('ERR_UNKNOWN_RULE', {
    message: `there is no rule ${JSON.stringify(id)}`,
    hint: '`p1spec rules` lists them',
  });
}
