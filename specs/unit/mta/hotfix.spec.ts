import { expect } from 'chai';
import { withHotfix } from '../../../harness/mta/hotfix.js';
import type { Preset } from '../../../harness/mta/preset.js';
import {
  exchange55,
  exchange2000Rtm,
  exchange2003Kb916986,
  exchange2003Sp2,
  tolerant,
} from '../../../harness/mta/presets/index.js';

const refusal = (preset: Preset): string => {
  try {
    withHotfix('kb916986', preset);
  } catch (error) {
    return error instanceof Error && 'code' in error ? `${String(error.code)}: ${error.message}` : String(error);
  }
  return 'taken';
};

describe('the hotfix of KB 916986', () => {
  it('makes of SP2 what the preset of the fix is', () => {
    expect(withHotfix('kb916986', exchange2003Sp2)).to.equal(exchange2003Kb916986);
  });

  it('requires SP2', () => {
    for (const preset of [exchange55, exchange2000Rtm, exchange2003Sp2.with({ build: '6.5.7226.0' })]) {
      expect(refusal(preset), preset.options.build).to.match(/^ERR_HOTFIX: .*requires Exchange Server 2003 SP2/);
    }
    expect(refusal(exchange2003Sp2.with({ build: '6.5.7650.28' }))).to.equal('taken');
  });

  it('is refused where it is already, and by what is no Exchange', () => {
    expect(refusal(exchange2003Kb916986)).to.match(/^ERR_HOTFIX: .*has it already/);
    expect(refusal(exchange2003Sp2.with({ build: '6.5.7653.1' }))).to.match(/^ERR_HOTFIX: .*has it already/);
    expect(refusal(tolerant)).to.match(/^ERR_HOTFIX: .*no Exchange/);
  });

  it('leaves the configuration as it was, but for the two leaks', () => {
    const choices = {
      checkpointSize: 2,
      bilateralInformation: true,
      bindMarker: { place: 'credentials' },
      routingMessage: { interval: 1000 },
    } as const;
    const { options } = withHotfix('kb916986', exchange2003Sp2.with(choices), choices);
    expect(options).to.deep.include({ build: '6.5.7651.40', checkpointSize: 2, bilateralInformation: true });
    expect(options.bindMarker.place).to.equal('none');
    expect(options.routingMessage).to.deep.include({ enabled: false, interval: 1000 });
  });
});
