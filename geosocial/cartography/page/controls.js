// What the reader does: point, click, keys, search, language, and the sheet of a phone.
function hover(z) {
  const d = z >= 0 && z !== st.z ? OUT[z] : '';
  P.hov1.setAttribute('d', d); P.hov2.setAttribute('d', d);
  document.querySelectorAll('.rank button').forEach((b) => b.classList.toggle('hot', +b.dataset.z === z));
}
function choose(s, i) { st.s = s; st.i = i; st.hl = null; st.sort = [-1, 1]; st.p = -1; update(); }
// On a phone the sheet covers the lower part of the map: bring the zone into what is left of it.
function bring() {
  if (!phone() || st.z < 0 || st.sheet !== 1 || !st.v) return;
  const room = Math.max(80, height() - innerHeight * 0.6);
  centre(A[st.z][0], A[st.z][1] + (height() / 2 - room / 2) / V.k);
}
function select(z) {
  const before = st.z, inCard = byId('card').contains(document.activeElement), inTable = byId('tw').contains(document.activeElement);
  st.z = z; st.p = -1;
  if (z >= 0) zonePaths.forEach((p, k) => p.setAttribute('tabindex', k === z ? 0 : -1));
  if (phone() && z >= 0) { panel('card'); st.sheet = Math.max(1, st.sheet); }
  update();
  byId('card').scrollTop = 0;
  if (inCard) (z >= 0 ? byId('card').querySelector('.back') : byId('card').querySelector(`[data-z="${before}"]`))?.focus();
  else if (inTable) byId('tw').querySelector(`tr[data-z="${z}"] button`)?.focus();
  bring();
  if (z >= 0) byId('live').textContent = T.zones[z].name + '. ' + TS.say[z];
}
// A named initiative: its sphere, its zone, its place on the map, its words.
function pick(n) {
  const p = D.named[n], fromCard = byId('card').contains(document.activeElement);
  if (p[3] >= 0 && p[3] !== S.sphere) { st.s = D.services.findIndex((s) => s.sphere === p[3]); st.i = 0; st.hl = null; }
  st.p = n; st.z = p[6];
  if (p[7]) st.f = 1; else st.e = 1;
  if (phone()) { panel('card'); st.sheet = 1; }
  update();
  p.xy = p.xy || world(p[0], p[1]);
  const zoom = Math.max(map.getZoom(), Z0 + Math.log2(fitK * 3));
  if (phone()) centre(p.xy[0], p.xy[1] + (height() / 2 - Math.max(80, height() - innerHeight * 0.6) / 2) / Math.pow(2, zoom - Z0), zoom);
  else centre(p.xy[0], p.xy[1], zoom);
  tipNamed(n, X(p.xy[0]), Y(p.xy[1]));
  if (fromCard) byId('card').querySelector(`[data-n="${n}"]`)?.focus();
  byId('live').textContent = [p[2], kindOf(p), p[6] >= 0 ? T.zones[p[6]].name : ''].filter(Boolean).join('. ');
}

