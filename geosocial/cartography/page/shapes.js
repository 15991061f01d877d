// Shapes of the spheres, of about the same area, as paths.
function polygon(x, y, r, corners) {
  let d = '';
  for (let k = 0; k < corners; k++) {
    const a = -Math.PI / 2 + (k * 2 * Math.PI) / corners;
    d += (k ? 'L' : 'M') + (x + r * Math.cos(a)).toFixed(1) + ' ' + (y + r * Math.sin(a)).toFixed(1);
  }
  return d + 'z';
}
function shape(name, x, y, r) {
  if (name === 'square') { const a = r * 0.88; return `M${(x - a).toFixed(1)} ${(y - a).toFixed(1)}h${(2 * a).toFixed(1)}v${(2 * a).toFixed(1)}h${(-2 * a).toFixed(1)}z`; }
  if (name === 'triangle') return polygon(x, y, 1.22 * r, 3);
  if (name === 'diamond') return polygon(x, y, 1.18 * r, 4);
  if (name === 'pentagon') return polygon(x, y, 1.1 * r, 5);
  const q = r.toFixed(2), w = (2 * r).toFixed(2);
  return `M${(x - r).toFixed(1)} ${y.toFixed(1)}a${q} ${q} 0 1 0 ${w} 0a${q} ${q} 0 1 0 -${w} 0z`;
}
