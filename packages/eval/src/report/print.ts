/**
 * Style sheet for paper: everything unfolded, colours kept where they tell something, tables as narrow as the
 * page, and no picture, row or heading torn apart. What a filter hides stays hidden.
 */
export const printSheet = `
@media print {
  @page { margin: 14mm; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav, .skip, form { display: none; }
  details::details-content { content-visibility: visible; display: block; height: auto; opacity: 1; }
  summary { list-style: none; }
  summary::-webkit-details-marker { display: none; }
  .scroll { overflow: visible; background: none; }
  table { font-size: 7.5pt; min-width: 0; }
  th, td { white-space: normal; padding: .15rem .3rem; }
  tbody th { min-width: 7rem; }
  th.text, td.text { min-width: 0; }
  tbody th, thead tr:first-child > th:first-child { position: static; }
  pre { max-height: none; white-space: pre-wrap; overflow: visible; }
  .chart svg { min-width: 0; max-width: 100%; }
  .charts { grid-template-columns: 1fr 1fr; }
  .tiles { grid-template-columns: repeat(4, 1fr); }
  .verdict, td.best, img, svg { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  figure, tr, li, dl.facts > div, img, svg { break-inside: avoid; }
  h2, h3, h4, h5, summary, caption { break-after: avoid; }
  a { color: inherit; }
}
`;
