import { expect } from 'chai';
import { Automaton, letters, wide } from '../../../harness/rules/automaton.js';
import { LinkStateScanner, type Match, probableNature, scanLeaf } from '../../../harness/rules/signatures.js';
import { CONSTRUCTS, GUID, LINK_STATE, latin1, utf16be, utf16le } from './support/apdus.js';

/** Each cut starts a new piece, whose stream offset lies 100 further than it would without headers between. */
function scan(octets: Uint8Array, ...cuts: number[]): Match | undefined {
  const scanner = new LinkStateScanner();
  const ends = [...cuts, octets.length];
  for (const [i, end] of ends.entries()) {
    const start = ends[i - 1] ?? 0;
    const match = scanner.push(octets.subarray(start, end), start + 100 * i);
    if (match !== undefined) return match;
  }
  return scanner.end();
}

const encodings = { ASCII: latin1, 'UTF-16LE': utf16le, 'UTF-16BE': utf16be } as const;
const packets: Readonly<Record<string, string>> = {
  'ORGINFO, a length and a digest': `ORGINFO {00000457}\r\n${'0123456789abcdef'.repeat(2)} (`,
  'a length and a digest': `{00000457}${'0123456789ABCDEF'.repeat(2)}`,
  'a dump with dots': `ORGINFO.{00000457}..${'0123456789abcdef'.repeat(2)}`,
  'X-LINK2STATE with its CHUNK': 'X-LINK2STATE LAST CHUNK={00000013} MULTI (5)',
  'three constructs': 'ARROWS ( {4}SMTP {1}* 1 ) BH () TARGBH ()',
  'members and a state': `${'0123456789abcdef'.repeat(2)} YES 1 1aae {10}0701000000000101 ( CONFIG {4}SMTP ) STATE UP`,
};
const prose: readonly string[] = [
  'Routing ARROWS point UP. The STATE of BH is UP, and the CONFIG of TARGBH is not known.',
  'Mr ARROWS (archer) and Ms BH (Sarajevo) met in the STATE UP (Uttar Pradesh).',
  'ORGINFO is an acronym; X-LINK2STATE is a verb, and a CHUNK is a piece.',
  `The id is {${GUID}} or ${GUID.replaceAll('-', '')}.`,
  '{00000457} is a number in braces, and 0123456789abcdef is too short.',
  'CONN_AVAIL and YES 1 1aae are words of a manual.',
  '{12345678} and later 0123456789abcdef0123456789abcdef, apart from each other',
];

describe('link state data by structure', () => {
  for (const [encoding, encode] of Object.entries(encodings)) {
    describe(encoding, () => {
      for (const [what, text] of Object.entries(packets)) {
        it(`finds ${what} at its first octet`, () => {
          const first = text.search(/ORGINFO|\{0000|X-LINK|ARROWS|YES/);
          const width = encoding === 'ASCII' ? 1 : 2;
          const found = scan(encode(`before ${text} behind`));
          expect(found?.offset).to.equal((7 + first) * width);
          expect(found?.length).to.be.at.most(text.length * width);
        });

        it(`finds ${what} whatever the cut`, () => {
          const octets = encode(`before ${text} behind, and more text`);
          const whole = scan(octets) as Match;
          for (let cut = 1; cut < octets.length; cut += 1) {
            const found = scan(octets, cut);
            const headers = cut <= whole.offset ? 100 : 0;
            expect(found, `cut at ${cut}`).to.include({ offset: whole.offset + headers, length: whole.length });
          }
        });
      }

      it('is not misled by prose', () => {
        for (const text of prose) expect(scan(encode(text)), text).to.equal(undefined);
        expect(scan(encode(prose.join('\r\n')))).to.equal(undefined);
      });
    });
  }

  it('finds it octet by octet, at the end of the stream', () => {
    for (const encode of Object.values(encodings)) {
      const octets = encode(`x${LINK_STATE}`);
      const every = Array.from({ length: octets.length - 1 }, (_, i) => i + 1);
      expect(scan(octets, ...every)?.length).to.equal(scan(octets)?.length);
    }
  });

  it('does not join constructs that are far apart', () => {
    const [one, two, three] = ['ARROWS ( )', 'BH ()', 'TARGBH ()'];
    expect(scan(latin1(`${one} ${two} ${'.'.repeat(3000)} ${three}`))).not.to.equal(undefined);
    expect(scan(latin1(`${one} ${two} ${'.'.repeat(5000)} ${three}`))).to.equal(undefined);
  });

  it('tells the first match only', () => {
    const scanner = new LinkStateScanner();
    expect(scanner.push(latin1(`${LINK_STATE} `.padEnd(400)), 0)).to.include({ offset: 0 });
    expect(scanner.push(latin1(`${LINK_STATE} `.padEnd(400)), 400)).to.equal(undefined);
    expect(scanner.found).to.equal(true);
  });

  it('takes a flood of triggers in bounded time', () => {
    const flood = latin1('BH (BH (STATE ARROWS {00000000}'.repeat(20_000));
    expect(scan(flood, 65_536, 131_072)).to.equal(undefined);
  });
});

describe('what foreign octets probably are', () => {
  it('names link state data, objects of Microsoft, GUIDs', () => {
    expect(probableNature(latin1(LINK_STATE))).to.include('link state data');
    expect(probableNature(utf16le(CONSTRUCTS))).to.include('link state data');
    expect(probableNature(Uint8Array.from([6, 8, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x14, 5, 1]))).to.include(
      '1.2.840.113556',
    );
    expect(probableNature(Uint8Array.from([0x85, 16, ...new Uint8Array(16)]))).to.equal('a GUID in binary');
    expect(probableNature(latin1(`x${GUID}`))).to.equal('a GUID as text');
    expect(probableNature(latin1('EXCHSRV01'))).to.equal(undefined);
  });

  it('looks at a leaf of several slices as one', () => {
    const octets = latin1(LINK_STATE);
    const slices = [
      { bytes: octets.subarray(0, 12), offset: 50 },
      { bytes: octets.subarray(12), offset: 500 },
    ];
    expect(scanLeaf(slices)).to.include({ offset: 50, length: LINK_STATE.length - 2 });
  });
});

describe('the automaton', () => {
  it('tells every needle that ends at an octet, overlapping ones too', () => {
    const automaton = new Automaton([
      { name: 'he', octets: letters('he') },
      { name: 'she', octets: letters('she') },
      { name: 'hers', octets: letters('hers') },
      { name: 'wide', octets: wide(letters('he')) },
    ]);
    const found: string[] = [];
    let state = 0;
    for (const [i, octet] of latin1('uSHErs h\0e').entries()) {
      state = automaton.table[state + octet] as number;
      if (state >= automaton.firstAccepting) {
        for (const end of automaton.endsOf(state)) found.push(`${automaton.needles[end]?.name}@${i}`);
      }
    }
    expect(found).to.have.members(['she@3', 'he@3', 'hers@5', 'wide@9']);
  });
});
