// State, words and numbers. Every word comes from the data of the page; this code holds none.
const D = JSON.parse(document.getElementById('data').textContent);
const N = D.zones.length;
const SVG = 'http://www.w3.org/2000/svg';
const NB = '\u00a0';
const byId = (id) => document.getElementById(id);
const fill = (element, attributes, children, make) => {
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

// The letters of the layers in the address; `p1` is the flag of the proposed sites, `p` the chosen initiative.
const FLAGS = { f: 'f', e: 'e', b: 'b', a: 'a', k: 'k', p: 'p1', o: 'o', d: 'd', g: 'g', l: 'l' };
// The first way of classing a view stands in the view itself.
D.services.forEach((s) => s.views.forEach((v) => Object.assign(v.by[0], { colors: v.colors, cls: v.cls })));
// The page opens on the service that can be said of the most zones, the first of them: its sentence is the fullest.
const said = D.services.map((s) => s.views[0].cls.filter((c) => c >= 0).length), first = said.indexOf(Math.max(...said));
// Where the page is not asked for in one language, that of the browser comes first; the address wins (`readHash`).
const spoken = (navigator.language || '').slice(0, 2).toLowerCase();
const st = { lang: D.byBrowser && Object.hasOwn(D.text, spoken) ? spoken : D.lang, s: first, i: 0, z: -1, f: 0, e: 1, b: 1, a: 0, k: 0, p1: 0, o: 0, d: 0, g: 1, l: 1, t: 0, u: 0, m: D.classes, n: 5, hl: null, sort: [-1, 1], v: null, sheet: 0, p: -1 };
let T, U, S, TS, W, TW;
function words() {
  T = D.text[st.lang]; U = T.ui;
  S = D.services[st.s]; TS = T.services[st.s];
  st.i = Math.min(st.i, S.views.length - 1);
  W = S.views[st.i]; TW = TS.views[st.i];
  // Each view may be classed in several ways; the one that is asked for, or its first.
  D.services.forEach((s, n) => s.views.forEach((v, k) => {
    const at = Math.max(0, v.by.findIndex((way) => way.key === st.m)), t = T.services[n].views[k];
    v.at = at; v.colors = v.by[at].colors; v.cls = v.by[at].cls; t.classes = t.by[at].classes || t.classes;
  }));
}
// Ranks are those of the gap: they say nothing of a distance or of a change.
const ranked = () => W.key !== 'distance' && W.key !== 'change';
const sphere = () => D.spheres[S.sphere];

/* ---------- the address keeps the state: a link opens the same view */
const serviceKey = (n) => D.spheres[D.services[n].sphere].key + (D.services[n].key === 'main' ? '' : '.' + D.services[n].key);
function readHash() {
  const h = new URLSearchParams(location.hash.slice(1));
  if (Object.hasOwn(D.text, h.get('lang') || '')) st.lang = h.get('lang');
  const s = D.services.findIndex((_, n) => serviceKey(n) === h.get('s'));
  if (s >= 0) st.s = s;
  const i = D.services[st.s].views.findIndex((v) => v.key === h.get('i'));
  if (i >= 0) st.i = i;
  if (h.size) st.z = h.has('z') ? D.zones.findIndex((z) => z.slug === h.get('z')) : -1;
  if (h.has('c')) for (const k in FLAGS) st[FLAGS[k]] = +h.get('c').includes(k);
  if (h.size) st.u = +(h.get('u') === '1');
  if (['steps', 'quantile', 'equal', 'natural', 'norm'].includes(h.get('m'))) st.m = h.get('m'); else if (h.size) st.m = D.classes;
  const n = Number(h.get('n'));
  if (Number.isInteger(n) && n > 0 && n < 1000) st.n = n;
  if (h.size) st.t = +(h.get('t') === '1');
  const v = (h.get('v') || '').split(',').map(Number);
  st.v = h.has('v') && v.length === 3 && v.every(Number.isFinite) && Math.abs(v[0]) < 85 && v[2] >= 0 && v[2] < 6 ? v : null;
}
function writeHash() {
  const h = new URLSearchParams();
  h.set('lang', st.lang); h.set('s', serviceKey(st.s)); h.set('i', W.key);
  if (st.z >= 0) h.set('z', D.zones[st.z].slug);
  h.set('c', Object.keys(FLAGS).filter((k) => st[FLAGS[k]]).join(''));
  if (st.m !== D.classes) h.set('m', st.m);
  if (st.u) h.set('u', '1');
  if (st.p1 && S.sites) h.set('n', st.n);
  if (st.t) h.set('t', '1');
  if (st.v) h.set('v', [st.v[0].toFixed(4), st.v[1].toFixed(4), st.v[2].toFixed(2)].join(','));
  const address = '#' + h.toString().replace(/%2C/g, ',');
  // The frame of a notebook has no address of its own, and refuses one.
  if (location.hash !== address) try { history.replaceState(null, '', address); } catch { return; }
}

/* ---------- numbers: fr_CA and en_CA, for the few sums that only the page knows */
const french = () => st.lang === 'fr';
function number(value, digits = 0) {
  const [whole, part] = Math.abs(value).toFixed(digits).split('.');
  return (value < 0 ? '\u2212' : '') + whole.replace(/\B(?=(\d{3})+(?!\d))/g, french() ? NB : ',') + (part ? (french() ? ',' : '.') + part : '');
}
const one = (n) => (french() ? Math.abs(n) < 2 : n === 1);
const count = (forms, n) => forms[one(n) ? 0 : 1].replace('{n}', number(n));
const plain = (s) => s.normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase().replace(/[’'`\-–—\s]+/g, ' ').trim();
const capital = (s) => s.charAt(0).toUpperCase() + s.slice(1);

/* ---------- signs of the spheres and swatches */
const icon = (sp) => sv('svg', { width: 14, height: 14, 'aria-hidden': 'true' }, sv('path', { d: shape(sp.shape, 7, 7, 5), fill: sp.color }));
const ringIcon = (sp) => sv('svg', { width: 14, height: 14, 'aria-hidden': 'true' }, sv('path', { d: shape(sp.shape, 7, 7, 4.6), fill: sp.color, stroke: D.look.ink, 'stroke-width': 1.5, 'stroke-linejoin': 'round' }));
const swatch = (paint) => sv('svg', { width: 28, height: 16, 'aria-hidden': 'true' }, sv('rect', { x: 0.5, y: 0.5, width: 27, height: 15, rx: 2, fill: paint, stroke: D.look.border }));
const paintOf = (cls, suffix = '') => (cls === -2 ? `url(#hatch${suffix})` : cls === -1 ? `url(#miss${suffix})` : W.colors[cls]);
// Ranked zones from the least served on, then those that cannot be said, then the missing.
function ordered() {
  const said = [...Array(N).keys()].filter((z) => W.cls[z] >= 0);
  const people = S.rows;
  said.sort((a, b) => (ranked() && S.rank[a] && S.rank[b] ? S.rank[a] - S.rank[b] : 0) || W.good * (W.v[a] - W.v[b]) || (people[b][0] || 0) - (people[a][0] || 0));
  return [...said, ...[...Array(N).keys()].filter((z) => W.cls[z] === -2), ...[...Array(N).keys()].filter((z) => W.cls[z] === -1)];
}
