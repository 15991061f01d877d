// Many points on one canvas, clustered by zoom. Names are text: they reach the page through textContent alone.
(function (L) {
  'use strict';
  const CELL = 56, PAD = 0.1;
  const make = (tag, text, className) => {
    const node = document.createElement(tag);
    if (text !== undefined) node.textContent = text;
    if (className) node.className = className;
    node.dir = 'auto';
    return node;
  };
  function summed(deltas) {
    const out = new Float64Array(deltas.length);
    for (let k = 0, at = 0; k < deltas.length; k++) out[k] = at += deltas[k];
    return out;
  }
  const corners = { square: [4, Math.PI / 4, 1.1], triangle: [3, 0, 1.25], diamond: [4, 0, 1.25], pentagon: [5, 0, 1.15] };
  function shape(ctx, x, y, r, [color, form], rim) {
    ctx.beginPath();
    const [n, turn, grow] = corners[form] || [0];
    if (!n) ctx.arc(x, y, r, 0, 2 * Math.PI);
    for (let k = 0; k < n; k++) {
      const a = turn - Math.PI / 2 + (k * 2 * Math.PI) / n;
      ctx.lineTo(x + grow * r * Math.cos(a), y + grow * r * Math.sin(a));
    }
    ctx.closePath();
    ctx.fillStyle = color;
    ctx.fill();
    ctx.lineWidth = 1.1;
    ctx.strokeStyle = rim;
    ctx.stroke();
  }

  const Points = L.Layer.extend({
    initialize(data) {
      this.data = data;
      const east = summed(data.x), north = summed(data.y), n = east.length;
      this.east = east.map((v) => v / 1e5);
      this.north = north.map((v) => v / 1e5);
      this.count = n;
      const texts = data.names;
      this.text = Array.isArray(texts) ? (k) => texts[k] : (k) => texts.list[texts.of[k]];
      this.group = data.groups ? (k) => data.groups.list[data.groups.of[k]] : () => '';
      this.symbol = data.groups ? (k) => data.symbols[data.groups.of[k]] : () => [data.look.ink, 'circle'];
    },
    number(value) {
      return value.toLocaleString(this.data.locale);
    },
    onAdd(map) {
      // The plane of the map at zoom 0; every other zoom is a multiple of it.
      if (!this.u) {
        const crs = map.options.crs;
        this.u = new Float64Array(this.count);
        this.v = new Float64Array(this.count);
        for (let k = 0; k < this.count; k++) {
          const p = crs.latLngToPoint(L.latLng(this.north[k], this.east[k]), 0);
          this.u[k] = p.x;
          this.v[k] = p.y;
        }
      }
      if (!map.getPane('geosocial-points')) {
        const pane = map.createPane('geosocial-points');
        pane.style.zIndex = 450;
        pane.style.pointerEvents = 'none';
      }
      const zooms = map.options.zoomAnimation && L.Browser.any3d;
      this.canvas = L.DomUtil.create('canvas', zooms ? 'leaflet-zoom-animated' : 'leaflet-zoom-hide', map.getPane('geosocial-points'));
      this.canvas.setAttribute('role', 'img');
      this.canvas.setAttribute('aria-label', this.data.words.many.replace('{n}', this.number(this.count)));
      this.draw();
    },
    onRemove() {
      this.canvas.remove();
      if (this.popup) this.popup.remove();
    },
    getEvents() {
      // Before the click of a shape below, which keeps it to itself; answered after it, so that this popup stays.
      const events = { moveend: this.draw, resize: this.draw, preclick: this.answer, mousemove: this.point };
      if (this._map.options.zoomAnimation) events.zoomanim = this.follow;
      return events;
    },
    follow(e) {
      const map = this._map, scale = map.getZoomScale(e.zoom, this.zoom);
      const offset = map._latLngBoundsToNewLayerBounds(this.bounds, e.zoom, e.center).min;
      L.DomUtil.setTransform(this.canvas, offset, scale);
    },

    /* marks of a zoom level: [u, v, how many, first point, cell]; cells hold still when the map is moved */
    clusters(level) {
      if (this.level === level) return this.marks;
      const scale = this._map.options.crs.scale(level) / this._map.options.crs.scale(0), size = CELL / scale;
      const cells = new Map(), marks = [], alone = level >= this.data.spread;
      this.cell = (k) => Math.floor(this.u[k] / size) * 16777216 + Math.floor(this.v[k] / size);
      for (let k = 0; k < this.count; k++) {
        const key = this.cell(k), mark = alone ? undefined : cells.get(key);
        if (mark) {
          mark[0] += this.u[k];
          mark[1] += this.v[k];
          mark[2]++;
        } else {
          const made = [this.u[k], this.v[k], 1, k, key];
          marks.push(made);
          if (!alone) cells.set(key, made);
        }
      }
      this.most = marks.reduce((most, mark) => Math.max(most, mark[2]), 1);
      for (const mark of marks) {
        if (mark[2] === 1) continue;
        // The mark stays within its cell, so that no two overlap.
        const r = this.radius(mark[2]) / scale;
        for (const i of [0, 1]) {
          const mean = mark[i] / mark[2], low = Math.floor(mean / size) * size;
          mark[i] = Math.min(Math.max(mean, low + r), low + size - r);
        }
      }
      this.level = level;
      this.marks = marks;
      return marks;
    },
    // Areas are as the counts are, down to what a number needs to be read.
    radius(n) {
      if (n === 1) return 5;
      return Math.min(CELL / 2, Math.max(6.5 + 3 * String(n).length, 26 * Math.sqrt(n / this.most)));
    },
    draw() {
      const map = this._map, size = map.getSize(), ratio = window.devicePixelRatio || 1;
      const pad = size.multiplyBy(PAD).round(), corner = map.containerPointToLayerPoint(pad.multiplyBy(-1)).round();
      const wide = size.add(pad.multiplyBy(2)), canvas = this.canvas, ctx = canvas.getContext('2d');
      this.zoom = map.getZoom();
      this.bounds = L.latLngBounds(map.layerPointToLatLng(corner), map.layerPointToLatLng(corner.add(wide)));
      L.DomUtil.setPosition(canvas, corner);
      canvas.width = wide.x * ratio;
      canvas.height = wide.y * ratio;
      canvas.style.width = wide.x + 'px';
      canvas.style.height = wide.y + 'px';
      ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
      ctx.textAlign = 'center';
      ctx.textBaseline = 'middle';
      const scale = map.options.crs.scale(this.zoom) / map.options.crs.scale(0), origin = map.getPixelOrigin().add(corner);
      this.drawn = [];
      this.corner = corner;
      for (const mark of this.clusters(Math.round(this.zoom))) {
        const x = mark[0] * scale - origin.x, y = mark[1] * scale - origin.y, r = this.radius(mark[2]);
        if (x < -r || y < -r || x > wide.x + r || y > wide.y + r) continue;
        this.drawn.push([x, y, r, mark]);
        if (mark[2] === 1) {
          shape(ctx, x, y, r, this.symbol(mark[3]), this.data.look.paper);
          continue;
        }
        ctx.globalAlpha = 0.9;
        shape(ctx, x, y, r, [this.data.look.paper, 'circle'], this.data.look.ink);
        ctx.globalAlpha = 1;
        ctx.fillStyle = this.data.look.ink;
        ctx.font = `600 11px system-ui, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif`;
        ctx.fillText(this.number(mark[2]), x, y + 0.5);
      }
      canvas.dataset.marks = this.drawn.length;
    },

    /* the mark under a place of the page; the one drawn last lies on top */
    under(e) {
      const at = e.layerPoint.subtract(this.corner);
      let best = null, least = Infinity;
      for (const mark of this.drawn) {
        const d = Math.hypot(mark[0] - at.x, mark[1] - at.y) - mark[2];
        if (d <= 4 && d < least) [best, least] = [mark, d];
      }
      return best && best[3];
    },
    point(e) {
      const over = this.under(e) !== null;
      if (over !== this.over) this._map.getContainer().style.cursor = over ? 'pointer' : '';
      this.over = over;
    },
    answer(e) {
      const mark = this.under(e);
      if (mark && !e.originalEvent.target.closest('.leaflet-marker-icon')) queueMicrotask(() => this._map && this.say(mark));
    },
    members(mark) {
      const out = [];
      if (mark[2] === 1) return [mark[3]];
      for (let k = 0; k < this.count && out.length < mark[2]; k++) if (this.cell(k) === mark[4]) out.push(k);
      return out;
    },
    say(mark) {
      const found = this.members(mark), words = this.data.words, node = make('div', undefined, 'gs-points');
      if (found.length === 1) {
        node.append(make('b', this.text(found[0])));
        if (this.group(found[0])) node.append(make('div', this.group(found[0])));
      } else {
        node.append(make('b', words.many.replace('{n}', this.number(found.length))));
        const list = node.appendChild(make('ul'));
        const shown = found.length > 13 ? 12 : 13;
        for (const k of found.slice(0, shown)) list.append(make('li', this.text(k)));
        if (found.length > shown) list.append(make('li', words.more.replace('{n}', this.number(found.length - shown))));
        const near = node.appendChild(make('button', words.near));
        near.type = 'button';
        near.addEventListener('click', () => {
          this.popup.remove();
          this._map.fitBounds(L.latLngBounds(found.map((k) => [this.north[k], this.east[k]])), { maxZoom: this.data.spread });
        });
      }
      Object.assign(node.style, { maxWidth: '22em', maxHeight: '50vh', overflow: 'auto', overflowWrap: 'anywhere' });
      const at = this._map.options.crs.pointToLatLng(L.point(mark[0], mark[1]), 0);
      this.popup = L.popup({ maxWidth: 320 }).setLatLng(at).setContent(node).openOn(this._map);
    },
    /* the place with this number, wherever it lies: for a search beside the map */
    find(k) {
      this._map.setView([this.north[k], this.east[k]], this.data.spread, { animate: false });
      this.say([this.u[k], this.v[k], 1, k]);
    },
  });
  L.geosocialLayers = L.geosocialLayers || {};
  L.geosocialLayers.points = (data) => new Points(data);
})(L);
