/** Writes the generated pages of docs/ anew. */
import { writeFileSync } from 'node:fs';
import { generatedPages } from './pages.js';

for (const [name, text] of await generatedPages()) writeFileSync(new URL(name, import.meta.url), text);
