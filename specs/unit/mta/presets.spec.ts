import { expect } from 'chai';
import { P1specError } from '../../../harness/ber/error.js';
import { exchange2003Kb916986, exchange2003Sp2, presetNamed, presets } from '../../../harness/mta/presets/index.js';

describe('presets', () => {
  it('are found by name, and an unknown name gets a suggestion', () => {
    for (const preset of presets) expect(presetNamed(preset.name)).to.equal(preset);
    const hint = (name: string) => {
      try {
        presetNamed(name);
      } catch (error) {
        return error instanceof P1specError ? [error.code, error.hint] : error;
      }
      return undefined;
    };
    expect(hint('exchange-2003-sp3')).to.deep.equal(['ERR_UNKNOWN_PRESET', "did you mean 'exchange-2003-sp2'?"]);
    expect(hint('tolerent')).to.deep.equal(['ERR_UNKNOWN_PRESET', "did you mean 'tolerant'?"]);
    expect(hint('sendmail')).to.deep.equal([
      'ERR_UNKNOWN_PRESET',
      `presets are: ${presets.map(({ name }) => name).join(', ')}`,
    ]);
  });

  it('differ, SP2 and its hotfix, in the two leaks and the version only', () => {
    const { build, bindMarker, routingMessage, ...rest } = exchange2003Sp2.options;
    const fixed = exchange2003Kb916986.options;
    expect(fixed).to.deep.equal({
      ...rest,
      build: '6.5.7651.40',
      bindMarker: { ...bindMarker, place: 'none' },
      routingMessage: { ...routingMessage, enabled: false },
    });
    expect({ build, place: bindMarker.place, enabled: routingMessage.enabled }).to.deep.equal({
      build: '6.5.7638.1',
      place: 'extra-tag-in-set',
      enabled: true,
    });
  });

  it('say of the hotfix nothing that holds of SP2’s leaks', () => {
    const said = exchange2003Kb916986.statements.map(({ what }) => what);
    expect(said).to.include('sends no routing data to MTAs that are not Exchange');
    expect(
      said.filter((what) => /^(sends proprietary|data of its own|peerTest|routingMessage\.)/.test(what)),
    ).to.deep.equal([]);
    expect(said.filter((what) => what.startsWith('bindMarker.'))).to.deep.equal(['bindMarker.place none']);
  });

  it('say what they assume of the leaks in the X.410 modes', () => {
    const about = (mode: RegExp) => exchange2003Sp2.statements.filter(({ what }) => mode.test(what));
    for (const mode of [/X\.410 modes/, /P1-1984/]) {
      expect(
        about(mode).map(({ evidence }) => evidence.kind),
        String(mode),
      ).to.deep.equal(['assumption']);
    }
  });

  it('give evidence for what they say, and a reason for what they assume', () => {
    for (const { statements, name } of presets) {
      for (const { what, evidence } of statements) {
        expect(what, name).to.not.equal('');
        if (evidence.kind === 'assumption') expect(evidence.why, `${name}: ${what}`).to.not.equal('');
      }
    }
  });

  it('take other options', () => {
    const moved = exchange2003Sp2.with({ bindMarker: { place: 'credentials' }, routingMessage: { size: 4096 } });
    expect(moved.options.bindMarker).to.deep.equal({ ...exchange2003Sp2.options.bindMarker, place: 'credentials' });
    expect(moved.options.routingMessage).to.include({ enabled: true, size: 4096 });
    expect(moved.name).to.equal('exchange-2003-sp2');
  });
});
