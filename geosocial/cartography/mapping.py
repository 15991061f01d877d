"""One map on a sheet: ground, zones, boundaries, symbols, lettering, scale bar, in the order of the look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from geosocial import symbology, wording
from geosocial.cartography import dots, layers
from geosocial.cartography.canvas import Canvas, text_width
from geosocial.cartography.lettering import LINE, SIZE, Letterer, farthest
from geosocial.cartography.patterns import fill

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from geosocial.i18n import Words
    from geosocial.results import Results

#: Shapes are simplified by this many pixels of the sheet.
SIMPLIFY: Final = 0.35
#: Lengths of a scale bar, in metres.
BARS: Final = tuple(n * 10**k for k in range(1, 6) for n in (1, 2, 5))
Box = tuple[float, float, float, float]
Places = list[tuple[float, float, float]]


@dataclass(frozen=True, slots=True)
class Symbols:
    """The symbols of one sphere: facilities inside and outside the zone shown, initiatives by status."""

    shape: str
    color: str
    facilities: pd.DataFrame | None
    initiatives: pd.DataFrame | None
    #: Whether a facility's area follows its capacity.
    sized: bool


class Drawing:
    """A map of a run in a part of a sheet; `room` is left, top, right, bottom in pixels."""

    def __init__(self, results: Results, words: Words, canvas: Canvas, room: Box, hair: float) -> None:
        self.results, self.words, self.canvas, self.room, self.hair = results, words, canvas, room, hair
        self.ids = [str(z) for z in results.zones["zone_id"]]
        self.scale = 1.0
        self._shift = (0.0, 0.0)
        self.zones: Any  # an array of shapes on the sheet
        self.letterer: Letterer
        self._points: list[tuple[float, float, float]] = []

    def _fit(self, bounds: Any, *, margin: float) -> None:
        """Fit an extent in metres into the room, in its middle."""
        left, top, right, bottom = self.room
        west, south, east, north = (float(b) for b in bounds)
        wide, tall = max(east - west, 1.0), max(north - south, 1.0)
        self.scale = min((right - left - 2 * margin) / wide, (bottom - top - 2 * margin) / tall)
        self._shift = (
            (left + right) / 2 - (west + east) / 2 * self.scale,
            (top + bottom) / 2 + (south + north) / 2 * self.scale,
        )

    def px(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Return where metres lie on the sheet."""
        return x * self.scale + self._shift[0], self._shift[1] - y * self.scale

    def _placed(self, geometries: Any) -> NDArray[np.object_]:
        """Return geometries on the sheet, simplified as a coverage where they are one."""
        import numpy as np
        import shapely

        moved = shapely.transform(np.asarray(geometries, dtype=object), self._columns)
        polygons = all(t in {3, 6} for t in shapely.get_type_id(moved))
        if polygons and shapely.coverage_is_valid(moved):
            return np.asarray(shapely.coverage_simplify(moved, SIMPLIFY), dtype=object)
        return np.asarray(shapely.simplify(moved, SIMPLIFY), dtype=object)

    def _columns(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        import numpy as np

        return np.column_stack(self.px(xy[:, 0], xy[:, 1]))

    def symbols(
        self, sphere: str, facilities: pd.DataFrame | None, initiatives: pd.DataFrame | None, *, sized: bool
    ) -> Symbols:
        """Return the symbols of a sphere, ready to be drawn."""
        if initiatives is not None:
            initiatives = initiatives[(initiatives["sphere"] == sphere) & ~initiatives["counted"]]
        has = facilities is not None and bool(facilities["capacity"].notna().any())
        return Symbols(
            symbology.sphere_shape(sphere),
            symbology.sphere_color(sphere),
            facilities,
            initiatives,
            sized and has,
        )

    def draw(self, paints: Mapping[str, str], *, zone: str | None, ground: bool) -> None:
        """Draw ground, zones and boundaries: the whole, or one zone with its neighbours greyed."""
        import numpy as np
        import shapely

        shapes = self.results.zones.geometry.to_numpy()
        own = None if zone is None else self.ids.index(zone)
        self._fit(shapely.total_bounds(shapes if own is None else shapes[own]), margin=self._margin(own))
        self.zones = self._placed(shapes)
        if own is not None:
            # nothing beyond the sheet is drawn: a picture of one zone stays light
            frame = shapely.box(self.room[0] - 20, -20, self.room[2] + 20, self.room[3] + 20)
            self.zones = np.asarray(shapely.intersection(self.zones, frame), dtype=object)
        self._ground(ground)
        if own is None:
            for paint in dict.fromkeys(paints.values()):
                fill(
                    self.canvas,
                    [self.zones[k] for k, z in enumerate(self.ids) if paints[z] == paint],
                    paint,
                    hair=self.hair,
                )
        else:
            self.canvas.shapes(
                [z for k, z in enumerate(self.zones) if k != own], face=symbology.color("wash")
            )
            fill(self.canvas, [self.zones[own]], paints[str(zone)], hair=self.hair)
        self._boundaries(own, ground=ground)
        self.letterer = Letterer(self.zones, self._inner(), symbols=self._points)

    def _margin(self, own: int | None) -> float:
        return (
            min(28.0, 0.05 * (self.room[2] - self.room[0]))
            if own is None
            else 0.07 * (self.room[3] - self.room[1])
        )

    def _inner(self) -> Box:
        left, top, right, bottom = self.room
        return left + 4, top + 4, right - 4, bottom - 4

    def _ground(self, ground: bool) -> None:
        land = self.results.context.get("land")
        if ground and land is not None and len(land):
            import shapely

            frame = shapely.box(self.room[0] - 20, -20, self.room[2] + 20, self.room[3] + 20)
            placed = [
                shapely.intersection(g, frame)
                for g in shapely.make_valid(self._placed(land.geometry.to_numpy()))
            ]
            self.canvas.shapes(placed, face=symbology.color("land"), edge="#ffffff", width=self.hair)

    def _boundaries(self, own: int | None, *, ground: bool) -> None:
        """Draw the boundaries in their casing, the districts and the ring of the zone shown, the shore."""
        import shapely

        widths, color, thin = symbology.look()["boundary"], symbology.color("boundary"), self.hair
        casing = symbology.color("boundary_casing")
        self.canvas.shapes(self.zones, edge=casing, width=widths["casing_px"] * thin)
        self.canvas.shapes(self.zones, edge=color, width=widths["line_px"] * thin)
        districts = self.results.context.get("districts")
        if own is not None and districts is not None and len(districts):
            inner = shapely.buffer(self.zones[own], -1.5)
            lines = shapely.boundary(self._placed(districts.geometry.to_numpy()))
            self.canvas.shapes(shapely.intersection(lines, inner), edge=color, width=0.7 * thin, dash=(2, 3))
        if own is None:
            frames = [self.results.zones]
            if ground and (land := self.results.context.get("land")) is not None and len(land):
                frames.append(land)
            self.canvas.shapes(
                self._placed([layers.shore(frames)]), edge=color, width=widths["shore_px"] * thin
            )
        else:
            chosen = symbology.look()["chosen"]
            self.canvas.shapes([self.zones[own]], edge="#ffffff", width=chosen["casing_px"] * 0.8 * thin)
            self.canvas.shapes(
                [self.zones[own]], edge=symbology.color("chosen"), width=chosen["line_px"] * 0.8 * thin
            )

    def mark(self, symbols: Symbols, zone: str | None) -> None:
        """Draw the facilities and the initiatives of a sphere."""
        if symbols.facilities is not None:
            inside, outside = self._facilities(symbols, zone)
            self.canvas.symbols(symbols.shape, outside, face="#ffffff", edge=symbols.color, width=1.1)
            # the rims first: one that lay over its neighbour would hide it
            self.canvas.symbols(symbols.shape, inside, face="#ffffff", edge="#ffffff", width=2)
            self.canvas.symbols(symbols.shape, inside, face=symbols.color)
            self._points += inside + outside
        if symbols.initiatives is None or not len(symbols.initiatives):
            return
        by_status: dict[str, Places] = {}
        xs, ys = self.px(symbols.initiatives["x"].to_numpy(), symbols.initiatives["y"].to_numpy())
        for x, y, status in zip(xs.tolist(), ys.tolist(), symbols.initiatives["status"], strict=True):
            if self._shows(x, y):
                by_status.setdefault(str(status), []).append((x, y, 4.6))
        ink = symbology.color("ink")
        for status, places in by_status.items():
            self.canvas.symbols(symbols.shape, places, face="#ffffff", edge="#ffffff", width=3.4)
            face = symbols.color if status == "existing" else "#ffffff"
            dash = (2.5, 1.8) if status == "planned" else None
            edge = symbology.color("muted") if status == "closed" else ink
            self.canvas.symbols(symbols.shape, places, face=face, edge=edge, width=1.3, dash=dash)
            self._points += places

    def _facilities(self, symbols: Symbols, zone: str | None) -> tuple[Places, Places]:
        """Return the facilities of the zone shown (of all without one), and the others on the sheet."""
        frame = symbols.facilities
        assert frame is not None  # noqa: S101 - asked for by the caller alone
        xs, ys = self.px(frame["x"].to_numpy(), frame["y"].to_numpy())
        base = 2.5 if zone is None else 4.2
        inside: Places = []
        outside: Places = []
        amounts = frame["capacity" if symbols.sized else "count"].fillna(0).tolist()
        rows = sorted(
            zip(amounts, xs.tolist(), ys.tolist(), frame["zone_id"], strict=True), key=lambda r: -r[0]
        )
        for amount, x, y, home in rows:
            if not self._shows(x, y):
                continue
            r = (
                max(1.8, 0.36 * amount**0.5) * (1 if zone is None else 1.3)
                if symbols.sized
                else base * max(1, amount) ** 0.3
            )
            (inside if zone is None or str(home) == zone else outside).append((x, y, r))
        return inside, outside

    def _shows(self, x: float, y: float) -> bool:
        left, top, right, bottom = self.room
        return left + 3 < x < right - 3 and top + 3 < y < bottom - 3

    def people(self, places: pd.DataFrame, per: int, *, zone: str | None) -> None:
        """Draw the people of `places` as dots of `per` each; those of one zone where one is shown."""
        import numpy as np

        x, y = dots.dots(places if zone is None else places[places["zone_id"] == zone], per=per)
        self.canvas.dots(np.column_stack(self.px(x, y)), size=2.1, color=symbology.color("ink"))

    def sites(self, places: pd.DataFrame, reach_m: float | None) -> None:
        """Draw proposed sites as stars, and how far each reaches where that is a circle."""
        import shapely

        ink, xs, ys = symbology.color("ink"), *self.px(places["x"].to_numpy(), places["y"].to_numpy())
        at = [(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True) if self._shows(x, y)]
        if reach_m is not None:
            rings = [shapely.Point(p).buffer(reach_m * self.scale, quad_segs=24) for p in at]
            self.canvas.shapes(rings, edge="#ffffff", width=3.2)
            self.canvas.shapes(rings, edge=ink, width=1.4)
        for size, color in ((11.0, "#ffffff"), (8.0, ink)):
            self.canvas.symbols("star", [(x, y, size) for x, y in at], face=color, edge=color, width=0.6)
        self.letterer.taken += [(x - 12, y - 12, x + 12, y + 12) for x, y in at]

    def letter(self, values: Mapping[str, str]) -> None:
        """Write the name and value of each zone, the widest first, then the waters where there is room."""
        xs, ys, radii = layers.centres(self.zones, tolerance=1.0)
        names = {z: wording.zone_name(self.words, self.results, z) for z in self.ids}
        for k in sorted(range(len(self.ids)), key=lambda k: -radii[k]):
            zone = self.ids[k]
            value = [values[zone]] if values[zone] else []
            forms = [[*lines, *value] for lines in layers.lettering(names[zone])] + ([value] if value else [])
            sized = [(form, self._wide(form, len(value))) for form in forms]
            found = self.letterer.place(k, sized, (float(xs[k]), float(ys[k]), float(radii[k])))
            if found is not None:
                self._write(found.x, found.y, found.lines, valued=len(value))
        self._waters()

    def _wide(self, lines: Sequence[str], valued: int) -> float:
        bold = len(lines) - valued
        return max(text_width(s, SIZE, "semibold" if k < bold else "regular") for k, s in enumerate(lines))

    def _write(self, x: float, y: float, lines: Sequence[str], *, valued: int, name: bool = True) -> None:
        """Write lines around a point: a name in ink and its value, or the name of a neighbour in grey."""
        first = y - len(lines) * LINE / 2 + 10.5
        for k, line in enumerate(lines):
            weight = "italic" if not name else "semibold" if k < len(lines) - valued else "regular"
            color, halo = ("ink", "#ffffff") if name else ("muted", symbology.color("wash"))
            self.canvas.text(
                x,
                first + k * LINE,
                line,
                size=SIZE,
                weight=weight,
                align="center",
                color=symbology.color(color),
                halo=halo,
            )

    def _waters(self) -> None:
        frame = self.results.context.get("water_names")
        if frame is None or not len(frame):
            return
        column = "name_en" if self.words.lang == "en" and "name_en" in frame.columns else "name"
        points = frame.geometry.representative_point()
        xs, ys = self.px(points.x.to_numpy(), points.y.to_numpy())
        angles = frame["angle"].tolist() if "angle" in frame.columns else [0] * len(frame)
        for x, y, name, angle in zip(xs.tolist(), ys.tolist(), frame[column], angles, strict=True):
            half = text_width(str(name), SIZE, "italic") / 2 + 4
            box = (x - half, y - 14, x + half, y + 8)
            if self.letterer.free(box):
                color = symbology.color("water_name")
                self.canvas.text(
                    x,
                    y,
                    str(name),
                    size=SIZE,
                    weight="italic",
                    color=color,
                    align="center",
                    angle=float(angle),
                )
                self.letterer.taken.append(box)

    def letter_neighbours(self, zone: str) -> None:
        """Write the names of the neighbours of the zone shown, in grey, where they can be seen."""
        import shapely

        frame = shapely.box(*self._inner())
        seen = shapely.intersection(self.zones, frame)
        self.letterer.taken.append(self._bar_box())
        for k, home in enumerate(self.ids):
            if home == zone or seen[k].is_empty or seen[k].area < 900:
                continue
            xs, ys, radii = layers.centres(seen[k : k + 1], tolerance=1.0)
            forms = [
                (lines, max(text_width(s, SIZE, "italic") for s in lines))
                for lines in layers.lettering(wording.zone_name(self.words, self.results, home))
            ]
            at = (float(xs[0]), float(ys[0]), float(radii[0]))
            found = self.letterer.place(k, forms, at, leaves=(0.05, 0.05, 0.05))
            if found is not None:
                self._write(found.x, found.y, found.lines, valued=0, name=False)

    def number(self, marks: Mapping[str, str], paints: Mapping[str, str]) -> None:
        """Write a number in each zone, where it hides neither edge nor symbol; white on the darkest fill."""
        import numpy as np

        points = np.array([p[:2] for p in self._points]) if self._points else np.empty((0, 2))
        dark = symbology.ramp("gap_share")[-1], symbology.ramp("coverage")[-1]
        for k, zone in enumerate(self.ids):
            if zone in marks:
                x, y = farthest(self.zones[k], points)
                color = "#ffffff" if paints[zone] in dark else symbology.color("ink")
                self.canvas.text(
                    x, y + 4.2, marks[zone], size=12, weight="semibold", align="center", color=color
                )

    def _bar_box(self) -> Box:
        left, _, _, bottom = self.room
        return left, bottom - 44, left + 150, bottom

    def scale_bar(self) -> None:
        """Draw a bar of a round length, at most a quarter of the map and 100 pixels, in the lower left."""
        most = min(100.0, (self.room[2] - self.room[0]) / 4)
        metres = max([b for b in BARS if b * self.scale <= most], default=BARS[0])
        x, y, long = self.room[0] + 16, self.room[3] - 18, metres * self.scale
        color = symbology.color("map_text")
        self.canvas.text(x, y - 8, self.words.metres(metres), size=11, color=color, halo="#ffffff")
        import shapely

        self.canvas.shapes(
            [shapely.LineString([(x, y - 4), (x, y), (x + long, y), (x + long, y - 4)])],
            edge=color,
            width=1.4,
        )
