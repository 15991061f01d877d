// Text that reaches a map is shown, never run. Leaflet writes a string that it is given (popup, tooltip, label,
// layer name, attribution) as HTML; here each of these places makes a text node of it. With `markup` the page's
// author let plain formatting through: it is parsed in a document that runs and loads nothing, and only what is
// listed below is built again from it; all else is shown as it was written.
(function (L, markup, links) {
  'use strict';
  const SVG = 'http://www.w3.org/2000/svg';
  const own = (L.geosocial = {});

  const make = (tag, className, text) => {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  };
  const draw = (tag, attributes, text) => {
    const node = document.createElementNS(SVG, tag);
    for (const name in attributes) node.setAttribute(name, attributes[name]);
    if (text !== undefined) node.textContent = text;
    return node;
  };
  own.make = make;
  own.draw = draw;

  /* ---------- one string, as text or as the markup that is let through */
  own.text = (value) => {
    const node = make('div', 'gs-text', String(value));
    node.dir = 'auto';
    return node;
  };
  const words = (list) => new Set(list.split(' '));
  const HTML = words(
    'a abbr b br caption code dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i img li ol p pre q s small span strong ' +
      'sub sup table tbody td tfoot th thead tr u ul'
  );
  const DRAWN = words('svg g path circle ellipse rect line polyline polygon text tspan title');
  const PLAIN = words(
    'title alt colspan rowspan width height viewBox d cx cy r rx ry x y x1 x2 y1 y2 points fill stroke stroke-width ' +
      'stroke-dasharray stroke-linecap stroke-linejoin opacity fill-opacity stroke-opacity transform text-anchor ' +
      'font-size font-weight dx dy'
  );
  const STYLES = words(
    'color background-color text-align text-decoration white-space line-height width height max-width opacity ' +
      'font-size font-weight font-style font-family border border-radius border-collapse padding margin'
  );
  // Handlers and tags that load never become any, not even in a document that runs nothing: a mark parts them.
  const MARK = '\uE000', bare = (s) => s.replaceAll(MARK, '');
  const marked = (s) => s.replace(/on(?=[a-z]+\s*=)|(?<=<)(?=\/?(base|meta|link|i?frame|object|embed|script|style)\b)/gi, MARK + '$&');
  const remote = /url\s*\(|expression|\\/i;
  function copy(from, to, allowed) {
    for (const node of from.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) to.append(bare(node.data));
      if (node.nodeType !== Node.ELEMENT_NODE) continue;
      const name = node.localName, drawn = node.namespaceURI === SVG;
      const href = node.getAttribute('href') || '', src = node.getAttribute('src') || '';
      const known = (drawn ? DRAWN : HTML).has(name) && (!allowed || allowed.has(name));
      if (!known || (name === 'img' && !/^data:image\//i.test(src)) || (name === 'a' && href && !/^(https?|mailto):/i.test(href))) {
        to.append(bare(node.outerHTML));
        continue;
      }
      const made = drawn ? document.createElementNS(SVG, name) : document.createElement(name);
      for (const { name: key, value } of node.attributes) if (PLAIN.has(key) && !remote.test(value)) made.setAttribute(key, bare(value));
      if (name === 'img') made.src = src;
      if (name === 'a' && href) Object.assign(made, { href, target: '_blank', rel: 'noopener noreferrer' });
      for (const key of node.style || []) {
        const value = node.style.getPropertyValue(key);
        const rule = key.replace(/^(border|padding|margin)-.*(?<!radius|collapse)$/, '$1').replace(/^border-.*radius$/, 'border-radius');
        if (STYLES.has(rule) && !remote.test(value)) made.style.setProperty(key, value);
      }
      copy(node, made, allowed);
      to.append(made);
    }
  }
  own.markup = (value, allowed) => {
    const parsed = new DOMParser().parseFromString('<!DOCTYPE html><body>' + marked(value), 'text/html');
    const node = make('div', 'gs-text gs-markup');
    copy(parsed.body, node, allowed);
    return node;
  };
  own.show = (value) => (value instanceof Node ? value : markup ? own.markup(String(value)) : own.text(value));
  own.styled = (value, css) => {
    const node = own.show(value);
    node.style.cssText = css;
    return node;
  };

  /* ---------- the places where Leaflet takes a string for HTML */
  L.DivOverlay.include({
    _updateContent() {
      let content = this._content;
      if (typeof content === 'function') content = content(this._source || this);
      if (content === undefined || content === null || content === false) return;
      this._contentNode.replaceChildren(own.show(content));
      this.fire('contentupdate');
    },
  });
  const icon = L.DivIcon.prototype.createIcon;
  L.DivIcon.include({
    createIcon(old) {
      const html = this.options.html;
      if (html instanceof Node || html === false || html === undefined || html === null) return icon.call(this, old);
      this.options.html = own.show(html);
      const made = icon.call(this, old);
      this.options.html = html;
      return made;
    },
  });
  const item = L.Control.Layers.prototype._addItem;
  L.Control.Layers.include({
    _addItem(entry) {
      const label = item.call(this, Object.assign({}, entry, { name: '' }));
      const name = label.querySelector('input').nextElementSibling;
      name.dir = 'auto';
      name.textContent = ' ' + entry.name;
      return label;
    },
  });
  L.Control.Attribution.include({
    initialize(options) {
      L.setOptions(this, options);
      this._attributions = Object.create(null); // “constructor” is a credit like any other
    },
    _update() {
      if (!this._map) return;
      const credits = Object.keys(this._attributions).filter((key) => this._attributions[key]);
      const parts = credits.map((credit) => (links ? own.markup(credit, new Set(['a'])) : own.text(credit)));
      if (this.options.prefix) parts.unshift(own.text('Leaflet'));
      this._container.replaceChildren();
      parts.forEach((part, k) => this._container.append(...(k ? [' | ', part] : [part])));
    },
  });

  /* ---------- what Folium writes as HTML, built as a tree */
  const said = (value, localize) =>
    value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : localize ? value.toLocaleString() : String(value);
  own.rows = (layer, fields, aliases, options) => {
    const table = make('table'), body = table.appendChild(make('tbody'));
    const found = (layer.feature && layer.feature.properties) || {};
    fields.forEach((field, k) => {
      const row = body.appendChild(make('tr'));
      if (options.labels) row.appendChild(make('th', '', said(aliases[k], options.localize))).dir = 'auto';
      row.appendChild(make('td', 'gs-text', said(Object.hasOwn(found, field) ? found[field] : null, options.localize))).dir = 'auto';
    });
    return table;
  };
  own.layers = (base, over, options) => {
    const control = L.control.layers(null, null, options);
    for (const [name, layer] of base) control.addBaseLayer(layer, name);
    for (const [name, layer] of over) control.addOverlay(layer, name);
    return control;
  };
  own.scale = (caption, stops, ticks, look) => {
    const control = L.control({ position: 'topright' }), [width, height] = [look.width, look.height];
    control.onAdd = () => {
      const box = make('div', 'gs-legend'), x = (share) => 25 + share * (width - 50);
      const svg = box.appendChild(draw('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': caption }));
      for (const [from, to, color] of stops) {
        svg.append(draw('rect', { x: x(from), y: 18, width: x(to) - x(from) + 0.3, height: height - 30, fill: color }));
      }
      for (const [at, label] of ticks) {
        svg.append(draw('text', { x: x(at), y: 13, 'text-anchor': 'middle', 'font-size': 11, fill: look.ink },
          typeof label === 'number' ? label.toLocaleString(undefined, { maximumFractionDigits: look.digits }) : label));
      }
      if (caption) box.append(own.text(caption));
      return box;
    };
    return control;
  };

  /* ---------- a GeoJSON layer: styles by the number of the feature, never by code made of its properties */
  const forms = { Marker: L.marker, Circle: L.circle, CircleMarker: L.circleMarker };
  own.geojson = (data, map, given, options) => {
    const numbers = new Map((data.features || []).map((feature, k) => [feature, k]));
    const look = (kind, feature) => given[kind].looks[given[kind].of[numbers.get(feature)]] || {};
    const asked = {
      ...options,
      onEachFeature(feature, layer) {
        if (given.each) given.each(feature, layer);
        if (given.highlight && layer.setStyle) {
          layer.on('mouseover', () => layer.setStyle(look('highlight', feature)));
          layer.on('mouseout', () => (given.keep && layer.isPopupOpen()) || group.resetStyle(layer));
          if (given.keep) layer.on('popupclose', () => group.resetStyle(layer));
        }
        if (given.zoom) {
          layer.on('click', () => layer.getBounds ? map.fitBounds(layer.getBounds()) : map.flyTo(layer.getLatLng(), Math.max(map.getZoom() + 1, 12)));
        }
      },
    };
    if (given.style) asked.style = (feature) => look('style', feature);
    else asked.style = (feature) => (feature.properties && feature.properties.style) || {};
    if (given.marker) {
      asked.pointToLayer = (feature, at) => {
        const own_ = { ...given.marker.options };
        if (given.marker.icon) own_.icon = given.marker.icon();
        if (given.style) Object.assign(own_.icon ? own_.icon.options : own_, look('style', feature));
        return forms[given.marker.form](at, own_);
      };
    }
    const group = L.geoJson(null, asked);
    group.addData(data);
    return group;
  };
})
