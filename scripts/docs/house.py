"""The drawing of the house: its floors and rooms, as the test over the imports knows them."""

from __future__ import annotations

from html import escape

from geosocial.vocabulary import Lang

#: Width of the drawing, height of a floor, and room between boxes, in px.
WIDTH, FLOOR, GAP = 720, 38, 6
FONT = "Source Sans Pro, Liberation Sans, Arial, sans-serif"
LOOK = {"maths": ("#bdd7e7", "#1b1f24"), "shows": ("#fdbe85", "#1b1f24"), "": ("#f3f5f7", "#1b1f24")}
MATHS = {"geo", "measure", "siting", "followup"}
SHOWS = {"cartography", "report", "wording", "symbology"}
LEGEND: dict[Lang, tuple[tuple[str, str], ...]] = {
    "fr": (("maths", "calcule, sans présenter"), ("shows", "présente, sans calculer"), ("", "le reste")),
    "en": (("maths", "computes, never presents"), ("shows", "presents, never computes"), ("", "the rest")),
}


def drawing(floors: list[set[str]], lang: Lang) -> str:
    """Return the house as SVG, the ground at the bottom."""
    rows = [sorted(floor - {"__main__"}) for floor in reversed(floors)]
    rows = [row for row in rows if row]
    height = len(rows) * FLOOR + 44
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{FONT}" font-size="15">']
    for level, row in enumerate(rows):
        wide = (WIDTH - GAP * (len(row) - 1)) / len(row)
        for number, room in enumerate(row):
            side = "maths" if room in MATHS else "shows" if room in SHOWS else ""
            out += _box(number * (wide + GAP), level * FLOOR, wide, room, LOOK[side])
    for number, (side, text) in enumerate(LEGEND[lang]):
        x, y = number * 230, height - 24
        fill = LOOK[side][0]
        out.append(
            f'<rect x="{x}.5" y="{y}.5" width="18" height="14" rx="3" fill="{fill}" stroke="#8a939d"/>'
        )
        out.append(f'<text x="{x + 26}" y="{y + 13}" fill="#1b1f24">{escape(text)}</text>')
    return "\n".join([*out, "</svg>\n"])


def _box(x: float, y: float, width: float, text: str, look: tuple[str, str]) -> list[str]:
    fill, ink = look
    size = f'width="{width - 1:.1f}" height="{FLOOR - GAP}" rx="4"'
    middle = f'x="{x + width / 2:.1f}" y="{y + 21:.1f}" text-anchor="middle"'
    return [
        f'<rect x="{x + 0.5:.1f}" y="{y + 0.5:.1f}" {size} fill="{fill}" stroke="#8a939d"/>',
        f'<text {middle} fill="{ink}">{escape(text)}</text>',
    ]
