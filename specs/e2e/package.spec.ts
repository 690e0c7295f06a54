import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

interface Manifest {
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: { readonly '.': Readonly<Record<string, string>> };
}

/** What `npm pack` would put into the package; undefined where there is no npm. */
function packed(): string[] | undefined {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const { error, status, stdout, stderr } = spawnSync('npm', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (error !== undefined) return undefined;
  expect(status, stderr).to.equal(0);
  const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
  return files.map(({ path }) => path);
}

/** The files of a folder that end so, with its name in front. */
function filesIn(folder: string, ending: string): string[] {
  return readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}/${name}`);
}

describe('the package', () => {
  let files: string[] = [];
  let isBuilt = false;
  before(function () {
    const found = packed();
    if (found === undefined) this.skip();
    files = found;
    isBuilt = existsSync(join(ROOT, 'dist/bin/p1spec.js'));
  });

  it('has what its users read, and no more of it', () => {
    expect(files.filter((path) => !path.startsWith('dist/'))).to.have.members([
      'package.json',
      'README.md',
      'CHANGELOG.md',
      'CONTRIBUTING.md',
      'LICENSE',
      'schemas/scenario.schema.json',
      'fixtures/README.md',
      ...filesIn('fixtures/scenarios', '.yaml'),
      ...filesIn('fixtures/transcripts', '.ndjson'),
      ...filesIn('docs', '.md'),
      ...filesIn('docs/decisions', '.md'),
    ]);
  });

  it('has the command, the harness and the suites, built, and neither benches nor specs', function () {
    if (!isBuilt) this.skip();
    const built = files.filter((path) => path.startsWith('dist/'));
    expect(
      new Set(
        built.map((path) =>
          path
            .split('/')
            .slice(0, path.startsWith('dist/specs/') ? 3 : 2)
            .join('/'),
        ),
      ),
    ).to.have.keys('dist/bin', 'dist/harness', 'dist/specs/conformance');
    expect(built.filter((path) => !/\.(?:js|d\.ts)$/.test(path))).to.deep.equal([]);
  });

  it('has what its manifest names', function () {
    if (!isBuilt) this.skip();
    const { bin, exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
    const named = [...Object.values(bin), ...Object.values(exports['.'])].map((path) => path.replace(/^\.\//, ''));
    expect(files).to.include.members(named);
  });
});