/* ---------- the tip: figures in words, never markup */
const tip = byId('tip');
function tipAt(x, y, ...parts) {
  tip.replaceChildren(...parts.filter(Boolean));
  tip.hidden = false;
  const w0 = tip.offsetWidth, h0 = tip.offsetHeight;
  let px = x + 14, py = y + 14;
  if (px + w0 > width() - 6) px = x - w0 - 12;
  if (py + h0 > height() - 6) py = y - h0 - 12;
  tip.style.transform = `translate(${Math.max(4, px)}px,${Math.max(4, py)}px)`;
}
function tipZone(z, x, y) {
  const said = W.cls[z] >= 0;
  tipAt(x, y, el('b', { text: T.zones[z].name }),
    said ? el('div', { text: W.n === null ? TW.val[z] : TW.val[z] + ' · ' + TW.main[z] }) : null,
    el('span', { text: said ? [TW.iv[z], ranked() ? TS.rank[z] : ''].filter(Boolean).join(' · ') : TW.iv[z] }));
}
function tipNamed(n, x, y) {
  const p = D.named[n];
  tipAt(x, y, el('b', { text: p[2] }), el('div', { text: kindOf(p) }), p[6] >= 0 ? el('span', { text: T.zones[p[6]].name }) : null);
}
function tipFacilities(c, x, y) {
  const known = c.list.length === 1 && c.list[0][4] !== undefined ? D.named[c.list[0][4]] : null;
  if (known) return tipNamed(c.list[0][4], x, y);
  const kinds = new Map();
  for (const f of c.list) kinds.set(f[2], (kinds.get(f[2]) || 0) + (f[3] || 0));
  const lines = [...kinds].sort((a, b) => b[1] - a[1]).slice(0, 6).map(([k, n]) => el('div', { text: number(n) + ' ' + T.kinds[k][one(n) ? 0 : 1] }));
  return tipAt(x, y, el('b', { text: count(S.sized ? U.dwellings : U.places, c.n) }), ...lines);
}
const hideTip = () => { tip.hidden = true; };
function symbolAt(x, y) {
  let best = null, near = 1e9;
  for (const s of symbols) {
    const d = Math.hypot(s.x - x, s.y - y) - (s.named === undefined ? 0 : 3);
    if (d < Math.max(s.r + 2, phone() ? 13 : 6) && d < near) { near = d; best = s; }
  }
  return best;
}
function tipMany(c, x, y) {
  const shown = c.list.slice(0, 6).map((n) => el('div', { text: D.named[n][2] }));
  return tipAt(x, y, el('b', { text: U.initiatives + (french() ? NB : '') + ': ' + number(c.list.length) }), ...shown, c.list.length > 6 ? el('span', { text: U.more.replace('{n}', number(c.list.length - 6)) }) : null);
}
const tipSymbol = (s) => (s.many ? tipMany(s.many, s.x, s.y) : s.site ? tipSite(s.site) : s.candidate ? tipCandidate(s) : s.named === undefined ? tipFacilities(s, s.x, s.y) : tipNamed(s.named, s.x, s.y));
const spotOf = (e) => { const r = box.getBoundingClientRect(); return [e.clientX - r.left, e.clientY - r.top]; };
const zoneOf = (target) => (target && target.dataset && target.dataset.z !== undefined && target.classList.contains('z') ? +target.dataset.z : -1);
let dragging = false;
map.on('dragstart', () => { dragging = true; hideTip(); hover(-1); });
map.on('dragend', () => { dragging = false; });
map.on('zoomstart', () => { if (!silent) hideTip(); });
box.addEventListener('pointermove', (e) => {
  if (e.pointerType !== 'mouse' || dragging) return;
  const [x, y] = spotOf(e), s = symbolAt(x, y), z = zoneOf(e.target);
  hover(z);
  const n = !s && showsAreas() ? areaAt(x, y) : -1;
  if (s) tipSymbol(s); else if (n >= 0) tipArea(n, x, y); else if (z >= 0) tipZone(z, x, y); else hideTip();
});
box.addEventListener('pointerleave', () => { hideTip(); hover(-1); });
map.on('click', (e) => {
  const s = symbolAt(e.containerPoint.x, e.containerPoint.y), z = zoneOf(e.originalEvent.target);
  hideTip(); hover(-1);
  if (s && s.many && map.getZoom() < map.getMaxZoom()) centre(s.many.x, s.many.y, Math.min(map.getMaxZoom(), map.getZoom() + 1.5));
  else if (s) {
    if (s.named !== undefined) {
      const p = D.named[s.named];
      if (p[6] >= 0 && p[6] !== st.z) select(p[6]);
      st.p = s.named; place(); card();
    }
    tipSymbol(s);
  } else select(z >= 0 && z !== st.z ? z : -1);
});
byId('zoom').addEventListener('click', (e) => {
  const b = e.target.closest('button');
  if (!b) return;
  if (b.dataset.z === '0') whole(); else zoomBy(b.dataset.z === '1' ? 0.6 : -0.6);
});
const zoomBy = (d) => map.setZoom(Math.min(map.options.maxZoom, Math.max(map.options.minZoom, map.getZoom() + d)), { animate: false });

