// The map: Leaflet holds the zones, the land beyond and the districts; an overlay letters them and draws symbols.
const box = map.getContainer();
// On paper the page is laid out as on a desk, whatever it was read on.
let paper = false;
const phone = () => !paper && matchMedia('(max-width:760px)').matches;
const zonePaths = [];
const bounds = zonesLayer.getBounds();
const REF = bounds.getNorthWest();
// A flat frame 4,000 units wide in which labels are placed and outlines drawn, whatever the zoom.
const Z0 = 10 + Math.log2(4000 / Math.abs(map.project(bounds.getSouthEast(), 10).x - map.project(REF, 10).x));
const O = map.project(REF, Z0);
const world = (lng, lat) => { const p = map.project(L.latLng(lat, lng), Z0); return [p.x - O.x, p.y - O.y]; };
const back = (x, y) => map.unproject(L.point(x + O.x, y + O.y), Z0);
const V = { x: 0, y: 0, k: 1 };
let fitK = 1, sized = false, drawn = false;
const width = () => box.clientWidth, height = () => box.clientHeight;
function frame() {
  const zoom = map.getZoom(), at = map.project(REF, zoom).subtract(map.getPixelOrigin()).add(L.DomUtil.getPosition(map.getPane('mapPane')));
  V.k = Math.pow(2, zoom - Z0); V.x = at.x; V.y = at.y;
}
const X = (x) => V.x + x * V.k, Y = (y) => V.y + y * V.k;

/* ---------- outlines in the flat frame */
function outlineOf(rings) {
  let d = '';
  const walk = (part) => {
    if (part[0] instanceof L.LatLng) {
      part.forEach((ll, k) => { const [x, y] = world(ll.lng, ll.lat); d += (k ? 'L' : 'M') + x.toFixed(1) + ' ' + y.toFixed(1); });
      d += 'z';
    } else part.forEach(walk);
  };
  walk(rings);
  return d;
}
const OUT = [];
zonesLayer.eachLayer((layer) => { OUT[layer.feature.properties.n] = outlineOf(layer.getLatLngs()); });
const A = D.zones.map((z) => { const [x, y] = world(z.at[0], z.at[1]); const [, south] = world(z.at[0], z.at[1] - z.at[2] / 111200); return [x, y, south - y]; });
const BB = (() => { const [r, b] = world(bounds.getEast(), bounds.getSouth()); return [0, 0, r, b]; })();
const overlay = sv('svg', { class: 'over', 'aria-hidden': 'true' });
const G = {};
for (const name of ['water', 'under', 'lines', 'ring', 'symbols', 'names']) overlay.append((G[name] = sv('g', {})));
const P = {};
const thin = (id, stroke, w, more) => { P[id] = sv('path', { fill: 'none', stroke, 'stroke-width': w, 'stroke-linejoin': 'round', 'vector-effect': 'non-scaling-stroke', ...more }); return P[id]; };
const w = D.look.widths;
G.lines.append(thin('edge', D.look.boundary, w.boundary.line_px, { d: OUT.join('') }));
if (shoreLayer) shoreLayer.eachLayer((layer) => layer.getElement().setAttribute('aria-hidden', 'true'));
G.ring.append(
  thin('hov1', '#fff', w.hovered.casing_px), thin('hov2', D.look.ink, w.hovered.line_px),
  thin('sel1', '#fff', w.chosen.casing_px), thin('sel2', D.look.chosen, w.chosen.line_px),
  thin('foc1', '#fff', w.focused.casing_px), thin('foc2', D.look.ink, w.focused.line_px, { 'stroke-dasharray': w.focused.dash }),
);
box.append(overlay);

