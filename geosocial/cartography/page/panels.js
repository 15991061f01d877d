// What stands around the map: headline, choices, legend, the card of a zone, the table and its file.
function paint() {
  drawing.setAttribute('aria-label', U.mapHelp);
  list.setAttribute('aria-label', TS.label + ', ' + TW.label + ', ' + U.zones);
  zonesLayer.eachLayer((layer) => {
    const z = layer.feature.properties.n, path = zonePaths[z], cls = W.cls[z];
    layer.setStyle({ fillColor: paintOf(cls), fillOpacity: showsAreas() ? 0 : 1 });
    path.classList.toggle('dim', !showsAreas() && st.hl !== null && cls !== st.hl);
    path.setAttribute('aria-selected', String(z === st.z));
    path.setAttribute('aria-label', [T.zones[z].name, cls >= 0 ? TW.val[z] : '', TW.iv[z]].filter(Boolean).join(', '));
  });
  const d = st.z >= 0 ? OUT[st.z] : '';
  P.sel1.setAttribute('d', d); P.sel2.setAttribute('d', d);
  if (districtsLayer && districtsLayer !== areasLayer) st.d ? districtsLayer.addTo(map) : districtsLayer.remove();
  for (const ground of [parksLayer, streetsLayer]) if (ground) st.g ? ground.addTo(map) : ground.remove();
  paintAreas();
}
function headline() {
  if (byId('ta').textContent && byId('ta').textContent !== TW.a) byId('live').textContent = TW.a;
  byId('ta').textContent = TW.a; byId('tb').replaceChildren(...unbroken(TW.b));
}
function tabs() {
  const B = byId('tabs'), focused = document.activeElement && document.activeElement.name === 'sphere';
  B.textContent = '';
  D.spheres.forEach((sp, n) => {
    const mine = D.services.findIndex((s) => s.sphere === n), s = S.sphere === n ? st.s : mine;
    const views = D.services[s].views, at = Math.max(0, views.findIndex((v) => v.key === (D.services[s].rule === 'ratio' && W.key !== 'change' ? 'rate' : W.key)));
    const input = el('input', { type: 'radio', name: 'sphere', value: sp.key, checked: S.sphere === n, onchange: () => { choose(mine, Math.max(0, D.services[mine].views.findIndex((v) => v.key === W.key))); } });
    const label = el('label', { class: 'tab' }, input, icon(sp), el('span', { text: T.spheres[n] }), el('span', { class: 'v', text: T.services[s].views[at].city }));
    label.style.setProperty('--c', sp.color);
    B.append(label);
    if (focused && S.sphere === n) input.focus();
  });
  const I = byId('ind');
  I.textContent = '';
  D.services.forEach((s, n) => {
    if (s.sphere !== S.sphere) return;
    const short = T.services[n].short;
    s.views.forEach((v, k) => I.append(el('option', { value: n + ':' + k, text: (short ? short + ' – ' : '') + T.services[n].views[k].label, selected: n === st.s && k === st.i })));
  });
}
function legend() {
  const Lg = byId('leg'), focused = document.activeElement?.dataset?.k;
  Lg.textContent = '';
  const units = S.areas && T.areas && S.areas.views[W.key] ? [U.unitZones, T.areas.label] : [U.unitZones];
  const counted = showsAreas() ? areaClasses() : W.cls;
  byId('lgT').replaceChildren(TW.title, el('span', { text: showsAreas() ? number(counted.length) : U.legendUnit }));
  byId('units').hidden = units.length < 2;
  byId('unit').replaceChildren(...units.map((text, k) => el('option', { value: k, text: capital(text), selected: k === st.u })));
  const row = (paint_, text, cls) => {
    const n = counted.filter((c) => c === cls).length;
    return el('button', { type: 'button', 'aria-pressed': String(st.hl === cls), class: n ? null : 'z', 'data-k': cls, onclick: () => { st.hl = st.hl === cls ? null : cls; paint(); legend(); } },
      swatch(paint_), el('span', { text }), el('span', { class: 'n', text: number(n) }));
  };
  const order = W.colors.map((_, k) => k);
  if (W.key !== 'rate' && W.key !== 'change') order.reverse();
  for (const k of order) Lg.append(row(W.colors[k], TW.classes[k], k));
  const unsaid = [[-2, U.cannot], [-1, U.missing]].filter(([c]) => counted.includes(c));
  if (unsaid.length || T.towns.length) Lg.append(el('hr'), ...unsaid.map(([c, text]) => row(paintOf(c, 'L'), text, c)));
  if (T.towns.length) Lg.append(el('div', { class: 'row' }, swatch(D.look.land), el('span', { class: 'note', text: U.outside })));
  if (TW.care) Lg.append(el('p', { class: 'note care', text: TW.care }));
  byId('ways').hidden = W.by.length < 2;
  byId('way').replaceChildren(...W.by.map((way, k) => el('option', { value: way.key, text: TW.by[k].label, selected: k === W.at })));
  byId('std').textContent = showsAreas() ? TS.note + ' ' + T.areas.note : TS.note;
  if (focused !== undefined) Lg.querySelector(`[data-k="${focused}"]`)?.focus();
}
function layersUI() {
  const Ly = byId('layers'), focused = document.activeElement?.dataset?.ly, sp = sphere();
  Ly.textContent = '';
  const box_ = (key, label, extra) => Ly.append(el('label', { class: 'chk' },
    el('input', { type: 'checkbox', 'data-ly': key, checked: !!st[key], onchange: (e) => { st[key] = +e.target.checked; update(); } }), el('span', { text: label }), el('span', { class: 'k' }, extra)));
  const own = D.named.filter((p) => p[3] === S.sphere && !p[7]).length;
  if (own) box_('e', U.initiatives, [number(own), ringIcon(sp)]);
  if (S.supply.length) box_('f', S.sized ? U.buildings : U.facilities, [S.sized ? U.sizeDwellings : number(S.supply.reduce((a, f) => a + (f[3] || 0), 0)), icon(sp)]);
  const dot = sv('svg', { width: 14, height: 14, 'aria-hidden': 'true' }, ...[[3, 4], [8, 3], [11, 8], [5, 9], [9, 12]].map(([x, y]) => sv('circle', { cx: x, cy: y, r: 1.3, fill: D.look.ink })));
  const round = sv('svg', { width: 14, height: 14, 'aria-hidden': 'true' }, sv('circle', { cx: 7, cy: 7, r: 6, fill: D.look.ink, 'fill-opacity': 0.16, stroke: D.look.control }));
  const square = sv('svg', { width: 14, height: 14, 'aria-hidden': 'true' }, sv('rect', { x: 4, y: 4, width: 6, height: 6, fill: 'none', stroke: D.look.ink, 'stroke-width': 1.2 }));
  const stars = sv('svg', { width: 14, height: 14, 'aria-hidden': 'true' }, sv('path', { d: star(7, 7, 6.5), fill: D.look.ink }));
  if (S.dots) box_('b', TS.beyond, [U.dot.replace('{n}', number(S.dots.per)), dot]);
  if (S.reach && S.supply.length) box_('a', U.catchments, [metres(S.reach), round]);
  if (S.clusters.length) box_('k', U.clusters, [number(S.clusters.length), square]);
  const ring = sv('svg', { width: 14, height: 14, 'aria-hidden': 'true' }, sv('circle', { cx: 7, cy: 7, r: 4, fill: '#fff', stroke: D.look.ink, 'stroke-width': 1.5 }));
  if (S.sites) box_('p1', U.sites, [stars]);
  if (S.sites && D.candidates.length) box_('o', U.candidates, [number(D.candidates.length), ring]);
  if (districtsLayer && !(showsAreas() && districtsLayer === areasLayer)) box_('d', U.districts, []);
  if (parksLayer || streetsLayer) box_('g', parksLayer && streetsLayer ? U.ground : parksLayer ? U.parks : U.streets, []);
  box_('l', U.names, []);
  byId('lyT').textContent = U.layers;
  if (focused) Ly.querySelector(`[data-ly="${focused}"]`)?.focus();
}