/* ---------- keys */
const WAYS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
function towards(z, [ux, uy]) {
  let best = -1, score = 1e9;
  A.forEach((b, k) => {
    if (k === z) return;
    const dx = b[0] - A[z][0], dy = b[1] - A[z][1], ahead = dx * ux + dy * uy, aside = Math.abs(dx * uy - dy * ux);
    if (ahead <= 0 || aside > ahead * 2.2) return;
    const s = ahead + aside * 1.4;
    if (s < score) { score = s; best = k; }
  });
  return best;
}
list.addEventListener('focusin', (e) => {
  const z = zoneOf(e.target);
  if (z < 0 || !e.target.matches(':focus-visible')) return;
  P.foc1.setAttribute('d', OUT[z]); P.foc2.setAttribute('d', OUT[z]);
  let x = X(A[z][0]), y = Y(A[z][1]);
  if (x < 0 || y < 0 || x > width() || y > height()) { centre(A[z][0], A[z][1]); x = X(A[z][0]); y = Y(A[z][1]); }
  tipZone(z, x, y);
});
list.addEventListener('focusout', () => { P.foc1.setAttribute('d', ''); P.foc2.setAttribute('d', ''); hideTip(); });
list.addEventListener('keydown', (e) => {
  const z = zoneOf(e.target);
  if (z < 0) return;
  const go = (k) => { zonePaths.forEach((p, j) => p.setAttribute('tabindex', j === k ? 0 : -1)); zonePaths[k].focus(); };
  if (WAYS[e.key]) { const k = towards(z, WAYS[e.key]); if (k >= 0) go(k); }
  else if (e.key === 'Enter' || e.key === ' ') { select(z === st.z ? -1 : z); zonePaths[z].focus(); }
  else if (e.key === 'Home') go(0);
  else if (e.key === 'End') go(N - 1);
  else if (e.key === '+' || e.key === '=') zoomBy(0.5);
  else if (e.key === '-') zoomBy(-0.5);
  else if (e.key === '0') whole();
  else return;
  e.preventDefault();
});
addEventListener('keydown', (e) => {
  if (e.key !== 'Escape' || e.target === byId('q')) return;
  if (st.p >= 0) { st.p = -1; hideTip(); place(); card(); } else if (st.z >= 0) select(-1);
  hideTip();
});
byId('skip').addEventListener('click', (e) => { e.preventDefault(); (list.querySelector('[tabindex="0"]') || zonePaths[0]).focus(); });
byId('home').addEventListener('click', (e) => { e.preventDefault(); st.z = -1; st.p = -1; update(); whole(); });
byId('langs').addEventListener('click', (e) => { const b = e.target.closest('button'); if (b) { st.lang = b.dataset.l; hideTip(); update(); if (phone()) size(); } });
byId('ind').addEventListener('change', (e) => { const [s, i] = e.target.value.split(':').map(Number); choose(s, i); });
byId('unit').addEventListener('change', (e) => { st.u = +e.target.value; st.hl = null; st.sort = [-1, 1]; update(); });
byId('way').addEventListener('change', (e) => { st.m = e.target.value; st.hl = null; update(); });
byId('n').addEventListener('input', (e) => { st.n = +e.target.value; siteUI(); place(); if (st.z >= 0) card(); writeHash(); });
byId('tog').addEventListener('click', () => { st.t = st.t ? 0 : 1; update(); });
byId('csv').addEventListener('click', csv);

/* ---------- search: zones, then initiatives */
const Q = byId('q'), QL = byId('ql');
const byName = new Intl.Collator('fr');
let at = -1, found = [], plains = null;
function find() {
  const s = plain(Q.value), zones = T.zones.map((z, n) => [z.name, n, -1, plain(z.name)]);
  if (s) plains = plains || D.named.map((p) => plain(p[2]));
  const named = s ? D.named.map((p, n) => [p[2], -1, n, plains[n]]) : [];
  const keep = (items) => items.filter((item) => !s || item[3].includes(s)).map((item) => [item, +item[3].startsWith(s)])
    .sort((a, b) => b[1] - a[1] || byName.compare(a[0][0], b[0][0])).map(([item]) => item);
  found = [...keep(zones), ...keep(named).slice(0, 40)];
  QL.textContent = '';
  at = s && found.length ? 0 : -1;
  found.forEach(([name, z, n], k) => QL.append(el('li', { role: 'option', id: 'o' + k, 'aria-selected': String(k === at), onmousedown: (e) => { e.preventDefault(); take(k); } },
    el('span', { text: name }), el('span', { class: 'note', text: z >= 0 ? TW.val[z] : kindOf(D.named[n]) }))));
  if (!found.length) QL.append(el('li', { role: 'option', 'aria-disabled': 'true', 'aria-selected': 'false', class: 'note', text: U.nothing }));
  QL.hidden = false; Q.setAttribute('aria-expanded', 'true'); mark();
}
function mark() {
  [...QL.children].forEach((li, k) => { li.setAttribute('aria-selected', String(k === at)); if (k === at) li.scrollIntoView({ block: 'nearest' }); });
  if (at >= 0 && found[at]) Q.setAttribute('aria-activedescendant', 'o' + at); else Q.removeAttribute('aria-activedescendant');
}
function closeSearch() { QL.hidden = true; Q.setAttribute('aria-expanded', 'false'); Q.removeAttribute('aria-activedescendant'); }
function take(k) { const [, z, n] = found[k]; Q.value = ''; closeSearch(); Q.blur(); if (z >= 0) select(z); else pick(n); }
Q.addEventListener('input', find); Q.addEventListener('focus', find); Q.addEventListener('blur', closeSearch);
Q.addEventListener('keydown', (e) => {
  if (e.key === 'ArrowDown' || e.key === 'ArrowUp') { e.preventDefault(); if (QL.hidden) find(); if (found.length) { at = (at + (e.key === 'ArrowDown' ? 1 : -1) + found.length) % found.length; mark(); } }
  else if (e.key === 'Enter') { if (found[at]) take(at); }
  else if (e.key === 'Escape') { if (!QL.hidden) closeSearch(); else Q.value = ''; e.stopPropagation(); }
});

