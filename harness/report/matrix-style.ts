import type { Mode } from '../stack/mode.js';

/** Of the matrix's page; colours are told apart in light and dark, and words say the same. */
export const matrixStyle = `
:root {
  color-scheme: light dark;
  --paper: #fff; --ink: #1b1f24; --faint: #57606a; --line: #d0d7de; --head: #f3f5f8; --link: #0a58b6;
  --good: #dbf3e0; --good-ink: #0f5323; --bad: #ffe1de; --bad-ink: #8c1713; --other: #fff1c2; --other-ink: #664700;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --ink: #e4e8ec; --faint: #a3adb8; --line: #3a424b; --head: #1e2329; --link: #7fb7ff;
    --good: #173a22; --good-ink: #a4e3b4; --bad: #4b1e1c; --bad-ink: #ffbdb6; --other: #453608; --other-ink: #f5dc8b;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 90rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.45 system-ui, sans-serif; }
h1, h2, h3 { line-height: 1.2; }
h3 { margin: 1.2rem 0 0; font-size: 1rem; }
p { max-width: 50rem; }
article p { margin: .2rem 0; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.summary { font-weight: 600; }
.summary.otherwise { color: var(--other-ink); }
fieldset { display: inline-flex; flex-wrap: wrap; gap: .4rem 1.2rem; margin: 0 0 1rem; border: 1px solid var(--line);
  border-radius: .4rem; }
.legend { display: flex; flex-wrap: wrap; gap: .4rem 1.4rem; margin: 0; padding: 0; list-style: none;
  color: var(--faint); font-size: .875rem; }
.wide { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
caption { padding-bottom: .4rem; color: var(--faint); font-size: .875rem; text-align: left; }
th, td { padding: .45rem .6rem; border: 1px solid var(--line); text-align: left; vertical-align: top; }
th { background: var(--head); font-weight: 600; }
th a { color: inherit; text-decoration: none; }
th a:hover { text-decoration: underline; }
tbody th { min-width: 9rem; }
td { min-width: 9.5rem; }
.chips { white-space: nowrap; text-decoration: none; }
.chip { display: inline-block; padding: .05rem .5rem; border-radius: 1rem; font-size: .875rem; white-space: nowrap; }
a .chip { text-decoration: underline dotted; text-underline-offset: .2em; }
a:hover .chip { text-decoration: underline; }
.good { background: var(--good); color: var(--good-ink); }
.bad { background: var(--bad); color: var(--bad-ink); font-weight: 600; }
.chip.otherwise { background: var(--other); color: var(--other-ink); font-weight: 600; }
details { margin-top: .25rem; font-size: .8125rem; }
summary { width: max-content; max-width: 100%; color: var(--faint); cursor: pointer; }
dl { margin: .3rem 0 0; }
dt { margin-top: .35rem; color: var(--faint); }
dd { margin: 0; overflow-wrap: anywhere; }
dd ul { margin: 0; padding-left: 1.1rem; }
em { color: var(--faint); }
footer { margin-top: 2rem; border-top: 1px solid var(--line); color: var(--faint); font-size: .875rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media print { fieldset { display: none; } }
`;

/** Shows the mode that is chosen; without a choice, all. */
export function filterStyle(modes: readonly Mode[]): string {
  return modes.map((mode) => `body:has(#show-${mode}:checked) .mode:not(#mode-${mode}) { display: none; }\n`).join('');
}
