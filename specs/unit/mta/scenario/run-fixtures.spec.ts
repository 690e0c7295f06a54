import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { createStage } from '../../../../harness/mta/scenario/play-stage.js';
import { openScenario } from '../../../../harness/mta/scenario/read.js';
import { runScenario } from '../../../../harness/mta/scenario/run.js';

const FOLDER = new URL('../../../../fixtures/scenarios/', import.meta.url);

describe('the scenarios in fixtures/', () => {
  // Those over TCP take their time: specs/e2e plays them.
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml') && !name.endsWith('-tcp.yaml'));

  it('are there', () => expect(files).to.include('kb916986.yaml'));

  for (const name of files) {
    it(`${name} plays to its end, and uses all that it has`, async () => {
      const { scenario, lineOf } = await openScenario(fileURLToPath(new URL(name, FOLDER)));
      const result = await runScenario(scenario, { stage: createStage(scenario), lineOf });
      const undone = result.steps.filter(({ state }) => state !== 'done');
      expect([result.verdict, undone, result.unused]).to.deep.equal(['pass', [], []]);
    });
  }
});