/* ---------- the sheet of a phone: 0 peek, 1 half, 2 full */
const sheet = byId('sheet');
let peekOf = 170;
function sheetPeek() { if (st.sheet === 0) peekOf = 26 + byId('title').offsetHeight + 64 + 10; return peekOf; }
function sheetY() {
  sheet.dataset.s = st.sheet;
  if (!phone()) { sheet.style.removeProperty('--y'); return; }
  const h0 = sheet.offsetHeight, pk = sheetPeek();
  byId('chart').style.setProperty('--peek', pk + 2 + 'px');
  const y = st.sheet === 2 ? 0 : st.sheet === 1 ? Math.max(0, h0 - Math.round(innerHeight * 0.6)) : h0 - pk;
  sheet.style.setProperty('--y', y + 'px'); sheet.style.setProperty('--hid', y + 'px');
  byId('bar').setAttribute('aria-expanded', String(st.sheet > 0));
  if (sheetY.was !== st.sheet) { sheetY.was = st.sheet; if (st.sheet < 2 && !st.v && sized) { quiet(fit); place(); } }
  for (const p of ['rail', 'card', 'drawer']) byId(p).inert = st.sheet === 0;
  pressed();
}
const pressed = () => document.querySelectorAll('#panels button').forEach((b) => b.setAttribute('aria-pressed', String(st.sheet > 0 && b.dataset.p === sheet.dataset.p)));
function panel(p) { sheet.dataset.p = p; }
byId('panels').addEventListener('click', (e) => {
  const b = e.target.closest('button');
  if (!b) return;
  const same = b.dataset.p === sheet.dataset.p;
  panel(b.dataset.p); st.sheet = same && st.sheet ? 0 : Math.max(1, st.sheet);
  sheet.classList.add('anim'); sheetY();
});
let pull = null;
byId('bar').addEventListener('pointerdown', (e) => { pull = { y: e.clientY, s: parseFloat(sheet.style.getPropertyValue('--y')) || 0, m: 0 }; byId('bar').setPointerCapture(e.pointerId); sheet.classList.remove('anim'); });
byId('bar').addEventListener('pointermove', (e) => { if (!pull || pull.skip) return; pull.m = e.clientY - pull.y; sheet.style.setProperty('--y', Math.max(0, Math.min(sheet.offsetHeight - sheetPeek(), pull.s + pull.m)) + 'px'); });
byId('bar').addEventListener('pointerup', () => {
  if (!pull) return;
  sheet.classList.add('anim');
  if (Math.abs(pull.m) <= 8) { pull = null; return; }
  const y = pull.s + pull.m, h0 = sheet.offsetHeight, stops = [h0 - sheetPeek(), h0 - innerHeight * 0.6, 0];
  st.sheet = stops.reduce((best, stop, k) => (Math.abs(stop - y) < Math.abs(stops[best] - y) ? k : best), 0);
  sheetY();
  pull = { skip: 1 };
  setTimeout(() => { pull = null; }, 50);
});
byId('bar').addEventListener('click', () => { if (pull && pull.skip) return; st.sheet = (st.sheet + 1) % 3; sheet.classList.add('anim'); sheetY(); });
// On a phone the map leaves the sheet and the headline enters it.
function arrange() {
  if (phone()) { if (byId('chart').parentNode === sheet) sheet.before(byId('chart')); if (byId('title').parentNode !== sheet) byId('bar').after(byId('title')); byId('layers').after(byId('site')); }
  else { if (byId('chart').parentNode !== sheet) byId('card').before(byId('chart')); if (byId('title').parentNode !== byId('nw')) byId('nw').append(byId('title')); if (innerWidth <= 1100) byId('layers').after(byId('site')); else byId('nw').append(byId('site')); for (const p of ['rail', 'card', 'drawer']) byId(p).inert = false; }
}
for (const query of ['(max-width:760px)', '(max-width:1100px)']) matchMedia(query).addEventListener('change', () => { if (paper) return; arrange(); update(); size(); });
addEventListener('hashchange', () => { readHash(); update(); });
// Paper has a size of its own: the map is framed again for it, and again for the screen.
addEventListener('beforeprint', () => {
  paper = true;
  sheet.style.removeProperty('--y');
  arrange();
  byId('rail').append(byId('site'));
  byId('chart').classList.add('paper');
  card(); size();
});
addEventListener('afterprint', () => { paper = false; byId('chart').classList.remove('paper'); arrange(); card(); sheetY(); size(); });
readHash(); words(); arrange();
if (phone() && st.z >= 0) { panel('card'); st.sheet = 1; }
update(); size(); bring();
drawn = true;
new ResizeObserver(() => { sheetY(); size(); bring(); }).observe(byId('chart'));
