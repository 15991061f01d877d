// One zone: its sentences, its map, its place among the others, its initiatives, its neighbours.
const Z = P.z;
/* ---------- the map */
const box = map.getContainer();
const width = () => box.clientWidth, height = () => box.clientHeight;
const geo = (geometry, style) => L.geoJSON(geometry, { style, interactive: false, smoothFactor: 0.4 }).addTo(map);
const still = { interactive: false };
for (const g of P.land) geo(g, { fillColor: C.look.land, fillOpacity: 1, color: '#fff', weight: 1, ...still });
for (const [k, g] of P.zones) {
  if (k === Z) continue;
  const layer = L.geoJSON(g, { style: { fillColor: C.wash, fillOpacity: 1, color: '#fff', weight: 1.75 } }).addTo(map);
  layer.on('mousemove', (e) => tipAt(e.containerPoint.x, e.containerPoint.y, el('b', { text: T.zones[k] })));
  layer.on('mouseout', () => hideTip());
  layer.on('click', (e) => { if (!symbolAt(e.containerPoint.x, e.containerPoint.y)) location.href = pageOf(k); });
  geo(g, { fill: false, color: C.look.boundary, weight: 0.55 });
}
const own = P.zones.find(([k]) => k === Z)[1];
geo(own, { fillColor: '#fff', fillOpacity: 1, stroke: false });
for (const g of P.districts) geo(g, { fill: false, color: C.look.boundary, weight: 0.7, dashArray: '2 3', opacity: 0.8 });
geo(own, { fill: false, color: '#fff', weight: 5.5 });
geo(own, { fill: false, color: C.look.chosen, weight: 2.5 });
const over = sv('svg', { class: 'over', 'aria-hidden': 'true' }), names = sv('g', {}), dots = sv('g', {});
over.append(names, dots); box.append(over);

