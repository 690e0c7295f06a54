import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { P1specError } from '../../../harness/ber/error.js';
import { formatHeader, parseHeader, transcriptHeader } from '../../../harness/transcript/format.js';
import { checkScript, transcriptScript } from '../../../harness/transcript/script.js';

const script = transcriptScript('refuse-third.yaml', 'steps: []\n');
const header = transcriptHeader({ script });

describe('the script that a recording is of', () => {
  it('stands in the header by its name and the digest of its text, and comes out again', () => {
    const sha256 = createHash('sha256').update('steps: []\n').digest('hex');
    expect(script).to.deep.equal({ name: 'refuse-third.yaml', sha256 });
    const read = parseHeader(formatHeader(header), { line: 1 });
    expect(read.script).to.deep.equal(script);
    expect(read.extra).to.equal(undefined);
    expect(formatHeader(transcriptHeader())).to.not.include('"script"');
  });

  for (const wrong of ['"a.yaml"', '{"name":"a.yaml"}', '{"name":"a.yaml","sha256":"abc"}', '{"sha256":"x"}']) {
    it(`is refused where it is no script: ${wrong}`, () => {
      const line = formatHeader(transcriptHeader()).replace(/}$/, `,"script":${wrong}}`);
      expect(() => parseHeader(line, { file: 'a.ndjson', line: 1 }))
        .to.throw(P1specError, /"script/)
        .with.property('code', 'ERR_TRANSCRIPT_HEADER');
    });
  }

  it('has to be the one that it is held against', () => {
    checkScript(header, script, 'a.ndjson');
    checkScript(transcriptHeader(), script, 'a.ndjson');
    checkScript(undefined, script, 'a.ndjson');
    checkScript(header, { ...script, name: 'moved.yaml' }, 'a.ndjson');
    const stale = (name: string, says: RegExp) =>
      expect(() => checkScript(header, transcriptScript(name, 'steps: [abort]\n'), 'a.ndjson'))
        .to.throw(P1specError, says)
        .with.property('code', 'ERR_RECORDING_STALE');
    stale('refuse-third.yaml', /as it was before it was changed/);
    stale('other.yaml', /of refuse-third\.yaml, not of other\.yaml/);
  });
});
