// The index: every zone by sphere, its verdict and its figure.
const state = [0, 1];
function table() {
  const people = P.rows.some((r) => r.people !== null);
  const columns = [U.zone, ...(people ? [U.people] : []), ...T.services.map((s) => s.label), U.initiatives];
  const rows = P.rows.map((r, z) => {
    const said = r.text[lang];
    return {
      by: [T.zones[z], ...(people ? [r.people] : []), ...C.services.map((s) => s.views[s.main].v[z]), r.named],
      row: el('tr', {}, el('th', { scope: 'row' }, el('a', { href: pageOf(z) }, unbroken(T.zones[z]))),
        people ? el('td', { class: 'r', text: r.people === null ? '–' : number(r.people) }) : null,
        ...C.services.map((_, k) => el('td', {}, el('span', { class: 'vd', title: said.robust[k] || null }, mark(r.verdicts[k]), leads(k, z, C.services[k].views[C.services[k].main].x[1], el('span', { text: said.values[k] })), el('span', { class: 'vh', text: said.verdicts[k] })))),
        el('td', { class: 'r', text: number(r.named) })),
    };
  });
  byId('all').className = people ? 'pp' : '';
  sorted(byId('all'), columns, rows, state, table);
}
function marks() {
  const known = new Map();
  for (const r of P.rows) r.verdicts.forEach((v, k) => known.set(v, r.text[lang].verdicts[k]));
  byId('marks').replaceChildren(...['underserved', 'depends', 'served', 'cannot_say', 'missing'].filter((v) => known.has(v)).map((v) => el('li', {}, mark(v), el('span', { text: capital(known.get(v)) }))));
}
speak(() => {
  frame();
  document.title = U.indexTitle; put('name', U.index);
  byId('toAtlas').href = atlasOf();
  table(); marks();
  put('care', P.care[lang]); byId('care').hidden = !P.care[lang];
});
