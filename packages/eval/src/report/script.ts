/**
 * The only script of a report: filters claims and experiments, opens what an address points into, and opens all
 * for printing. Without it everything can be read still.
 */
export const script = `
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const form = document.getElementById('filter');
  if (form) {
    const { claim, group, verdict, count } = form.elements;
    const claims = all('.claims > li');
    const filter = () => {
      const words = claim.value.toLowerCase().split(/\\s+/).filter(Boolean);
      let shown = 0;
      for (const li of claims) {
        const text = li.querySelector('.claim').textContent.toLowerCase();
        const chips = all('.chips > .verdict', li).filter((chip) =>
          (!group.value || chip.dataset.group === group.value) &&
          (!verdict.value || chip.dataset.word === verdict.value));
        li.hidden = chips.length === 0 || !words.every((word) => text.includes(word));
        if (!li.hidden) shown++;
      }
      for (const part of all('[data-group]')) part.hidden = group.value !== '' && part.dataset.group !== group.value;
      for (const section of all('.group')) section.hidden = all('.part', section).every((part) => part.hidden);
      document.body.classList.toggle('filtered', group.value !== '');
      count.value = shown + ' of ' + claims.length + ' claims';
    };
    form.hidden = false;
    form.addEventListener('input', filter);
    form.addEventListener('submit', (event) => event.preventDefault());
    filter();
  }
  const reveal = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let at = target; at; at = at.parentElement) if (at.tagName === 'DETAILS') at.open = true;
    if (target.tagName !== 'DETAILS') { const own = target.querySelector(':scope > details'); if (own) own.open = true; }
    target.scrollIntoView();
  };
  addEventListener('hashchange', reveal);
  reveal();
  let closed = [];
  addEventListener('beforeprint', () => {
    closed = all('details:not([open])');
    for (const details of closed) details.open = true;
  });
  addEventListener('afterprint', () => { for (const details of closed) details.open = false; });
})();
`;