/* ---------- where a figure comes from: every part of the address is an anchor, letters, digits, - _ . ~ */
const explained = (z, key) => (D.explain[st.lang] || Object.values(D.explain)[0]) + '#' + [S.x, z < 0 ? '~' : D.zones[z].x, ...(key ? [key] : [])].join('.');
const leads = (z, key, node) => (Object.keys(D.explain).length && key !== undefined ? el('a', { class: 'q', href: explained(z, key), title: U.explain }, node) : node);

/* ---------- the card */
const cardWidth = () => (paper ? 240 : phone() ? innerWidth - 32 : Math.max(200, byId('card').clientWidth - 32));
function overview() {
  const c = byId('card'), amounts = W.n !== null, w0 = cardWidth() - (amounts ? 56 : 0), low = W.min || 0, at = (v) => 5 + ((Math.min(v, W.max) - low) / (W.max - low)) * (w0 - 10);
  c.replaceChildren(el('h2', { text: U.zones }), el('p', { class: 'sub', text: TW.order }));
  const rank = el('div', { class: 'rank', role: 'group', 'aria-label': U.zones });
  const line = W.norm ?? W.city;
  for (const z of ordered()) {
    const g = sv('svg', { viewBox: `0 0 ${w0} 10`, width: w0, height: 10, 'aria-hidden': 'true' }), cls = W.cls[z], v = W.v[z];
    g.append(sv('line', { x1: 0, x2: w0, y1: 5, y2: 5, stroke: D.look.line }));
    if (line !== null) g.append(sv('line', { x1: at(line), x2: at(line), y1: 0, y2: 10, stroke: D.look.ink }));
    if (cls !== -1 && W.lo[z] !== null && W.hi[z] !== null) g.append(sv('line', { x1: at(W.lo[z]), x2: at(W.hi[z]), y1: 5, y2: 5, stroke: cls < 0 ? D.look.muted : D.look.interval, 'stroke-width': 4, 'stroke-dasharray': cls < 0 ? '3 3' : 'none' }));
    if (cls >= 0) g.append(sv('circle', { cx: at(v).toFixed(1), cy: 5, r: 4.6, fill: W.colors[cls], stroke: D.look.ink, 'stroke-width': 1.2 }));
    const said = cls >= 0 ? TW.val[z] : TW.iv[z];
    rank.append(el('button', { type: 'button', 'data-z': z, onclick: () => select(z), onmouseenter: () => hover(z), onmouseleave: () => hover(-1) },
      el('div', {}, el('span', { class: 'nm', text: T.zones[z].name, title: T.zones[z].name }), el('span', { class: cls >= 0 ? 'p' : 'p sub', text: said })),
      el('div', {}, g, amounts ? el('span', { class: 'c', text: cls >= 0 ? TW.short[z] : '' }) : null)));
  }
  const axis = el('div', { class: 'axis' }, ...TW.axis.map((text) => el('span', { text })));
  axis.style.width = w0 + 'px';
  c.append(rank, axis, el('p', { class: 'note', text: TW.scale }));
}
function strip(view, z) {
  const w0 = cardWidth(), h0 = 18, low = view.min || 0, at = (v) => 7 + ((Math.min(v, view.max) - low) / (view.max - low)) * (w0 - 14), y = h0 / 2;
  const g = sv('svg', { viewBox: `0 0 ${w0} ${h0}`, width: w0, height: h0, 'aria-hidden': 'true' });
  g.append(sv('line', { x1: 0, x2: w0, y1: y, y2: y, stroke: D.look.line }));
  if (view.norm !== null) g.append(sv('line', { x1: at(view.norm), x2: at(view.norm), y1: 0, y2: h0, stroke: D.look.ink, 'stroke-dasharray': '2 2' }));
  if (view.cls[z] !== -1 && view.lo[z] !== null) g.append(sv('line', { x1: at(view.lo[z]), x2: at(view.hi[z]), y1: y, y2: y, stroke: D.look.chosen, 'stroke-width': 4, 'stroke-opacity': 0.38, 'stroke-linecap': 'round' }));
  view.cls.forEach((cls, n) => { if (cls >= 0 && n !== z) g.append(sv('circle', { cx: at(view.v[n]).toFixed(1), cy: y, r: 3.4, fill: D.look.dot, stroke: '#fff', 'stroke-width': 1 })); });
  if (view.cls[z] >= 0) g.append(sv('circle', { cx: at(view.v[z]).toFixed(1), cy: y, r: 6, fill: D.look.chosen, stroke: '#fff', 'stroke-width': 1.5 }));
  return g;
}
function squares(z) {
  const bits = S.settings[z], columns = 10, rows = Math.ceil(bits.length / columns);
  const g = sv('svg', { width: Math.min(bits.length, columns) * 11 - 2, height: rows * 11 - 2, role: 'img', 'aria-label': TS.robust[z] });
  [...bits].forEach((b, k) => {
    const on = b === '1';
    g.append(sv('rect', { x: (k % columns) * 11 + 0.5, y: Math.floor(k / columns) * 11 + 0.5, width: 8, height: 8, rx: 1, fill: on ? D.look.ink : '#fff', stroke: on ? D.look.ink : D.look.control, 'stroke-dasharray': b === '-' ? '2 1.5' : 'none' }, sv('title', { text: TS.settings[k] || '' })));
  });
  return el('div', { class: 'rob' }, g, el('p', {}, leads(z, '', el('b', { text: TS.robust[z] })), el('span', { class: 'note', text: U.square })), TS.firm[z] ? el('p', { class: 'note firm', text: TS.firm[z] }) : null);
}
function zoneCard(z) {
  const c = byId('card'), zone = T.zones[z], said = W.cls[z] >= 0, views = [st.i, ...S.views.keys()].filter((k, n) => n === 0 || k !== st.i);
  c.replaceChildren(
    el('button', { type: 'button', class: 'back', onclick: () => select(-1) }, '← ' + U.all),
    el('h2', {}, unbroken(zone.name)), el('p', { class: 'sub', text: zone.sub }), el('p', { class: said ? 'say' : 'warn', text: TS.say[z] }), siteNote(z) || '');
  if (said) {
    const dl = el('dl', {});
    for (const k of views) {
      const v = S.views[k], t = TS.views[k], main = k === st.i;
      dl.append(el('div', { class: main ? 'fig main' : 'fig' },
        el('dt', {}, el('span', { text: t.label }), main && ranked() ? el('span', { class: 'r', text: TS.rank[z] }) : null),
        el('dd', {}, leads(z, (v.x || [])[0], el('b', { text: t.main[z] })), el('span', {}, ...(v.n !== null && v.cls[z] >= 0 ? [leads(z, (v.x || [])[1], el('span', { text: t.val[z] })), t.mainIv[z] ? ' · ' : ''] : []), t.mainIv[z])),
        el('dd', {}, strip(v, z))));
    }
    c.append(dl, el('p', { class: 'note foot', text: U.rankNote }));
    if (S.settings[z] && TS.robust[z]) c.append(squares(z));
  }
  const held = TS.supply[z], box_ = el('div', { class: 'fac' }, el('h3', { class: 'h' }, el('b', { text: held.title }), leads(z, 'supply', el('span', { text: held.total }))));
  if (held.lines.length) box_.append(el('ul', {}, ...held.lines.map(([label, n, some]) => el('li', { class: some ? null : 'z' }, el('span', { text: label }), el('span', { text: n })))));
  if (held.none) box_.append(el('p', { class: 'note', text: U.noFacility }));
  c.append(box_);
  const own = [...D.named.keys()].filter((n) => D.named[n][6] === z && D.named[n][3] === S.sphere);
  if (own.length) c.append(el('div', { class: 'fac' }, el('h3', { class: 'h' }, el('b', { text: U.initiatives }), el('span', { text: number(own.length) })),
    el('ul', { class: 'ini' }, ...own.slice(0, 200).map((n) => el('li', {}, el('button', { type: 'button', 'data-n': n, 'aria-current': n === st.p ? 'true' : null, onclick: () => pick(n) }, D.named[n][2]), el('span', { class: 'note', text: kindOf(D.named[n]) })))),
    own.length > 200 ? el('p', { class: 'note', text: U.more.replace('{n}', number(own.length - 200)) }) : null));
  // The address is made of the zone's slug: letters, digits and dashes.
  if (D.pages) c.append(el('p', { class: 'page' }, el('a', { href: D.pages + encodeURIComponent(D.zones[z].slug) + '.html#lang=' + st.lang, text: U.page })));
  c.append(el('details', { class: 'more' }, el('summary', { text: U.why }), ...TS.why.map((text) => el('p', { text })), Object.keys(D.explain).length ? el('p', {}, el('a', { href: explained(z, ''), text: U.explain })) : null));
}
function kindOf(p) {
  const kind = p[4] >= 0 ? T.kinds[p[4]][0] : '', status = p[5] > 0 ? T.statuses[p[5]] : '';
  return capital([kind, status].filter(Boolean).join(', '));
}
function card() {
  st.z < 0 ? overview() : zoneCard(st.z);
  byId('card').setAttribute('aria-label', st.z < 0 ? U.zones : T.zones[st.z].name);
}

