import { FaultError, faultActions, faultKinds } from '../../link/faults/index.js';
import { checkFault as checkLayerFault } from '../../link/faults/kinds.js';
import type { Mode } from '../../stack/mode.js';
import { offer, type Path, quoted, type Tell } from './errors.js';
import { toLayerFault } from './link-faults.js';
import type { ScenarioFault } from './schema/link.js';

/** A fault has to have something that it can meet. */
export function checkFault(fault: ScenarioFault, mode: Mode, path: Path, tell: Tell): void {
  const { layer, kind, does } = fault;
  const code = 'ERR_SCENARIO_FAULT';
  if (layer === 'acse' && mode !== 'normal') {
    const hint = 'ACSE is of normal mode';
    tell([...path, 'layer'], { code, message: `there is no ACSE in mode ${mode}`, hint });
  }
  const kinds = faultKinds(layer);
  if (kind !== undefined && !kinds.includes(kind)) {
    const message = `${quoted(kind)} is no unit of layer ${layer}`;
    tell([...path, 'kind'], { code, message, hint: offer(kind, kinds, 'there are') });
    return;
  }
  const action =
    typeof does === 'string' ? does : Object.keys(does).find((key) => does[key as keyof typeof does] !== undefined);
  const possible = faultActions(layer, kind);
  const at = typeof does === 'string' || action === undefined ? [...path, 'does'] : [...path, 'does', action];
  if (action !== undefined && !(possible as readonly string[]).includes(action)) {
    const message = `${action} cannot be done to ${kind ?? 'any unit'} of layer ${layer}`;
    tell(at, { code, message, hint: `what can be: ${possible.join(', ')}`, inKey: true });
    return;
  }
  try {
    checkLayerFault(toLayerFault(fault, fault.sentBy));
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    tell(at, { code, message: error.message, hint: error.hint });
  }
}