const on = C.services.map((_, k) => { const all = P.supply[k].length; return all > 0 && all <= 250 && P.supply[k].filter((f) => f[4]).length <= 60; });
const gap = C.services.map((s, k) => (P.beyond[k].length ? s.views[0].v[Z] || 0 : -1));
let people = gap.indexOf(Math.max(...gap));
if (gap[people] < 0) people = -1;
const star = (x, y, r) => { let d = ''; for (let i = 0; i < 10; i++) { const a = -Math.PI / 2 + (i * Math.PI) / 5, q = i % 2 ? r * 0.45 : r; d += (i ? 'L' : 'M') + (x + q * Math.cos(a)).toFixed(1) + ' ' + (y + q * Math.sin(a)).toFixed(1); } return d + 'z'; };
let named = true, chosen = -1, symbols = [];
const shift = (path, x, y, r) => ({ d: path, transform: `translate(${x.toFixed(1)} ${y.toFixed(1)}) scale(${(r / 5).toFixed(3)}) translate(-7 -7)`, 'vector-effect': 'non-scaling-stroke', 'stroke-linejoin': 'round' });
function place() {
  symbols = []; dots.textContent = ''; names.textContent = '';
  const at = (p) => map.latLngToContainerPoint([p[1], p[0]]), inside = (q) => q.x > -12 && q.y > -12 && q.x < width() + 12 && q.y < height() + 12;
  if (people >= 0) {
    let d = '';
    const flat = P.beyond[people];
    for (let i = 0; i < flat.length; i += 2) {
      const q = at([P.box[0] + flat[i] / 1e5, P.box[1] + flat[i + 1] / 1e5]);
      if (inside(q)) d += `M${q.x.toFixed(1)} ${q.y.toFixed(1)}h0`;
    }
    dots.append(sv('path', { d, class: 'people', fill: 'none', stroke: C.look.ink, 'stroke-width': 2.4, 'stroke-linecap': 'round', opacity: 0.75 }));
  }
  C.services.forEach((s, k) => {
    if (!on[k]) return;
    const sp = C.spheres[s.sphere];
    for (const f of P.supply[k]) {
      const q = at(f);
      if (!inside(q)) continue;
      const r = s.sized ? Math.max(2.4, Math.sqrt(f[3] || 0) * 0.5) : 4 * Math.pow(Math.max(1, f[3] || 1), 0.25);
      dots.append(sv('path', { ...shift(sp.path, q.x, q.y, r), fill: f[4] ? sp.color : '#fff', stroke: f[4] ? '#fff' : sp.color, 'stroke-width': f[4] ? 1 : 1.3 }));
      symbols.push({ x: q.x, y: q.y, r, f, k });
    }
  });
  if (named) P.named.forEach((p, n) => {
    const q = at(p);
    if (!inside(q)) return;
    const sp = p[3] >= 0 ? C.spheres[p[3]] : { path: C.spheres[0].path, color: C.look.muted };
    const more = p[5] === 1 ? { fill: '#fff', 'stroke-dasharray': '2.5 1.8' } : p[5] === 2 ? { fill: '#fff', stroke: C.look.muted } : {};
    dots.append(sv('path', { ...shift(sp.path, q.x, q.y, 5.6), fill: '#fff', stroke: '#fff', 'stroke-width': 3.6 }), sv('path', { ...shift(sp.path, q.x, q.y, 5.6), fill: sp.color, ...ring, ...more }));
    if (n === chosen) dots.append(sv('circle', { cx: q.x, cy: q.y, r: 11, fill: 'none', stroke: '#fff', 'stroke-width': 5 }), sv('circle', { cx: q.x, cy: q.y, r: 11, fill: 'none', stroke: C.look.chosen, 'stroke-width': 2.25 }));
    symbols.push({ x: q.x, y: q.y, r: 7, n });
  });
  for (const t of P.sites) {
    if (people !== t[0]) continue;
    const q = at([t[2], t[3]]);
    if (!inside(q)) continue;
    dots.append(sv('path', { d: star(q.x, q.y, 10), fill: C.look.ink, stroke: '#fff', 'stroke-width': 2.5, 'stroke-linejoin': 'round', 'paint-order': 'stroke' }));
    symbols.push({ x: q.x, y: q.y, r: 9, t });
  }
  letter(at); scale();
}
// Names of the neighbours, where their middle can be seen and nothing else stands.
function letter(at) {
  const taken = [[width() - 60, height() - 120, width(), height()], [0, height() - 50, 130, height()]];
  for (const [k] of P.zones) {
    if (k === Z) continue;
    const q = at(C.at[k]), half = T.zones[k].length * 3.4 + 4, b = [q.x - half, q.y - 12, q.x + half, q.y + 8];
    if (b[0] < 4 || b[1] < 4 || b[2] > width() - 4 || b[3] > height() - 4 || taken.some((o) => b[0] < o[2] && b[2] > o[0] && b[1] < o[3] && b[3] > o[1])) continue;
    taken.push(b);
    names.append(sv('text', { class: 'nb', x: q.x.toFixed(1), y: (q.y + 4).toFixed(1), text: T.zones[k] }));
  }
}
function scale() {
  const c = map.getCenter(), p = map.project(c), metres = map.distance(c, map.unproject(p.add([100, 0]))) / 100;
  let best = 20;
  for (const m of [50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000]) if (m / metres <= 100) best = m;
  const bar = el('i', {});
  bar.style.width = (best / metres).toFixed(1) + 'px';
  byId('scale').replaceChildren(best < 1000 ? best + NB + 'm' : number(best / 1000) + NB + 'km', bar);
}
const bounds = L.latLngBounds([P.box[1], P.box[0]], [P.box[3], P.box[2]]);
function whole() {
  map.invalidateSize({ pan: false, animate: false });
  map.options.minZoom = 0;
  map.fitBounds(bounds, { padding: [26, 26], animate: false });
  map.options.minZoom = map.getZoom() - 0.7; map.options.maxZoom = map.getZoom() + 3.5;
  place();
}
map.on('move zoom', place);
if (L.Browser.mobile) map.dragging.disable();
byId('zoom').addEventListener('click', (e) => {
  const b = e.target.closest('button');
  if (!b) return;
  if (b.dataset.z === '0') whole();
  else map.setZoom(Math.min(map.options.maxZoom, Math.max(map.options.minZoom, map.getZoom() + 0.6 * b.dataset.z)), { animate: false });
});
addEventListener('resize', whole); addEventListener('beforeprint', whole); addEventListener('afterprint', whole);
matchMedia('print').addEventListener('change', whole);

