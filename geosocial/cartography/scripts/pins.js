// The pin of `folium.Icon`, drawn here: its own needs pictures and a font from a network.
(function (L, looks) {
  'use strict';
  const own = L.geosocial;
  const Icon = L.Icon.extend({
    options: { iconSize: [30, 42], iconAnchor: [15, 41], popupAnchor: [0, -36], tooltipAnchor: [12, -26], className: 'gs-pin' },
    createIcon() {
      const { markerColor, iconColor, icon } = this.options, box = own.make('div');
      const svg = box.appendChild(own.draw('svg', { viewBox: '0 0 30 42', width: 30, height: 42, 'aria-hidden': true }));
      svg.append(own.draw('path', {
        d: 'M15 41C11 31 2 25 2 14.5a13 13 0 0 1 26 0C28 25 19 31 15 41z', fill: looks.color[markerColor] || looks.color.blue,
        stroke: '#fff', 'stroke-width': 1.5,
      }));
      svg.append(own.draw('text', {
        x: 15, y: 20.5, 'text-anchor': 'middle', 'font-size': 16, 'font-weight': 700, fill: iconColor || '#fff',
        'font-family': 'system-ui, "Noto Sans", "Liberation Sans", "DejaVu Sans", sans-serif',
      }, looks.sign[icon] || ''));
      this._setIconStyles(box, 'icon');
      return box;
    },
    createShadow: () => null,
  });
  L.AwesomeMarkers = { Icon, icon: (options) => new Icon(options) };
})
