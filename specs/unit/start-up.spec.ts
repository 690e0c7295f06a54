import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
/** What takes long to load: only a command that needs it does. */
const HEAVY = ['zod', 'yaml', 'chai', 'mocha', 'asn1js', '@peculiar/asn1-schema'];
/** Commands, and what of that they need. */
const NEEDS: Readonly<Record<string, readonly string[]>> = {
  scenario: ['zod', 'yaml'],
  'mta-or-scenario': ['zod', 'yaml'],
  replay: ['zod', 'yaml'],
  diff: ['zod', 'yaml'],
};

interface Imports {
  /** Files that are loaded with it. */
  readonly files: readonly string[];
  readonly packages: readonly string[];
}

/** What a file imports when it is loaded: neither types nor, unless `later`, what `import()` loads. */
function importsOf(file: string, later: boolean): Imports {
  const text = readFileSync(file, 'utf8');
  const named = [...text.matchAll(/^(?:import|export)\s+(?!type\b)(?:([^;']*?)\s+from\s+)?'([^']+)'/gm)]
    .filter(([, names]) => !isTypesAlone(names))
    .map(([, , from]) => from as string);
  if (later) named.push(...[...text.matchAll(/\bimport\('([^']+)'\)/g)].map(([, from]) => from as string));
  const files = named
    .filter((from) => from.startsWith('.'))
    .map((from) => resolve(dirname(file), from.replace(/\.js$/, '.ts')));
  const packages = named.filter((from) => !from.startsWith('.') && !from.startsWith('node:'));
  return { files, packages };
}

/** `{ type One, type Other }` is gone when it runs. */
function isTypesAlone(names: string | undefined): boolean {
  const inner = /^\{([^}]*)\}$/.exec(names ?? '')?.[1];
  const each = inner?.split(',').filter((name) => name.trim() !== '') ?? [];
  return each.length > 0 && each.every((name) => name.trim().startsWith('type '));
}

/** The heavy packages that are loaded with a file, each with a way to it; with `later`, by what it does too. */
function heavyFrom(file: string, later = false): Map<string, string> {
  const found = new Map<string, string>();
  const ways = new Map<string, string>([[file, relative(ROOT, file)]]);
  for (const [each, way] of ways) {
    const { files, packages } = importsOf(each, later && each === file);
    for (const heavy of packages.filter((name) => HEAVY.includes(name))) found.set(heavy, found.get(heavy) ?? way);
    for (const next of files) if (!ways.has(next)) ways.set(next, `${way} > ${relative(ROOT, next)}`);
  }
  return found;
}

describe('what is loaded at start', () => {
  it('finds what is loaded, near and far', () => {
    expect([...heavyFrom(join(ROOT, 'harness/index.ts')).keys()]).to.include.members(['zod', 'yaml', 'chai']);
  });

  it('is nothing heavy, before a command is known', () => {
    expect([...heavyFrom(join(ROOT, 'bin/p1spec.ts')).values()]).to.deep.equal([]);
  });

  for (const name of readdirSync(join(ROOT, 'bin/commands'))) {
    const command = name.replace(/\.ts$/, '');
    const needed = NEEDS[command] ?? [];
    it(`is ${needed.join(' and ') || 'nothing heavy'} for ${command}`, () => {
      const heavy = heavyFrom(join(ROOT, 'bin/commands', name), true);
      expect([...heavy.keys()], [...heavy.values()].join('\n')).to.have.members(needed);
    });
  }
});