/* ---------- the tip */
const tip = byId('tip');
function tipAt(x, y, ...parts) {
  tip.replaceChildren(...parts.filter(Boolean)); tip.hidden = false;
  const w0 = tip.offsetWidth, h0 = tip.offsetHeight;
  let px = x + 14, py = y + 14;
  if (px + w0 > width() - 6) px = x - w0 - 12;
  if (py + h0 > height() - 6) py = y - h0 - 12;
  tip.style.transform = `translate(${Math.max(4, px)}px,${Math.max(4, py)}px)`;
}
const hideTip = () => { tip.hidden = true; };
const kindOf = (p) => capital([p[4] >= 0 ? T.kinds[p[4]][0] : '', p[5] > 0 ? T.statuses[p[5]] : ''].filter(Boolean).join(', '));
const siteName = (t) => t[4] || U.site.replace('{n}', number(t[1]));
const rounded = (n) => { const step = n >= 1000 ? 100 : 10; return Math.floor(n / step + 0.5) * step; };
// Whom a site newly serves, and its price: nothing where the list has no prices, a dash where it does not give this one.
const price = (v) => U.price[0].replace('{price}', () => (v === null ? '–' : U.price[1].replace('{n}', () => number(v))));
const adds = (t) => [...(t[5] === null ? [] : [U.adds.replace('{n}', number(rounded(t[5])))]), ...(t[6] === undefined ? [] : [price(t[6])])].join(' · ');
function tipSymbol(s) {
  if (s.t) return tipAt(s.x, s.y, el('b', { text: siteName(s.t) }), el('div', { text: adds(s.t) }), el('span', { text: U.sites + ', ' + T.services[s.t[0]].label }));
  if (s.n !== undefined) { const p = P.named[s.n]; return tipAt(s.x, s.y, el('b', { text: p[2] }), el('span', { text: kindOf(p) })); }
  const n = s.f[3] || 0, sized = C.services[s.k].sized;
  const first = sized ? U.dwellings[one(n) ? 0 : 1].replace('{n}', number(n)) : '';
  const what = T.kinds[s.f[2]][sized || one(n) ? 0 : 1];
  return tipAt(s.x, s.y, el('b', { text: capital(!sized && n > 1 ? number(n) + ' ' + what : what) }), first ? el('div', { text: first }) : null, el('span', { text: T.services[s.k].label }));
}
function symbolAt(x, y) {
  let best = null, near = 1e9;
  for (const s of symbols) {
    const d = Math.hypot(s.x - x, s.y - y) - (s.n === undefined ? 0 : 3);
    if (d < Math.max(s.r + 2, 9) && d < near) { near = d; best = s; }
  }
  return best;
}
map.on('mousemove', (e) => { const s = symbolAt(e.containerPoint.x, e.containerPoint.y); if (s) tipSymbol(s); else if (e.originalEvent.target === box || !e.originalEvent.target.classList.contains('leaflet-interactive')) hideTip(); });
map.on('mouseout', hideTip);
map.on('click', (e) => { const s = symbolAt(e.containerPoint.x, e.containerPoint.y); if (!s) { hideTip(); return; } if (s.n !== undefined) { chosen = s.n; place(); rows(); } tipSymbol(s); });
addEventListener('keydown', (e) => { if (e.key === 'Escape') { hideTip(); if (chosen >= 0) { chosen = -1; place(); rows(); } } });

