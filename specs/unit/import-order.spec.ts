import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
/** The order of the house: a folder imports only folders that stand earlier. */
const ORDER = ['ber', 'asn1', 'p1', 'stack', 'link', 'transcript', 'rules', 'mta', 'verdict', 'report'];
const ALONE_OF_THEIR_FOLDER = [
  // The stack is given P1's types; it does not know them.
  { folder: 'stack', forbidden: 'p1' },
];

/** The layers of the stack, lowest first, as its folders. */
const LAYERS = ['tpkt', 'cotp', 'session', 'presentation', 'acse', 'rtse', 'association'];

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? sources(path) : entry.name.endsWith('.ts') ? [path] : [];
  });
}

function imports(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, path]) =>
    resolve(dirname(file), path as string),
  );
}

function folderOf(path: string): string {
  return relative(join(ROOT, 'harness'), path).split(sep)[0] as string;
}

describe('the order of the folders', () => {
  const files = sources(join(ROOT, 'harness'));

  it('has every folder of harness/ in it', () => {
    const folders = new Set(files.map(folderOf).filter((folder) => !folder.endsWith('.ts')));
    expect(ORDER).to.include.members([...folders]);
  });

  it('lets a folder import only what stands earlier', () => {
    const wrong = files.flatMap((file) =>
      imports(file)
        .filter(
          (target) => !target.startsWith(join(ROOT, 'harness', folderOf(file)) + sep) && folderOf(file) !== 'index.ts',
        )
        .filter((target) => ORDER.indexOf(folderOf(target)) >= ORDER.indexOf(folderOf(file)))
        .map((target) => `${relative(ROOT, file)} imports ${relative(ROOT, target)}`),
    );
    expect(wrong).to.deep.equal([]);
  });

  for (const { folder, forbidden } of ALONE_OF_THEIR_FOLDER) {
    it(`keeps ${forbidden} out of ${folder}`, () => {
      const wrong = files
        .filter((file) => folderOf(file) === folder)
        .filter((file) => imports(file).some((target) => folderOf(target) === forbidden));
      expect(wrong.map((file) => relative(ROOT, file))).to.deep.equal([]);
    });
  }

  it('lets nothing in harness/ import the command line or the specs', () => {
    const wrong = files.filter((file) =>
      imports(file).some((target) => !target.startsWith(join(ROOT, 'harness') + sep)),
    );
    expect(wrong.map((file) => relative(ROOT, file))).to.deep.equal([]);
  });

  it('keeps sockets, timers and clocks out of the stack', () => {
    const wrong = files
      .filter((file) => ['ber', 'asn1', 'p1', 'stack'].includes(folderOf(file)))
      .filter((file) =>
        /node:(net|fs|timers|dns|child_process)|\bsetTimeout\(|\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(/.test(
          readFileSync(file, 'utf8'),
        ),
      );
    expect(wrong.map((file) => relative(ROOT, file))).to.deep.equal([]);
  });

  it('lets a layer of the stack import only lower layers and its neighbours’ types', () => {
    const wrong = files
      .filter((file) => folderOf(file) === 'stack')
      .flatMap((file) => {
        const own = LAYERS.indexOf(relative(join(ROOT, 'harness/stack'), file).split(sep)[0] as string);
        return imports(file)
          .filter((target) => !target.endsWith(`${sep}types.js`) && folderOf(target) === 'stack')
          .filter(
            (target) =>
              own >= 0 && LAYERS.indexOf(relative(join(ROOT, 'harness/stack'), target).split(sep)[0] as string) > own,
          )
          .map((target) => `${relative(ROOT, file)} imports ${relative(ROOT, target)}`);
      });
    expect(wrong).to.deep.equal([]);
  });
});