/* ---------- zones: options of a list box, patterns in their own drawing */
zonesLayer.eachLayer((layer) => {
  const z = layer.feature.properties.n, path = layer.getElement();
  path.classList.add('z'); path.id = 'z' + z; path.dataset.z = z;
  path.setAttribute('role', 'option'); path.setAttribute('tabindex', z ? -1 : 0);
  zonePaths[z] = path;
});
const list = zonePaths[0].parentNode;
list.setAttribute('role', 'listbox'); list.id = 'zones';
const drawing = zonePaths[0].ownerSVGElement;
drawing.setAttribute('role', 'group');
drawing.prepend(byId('patterns'));
for (const ground of [landLayer, parksLayer, streetsLayer]) if (ground) ground.eachLayer((layer) => layer.getElement()?.setAttribute('aria-hidden', 'true'));
const towns = landLayer ? landLayer.getLayers().map((layer) => { const c = layer.getBounds().getCenter(); return world(c.lng, c.lat); }) : [];

/* ---------- framing */
const peek = () => (!phone() ? 0 : st.sheet === 1 ? innerHeight * 0.6 - 4 : parseFloat(getComputedStyle(byId('chart')).getPropertyValue('--peek')) || 160);
// The whole study beside the headline and the buttons where its shape leaves those corners free, clear of them else.
function fit() {
  if (phone()) return fitIn({ l: 8, r: 8, t: 20, b: peek() + 26 });
  const m = { l: 14, r: 14, t: 30, b: 34 }, [k, x, y] = framed(m), at = box.getBoundingClientRect();
  const covers = (b) => {
    let over = 0;
    for (let i = 0; i <= 12; i++) for (let j = 0; j <= 4; j++) if (zoneAt((b.left - at.left + (b.width * i) / 12 - x) / k, (b.top - at.top + (b.height * j) / 4 - y) / k) >= 0) over++;
    return over / 65;
  };
  const title = byId('ta').getBoundingClientRect(), below = byId('tb').getBoundingClientRect(), bottom = Math.max(title.bottom, below.bottom) - at.top;
  if (covers(title) + covers(below) > 0.05 && bottom < height() * 0.5) m.t = bottom + 16;
  if (covers(byId('zoom').getBoundingClientRect()) > 0.5) m.r = 64;
  return fitIn(m);
}
function framed(m) {
  const small = phone();
  const W0 = width(), H0 = height(), wide = BB[2] + (small ? 0 : 60);
  const k = Math.max(0.004, Math.min((W0 - m.l - m.r) / wide, (H0 - m.t - m.b) / BB[3]));
  let x = m.l + (W0 - m.l - m.r - wide * k) / 2 + (small ? 0 : 30) * k;
  const y = m.t + (H0 - m.t - m.b - BB[3] * k) * 0.42;
  if (!small) { const free = W0 - wide * k - m.l - m.r; if (free > 40 && H0 < 1000) x += Math.min(free / 2, 120); }
  return [k, x, y];
}
function fitIn(m) {
  const [k, x, y] = framed(m), W0 = width(), H0 = height(), zoom = Z0 + Math.log2(k);
  fitK = k;
  map.options.minZoom = zoom; map.options.maxZoom = zoom + Math.log2(14);
  map.setView(back((W0 / 2 - x) / k, (H0 / 2 - y) / k), zoom, { animate: false });
}
function size() {
  if (!width() || !height()) return;
  quiet(() => map.invalidateSize({ pan: false, animate: false }));
  sized = true;
  if (!raster) rasterise();
  quiet(fit);
  if (st.v) quiet(() => map.setView([st.v[0], st.v[1]], Z0 + Math.log2(fitK) + st.v[2], { animate: false }));
  place();
}
let silent = 0;
function quiet(act) { silent++; try { act(); } finally { silent--; } }
function keepView() {
  const c = map.getCenter();
  st.v = [c.lat, c.lng, Math.max(0, map.getZoom() - Z0 - Math.log2(fitK))];
  clearTimeout(keepView.timer); keepView.timer = setTimeout(writeHash, 200);
}
function whole() { st.v = null; quiet(fit); place(); writeHash(); }
function centre(x, y, zoom) { map.setView(back(x, y), zoom ?? map.getZoom(), { animate: false }); }

