// What lies below the zone and on its fill: people as dots, catchments, clusters, small areas, proposed sites.
// World units of a metre on the ground, in the middle of the study.
const METRE = (() => { const c = bounds.getCenter(); return Math.abs(world(c.lng, c.lat + 0.01)[1] - world(c.lng, c.lat)[1]) / 1111.95; })();
const inside = (x, y, margin = 20) => x > -margin && y > -margin && x < width() + margin && y < height() + margin;
const spots = (s, key) => { s.xy = s.xy || {}; s.xy[key] = s.xy[key] || s[key].map(([lng, lat]) => world(lng, lat)); return s.xy[key]; };
function star(x, y, r) {
  let d = '';
  for (let k = 0; k < 10; k++) {
    const a = -Math.PI / 2 + (k * Math.PI) / 5, q = k % 2 ? r * 0.62 : r;
    d += (k ? 'L' : 'M') + (x + q * Math.cos(a)).toFixed(1) + ' ' + (y + q * Math.sin(a)).toFixed(1);
  }
  return d + 'z';
}

/* ---------- people beyond the standard: one dot, so many people */
function dotsOf(s) {
  if (s.dots.xy) return s.dots.xy;
  let a = Math.round(D.corner[0] * 1e4), b = Math.round(D.corner[1] * 1e4);
  s.dots.xy = [];
  for (let k = 0; k < s.dots.at.length; k += 2) { a += s.dots.at[k]; b += s.dots.at[k + 1]; s.dots.xy.push(world(a / 1e4, b / 1e4)); }
  return s.dots.xy;
}
const siteList = () => (st.p1 && S.sites ? S.sites.at[st.n - 1] : []);
function people(zr) {
  const r = Math.min(3.2, (phone() ? 0.8 : 1.05) * Math.sqrt(zr) * Math.max(0.72, Math.sqrt(fitK / 0.16)));
  const R2 = S.reach ? (S.reach * METRE) ** 2 : 0, near = R2 ? siteList().map(([lng, lat]) => world(lng, lat)) : [];
  let away = '', served = '';
  for (const [wx, wy] of dotsOf(S)) {
    const x = X(wx), y = Y(wy);
    if (!inside(x, y, 4)) continue;
    const d = `M${x.toFixed(1)} ${y.toFixed(1)}h0`;
    if (near.some(([px, py]) => (px - wx) ** 2 + (py - wy) ** 2 <= R2)) served += d; else away += d;
  }
  const pen_ = (d, stroke, w0, more) => G.symbols.append(sv('path', { d, stroke, 'stroke-width': w0.toFixed(2), 'stroke-linecap': 'round', fill: 'none', ...more }));
  if (away) { pen_(away, '#fff', 2 * r + 1, { 'stroke-opacity': 0.5 }); pen_(away, D.look.ink, 2 * r, { 'stroke-opacity': 0.85, class: 'dots' }); }
  if (served) { pen_(served, '#fff', 2 * r + 2.6); pen_(served, D.look.served, 2 * r + 1, { class: 'dots served' }); }
}

/* ---------- catchments: how far the standard goes around each facility, at true size */
function catchments() {
  const r = S.reach * METRE * V.k;
  let d = '';
  for (const [wx, wy] of spots(S, 'supply')) {
    const x = X(wx), y = Y(wy);
    if (inside(x, y, r)) d += shape('circle', x, y, r);
  }
  if (d) G.under.append(sv('path', { d, class: 'reach', fill: D.look.ink, 'fill-opacity': 0.16, 'fill-rule': 'nonzero' }), sv('path', { d, fill: 'none', stroke: '#fff', 'stroke-opacity': 0.5, 'stroke-width': 0.75 }));
}
// Places in a cluster of far places: small open squares.
function farPlaces(zr) {
  const r = (phone() ? 1.8 : 2.4) * Math.min(2, Math.sqrt(zr));
  let d = '';
  for (const [wx, wy] of spots(S, 'clusters')) {
    const x = X(wx), y = Y(wy);
    if (inside(x, y, 6)) d += shape('square', x, y, r);
  }
  if (d) G.symbols.append(sv('path', { d, fill: 'none', stroke: '#fff', 'stroke-width': 3 }), sv('path', { d, class: 'far', fill: 'none', stroke: D.look.ink, 'stroke-width': 1.1 }));
}

