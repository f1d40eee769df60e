/**
 * Style sheet of the report. Text contrast is at least 7:1 in both colour schemes; nothing is
 * conveyed by colour alone; wide content scrolls inside its own box, never the page.
 */
export const styleSheet = `
:root { --page: #ffffff; --ink: #1b1f24; --soft: #4a5460; --line: #d0d7de; --card: #f6f8fa; --accent: #0b5394; --best: #e8f1fb; }
@media (prefers-color-scheme: dark) {
  :root { --page: #14171c; --ink: #e8ebef; --soft: #b4bcc6; --line: #38404a; --card: #1d2229; --accent: #8ec5ff; --best: #1c3147; }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0 auto; max-width: 80rem; padding: 1.5rem clamp(1rem, 4vw, 3rem) 4rem; background: var(--page); color: var(--ink); font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", Arial, sans-serif; overflow-wrap: break-word; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
main:focus { outline: none; }
.skip { position: absolute; left: 1rem; top: -5rem; background: var(--page); padding: .5rem 1rem; z-index: 1; }
.skip:focus { top: 1rem; }
h1 { font-size: clamp(1.5rem, 5vw, 2.2rem); line-height: 1.2; margin: 0 0 .5rem; letter-spacing: -.01em; }
h2 { font-size: 1.35rem; line-height: 1.3; margin: 3rem 0 1rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.75rem 0 .5rem; }
p, ul { max-width: 68ch; }
.lead { font-size: 1.1rem; color: var(--soft); margin: 0 0 1rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: 0; padding: 0; max-width: none; }
nav a { display: inline-block; padding: .35rem 0; }
.numbers { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(12rem, 100%), 1fr)); gap: .75rem; margin: 0 0 1.25rem; }
.numbers div { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .75rem 1rem; }
.numbers dt { color: var(--soft); font-size: .9rem; }
.numbers dd { margin: 0; }
.value { display: block; font-size: 1.6rem; line-height: 1.3; font-weight: 650; font-variant-numeric: tabular-nums; }
.context { display: block; color: var(--soft); font-size: .85rem; }
.scroll { overflow-x: auto; background: linear-gradient(90deg, var(--page) 30%, transparent), linear-gradient(270deg, var(--page) 30%, transparent) 100% 0, linear-gradient(90deg, var(--line), transparent), linear-gradient(270deg, var(--line), transparent) 100% 0; background-repeat: no-repeat; background-size: 3rem 100%, 3rem 100%, .8rem 100%, .8rem 100%; background-attachment: local, local, scroll, scroll; }
.table { margin: 0 0 2rem; }
table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; min-width: 100%; }
caption { caption-side: top; text-align: left; font-weight: 600; padding: 0 0 .5rem; }
th, td { padding: .4rem .55rem; text-align: right; white-space: nowrap; vertical-align: baseline; }
th:first-child, tbody th { text-align: left; }
thead th { white-space: normal; font-weight: 600; border-bottom: 1px solid var(--line); vertical-align: bottom; }
thead tr:last-child th, thead th[rowspan] { border-bottom: 2px solid var(--ink); }
th[scope="colgroup"] { text-align: center; }
tbody th { white-space: normal; min-width: 11rem; font-weight: 500; }
tbody th, thead tr:first-child > th:first-child { position: sticky; left: 0; background: var(--page); background-clip: padding-box; }
@media (max-width: 40rem) { tbody th { max-width: 9rem; } }
tbody tr { border-bottom: 1px solid var(--line); }
tbody tr.rule { border-top: 2px solid var(--line); }
tbody tr:last-child { border-bottom: 2px solid var(--ink); }
td.best { background: var(--best); }
th.text, td.text { text-align: left; white-space: normal; min-width: 5rem; }
@media (max-width: 40rem) {
table.texts thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
table.texts caption, table.texts tbody, table.texts tr, table.texts tbody th, table.texts td { display: block; max-width: none; }
table.texts tbody th { position: static; padding-bottom: .1rem; font-weight: 650; }
table.texts td { padding: .1rem .55rem .3rem; }
table.texts td::before { content: attr(data-name) ": "; color: var(--soft); }
}
.sd, .unit, .published { color: var(--soft); font-size: .88em; font-weight: 400; }
.published { font-style: italic; }
abbr { text-decoration: none; }
.note { color: var(--soft); font-size: .88rem; margin: .5rem 0 0; }
.verdicts { list-style: none; padding: 0; max-width: none; }
.verdicts li { border-top: 1px solid var(--line); padding: .25rem 0 .5rem; }
.verdicts h3 { margin-bottom: 0; }
.verdicts .note { margin: 0 0 .35rem; }
.verdicts .facts div:last-child { border-bottom: 0; }
@media (max-width: 40rem) { .verdicts .facts div { grid-template-columns: 1fr; gap: 0; } }
.judgement { display: inline-block; border: 1px solid var(--soft); border-radius: .35rem; padding: 0 .45rem; margin-right: .35rem; font-size: .88rem; }
article { margin-top: 2.5rem; }
article h3 { font-size: 1.15rem; }
article h4 { margin: 1.25rem 0 .5rem; font-size: 1rem; }
article pre { padding: .5rem .75rem; margin: .5rem 0 1rem; }
article details { margin: 1rem 0; }
figure { margin: 0 0 2rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(30rem, 100%), 1fr)); gap: 1.5rem 2rem; }
.charts > figure { margin: 0; min-width: 0; }
.chart svg { display: block; width: 100%; min-width: 29rem; max-width: 46rem; height: auto; }
figcaption { color: var(--soft); font-size: .92rem; max-width: 68ch; margin-top: .35rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(15rem, 100%), 1fr)); gap: .75rem; }
.tiles figure { margin: 0; }
@media (max-width: 40rem) { .tiles { grid-template-columns: 1fr 1fr; } .tiles figure:first-child { grid-column: 1 / -1; } }
.tiles img { display: block; width: 100%; height: auto; border-radius: .35rem; image-rendering: pixelated; }
.facts { display: grid; gap: .15rem 1.5rem; margin: 0; }
.facts div { display: grid; grid-template-columns: minmax(6rem, 12rem) 1fr; gap: 1rem; padding: .35rem 0; border-bottom: 1px solid var(--line); }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; min-width: 0; }
details summary { cursor: pointer; padding: .35rem 0; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem; overflow: auto; font-size: .85rem; line-height: 1.45; max-height: 40rem; }
@media print { nav, .skip { display: none; } .scroll { overflow: visible; } details { display: block; } }
`;
