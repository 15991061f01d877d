// The public directory on a map: what may be published, by sphere and zone, to be found and looked at.
const box = map.getContainer(), width = () => box.clientWidth, height = () => box.clientHeight;
const plain = (s) => s.normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase().replace(/[’'`\-–—\s]+/g, ' ').trim();
const I = P.items, PAGE = 200, R = I.length > 800 ? 4 : 5.5;
const st = { sphere: -2, zone: -1, q: '', at: [], shown: PAGE };
const look = (k) => C.spheres[k] || { shape: 'circle', color: C.look.muted, path: C.other };
const sign = (i) => sv('svg', { class: 'sy', width: 14, height: 14, 'aria-hidden': 'true' }, sv('path', { d: look(i[3]).path, ...(i[7] ? { fill: '#fff', stroke: look(i[3]).color, 'stroke-width': 1.8 } : { fill: look(i[3]).color }) }));
const sphereOf = (i) => (i[3] >= 0 ? T.spheres[i[3]] : U.other), kindOf = (i) => (i[4] >= 0 ? capital(T.kinds[i[4]]) : sphereOf(i));
// Of one zone a small count is not told, nor one from which it could be worked out.
function count() {
  const n = found.length;
  if (!n) return U.none;
  if (st.zone >= 0 && (st.sphere === -2 || plain(st.q))) return T.zones[st.zone];
  return capital(st.zone >= 0 && n < P.least ? U.few : U.count[one(n) ? 0 : 1].replace('{n}', number(n)));
}
let found = [], order = [], hay = [], symbols = [];

/* ---------- the map */
const geo = (geometry, style) => L.geoJSON(geometry, { style, interactive: false, smoothFactor: 0.4 }).addTo(map);
for (const g of P.land) geo(g, { fillColor: C.look.land, fillOpacity: 1, color: '#fff', weight: 1 });
const zones = P.zones.map((g) => geo(g, { fillColor: '#fff', fillOpacity: 1, color: '#fff', weight: 1.75 }));
for (const g of P.zones) geo(g, { fill: false, color: C.look.boundary, weight: 0.55 });
let ring1 = null;
const over = sv('svg', { class: 'over', 'aria-hidden': 'true' }), names = sv('g', {}), dots = sv('g', {});
over.append(names, dots); box.append(over);
const ink = document.createElement('canvas').getContext('2d');
const bounds = L.latLngBounds([P.box[1], P.box[0]], [P.box[3], P.box[2]]);
const project = (lon, lat) => map.latLngToContainerPoint([lat, lon]);
const inside = (q) => q.x > -12 && q.y > -12 && q.x < width() + 12 && q.y < height() + 12;
function place() {
  dots.textContent = ''; names.textContent = ''; symbols = [];
  const paths = new Map();
  for (const n of found) {
    const i = I[n], q = project(i[0], i[1]);
    if (!inside(q)) continue;
    const key = i[3] * 2 + i[7];
    paths.set(key, (paths.get(key) || '') + shape(look(i[3]).shape, q.x, q.y, R));
    symbols.push({ x: q.x, y: q.y, n });
  }
  letter();
  for (const [key, d] of paths) {
    const color = look(key >> 1).color;
    dots.append(sv('path', { d, fill: 'none', stroke: '#fff', 'stroke-width': key & 1 ? 5 : 3, 'stroke-linejoin': 'round' }));
    dots.append(sv('path', { d, 'stroke-linejoin': 'round', ...(key & 1 ? { fill: '#fff', stroke: color, 'stroke-width': 2 } : { fill: color, stroke: '#fff', 'stroke-width': 1 }) }));
  }
  if (st.at.length) {
    const q = project(I[st.at[0]][0], I[st.at[0]][1]);
    for (const [stroke, w] of [['#fff', 5], [C.look.chosen, 2.25]]) dots.append(sv('circle', { cx: q.x, cy: q.y, r: 11, fill: 'none', stroke, 'stroke-width': w }));
  }
  scale();
}
// Whether a place on the map lies in a zone: an odd number of its edges to the right.
function within(z, x, y) {
  const at = map.containerPointToLatLng([x, y]), g = P.zones[z];
  let odd = false;
  for (const ring of (g.type === 'Polygon' ? [g.coordinates] : g.coordinates).flat()) for (let k = 0, j = ring.length - 1; k < ring.length; j = k++) {
    const [ax, ay] = ring[k], [bx, by] = ring[j];
    if (ay > at.lat !== by > at.lat && at.lng < ((bx - ax) * (at.lat - ay)) / (by - ay) + ax) odd = !odd;
  }
  return odd;
}
// Names of the zones where they fit, the fullest form first that hides no symbol and stays in its zone; where none
// does, the one that hides fewest. Then those of the waters.
const STEPS = [0, -0.2, 0.2, -0.4, 0.4, -0.6, 0.6, -0.8, 0.8, -1, 1];
function letter() {
  const taken = [[width() - 60, height() - 130, width(), height()]];
  const free = (b) => b[0] > 4 && b[1] > 4 && b[2] < width() - 4 && b[3] < height() - 4 && !taken.some((o) => b[0] < o[2] && b[2] > o[0] && b[1] < o[3] && b[3] > o[1]);
  const hidden = (b) => symbols.filter((s) => s.x > b[0] - R && s.x < b[2] + R && s.y > b[1] - R && s.y < b[3] + R).length;
  ink.font = '12px ' + getComputedStyle(document.body).fontFamily;
  const c = map.getCenter(), p = map.project(c), metre = 100 / map.distance(c, map.unproject(p.add([100, 0])));
  for (const z of P.at.map((_, k) => k).sort((a, b) => P.at[b][2] - P.at[a][2])) {
    const q = project(P.at[z][0], P.at[z][1]), r = P.at[z][2] * metre;
    let best = null;
    for (const lines of T.forms[z]) {
      const w = Math.max(...lines.map((t) => ink.measureText(t).width)) / 2 + 3, h = lines.length * 7;
      if (w > 1.5 * r || h > 1.3 * r) continue;
      for (const dy of STEPS) for (const dx of STEPS) {
        const b = [q.x + dx * r - w, q.y + dy * r - h, q.x + dx * r + w, q.y + dy * r + h];
        if (!free(b)) continue;
        const over = hidden(b), cost = over + 0.1 * Math.hypot(dx, dy);
        if (best && cost >= best.cost) continue;
        const out = dx || dy ? [[0, 1], [2, 1], [0, 3], [2, 3]].filter(([i, j]) => !within(z, b[i], b[j])).length : 0;
        if (out < 3 && (!best || cost + 0.3 * out < best.cost)) best = { b, lines, over, cost: cost + 0.3 * out };
      }
      if (best && !best.over) break;
    }
    if (!best) continue;
    taken.push(best.b);
    best.lines.forEach((text, k) => names.append(sv('text', { class: 'zn', x: ((best.b[0] + best.b[2]) / 2).toFixed(1), y: (best.b[1] + 11 + 14 * k).toFixed(1), text })));
  }
  for (const [lon, lat, fr, en, angle] of P.water) {
    const q = project(lon, lat), text = french() ? fr : en, w = ink.measureText(text).width / 2 + 4;
    if (!free([q.x - w, q.y - 14, q.x + w, q.y + 8])) continue;
    names.append(sv('text', { class: 'wn', x: q.x.toFixed(1), y: q.y.toFixed(1), transform: `rotate(${+angle} ${q.x.toFixed(1)} ${q.y.toFixed(1)})`, text }));
  }
}
function scale() {
  const c = map.getCenter(), p = map.project(c), metres = map.distance(c, map.unproject(p.add([100, 0]))) / 100;
  let best = 20;
  for (const m of [50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000]) if (m / metres <= 100) best = m;
  const bar = el('i', {});
  bar.style.width = (best / metres).toFixed(1) + 'px';
  byId('scale').replaceChildren(best < 1000 ? best + NB + 'm' : number(best / 1000) + NB + 'km', bar);
}
function whole() {
  map.invalidateSize({ pan: false, animate: false });
  map.options.minZoom = 0;
  map.fitBounds(bounds, { padding: [18, 18], animate: false });
  map.options.minZoom = map.getZoom() - 0.5; map.options.maxZoom = Math.max(map.getZoom() + 3, 17);
  if (st.zone >= 0) map.fitBounds(zones[st.zone].getBounds(), { padding: [40, 40], animate: false });
  place();
}
map.on('move zoom', place);
byId('zoom').addEventListener('click', (e) => {
  const b = e.target.closest('button');
  if (!b) return;
  if (b.dataset.z === '0') { st.zone = -1; outline(); update(); whole(); } else map.setZoom(Math.min(map.options.maxZoom, Math.max(map.options.minZoom, map.getZoom() + 0.7 * b.dataset.z)), { animate: false });
});
let wide = width();
addEventListener('resize', () => { map.invalidateSize({ pan: false, animate: false }); if (width() !== wide) whole(); else place(); wide = width(); });
addEventListener('beforeprint', () => { st.shown = Infinity; rows(); whole(); });
addEventListener('afterprint', () => { st.shown = PAGE; rows(); whole(); });
matchMedia('print').addEventListener('change', whole);
const tip = byId('tip'), hideTip = () => { tip.hidden = true; };
function under(x, y) {
  const near = symbols.map((s) => [Math.hypot(s.x - x, s.y - y), s]).filter(([d]) => d < R + 5).sort((a, b) => a[0] - b[0]);
  // those that stand on one place are told together
  return near.length ? near.filter(([, s]) => Math.hypot(s.x - near[0][1].x, s.y - near[0][1].y) < 1.5).map(([, s]) => s.n) : [];
}
map.on('mousemove', (e) => {
  const at = under(e.containerPoint.x, e.containerPoint.y), q = e.containerPoint;
  box.style.cursor = at.length ? 'pointer' : '';
  if (!at.length) return hideTip();
  tip.replaceChildren(el('b', { text: at.length > 1 ? U.several : I[at[0]][2] }), el('span', { text: at.length > 1 ? at.slice(0, 3).map((n) => I[n][2]).join(', ') + (at.length > 3 ? '…' : '') : kindOf(I[at[0]]) }));
  tip.hidden = false;
  const x = q.x + 14 + tip.offsetWidth > width() ? q.x - tip.offsetWidth - 12 : q.x + 14, y = q.y + 14 + tip.offsetHeight > height() ? q.y - tip.offsetHeight - 12 : q.y + 14;
  tip.style.transform = `translate(${Math.max(4, x)}px,${Math.max(4, y)}px)`;
});
map.on('mouseout', hideTip);
map.on('click', (e) => choose(under(e.containerPoint.x, e.containerPoint.y)));

/* ---------- what is chosen */
function choose(at, from) {
  st.at = at; hideTip(); card(); mark1();
  if (at.length === 1) put('live', I[at[0]][2] + '. ' + kindOf(I[at[0]]) + '. ' + T.zones[I[at[0]][6]]);
  if (from === undefined && at.length === 1) document.getElementById('i' + at[0])?.scrollIntoView({ block: 'nearest' });
  place();
}
function show(n) {
  const i = I[n];
  map.setView([i[1], i[0]], Math.max(map.getZoom(), Math.min(map.options.maxZoom, 14)), { animate: false });
  choose([n], 'list');
  byId('chart').scrollIntoView({ block: 'nearest' });
}
function card() {
  byId('card').hidden = !st.at.length;
  if (!st.at.length) return;
  const [n] = st.at, i = I[n];
  byId('card').setAttribute('aria-label', st.at.length > 1 ? U.several : i[2]);
  byId('told').replaceChildren(...(st.at.length > 1
    ? [el('h3', { text: U.several }), el('ul', {}, ...st.at.map((k) => el('li', {}, el('button', { type: 'button', text: I[k][2], onclick: () => choose([k]) }))))]
    : [el('h3', { text: i[2] }), el('p', {}, sign(i), el('span', { text: sphereOf(i) })),
      i[4] >= 0 ? el('p', { text: kindOf(i) }) : null, el('p', {}, el('span', {}, unbroken(T.zones[i[6]]))),
      i[5] >= 0 ? el('p', { text: capital(T.forms_[i[5]]) }) : null, i[7] ? el('p', { class: 'note', text: U.blurred }) : null].filter(Boolean)));
}
byId('close').addEventListener('click', () => { const [n] = st.at; choose([], 'card'); document.getElementById('i' + n)?.querySelector('button').focus({ preventScroll: true }); });
addEventListener('keydown', (e) => { if (e.key === 'Escape') { hideTip(); if (st.at.length) choose([], 'card'); } });

/* ---------- the choices and the list */
function seek() {
  const wanted = plain(st.q).split(' ').filter(Boolean);
  found = order.filter((n) => (st.sphere === -2 || I[n][3] === st.sphere) && (st.zone < 0 || I[n][6] === st.zone) && wanted.every((w) => hay[n].includes(w)));
  if (st.at.some((n) => !found.includes(n))) { st.at = []; card(); }
}
function mark1() {
  for (const li of byId('items').children) li.className = st.at.includes(+li.id.slice(1)) ? 'on' : '';
}
function rows() {
  put('status', count());
  byId('items').replaceChildren(...found.slice(0, st.shown).map((n) => {
    const i = I[n];
    return el('li', { id: 'i' + n }, el('button', { type: 'button', title: U.show.replace('{name}', () => i[2]), onclick: () => show(n) }, sign(i), el('b', { text: i[2] }), el('span', {}, kindOf(i) + ' · ', unbroken(T.zones[i[6]]))));
  }));
  byId('moreBox').hidden = found.length <= st.shown;
  mark1();
}
function chips() {
  const line = (k, text, icon, n) => el('label', { class: k === st.sphere ? 'chip on' : 'chip' }, el('input', { type: 'radio', name: 's', value: k, checked: k === st.sphere }), icon, el('span', { text }), el('span', { class: 'n', text: number(n) }));
  const of = (k) => I.filter((i) => i[3] === k);
  byId('spheres').replaceChildren(line(-2, U.all, null, I.length), ...[...C.spheres.keys(), -1].filter((k) => of(k).length).map((k) => line(k, k < 0 ? U.other : T.spheres[k], sign([0, 0, '', k, 0, 0, 0, 0]), of(k).length)));
}
function outline() {
  if (ring1) ring1.remove();
  ring1 = st.zone < 0 ? null : geo(P.zones[st.zone], { fill: false, color: C.look.chosen, weight: 2.5 });
}
function again() { st.shown = PAGE; seek(); rows(); place(); }
byId('choose').addEventListener('submit', (e) => e.preventDefault());
byId('q').addEventListener('input', (e) => { st.q = e.target.value; again(); put('live', byId('status').textContent); });
byId('spheres').addEventListener('change', (e) => { st.sphere = +e.target.value; for (const c of byId('spheres').children) c.classList.toggle('on', c.firstChild.checked); again(); put('live', byId('status').textContent); });
byId('zone').addEventListener('change', (e) => { st.zone = +e.target.value; outline(); again(); whole(); put('live', byId('status').textContent); });
byId('more').addEventListener('click', () => { const n = st.shown; st.shown += PAGE; rows(); byId('items').children[n].firstChild.focus(); });
function update() {
  T = C.text[lang]; U = T.ui;
  document.documentElement.lang = U.locale.replace('_', '-');
  document.title = U.title + ' – ' + U.study;
  for (const [id, text] of [['study', U.study], ['ed', U.edition], ['skip', U.skip], ['name', U.title], ['lead', U.lead], ['qL', U.search], ['sphL', U.sphere], ['zoneL', U.zone], ['hMap', U.map], ['more', U.more], ['hAbout', U.about], ['hSources', U.sources]]) put(id, text);
  byId('langs').setAttribute('aria-label', U.language);
  document.querySelectorAll('#langs button').forEach((b) => b.setAttribute('aria-pressed', String(b.dataset.l === lang)));
  byId('zoom').setAttribute('aria-label', U.zoom);
  [U.zoomIn, U.zoomOut, U.zoomAll].forEach((text, k) => { const b = byId('zoom').children[k]; b.setAttribute('aria-label', text); b.title = text; });
  box.setAttribute('role', 'group'); box.setAttribute('aria-label', U.map);
  byId('close').setAttribute('aria-label', U.close); byId('close').title = U.close;
  const byName = T.zones.map((_, z) => z).sort((a, b) => T.zones[a].localeCompare(T.zones[b], lang));
  byId('zone').replaceChildren(el('option', { value: -1, text: U.every }), ...byName.map((z) => el('option', { value: z, text: T.zones[z], selected: z === st.zone })));
  byId('about').replaceChildren(...T.about.map((text) => el('p', { text })));
  byId('files').replaceChildren(U.files + (french() ? NB : '') + ': ', el('a', { href: 'initiatives.geojson', download: true, text: 'GeoJSON' }), ', ', el('a', { href: 'directory.jsonld', download: true, text: 'JSON-LD' }), '.');
  byId('sources').replaceChildren(...T.sources.map(([text, day]) => el('li', { text: day ? text + ', ' + U.asOf + ' ' + day : text })));
  hay = I.map((i) => plain([i[2], kindOf(i), sphereOf(i), T.zones[i[6]], i[5] >= 0 ? T.forms_[i[5]] : ''].join(' ')));
  order = I.map((_, n) => n).sort((a, b) => I[a][2].localeCompare(I[b][2], lang) || a - b);
  chips(); seek(); rows(); card();
  if (map._loaded) place();
}
speak(update);
whole();
