import { presets } from '../presets/index.js';
import { offer, type Path, quoted, type Tell } from './errors.js';

export function checkPreset(name: string, path: Path, tell: Tell): void {
  const names = presets.map((preset) => preset.name);
  if (names.includes(name)) return;
  const message = `there is no preset ${quoted(name)}`;
  tell(path, { code: 'ERR_SCENARIO_PRESET', message, hint: offer(name, names, 'presets are') });
}