/* ---------- words */
function keys() {
  const line = (checked, icon, text, count, change) => el('label', { class: checked ? 'chk' : 'chk off' }, el('input', { type: 'checkbox', checked, onchange: (e) => { change(e.target.checked); e.target.closest('label').classList.toggle('off', !e.target.checked); place(); } }), icon, el('span', { text }), el('span', { class: 'n', text: count }));
  const first = P.named.length ? [line(named, sv('svg', { class: 'sy', width: 14, height: 14, 'aria-hidden': 'true' }, sv('path', { d: C.spheres[0].path, fill: '#fff', ...ring })), U.initiatives, number(P.named.length), (v) => { named = v; })] : [];
  const held = (k) => { const s = P.text[lang].services[k].supply; return s.lines.length ? s.total : '–'; };
  byId('keys').replaceChildren(...first, ...C.services.map((s, k) => (P.supply[k].length ? line(on[k], symbol(s.sphere), T.services[k].label, held(k), (v) => { on[k] = v; }) : null)).filter(Boolean));
  byId('symbols').hidden = !first.length && !P.supply.some((f) => f.length);
}
function pick() {
  const known = C.services.map((_, k) => k).filter((k) => P.beyond[k].length);
  byId('dots').parentNode.hidden = !known.length;
  put('dotsL', U.dots); put('dotS', people < 0 ? U.noDots : T.services[people].label); put('dotN', U.dot.replace('{n}', number(P.per)));
  byId('dots').replaceChildren(el('option', { value: -1, text: U.noDots, selected: people < 0 }), ...known.map((k) => el('option', { value: k, text: T.services[k].label, selected: k === people })));
}
byId('dots').addEventListener('change', (e) => { people = +e.target.value; place(); pick(); byId('dots').focus(); });
function sites() {
  byId('siteBox').hidden = !P.sites.length && !P.text[lang].sites.length;
  put('hSites', U.sites); put('siteNote', P.sites.length ? U.siteNote : '');
  byId('sites').replaceChildren(...P.sites.map((t) => el('li', {}, symbol(C.services[t[0]].sphere), el('span', { text: T.services[t[0]].label + (french() ? NB : '') + ': ' + siteName(t) }), el('span', { class: 'mut', text: adds(t) }))));
  byId('with').replaceChildren(...P.text[lang].sites.map((text) => el('p', { text })));
}
function sentences() {
  byId('say').replaceChildren(...C.services.map((s, k) => {
    const said = P.text[lang].services[k], held = said.supply;
    const lines = held.lines.filter((l) => l[2]).map(([text, n]) => text + NB + n);
    return el('li', {}, el('div', { class: 't' }, symbol(s.sphere), el('b', { text: T.services[k].label }), el('span', { class: 'vd' }, mark(P.verdicts[k]), el('span', { text: said.verdict }))),
      el('p', { text: said.say }),
      el('p', { class: 'k' }, held.title + (french() ? NB : '') + ': ', leads(k, Z, 'supply', el('span', { text: held.total })), lines.length ? ' (' + lines.join(', ') + ')' : ''));
  }));
}
function strip(view) {
  const y = 9, at = (v) => (2.5 + ((Math.min(v, view.max) - view.min) / (view.max - view.min)) * 95).toFixed(2) + '%', line = view.norm ?? view.city;
  const g = sv('svg', { width: '100%', height: 18, 'aria-hidden': 'true' });
  g.append(sv('line', { x1: 0, x2: '100%', y1: y, y2: y, stroke: C.look.line }));
  if (line !== null) g.append(sv('line', { x1: at(line), x2: at(line), y1: 0, y2: 18, stroke: C.look.ink, 'stroke-dasharray': '2 2' }));
  if (view.cls[Z] !== -1 && view.lo[Z] !== null) g.append(sv('line', { x1: at(view.lo[Z]), x2: at(view.hi[Z]), y1: y, y2: y, stroke: C.look.chosen, 'stroke-width': 4, 'stroke-opacity': 0.38, 'stroke-linecap': 'round' }));
  view.cls.forEach((cls, n) => { if (cls >= 0 && n !== Z) g.append(sv('circle', { cx: at(view.v[n]), cy: y, r: 3.4, fill: C.look.dot, stroke: '#fff' })); });
  if (view.cls[Z] >= 0) g.append(sv('circle', { class: 'me', cx: at(view.v[Z]), cy: y, r: 6, fill: C.look.chosen, stroke: '#fff', 'stroke-width': 1.5 }));
  return g;
}
function ranking() {
  const body = [];
  C.services.forEach((s, k) => {
    const said = P.text[lang].services[k];
    body.push(el('tr', { class: 'g' }, el('th', { colspan: 4, scope: 'rowgroup' }, el('span', { class: 'vd' }, symbol(s.sphere), el('b', { text: T.services[k].label }))), el('td', { class: 'mut h', colspan: 1, text: said.robust })));
    s.views.forEach((view, i) => {
      const t = said.views[i], known = view.cls[Z] >= 0;
      body.push(el('tr', { class: i < s.views.length - 1 ? 'h' : null }, el('th', { scope: 'row', text: T.services[k].views[i].label }),
        el('td', { class: 's' }, strip(view)),
        el('td', {}, known ? leads(k, Z, view.x[1], el('b', { text: t.val })) : el('span', { class: 'mut', text: t.iv }), known ? el('span', { class: 'iv', text: ' ' + t.iv }) : null),
        el('td', {}, known && t.main !== t.val ? leads(k, Z, view.x[0], el('span', { text: t.main })) : ''),
        el('td', {}, i || !said.rank ? '' : leads(k, Z, '', el('span', { text: said.rank })))));
    });
  });
  byId('place').replaceChildren(el('thead', {}, el('tr', {}, el('th', { scope: 'col', text: U.indicator }), el('th', { scope: 'col' }, el('span', { class: 'vh', text: U.place })), el('th', { scope: 'col', colspan: 2, text: U.value }), el('th', { scope: 'col', text: U.rank }))), el('tbody', {}, ...body));
}
const state = [1, 1];
function rows() {
  byId('iniBox').hidden = !P.named.length;
  put('noIni', P.named.length ? '' : U.noInitiative);
  if (!P.named.length) return;
  const sphereOf = (p) => (p[3] >= 0 ? T.spheres[p[3]] : ''), kind = (p) => (p[4] >= 0 ? capital(T.kinds[p[4]][0]) : ''), status = (p) => (p[5] >= 0 ? capital(T.statuses[p[5]]) : '');
  sorted(byId('ini'), [U.name, U.sphere, U.kind, U.status], P.named.map((p, n) => ({
    by: [p[2], sphereOf(p), kind(p), status(p)],
    row: el('tr', { class: n === chosen ? 'on' : null }, el('th', { scope: 'row' }, el('button', { type: 'button', class: 'ib', text: p[2], title: U.show.replace('{name}', () => p[2]), onclick: () => show(n) })),
      el('td', {}, el('span', { class: 'vd' }, p[3] >= 0 ? symbol(p[3], ring) : null, el('span', { text: sphereOf(p) }))), el('td', { text: kind(p) }), el('td', { text: status(p) })),
  })), state, rows);
}
function show(n) {
  const p = P.named[n];
  chosen = n; named = true;
  keys();
  map.setView([p[1], p[0]], Math.max(map.getZoom(), map.options.minZoom + 2), { animate: false });
  place(); rows();
  byId('chart').scrollIntoView({ block: 'nearest' });
  tipSymbol(symbols.find((s) => s.n === n) || { x: width() / 2, y: height() / 2, n });
  put('live', p[2] + '. ' + kindOf(p));
  byId('ini').querySelector('tr.on button')?.focus({ preventScroll: true });
}
function update() {
  frame();
  const name = T.zones[Z];
  document.title = name + ' – ' + U.study;
  put('name', name); put('kicker', P.text[lang].sub);
  put('hShort', U.short); put('hMap', U.mapOf.replace('{name}', () => name)); put('symbols', U.symbols);
  put('hPlace', U.place); put('stripNote', U.stripNote); put('hIni', U.initiatives + (P.named.length ? ' (' + number(P.named.length) + ')' : '')); put('hNear', U.near);
  byId('toAtlas').href = atlasOf(Z);
  byId('nav').replaceChildren(el('a', { href: 'index.html' + hash(), text: U.index }));
  byId('nav').setAttribute('aria-label', U.index);
  byId('zoom').setAttribute('aria-label', U.zoom);
  byId('keys').setAttribute('aria-label', U.map);
  box.setAttribute('role', 'group'); box.setAttribute('aria-label', U.mapOf.replace('{name}', () => name));
  [U.zoomIn, U.zoomOut, U.zoomAll].forEach((text, k) => { const b = byId('zoom').children[k]; b.setAttribute('aria-label', text); b.title = text; });
  byId('near').replaceChildren(...P.near.map((k) => el('li', {}, el('a', { href: pageOf(k), text: T.zones[k] }))));
  hideTip(); sentences(); keys(); pick(); sites(); ranking(); rows();
  if (map._loaded) place();
}
speak(update);
whole();
