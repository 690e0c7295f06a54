import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { counted, dashed, orgInfoDigest, orgInfoText, sketchOrgInfo } from '../../../harness/mta/orginfo.js';

const sketch = { organization: 'Example', server: 'EXCH1', build: 7638 };

describe('the OrgInfo packet, bb123663', () => {
  const text = orgInfoText(sketchOrgInfo(sketch));

  it('begins with ORGINFO, its length in eight digits and an MD5 digest of the table', () => {
    const match = /^ORGINFO \{([0-9a-f]{8})\}\r\n([0-9a-f]{32}) (\(.*\))\r\n$/s.exec(text);
    expect(match).to.not.equal(null);
    const [, length = '', digest, table = ''] = match ?? [];
    expect(Number.parseInt(length, 16)).to.equal(text.length - text.indexOf('}') - 1);
    expect(digest).to.equal(createHash('md5').update(table).digest('hex'));
  });

  it('has every counted text with its right length', () => {
    const marks = [...text.matchAll(/\{([0-9a-f]{1,4})\}/g)];
    expect(marks).to.have.length.greaterThan(8);
    for (const mark of marks) {
      const from = (mark.index ?? 0) + mark[0].length;
      const after = text[from + Number.parseInt(mark[1] ?? '', 16)];
      expect(after, mark[0]).to.equal(' ');
    }
    expect(counted('SMTP')).to.equal('{4}SMTP');
    expect(counted('0701000000000101')).to.equal('{10}0701000000000101');
  });

  it('nests group, members, connectors and their configuration, and closes what it opens', () => {
    expect(text).to.match(/ CONFIG .* ARROWS \( .* \) BH \( .* CONN_AVAIL .* \) TARGBH \(\) STATE UP \)/);
    expect(text.split('(').length).to.equal(text.split(')').length);
    expect(text).to.include(' YES 1 1dd6 ');
    expect(text).to.match(/\{[0-9a-f]+\}c=US;a= ;p=Example;o=Example;cn=[0-9A-F-]{36};\*/);
  });

  it('has another digest when a link has changed, and the same for the same table', () => {
    const later = orgInfoText(sketchOrgInfo({ ...sketch, version: 1 }));
    expect(later).to.not.equal(text);
    expect(orgInfoText(sketchOrgInfo(sketch))).to.equal(text);
    expect(orgInfoDigest(sketchOrgInfo(sketch)).slice(-34)).to.equal(`${/\n([0-9a-f]{32})/.exec(text)?.[1]}\r\n`);
  });

  it('is as long as it is asked to be', () => {
    expect(orgInfoText(sketchOrgInfo({ ...sketch, size: 20_000 })).length).to.be.within(20_000, 21_000);
  });

  it('writes GUIDs as addresses have them', () => {
    expect(dashed('0123456789abcdef0123456789abcdef')).to.equal('01234567-89AB-CDEF-0123-456789ABCDEF');
  });
});
