// What the pages share: words, elements, numbers, the language. Every word comes from the data; this code holds none.
const byId = (id) => document.getElementById(id);
const C = JSON.parse(byId('common').textContent), P = JSON.parse(byId('page').textContent);
const SVG = 'http://www.w3.org/2000/svg', NB = '\u00a0';
const fill = (element, attributes, children) => {
  for (const name in attributes || {}) {
    const value = attributes[name];
    if (value === false || value == null) continue;
    if (name === 'text') element.textContent = value;
    else if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  for (const child of children.flat()) if (child != null) element.append(child);
  return element;
};
const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const sv = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);
// Where the page is not asked for in one language, that of the browser comes first; the address wins (`speak`).
const spoken = (navigator.language || '').slice(0, 2).toLowerCase();
let lang = C.byBrowser && Object.hasOwn(C.text, spoken) ? spoken : C.lang, T, U;
const french = () => lang === 'fr';
function number(value, digits = 0) {
  const [whole, part] = Math.abs(value).toFixed(digits).split('.');
  return (value < 0 ? '\u2212' : '') + whole.replace(/\B(?=(\d{3})+(?!\d))/g, french() ? NB : ',') + (part ? (french() ? ',' : '.') + part : '');
}
const one = (n) => (french() ? Math.abs(n) < 2 : n === 1);
const capital = (s) => s.charAt(0).toUpperCase() + s.slice(1);
const symbol = (sphere, more) => sv('svg', { class: 'sy', width: 14, height: 14, 'aria-hidden': 'true' }, sv('path', { d: C.spheres[sphere].path, fill: C.spheres[sphere].color, ...more }));
const ring = { stroke: C.look.ink, 'stroke-width': 1.4, 'stroke-linejoin': 'round' };
const paint = (verdict) => C.verdicts[verdict] || `url(#${{ missing: 'miss', depends: 'spots' }[verdict] || 'hatch'})`;
const mark = (verdict) => sv('svg', { class: 'sy', width: 13, height: 13, 'aria-hidden': 'true' }, sv('rect', { x: 0.75, y: 0.75, width: 11.5, height: 11.5, fill: paint(verdict), stroke: C.look.boundary, 'stroke-width': verdict === 'underserved' ? 0 : 1 }));
// A table whose headings sort it; rows hold what each column sorts by, missing values stay last.
function sorted(table, columns, rows, state, redraw) {
  const [by, way] = state;
  const order = rows.map((_, n) => n).sort((a, b) => {
    const x = rows[a].by[by], y = rows[b].by[by];
    if (x === null || y === null) return (x === null) - (y === null) || a - b;
    return way * (typeof x === 'string' ? x.localeCompare(y, lang) : x - y) || a - b;
  });
  const press = (k) => { state[1] = k === state[0] ? -state[1] : 1; state[0] = k; redraw(); table.querySelectorAll('thead button')[k].focus(); };
  table.replaceChildren(
    el('thead', {}, el('tr', {}, ...columns.map((text, k) => el('th', { scope: 'col', 'aria-sort': k === by ? (way > 0 ? 'ascending' : 'descending') : null }, el('button', { type: 'button', text, onclick: () => press(k) }))))),
    el('tbody', {}, ...order.map((n) => rows[n].row)));
}
const hash = () => '#lang=' + lang;
const pageOf = (z) => C.slugs[z] + '.html' + hash();
const atlasOf = (z) => '../atlas.html#lang=' + lang + (z === undefined ? '' : '&z=' + C.slugs[z]);
// Where a figure comes from: every part of the address is an anchor, letters, digits, - _ . ~
const leads = (k, z, key, node) => (Object.keys(C.explain).length && key !== undefined ? el('a', { class: 'q', title: U.explain, href: (C.explain[lang] || Object.values(C.explain)[0]) + '#' + [C.services[k].x, C.zx[z], ...(key ? [key] : [])].join('.') }, node) : node);
const put = (id, text) => { byId(id).textContent = text; };
function frame() {
  T = C.text[lang]; U = T.ui;
  document.documentElement.lang = U.locale.replace('_', '-');
  put('study', U.study); put('ed', U.edition); put('skip', U.skip); put('hSources', U.sources); put('toAtlas', U.atlas);
  byId('home').setAttribute('aria-label', U.home); byId('home').href = atlasOf();
  byId('langs').setAttribute('aria-label', U.language);
  document.querySelectorAll('#langs button').forEach((b) => b.setAttribute('aria-pressed', String(b.dataset.l === lang)));
  byId('notes').replaceChildren(...T.notes.map((text) => el('p', { text })));
  byId('sources').replaceChildren(...T.sources.map(([text, day]) => el('li', { text: day ? text + ', ' + U.asOf + ' ' + day : text })));
}
function speak(update) {
  const read = () => { const wanted = new URLSearchParams(location.hash.slice(1)).get('lang'); if (Object.hasOwn(C.text, wanted || '')) lang = wanted; };
  read(); update();
  byId('langs').addEventListener('click', (e) => { const b = e.target.closest('button'); if (b) { lang = b.dataset.l; history.replaceState(null, '', hash()); update(); } });
  addEventListener('hashchange', () => { read(); update(); });
  byId('skip').addEventListener('click', (e) => { e.preventDefault(); byId('main').focus(); });
}