// Candidate sites: rings.
function candidates(zr) {
  const r = (phone() ? 2.4 : 3) * Math.min(1.8, Math.pow(zr, 0.4));
  let d = '';
  for (const c of D.candidates) {
    c.xy = c.xy || world(c[0], c[1]);
    const x = X(c.xy[0]), y = Y(c.xy[1]);
    if (!inside(x, y, 6)) continue;
    d += shape('circle', x, y, r);
    symbols.push({ x, y, r, candidate: c });
  }
  if (d) G.symbols.append(sv('path', { d, class: 'candidates', fill: '#fff', stroke: D.look.ink, 'stroke-width': 1.4 }));
}
// A price: nothing where the list has none, a dash where it does not give this one.
const price = (v) => (v === undefined ? null : el('div', { text: U.price[0].replace('{price}', () => (v === null ? '–' : U.price[1].replace('{n}', () => number(v)))) }));
const tipCandidate = (s) => tipAt(s.x, s.y, el('b', { text: s.candidate[2] }), el('div', { text: U.candidate }), price(s.candidate[4]), s.candidate[3] >= 0 ? el('span', { text: T.zones[s.candidate[3]].name }) : null);

/* ---------- proposed sites: stars with their catchment, numbered from the one that serves most */
let keepOut = [];
function sites() {
  const radius = S.reach ? S.reach * METRE * V.k : 0, big = radius > 22;
  const list_ = siteList().map(([lng, lat, name, zone, newly, cost], k) => { const [wx, wy] = world(lng, lat); return { x: X(wx), y: Y(wy), k, name, zone, newly, cost }; }).filter((s) => inside(s.x, s.y, radius + 20));
  const g = sv('g', { class: 'sites' });
  if (radius) for (const s of list_) g.append(sv('circle', { cx: s.x.toFixed(1), cy: s.y.toFixed(1), r: radius.toFixed(1), fill: D.look.ink, 'fill-opacity': 0.08, stroke: '#fff', 'stroke-width': 3.5 }), sv('circle', { cx: s.x.toFixed(1), cy: s.y.toFixed(1), r: radius.toFixed(1), fill: 'none', stroke: D.look.ink, 'stroke-width': 1.25 }));
  const off = Math.max(radius * 0.75, 5);
  for (const s of list_) {
    g.append(sv('path', { d: star(s.x, s.y, big ? 13 : phone() ? 5.5 : 6.5), fill: D.look.ink, stroke: '#fff', 'stroke-width': 2, 'stroke-linejoin': 'round', 'paint-order': 'stroke' }));
    g.append(big ? sv('text', { class: 'sn', x: s.x.toFixed(1), y: (s.y + 4).toFixed(1), text: s.k + 1 }) : sv('text', { class: 'lb', x: (s.x + off + 6).toFixed(1), y: (s.y - off + 2).toFixed(1), text: s.k + 1 }));
    keepOut.push([s.x - radius - 4, s.y - radius - 6, s.x + radius + 4, s.y + radius + 4], [s.x + off, s.y - off - 10, s.x + off + 14, s.y - off + 5]);
    symbols.push({ x: s.x, y: s.y, r: big ? 13 : 7, site: s });
  }
  G.symbols.append(g);
}
function siteUI() {
  const on = st.p1 && S.sites;
  byId('site').hidden = !on;
  if (!on) return;
  st.n = Math.min(st.n, S.sites.at.length);
  const t = TS.sites, [title, more, goes, proof, paid] = t.lines[st.n - 1], most = Math.max(...S.sites.gain.map((g) => g || 0)) || 1;
  byId('stT').textContent = title;
  byId('stP').replaceChildren(el('b', { text: more }), el('br'), goes, ...(paid ? [el('br'), paid] : []));
  byId('bars').replaceChildren(...S.sites.gain.map((gain, k) => { const bar = el('i', { class: k < st.n ? 'on' : '' }); bar.style.height = Math.max(3, (34 * (gain || 0)) / most).toFixed(0) + 'px'; return bar; }));
  const r = byId('n');
  r.max = S.sites.at.length; r.value = st.n;
  r.setAttribute('aria-label', U.siteNumber); r.setAttribute('aria-valuetext', title + ', ' + more);
  byId('ticks').replaceChildren(...S.sites.at.map((_, k) => el('span', { text: k + 1 })));
  byId('stN').textContent = proof + ' ' + t.bars;
}
const percent = (v, digits = 0) => number(v * 100, digits) + (french() ? NB + '%' : '%');
const rounded = (v) => { const step = Math.abs(v) >= 1000 ? 100 : 10; return Math.floor(v / step + 0.5) * step; };
// What the chosen number of sites changes in a zone.
function siteNote(z) {
  if (!st.p1 || !S.sites) return null;
  const q = S.sites, from = q.shares[0][z], to = q.shares[st.n][z], more = q.served[st.n][z] - q.served[0][z];
  if (from === null || to === null) return null;
  const n = rounded(more), digits = percent(from) === percent(to) ? 1 : 0;
  if (n < 1) return el('p', { class: 'warn', text: TS.sites.zone[st.n > 1 ? 1 : 0][1].replace('{n}', number(st.n)) });
  const who = TS.sites.unit[one(n) ? 0 : 1].replace('{n}', number(n));
  const facts = { n: number(st.n), low: percent(from, digits), high: percent(to, digits), more: who };
  return el('p', { class: 'warn', text: TS.sites.zone[st.n > 1 ? 1 : 0][0].replace(/\{(n|low|high|more)\}/g, (_, key) => facts[key]) });
}
function tipSite(s) {
  tipAt(s.x, s.y, el('b', { text: s.name || U.site + ' ' + (s.k + 1) }), s.newly === null ? null : el('div', { text: TS.sites.adds.replace('{n}', number(rounded(s.newly))) }), price(s.cost), s.zone >= 0 ? el('span', { text: T.zones[s.zone].name }) : null);
}

