import { P1specError } from '../../ber/error.js';
import { checkEdit, checkPath, type Edit } from '../edits/index.js';
import type { Path, Tell } from './errors.js';
import type { ScenarioEdit } from './schema/mta.js';

/** Whether each edit can be meant, and its path can lead somewhere in that PDU. */
export function checkEdits({ pdu, edits }: ScenarioEdit, path: Path, tell: Tell): void {
  edits.forEach((written, i) => {
    const [found] = Object.entries(written).filter(([, value]) => value !== undefined);
    if (found === undefined) return;
    const [kind, value] = found;
    const at = [...path, 'edits', i, kind];
    try {
      checkEdit({ [kind]: value } as Edit);
      checkPath(pdu, value?.at ?? '');
    } catch (error) {
      if (!(error instanceof P1specError)) throw error;
      const { message, hint, code } = error;
      const place = code === 'ERR_EDIT_PATH' ? [...at, 'at'] : at;
      tell(place, { code: 'ERR_SCENARIO_EDIT', message, hint, inKey: code !== 'ERR_EDIT_PATH' });
    }
  });
}