/* ---------- which zone lies under a point of the flat frame */
const CELL = 8;
let raster = null;
function rasterise() {
  const w0 = Math.ceil(BB[2] / CELL), h0 = Math.ceil(BB[3] / CELL), c = document.createElement('canvas');
  c.width = w0; c.height = h0;
  const g = c.getContext('2d', { willReadFrequently: true });
  g.scale(1 / CELL, 1 / CELL);
  OUT.forEach((d, z) => { g.fillStyle = `rgb(${(z + 1) & 255},${(z + 1) >> 8},0)`; g.fill(new Path2D(d), 'evenodd'); });
  const px = g.getImageData(0, 0, w0, h0).data;
  raster = { w: w0, h: h0, a: new Int16Array(w0 * h0) };
  for (let i = 0; i < w0 * h0; i++) raster.a[i] = px[4 * i + 3] > 200 ? px[4 * i] + px[4 * i + 1] * 256 - 1 : -1;
}
function zoneAt(x, y) {
  const i = Math.round(x / CELL), k = Math.round(y / CELL);
  return i < 0 || k < 0 || i >= raster.w || k >= raster.h ? -1 : raster.a[k * raster.w + i];
}

/* ---------- drawing: everything that keeps its size on the screen */
const pen = document.createElement('canvas').getContext('2d');
const FONT = getComputedStyle(document.body).fontFamily;
const textWidths = new Map();
function textWidth(text, bold) {
  const key = (bold ? 'b' : 'n') + text;
  if (!textWidths.has(key)) { pen.font = (bold ? '600 ' : '400 ') + '12px ' + FONT; textWidths.set(key, pen.measureText(text).width); }
  return textWidths.get(key);
}
let symbols = [];
function place() {
  if (!sized) return;
  frame();
  const frameOf = `translate(${V.x.toFixed(2)} ${V.y.toFixed(2)}) scale(${V.k.toFixed(6)})`;
  G.lines.setAttribute('transform', frameOf); G.ring.setAttribute('transform', frameOf);
  for (const name of ['water', 'under', 'symbols', 'names']) G[name].textContent = '';
  symbols = []; keepOut = [];
  const zr = V.k / fitK;
  if (st.a && S.reach) catchments();
  if (st.b && S.dots) people(zr);
  if (st.k && S.clusters.length) farPlaces(zr);
  if (st.f) facilities(zr);
  if (st.e) initiatives(zr);
  if (st.o && S.sites) candidates(zr);
  sites();
  const taken = letter(zr);
  waters(taken);
  scale();
  box.dataset.zoom = zr.toFixed(2);
}
const merged = {};
// Facilities that would overlap are one symbol, whose area grows with their number; it depends on the zoom alone.
function clusters() {
  const key = st.s + ':' + V.k.toFixed(6);
  if (merged.key === key) return merged.list;
  const R = (phone() ? 7 : 9) / V.k, out = [], grid = new Map();
  for (const f of S.supply) {
    f.xy = f.xy || world(f[0], f[1]);
    const [x, y] = f.xy, n = f[3] || 0, gx = Math.floor(x / R), gy = Math.floor(y / R);
    let c = null;
    for (let i = -1; i < 2 && !c; i++) for (let j = -1; j < 2 && !c; j++) for (const o of grid.get((gx + i) + ',' + (gy + j)) || []) if ((o.x - x) ** 2 + (o.y - y) ** 2 < R * R) { c = o; break; }
    if (c) { c.n += n; c.list.push(f); } else { c = { x, y, n, list: [f] }; out.push(c); const cell = gx + ',' + gy; grid.has(cell) ? grid.get(cell).push(c) : grid.set(cell, [c]); }
  }
  out.sort((a, b) => b.n - a.n);
  merged.key = key; merged.list = out;
  return out;
}
function facilities(zr) {
  const sp = sphere(), r0 = (phone() ? 2.9 : 3.4) * Math.min(1.5, Math.pow(zr, 0.3));
  let d = '';
  for (const c of clusters()) {
    const x = X(c.x), y = Y(c.y);
    if (x < -20 || y < -20 || x > width() + 20 || y > height() + 20) continue;
    const r = S.sized ? Math.max(1.8, Math.sqrt(c.n) * 0.36 * Math.min(2, Math.pow(zr, 0.3))) : Math.max(2.4, r0 * Math.pow(Math.max(1, c.n), 0.34));
    d += shape(sp.shape, x, y, r);
    symbols.push({ x, y, r, list: c.list, n: c.n });
  }
  G.symbols.append(sv('path', { d, fill: sp.color, stroke: '#fff', 'stroke-width': 1.1, 'stroke-linejoin': 'round' }));
}
// Initiatives of a sphere with more than so many are gathered by cells of the screen: a mark says how many it stands
// for, and a click on it comes nearer. Cells hold still when the map is moved.
const MANY = 1000, GATHER = 60, gathered = {};
function groups() {
  const key = st.s + ':' + V.k.toFixed(6);
  if (gathered.key === key) return gathered.list;
  const own = [...D.named.keys()].filter((n) => D.named[n][3] === S.sphere && !D.named[n][7]), cells = new Map(), R = GATHER / V.k;
  for (const n of own) {
    const p = D.named[n];
    p.xy = p.xy || world(p[0], p[1]);
    const cell = own.length > MANY ? Math.floor(p.xy[0] / R) + ',' + Math.floor(p.xy[1] / R) : n, c = cells.get(cell);
    if (c) { c.x += p.xy[0]; c.y += p.xy[1]; c.list.push(n); } else cells.set(cell, { x: p.xy[0], y: p.xy[1], list: [n] });
  }
  gathered.list = [...cells.values()];
  gathered.most = gathered.list.reduce((most, c) => Math.max(most, c.list.length), 1);
  for (const c of gathered.list) { c.x /= c.list.length; c.y /= c.list.length; }
  gathered.key = key;
  return gathered.list;
}
function group(c, x, y) {
  const text = number(c.list.length), r = Math.max(5.5 + 2.8 * text.length, 22 * Math.sqrt(c.list.length / gathered.most));
  G.symbols.append(sv('circle', { cx: x.toFixed(1), cy: y.toFixed(1), r: r.toFixed(1), fill: '#fff', 'fill-opacity': 0.92, stroke: D.look.ink, 'stroke-width': 1.2 }),
    sv('text', { x: x.toFixed(1), y: (y + 4).toFixed(1), 'text-anchor': 'middle', 'font-size': 11, 'font-weight': 600, fill: D.look.ink, text }));
  symbols.push({ x, y, r, many: c });
}
function initiatives(zr) {
  const sp = sphere(), r = (phone() ? 3.4 : 4.8) * Math.min(1.5, Math.pow(zr, 0.25));
  let d = '', planned = '', closed = '', chosen = '';
  const one = (n, x, y) => {
    const p = D.named[n], path = shape(sp.shape, x, y, r);
    if (p[5] === 1) planned += path; else if (p[5] === 2) closed += path; else d += path;
    if (n === st.p) chosen = shape('circle', x, y, r + 5);
    symbols.push({ x, y, r: r + 1, named: n });
  };
  let picked = st.p;
  for (const c of groups()) {
    const x = X(c.x), y = Y(c.y);
    if (x < -20 || y < -20 || x > width() + 20 || y > height() + 20) continue;
    if (c.list.length > 1) group(c, x, y); else { one(c.list[0], x, y); if (c.list[0] === picked) picked = -1; }
  }
  const p = D.named[picked];
  if (p && p.xy && p[3] === S.sphere && !p[7]) one(picked, X(p.xy[0]), Y(p.xy[1]));
  const halo = { stroke: '#fff', 'stroke-width': 3.4, 'stroke-linejoin': 'round', fill: '#fff' }, ink = { stroke: D.look.ink, 'stroke-width': 1.4, 'stroke-linejoin': 'round' };
  if (d) G.symbols.append(sv('path', { d, ...halo }), sv('path', { d, fill: sp.color, ...ink }));
  if (planned) G.symbols.append(sv('path', { d: planned, ...halo }), sv('path', { d: planned, fill: '#fff', ...ink, 'stroke-dasharray': '2.5 1.8' }));
  if (closed) G.symbols.append(sv('path', { d: closed, ...halo }), sv('path', { d: closed, fill: '#fff', ...ink, stroke: D.look.muted }));
  if (chosen) G.symbols.append(sv('path', { d: chosen, fill: 'none', stroke: '#fff', 'stroke-width': 5 }), sv('path', { d: chosen, fill: 'none', stroke: D.look.chosen, 'stroke-width': 2.25 }));
}
// Lettering: each zone tries its forms from the fullest to the value alone, at nine points around its centre and on
// smaller circles, and keeps the first place that touches no other label and stays in its own zone.
const AROUND = [];
for (const r of [0, 0.25, 0.5, 0.75, 1]) for (let k = 0; k < (r ? 8 : 1); k++) AROUND.push([r * Math.cos((k * Math.PI) / 4), r * Math.sin((k * Math.PI) / 4)]);
const NEAR = [[0, 0], [0, 0.4], [0, -0.4], [0.4, 0], [-0.4, 0]];
const LINE = 13.5;
function letter(zr) {
  const boxes = [...keepOut], W0 = width(), H0 = height(), small = phone();
  const hit = (b) => boxes.some((o) => b[0] < o[2] && b[2] > o[0] && b[1] < o[3] && b[3] > o[1]);
  if (!small) {
    const a = byId('nw').getBoundingClientRect(), b = box.getBoundingClientRect();
    boxes.push([a.left - b.left, a.top - b.top, a.right - b.left, a.bottom - b.top], [W0 - 54, H0 - 154, W0 - 12, H0 - 48], [0, H0 - 26, W0, H0]);
  }
  if (st.l) {
    const order = [...Array(N).keys()].sort((a, b) => (b === st.z) - (a === st.z) || A[b][2] - A[a][2]);
    for (const z of order) {
      const [ax, ay, ar] = A[z], x = X(ax), y = Y(ay);
      if (x < -30 || y < -30 || x > W0 + 30 || y > H0 + 30) continue;
      const value = showsAreas() ? '' : TW.val[z], forms = T.zones[z].lines;
      const tries = small && zr <= 1.25 ? [] : forms.map((lines, k) => [lines, k === 2 ? 6 : 4]).slice(zr >= 1.7 || W0 > 900 ? 0 : 1);
      if (value) tries.push([[], 99]);
      for (const [lines, tolerance] of tries) {
        const best = spot(z, x, y, ar, lines, value, tolerance, hit);
        if (!best) continue;
        const [cx, cy, b] = best;
        boxes.push(b);
        const text = sv('text', { class: 'lb', x: cx.toFixed(1), y: (cy - ((lines.length + 1) * LINE) / 2 + 10.5).toFixed(1) });
        lines.forEach((l, k) => text.append(sv('tspan', { x: cx.toFixed(1), dy: k ? LINE : 0, text: l })));
        if (value) text.append(sv('tspan', { class: 'val', x: cx.toFixed(1), dy: lines.length ? LINE : 0, text: value }));
        G.names.append(text);
        break;
      }
    }
    if (zr >= 1.9) towns.forEach(([tx, ty], n) => {
      const name = T.towns[n], px = X(tx), py = Y(ty);
      if (!name) return;
      const half = textWidth(name) / 2, b = [px - half, py - 8, px + half, py + 4];
      if (px < 0 || py < 0 || px > W0 || py > H0 || hit(b)) return;
      boxes.push(b);
      G.names.append(sv('text', { class: 'tl', x: px.toFixed(1), y: py.toFixed(1), text: name }));
    });
  }
  return hit;
}
function spot(z, x, y, ar, lines, value, tolerance, hit) {
  const w0 = Math.max(...lines.map((l) => textWidth(l, 1)), textWidth(value) + 2), h0 = (lines.length + 1) * LINE;
  let best = null, score = 1e9;
  for (const [dx, dy] of lines.length ? AROUND : NEAR) {
    const cx = x + dx * ar * V.k * 1.6, cy = y + dy * ar * V.k * 1.6, b = [cx - w0 / 2 - 1, cy - h0 / 2, cx + w0 / 2 + 1, cy + h0 / 2];
    if (hit(b) || b[0] < 2 || b[2] > width() - 2 || b[1] < 2 || b[3] > height() - 2) continue;
    const under = (px, py) => zoneAt((px - V.x) / V.k, (py - V.y) / V.k);
    if (under(cx, cy) !== z && (dx || dy)) continue;
    let bad = 0;
    for (const ux of [-0.46, -0.23, 0, 0.23, 0.46]) for (const uy of [-0.4, 0, 0.4]) { const o = under(cx + ux * w0, cy + uy * h0); if (o >= 0 && o !== z) bad++; }
    if (lines.length && bad > tolerance) continue;
    let covered = 0;
    if (symbols.length < 200) for (const o of symbols) if (o.x > b[0] - o.r && o.x < b[2] + o.r && o.y > b[1] - o.r && o.y < b[3] + o.r) covered++;
    const s = bad + 0.6 * Math.hypot(dx, dy) + 0.8 * covered;
    if (s < score) { score = s; best = [cx, cy, b]; }
  }
  return best;
}
// Names of waters yield to everything else.
function waters(hit) {
  for (const [lng, lat, fr, en, angle] of D.water) {
    const name = french() ? fr : en, [wx, wy] = world(lng, lat), half = (textWidth(name) * 1.14) / 2, a = (angle * Math.PI) / 180;
    let free = true;
    for (let u = -half - 4; u <= half + 4 && free; u += 9) {
      const px = X(wx) + u * Math.cos(a), py = Y(wy) + u * Math.sin(a);
      if (px < 4 || px > width() - 4 || py < 8 || py > height() - 30 - (phone() ? peek() - 20 : 0) || hit([px - 5, py - 9, px + 5, py + 5])) free = false;
    }
    if (free) G.water.append(sv('text', { class: 'wl', transform: `translate(${X(wx).toFixed(1)} ${Y(wy).toFixed(1)}) rotate(${angle})`, text: name }));
  }
}
function scale() {
  const c = map.getCenter(), p = map.project(c), metres = map.distance(map.unproject(p), map.unproject(p.add([100, 0]))) / 100, want = phone() ? 70 : 100;
  let best = 50;
  for (const m of [100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000]) if (m / metres <= want) best = m;
  const bar = el('i', {});
  bar.style.width = (best / metres).toFixed(1) + 'px';
  const north = sv('svg', { class: 'north', width: 12, height: 22, viewBox: '0 0 12 22' }, sv('path', { d: 'M6 0L10.5 11 6 8.6 1.5 11z', fill: 'currentColor' }), sv('text', { x: 6, y: 21.5, 'text-anchor': 'middle', text: 'N' }));
  byId('scale').replaceChildren(north, el('div', {}, best < 1000 ? best + NB + 'm' : number(best / 1000) + NB + 'km', bar));
}
map.on('move', () => { if (!silent) place(); });
// The study never leaves the screen altogether.
function hold() {
  const c = map.getCenter(), limit = bounds.pad(phone() ? 1.5 : 0.5), lat = Math.min(limit.getNorth(), Math.max(limit.getSouth(), c.lat)), lng = Math.min(limit.getEast(), Math.max(limit.getWest(), c.lng));
  if (lat !== c.lat || lng !== c.lng) quiet(() => map.setView([lat, lng], map.getZoom(), { animate: false }));
}
map.on('moveend', () => { if (silent || !drawn) return; hold(); place(); keepView(); });