/* ---------- small areas: fills below the boundaries of the zones, which stay what is chosen */
const showsAreas = () => !!(st.u && areasLayer && S.areas && S.areas.views[W.key]);
let areaPaths = null;
function areaAt(x, y) {
  if (!areaPaths) {
    areaPaths = [];
    areasLayer.eachLayer((layer) => { areaPaths.push([layer.feature.properties.n, layer.getBounds(), new Path2D(outlineOf(layer.getLatLngs()))]); });
  }
  const ll = back((x - V.x) / V.k, (y - V.y) / V.k), wx = (x - V.x) / V.k, wy = (y - V.y) / V.k;
  for (const [n, b, path] of areaPaths) if (b.contains(ll) && pen.isPointInPath(path, wx, wy, 'evenodd')) return n;
  return -1;
}
const areaFigures = () => S.areas.views[W.key];
const areaClasses = () => areaFigures().by[W.at] || areaFigures().by[0];
function areaValue(n) {
  const v = areaFigures().v[n], cls = areaClasses()[n];
  return cls === -2 ? U.cannot : v === null || cls === -1 ? U.missing : W.key === 'distance' ? metres(v) : percent(v);
}
const metres = (v) => (v < 1000 ? number(v) + NB + 'm' : number(v / 1000, v % 1000 ? 1 : 0) + NB + 'km');
function tipArea(n, x, y) {
  const z = D.areas[n], v = areaFigures().v[n];
  const shown = W.key === 'gap' && areaClasses()[n] >= 0 ? percent(v) + ' · ' + number(rounded(S.areas.gap[n])) : areaValue(n);
  tipAt(x, y, el('b', { text: T.areas.names[n] }), el('div', { text: shown }), z >= 0 ? el('span', { text: T.zones[z].name }) : null);
}
function paintAreas() {
  const on = showsAreas();
  if (!areasLayer) return;
  if (on || (st.d && areasLayer === districtsLayer)) areasLayer.addTo(map); else areasLayer.remove();
  const classes = on ? areaClasses() : [];
  areasLayer.eachLayer((layer) => {
    const n = layer.feature.properties.n;
    layer.setStyle(on ? { fill: true, fillColor: paintOf(classes[n]), fillOpacity: 1, color: '#fff', weight: 0.8, dashArray: null } : { fill: false, color: D.look.boundary, weight: 0.7, dashArray: '2 3' });
    const path = layer.getElement();
    if (path) { path.setAttribute('aria-hidden', 'true'); path.classList.toggle('dim', on && st.hl !== null && classes[n] !== st.hl); path.classList.toggle('area', on); }
  });
}
const areaRow = (n) => [T.areas.names[n], D.areas[n] >= 0 ? T.zones[D.areas[n]].name : '', S.areas.demand[n], S.areas.views.coverage.v[n], S.areas.gap[n], S.areas.views.gap.v[n], S.areas.views.distance.v[n]];
const AREA_CELLS = [null, null, (v) => number(v), (v) => percent(v), (v) => number(rounded(v)), (v) => percent(v), metres];
