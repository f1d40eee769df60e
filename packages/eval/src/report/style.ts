import { printSheet } from './print.ts';

/**
 * Style sheet of the report. Text contrast is at least 7:1 in both colour schemes; nothing is
 * conveyed by colour alone; wide content scrolls inside its own box, never the page. Paper is light.
 */
export const styleSheet = `
:root { --page: #ffffff; --ink: #1b1f24; --soft: #4a5460; --line: #d0d7de; --card: #f6f8fa; --accent: #0b5394; --best: #e8f1fb; --holds: #0a5226; --on-holds: #e0f4e6; --fails: #8a1a12; --on-fails: #fdebe9; --open: #584600; --on-open: #f8f0d4; }
@media screen and (prefers-color-scheme: dark) {
  :root { --page: #14171c; --ink: #e8ebef; --soft: #b4bcc6; --line: #38404a; --card: #1d2229; --accent: #8ec5ff; --best: #1c3147; --holds: #9be5b2; --on-holds: #12301d; --fails: #ffb9b2; --on-fails: #3d1714; --open: #f0d680; --on-open: #332a0c; }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 80rem; padding: 1rem clamp(1rem, 3vw, 2.5rem) 4rem; background: var(--page); color: var(--ink); font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", Arial, sans-serif; overflow-wrap: break-word; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
main:focus { outline: none; }
.skip { position: absolute; left: 1rem; top: -5rem; background: var(--page); padding: .5rem 1rem; z-index: 1; }
.skip:focus { top: 1rem; }
h1 { font-size: clamp(1.4rem, 4vw, 1.8rem); line-height: 1.2; margin: 0 0 .25rem; letter-spacing: -.01em; }
h2 { font-size: 1.3rem; line-height: 1.3; margin: 1.75rem 0 .5rem; padding-top: .75rem; border-top: 1px solid var(--line); }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 2rem; }
header .lead { order: 1; width: 100%; }
#finding > h2 { display: inline; border: 0; margin: 0 .75rem 0 0; }
#finding > .conditions { display: inline; }
h3 { font-size: 1.05rem; margin: 1.75rem 0 .5rem; }
p, ul { max-width: 68ch; }
.lead { color: var(--soft); font-size: .95rem; margin: 0 0 .25rem; max-width: none; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: 0; padding: 0; max-width: none; }
nav a { display: inline-block; padding: .25rem 0; }
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
thead tr:first-child > th:first-child, tbody th { text-align: left; }
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
.verdict { display: inline-block; border: 1px solid currentColor; border-radius: .35rem; padding: 0 .4rem; font-size: .85rem; line-height: 1.45; }
.verdict b { font-weight: 800; }
.verdict .where { color: var(--ink); }
.holds { color: var(--holds); background: var(--on-holds); }
.fails { color: var(--fails); background: var(--on-fails); border-style: double; border-width: 3px; padding: 0 .3rem; line-height: 1.25; }
.open { color: var(--open); background: var(--on-open); border-style: dashed; }
.findings { list-style: none; margin: .25rem 0; padding: 0; max-width: none; font-size: .95rem; line-height: 1.5; }
.findings li { margin: .15rem 0; }
.findings .note { font-size: .82rem; }
.conditions, .counted { margin: .25rem 0; max-width: none; }
.conditions { color: var(--soft); font-size: .92rem; }
.tally { display: inline-flex; flex-wrap: wrap; gap: .25rem .4rem; }
.beside { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem 1.5rem; align-items: start; margin-top: .5rem; }
@media (min-width: 62rem) { .beside { grid-template-columns: minmax(0, 1.75fr) minmax(0, 1fr); } }
.beside .charts { display: block; }
.beside .chart svg { min-width: 0; }
.beside table { font-size: .8rem; line-height: 1.35; }
.beside tbody th { min-width: 12.5rem; }
.beside .charts figure + figure { margin-top: .5rem; }
.beside figcaption { font-size: .8rem; margin: 0; }
.beside th, .beside td { padding: .18rem .45rem; }
.beside .table { margin: 0; }
form { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: end; margin: .5rem 0; }
form[hidden] { display: none; }
label { display: grid; font-size: .9rem; color: var(--soft); }
input, select { font: inherit; color: var(--ink); background: var(--page); border: 1px solid var(--soft); border-radius: .35rem; padding: .25rem .5rem; min-height: 2.25rem; max-width: 100%; }
input[type="search"] { width: min(24rem, 80vw); }
.claims { list-style: none; padding: 0; max-width: none; margin: .5rem 0; }
.claims > li { border-top: 1px solid var(--line); }
.claims summary { padding: .3rem 0; }
.claim { font-weight: 500; margin-right: .4rem; }
.chips { display: inline-flex; flex-wrap: wrap; gap: .25rem .4rem; vertical-align: baseline; }
.chips .verdict { font-size: .78rem; }
.claims .facts div:last-child { border-bottom: 0; }
.claims dl, .claims details > p { margin: 0 0 .5rem 1.1rem; }
[hidden] { display: none; }
summary { cursor: pointer; padding: .35rem 0; }
summary > h3, summary > h4 { display: inline; margin: 0; }
.group { border-top: 1px solid var(--line); }
.group > details > summary { padding: .5rem 0; }
.filtered #verdicts > .counted, .filtered .group .tally { display: none; }
.part { margin: 0 0 .5rem 1rem; }
.part h4 { font-size: 1.05rem; }
article h5 { margin: 1.25rem 0 .5rem; font-size: 1rem; }
article pre { padding: .5rem .75rem; margin: .5rem 0 1rem; }
article details details { margin: .5rem 0; }
@media (max-width: 40rem) { .part { margin-left: 0; } }
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
.facts div { display: grid; grid-template-columns: minmax(6rem, 12rem) minmax(0, 1fr); gap: 1rem; padding: .35rem 0; border-bottom: 1px solid var(--line); }
@media (max-width: 40rem) { header .lead { order: 0; } nav ul { gap: 0 1rem; font-size: .92rem; } .facts div { grid-template-columns: minmax(0, 1fr); gap: 0; } .beside tbody th { min-width: 8rem; } }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; min-width: 0; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem; overflow: auto; font-size: .85rem; line-height: 1.45; max-height: 40rem; }
${printSheet}`;