/* ---------- the table: the same figures as the map */
const RAW = [null, 0, 1, 2, 5, 6, 7, 9];
const raw = (z, column) => (column === 0 ? T.zones[z].name : S.rows[z][RAW[column]]);
function table() {
  if (showsAreas()) return areaTable();
  const tb = byId('tb1'), columns = TS.columns;
  let [by, way] = st.sort;
  if (by < 0) { by = 5; way = -1; }
  const header = columns.map((c, k) => el('th', { scope: 'col', 'aria-sort': k === by ? (way > 0 ? 'ascending' : 'descending') : null },
    el('button', { type: 'button', text: c, 'data-k': k, onclick: () => { st.sort = [k, k === by ? -way : k && k < 7 ? -1 : 1]; table(); tb.querySelector(`[data-k="${k}"]`).focus(); } })));
  const order = [...Array(N).keys()].sort((a, b) => {
    const x = raw(a, by), y = raw(b, by);
    if (x === null || y === null) return (x === null) - (y === null) || a - b;
    return way * (typeof x === 'string' ? x.localeCompare(y, U.locale.replace('_', '-')) : x - y) || a - b;
  });
  const cell = ([text, range], k, z) => text === '–'
    ? el('td', { class: 'z' }, el('span', { 'aria-hidden': 'true', text }), el('span', { class: 'vh', text: U.missing }))
    : el('td', { class: raw(z, k + 1) === null ? 'z' : null }, text, range ? el('span', { class: 'iv', text: ' ' + range }) : null);
  tb.replaceChildren(
    el('caption', { class: 'vh', text: U.tableTitle + ', ' + TS.label }), el('thead', {}, el('tr', {}, ...header)),
    el('tbody', {}, ...order.map((z) => el('tr', { class: z === st.z ? 'on' : null, 'data-z': z, onmouseenter: () => hover(z), onmouseleave: () => hover(-1) },
      el('th', { scope: 'row' }, el('button', { type: 'button', 'aria-current': z === st.z ? 'true' : null, onclick: () => select(z) }, unbroken(T.zones[z].name))),
      ...TS.cells[z].map((value, k) => cell(value, k, z))))));
}
function areaTable() {
  const tb = byId('tb1'), columns = T.areas.columns, rows = T.areas.names.map((_, n) => areaRow(n));
  let [by, way] = st.sort;
  if (by < 0) { by = 5; way = -1; }
  const order = rows.map((_, n) => n).sort((a, b) => {
    const x = rows[a][by], y = rows[b][by];
    if (x === null || y === null) return (x === null) - (y === null) || a - b;
    return way * (typeof x === 'string' ? x.localeCompare(y, U.locale.replace('_', '-')) : x - y) || a - b;
  });
  const header = columns.map((c, k) => el('th', { scope: 'col', class: k === 1 ? 'tx' : null, 'aria-sort': k === by ? (way > 0 ? 'ascending' : 'descending') : null },
    el('button', { type: 'button', text: c, 'data-k': k, onclick: () => { st.sort = [k, k === by ? -way : k > 1 ? -1 : 1]; table(); tb.querySelector(`[data-k="${k}"]`).focus(); } })));
  const cell = (v, k) => (v === null ? el('td', { class: 'z' }, el('span', { 'aria-hidden': 'true', text: '–' }), el('span', { class: 'vh', text: U.missing })) : el('td', { class: k === 1 ? 'tx' : null, text: AREA_CELLS[k] ? AREA_CELLS[k](v) : v }));
  tb.replaceChildren(
    el('caption', { class: 'vh', text: T.areas.label + ', ' + TS.label }), el('thead', {}, el('tr', {}, ...header)),
    el('tbody', {}, ...order.map((n) => el('tr', { class: D.areas[n] >= 0 && D.areas[n] === st.z ? 'on' : null },
      el('th', { scope: 'row' }, D.areas[n] >= 0 ? el('button', { type: 'button', text: T.areas.names[n], onclick: () => select(D.areas[n]) }) : T.areas.names[n]),
      ...rows[n].slice(1).map((v, k) => cell(v, k + 1))))));
}
// A spreadsheet must not take a name for a formula: a text that begins like one is preceded by an apostrophe.
function csv() {
  const sep = french() ? ';' : ',', text = (v) => '"' + (/^[=+\-@\t\r]/.test(v) ? "'" + v : v).replace(/"/g, '""') + '"';
  const cell = (v) => (v === null ? '' : typeof v === 'number' ? (french() ? String(v).replace('.', ',') : String(v)) : text(v));
  const areas = showsAreas();
  const rows = areas ? T.areas.names.map((_, n) => areaRow(n)) : [...Array(N).keys()].map((z) => [T.zones[z].name, ...S.rows[z].slice(0, 9), S.rows[z][9], TS.status[z]]);
  const body = '\ufeff' + [areas ? T.areas.columns : TS.csv, ...rows].map((r) => r.map(cell).join(sep)).join('\r\n') + '\r\n';
  const link = el('a', { href: URL.createObjectURL(new Blob([body], { type: 'text/csv' })), download: `atlas-${serviceKey(st.s)}-${st.lang}.csv` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
function update() {
  words();
  document.documentElement.lang = U.locale.replace('_', '-');
  document.title = TS.label + ' – ' + U.doc;
  const put = (id, text) => { byId(id).textContent = text; }, name = (id, text) => byId(id).setAttribute('aria-label', text);
  put('h1', U.study); put('ed', U.edition); put('skip', U.skip); put('lgS', U.sphere); put('lbI', U.indicator); put('togT', showsAreas() ? T.areas.label : U.tableTitle); put('wayL', U.ways); put('unitL', U.unit); put('wayP', U.ways + U.colon + ' ' + TW.by[W.at].label); put('csv', U.csv); put('attr', TS.credit);
  put('dn', W.cls.includes(-1) ? U.tableNote : TS.label);
  byId('q').placeholder = phone() ? U.searchShort : U.search;
  name('q', U.search); name('ql', U.found); name('home', U.home); name('rail', U.rail); name('chart', U.map); name('drawer', U.table); name('tw', U.tableTitle); name('langs', U.language); name('bar', U.bar); name('panels', U.panels); name('zoom', U.zoom);
  document.querySelectorAll('#langs button').forEach((b) => b.setAttribute('aria-pressed', String(b.dataset.l === st.lang)));
  document.querySelectorAll('#panels button').forEach((b, k) => { b.textContent = U.panelNames[k]; });
  [U.zoomIn, U.zoomOut, U.zoomAll].forEach((text, k) => { const b = byId('zoom').children[k]; b.setAttribute('aria-label', text); b.title = text; });
  const dr = byId('drawer'), was = dr.classList.contains('open');
  dr.classList.toggle('open', !!st.t);
  byId('tog').setAttribute('aria-expanded', String(!!st.t));
  tabs(); headline(); legend(); layersUI(); siteUI(); paint(); card(); table(); sheetY();
  if (was !== !!st.t && !phone()) size(); else place();
  writeHash();
}
