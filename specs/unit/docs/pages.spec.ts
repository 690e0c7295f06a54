import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { generatedPages } from '../../../docs/pages.js';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

describe('the documentation', () => {
  it('has generated pages that are not stale; `npm run docs` writes them', async () => {
    for (const [name, text] of await generatedPages()) {
      expect(readFileSync(join(ROOT, 'docs', name), 'utf8'), name).to.equal(text);
    }
  });

  it('links to nothing that is not there', () => {
    const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].map((name) => join(ROOT, name));
    for (const folder of ['docs', 'docs/decisions']) {
      pages.push(...readdirSync(join(ROOT, folder)).map((name) => join(ROOT, folder, name)));
    }
    const dead = pages
      .filter((page) => page.endsWith('.md'))
      .flatMap((page) =>
        [...readFileSync(page, 'utf8').matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)]
          .map(([, link]) => link as string)
          .filter((link) => !existsSync(join(dirname(page), link)))
          .map((link) => `${page.slice(ROOT.length + 1)} → ${link}`),
      );
    expect(dead).to.deep.equal([]);
  });

  it('explains every command in its help', () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    const cli = readFileSync(join(ROOT, 'bin/p1spec.ts'), 'utf8');
    const commands = [...cli.matchAll(/\.command\('(\w+)'\)/g)].map(([, name]) => name as string);
    expect(commands).to.not.have.lengthOf(0);
    for (const name of commands) expect(readme, name).to.include(`\`p1spec ${name}`);
  });
});
