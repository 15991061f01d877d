// Many polygons on a canvas. Names and notes are text: they reach the page through textContent alone.
(function (L) {
  'use strict';
  const make = (tag, text) => {
    const node = document.createElement(tag);
    node.textContent = text;
    node.dir = 'auto';
    return node;
  };
  // A pattern of × marks or of diagonal lines, of the size of the screen whatever the zoom.
  function pattern(look, paint, size) {
    const tile = document.createElement('canvas');
    tile.width = tile.height = size;
    const ctx = tile.getContext('2d');
    ctx.fillStyle = look.ground;
    ctx.fillRect(0, 0, size, size);
    ctx.strokeStyle = look.mark;
    ctx.lineWidth = look.stroke_px;
    ctx.beginPath();
    paint(ctx, size);
    ctx.stroke();
    return ctx.createPattern(tile, 'repeat');
  }
  const cross = (ctx, s) => {
    for (const [a, b] of [[0.35, 0.65], [0.65, 0.35]]) {
      ctx.moveTo(0.35 * s, a * s);
      ctx.lineTo(0.65 * s, b * s);
    }
  };
  const hatch = (ctx, s) => {
    for (const o of [-s, 0, s]) {
      ctx.moveTo(o, s);
      ctx.lineTo(o + s, 0);
    }
  };

  L.geosocialLayers = L.geosocialLayers || {};
  L.geosocialLayers.areas = (data) => {
    const { missing, cannot_say: unsaid } = data.look;
    const fills = data.colors.slice();
    fills[-1] = pattern(missing, cross, missing.size_px);
    fills[-2] = pattern(unsaid, hatch, Math.round(unsaid.size_px * Math.SQRT2));
    const renderer = L.canvas({ padding: 0.2 }), group = L.featureGroup();
    let at = 0, x = 0, y = 0, ring = 0, part = 0;
    data.area.forEach((parts, n) => {
      const shape = [];
      for (let p = 0; p < parts; p++) {
        const rings = [];
        for (let r = 0; r < data.part[part]; r++, ring++) {
          const points = [];
          for (const end = at + data.ring[ring]; at < end; at++) {
            x += data.x[at];
            y += data.y[at];
            points.push([y / 1e5, x / 1e5]);
          }
          rings.push(points);
        }
        part++;
        shape.push(rings);
      }
      const fill = data.classes ? fills[data.classes[n]] : data.look.paper;
      L.polygon(shape, { renderer, n, smoothFactor: 0.5, color: data.look.line, weight: 0.4, fillColor: fill, fillOpacity: data.classes ? 1 : 0 }).addTo(group);
    });
    const note = (n) => (!data.notes ? '' : Array.isArray(data.notes) ? data.notes[n] : data.notes.list[data.notes.of[n]]);
    group.bindPopup((layer) => {
      const node = document.createElement('div'), n = layer.options.n;
      node.append(make('b', data.names[n]));
      if (note(n)) node.append(make('div', note(n)));
      node.style.overflowWrap = 'anywhere';
      return node;
    });
    return group;
  };
})(L);
