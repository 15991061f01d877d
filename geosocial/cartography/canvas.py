"""A sheet of paper to draw maps on without a browser: matplotlib, measured in CSS pixels, as the look is.

A pixel is 1/96 inch at the printed size, x to the right and y downwards, so every width of ``look.toml``
holds as it stands. Nothing is left to chance or to the machine: the typeface is the packaged Source Sans
Pro, ids are salted, no date and no version is written, so the same drawing gives the same bytes. Text is
never parsed: ``$`` stays a dollar, and characters that turn or break a line are left out.
"""

from __future__ import annotations

import io
import re
import unicodedata
import warnings
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from geosocial import symbology

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.font_manager import FontProperties
    from matplotlib.path import Path as Outline
    from numpy.typing import NDArray

#: What a picture is written as.
Kind = Literal["png", "svg"]
#: Points of a pixel: 72 to the inch against 96.
POINT: Final = 0.75
MM: Final = 96 / 25.4
FAMILY: Final = "Source Sans Pro"
_FILES: Final = {"regular": "Regular", "semibold": "Semibold", "bold": "Bold", "italic": "It"}
#: Nothing in a name may be longer on a picture.
LONGEST: Final = 400


def plain(text: str) -> str:
    r"""Return `text` on one line without characters that control: line ends, directions, private ones.

    Examples
    --------
    >>> plain("Vieux\u2028Bourg \u202e$x$")
    'Vieux Bourg $x$'
    """
    kept = "".join(
        c if unicodedata.category(c)[0] != "C" else " " if c in "\n\r\t" else ""
        for c in text[:LONGEST].replace("\u2028", " ").replace("\u2029", " ")
    )
    # a no-break space is kept: it is what French spacing is made of
    return re.sub(r"[ \t]+", " ", kept).strip(" ")


@cache
def _file(weight: str) -> str:
    """Return the file of the packaged typeface in one of its weights, known to matplotlib from then on."""
    import font_source_sans_pro  # type: ignore[import-untyped]
    from matplotlib import font_manager

    file = str(
        Path(str(font_source_sans_pro.__file__)).parent / "files" / f"SourceSansPro-{_FILES[weight]}.ttf"
    )
    font_manager.fontManager.addfont(file)
    return file


@cache
def _letters(weight: str) -> frozenset[int]:
    from matplotlib import font_manager

    return frozenset(font_manager.get_font(_file(weight)).get_charmap())


def font(text: str, size: float, weight: str = "regular") -> FontProperties:
    """Return the packaged typeface for a text; where it lacks a letter, with DejaVu Sans behind it.

    Raises
    ------
    KeyError
        For a weight that is not regular, semibold, bold or italic.
    """
    from matplotlib.font_manager import FontProperties

    heavy = weight in {"semibold", "bold"}
    known = _letters(weight) >= {ord(c) for c in text}
    if not known and heavy:
        _file("bold")  # a weight that both typefaces have
    return FontProperties(
        family=[FAMILY] if known else [FAMILY, "DejaVu Sans"],
        weight=weight if heavy and known else "bold" if heavy else "normal",
        style="italic" if weight == "italic" else "normal",
        size=size,
    )


@cache
def text_width(text: str, size: float, weight: str = "regular") -> float:
    """Return the width of a line of text in pixels."""
    from matplotlib.textpath import TextToPath

    line = plain(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a letter that no typeface has is drawn as a box
        width, _, _ = TextToPath().get_text_width_height_descent(line, font(line, size, weight), ismath=False)
    return float(width)


def wrapped(text: str, size: float, width: float, *, weight: str = "regular", most: int = 99) -> list[str]:
    """Return `text` in lines of at most `width` pixels; what does not fit into `most` lines ends in ``…``.

    Lines break at spaces and after the dash between two places, never at a no-break space or a hyphen; a word
    that is too long is cut.
    """
    lines: list[str] = []
    line, joint = "", ""
    for part in re.split(r"( |(?<=–)(?=[^\W\d_]))", plain(text)):
        if part in {" ", ""}:
            joint = part
            continue
        tried, word = line + joint + part, part
        if text_width(tried, size, weight) <= width:
            line = tried
            continue
        if line:
            lines.append(line)
        while text_width(word, size, weight) > width and len(word) > 1:
            cut = next(
                (k for k in range(len(word) - 1, 1, -1) if text_width(word[:k], size, weight) <= width), 1
            )
            lines.append(word[:cut])
            word = word[cut:]
        line = word
    lines.append(line)
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1].rstrip(" .,;") + " …"]
    return lines


@cache
def _outline(shape: str) -> Outline:
    """Return the outline of a sphere's symbol for a visual radius of 1, y downwards."""
    import numpy as np
    from matplotlib.path import Path as Outline

    if shape == "circle":
        return Outline.unit_circle()
    text = symbology.shape_path(shape, 0, 0, 1000)
    numbers = [float(n) / 1000 for n in re.findall(r"-?\d+(?:\.\d+)?", text)]
    if "h" in text:
        left, top, side = numbers[:3]
        points = [(left, top), (left + side, top), (left + side, top + side), (left, top + side)]
    else:
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
    return Outline(np.array([*points, points[0]]), closed=True)


def star(r: float, inner: float = 0.45) -> NDArray[np.float64]:
    """Return the ten corners of a star of radius `r`, its point upwards."""
    import numpy as np

    turn = np.arange(10) * np.pi / 5 - np.pi / 2
    radius = np.where(np.arange(10) % 2 == 0, r, r * inner)
    return np.column_stack((radius * np.cos(turn), radius * np.sin(turn)))


class Canvas:
    """One sheet; what is drawn later lies above."""

    def __init__(self, width_mm: float, height_mm: float, *, ground: str | None = None) -> None:
        from matplotlib.figure import Figure

        self.width, self.height = width_mm * MM, height_mm * MM
        self._figure = Figure(figsize=(width_mm / 25.4, height_mm / 25.4))
        self._figure.patch.set_alpha(0)
        self._axes: Any = self._figure.add_axes((0, 0, 1, 1))
        self._axes.set_xlim(0, self.width)
        self._axes.set_ylim(self.height, 0)
        self._axes.axis("off")
        self._order = 0
        if ground is not None:
            self.box(0, 0, self.width, self.height, face=ground)

    def _add(self, artist: Any) -> None:
        self._order += 1
        artist.set_zorder(self._order)
        artist.set_clip_on(False)
        self._axes.add_artist(artist)

    def _path(
        self,
        path: Outline,
        *,
        face: str | None,
        edge: str | None,
        width: float,
        dash: tuple[float, ...] | None = None,
        cap: str = "round",
    ) -> None:
        from matplotlib.patches import PathPatch

        style = (0, tuple(d * POINT for d in dash)) if dash else "solid"
        self._add(
            PathPatch(
                path,
                facecolor=face or "none",
                edgecolor=edge or "none",
                linewidth=width * POINT if edge else 0,
                linestyle=style,
                joinstyle="round",
                capstyle=cap,
            )
        )

    def box(
        self, x: float, y: float, w: float, h: float, *, face: str | None, edge: str | None = None
    ) -> None:
        """Draw a rectangle."""
        from matplotlib.path import Path as Outline

        corners = [(x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y)]
        self._path(Outline(corners, closed=True), face=face, edge=edge, width=1)

    def shapes(
        self,
        geometries: Iterable[Any],
        *,
        face: str | None = None,
        edge: str | None = None,
        width: float = 1,
        dash: tuple[float, ...] | None = None,
    ) -> None:
        """Draw polygons or lines, already in pixels, as one path."""
        from matplotlib.path import Path as Outline

        rings = [ring for g in geometries for ring in _lines_of(g)]
        if rings:
            paths = [Outline(points, closed=closed) for points, closed in rings]
            self._path(
                Outline.make_compound_path(*paths), face=face, edge=edge, width=width, dash=dash, cap="butt"
            )

    def symbols(
        self,
        shape: str,
        places: Sequence[tuple[float, float, float]],
        *,
        face: str | None,
        edge: str | None = None,
        width: float = 1,
        dash: tuple[float, ...] | None = None,
    ) -> None:
        """Draw the symbol of a sphere, or ``star``, at each (x, y, radius)."""
        from matplotlib.path import Path as Outline
        from matplotlib.transforms import Affine2D

        if not places:
            return
        base = Outline([*star(1), star(1)[0]], closed=True) if shape == "star" else _outline(shape)
        drawn = [base.transformed(Affine2D().scale(r).translate(x, y)) for x, y, r in places]
        self._path(Outline.make_compound_path(*drawn), face=face, edge=edge, width=width, dash=dash)

    def dots(self, places: NDArray[np.float64], *, size: float, color: str) -> None:
        """Draw a dot of `size` pixels at each (x, y): strokes of no length, which keep a file light."""
        import numpy as np
        from matplotlib.path import Path as Outline

        if not len(places):
            return
        ends = np.repeat(places, 2, axis=0)
        ends[1::2, 0] += 0.03
        codes = np.tile([Outline.MOVETO, Outline.LINETO], len(places))
        strokes = Outline(ends, codes)
        strokes.should_simplify = False
        self._path(strokes, face=None, edge=color, width=size)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 12,
        weight: str = "regular",
        color: str | None = None,
        align: Literal["left", "center", "right"] = "left",
        halo: str | None = None,
        angle: float = 0,
    ) -> None:
        """Write one line, its baseline at `y`; `angle` in degrees clockwise."""
        from matplotlib.patheffects import withStroke
        from matplotlib.text import Text

        line = plain(text)
        effects = [withStroke(linewidth=2.6 * POINT, foreground=halo)] if halo else None
        written = Text(
            x,
            y,
            line,
            color=color or symbology.color("ink"),
            fontproperties=font(line, size * POINT, weight),
            horizontalalignment=align,
            verticalalignment="baseline",
            rotation=-angle,
            rotation_mode="anchor",
            parse_math=False,
            usetex=False,
            path_effects=effects,
        )
        self._add(written)

    def save(self, kind: Kind, *, dpi: int = 150, letters: bool = False, title: str = "") -> bytes:
        """Return the sheet as the bytes of a file.

        Parameters
        ----------
        letters
            Whether an SVG keeps its text as letters, for a program that has the typeface; otherwise the
            letters are drawn, and look alike everywhere.
        title
            What the picture is, for who reads the file without seeing it.
        """
        import matplotlib as mpl

        out = io.BytesIO()
        settings: Any = {"svg.hashsalt": "geosocial", "svg.fonttype": "none" if letters else "path"}
        facts: dict[str, Any] = {"Software": None}
        if kind == "svg":
            facts = {"Date": None, "Creator": None, "Format": None, "Type": None}
            facts |= {"Title": plain(title)} if title else {}
        with mpl.rc_context(settings), warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*[Gg]lyph.*")
            self._figure.savefig(out, format=kind, dpi=dpi, metadata=facts)
        return _lighter_svg(out.getvalue()) if kind == "svg" else _lighter_png(out, title)


def _lighter_svg(data: bytes) -> bytes:
    """Return an SVG with its paths at a hundredth of a point: a third of the size, nothing seen."""
    text = data.decode("utf-8")

    def rounded(path: re.Match[str]) -> str:
        numbers = re.sub(r"-?\d+\.\d{3,}", lambda n: f"{round(float(n[0]), 2) + 0.0:g}", path[1])
        return f' d="{" ".join(numbers.split())}"'

    return re.sub(r' d="([^"]*)"', rounded, text).encode("utf-8")


def _lighter_png(out: io.BytesIO, title: str) -> bytes:
    """Return a PNG of 256 colours when nothing of it is transparent: a third of the size, nothing seen."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    facts, light = PngInfo(), io.BytesIO()
    if title:
        facts.add_itxt("Title", plain(title))
    with Image.open(out) as picture:
        dots = tuple(round(d) for d in picture.info["dpi"])
        opaque = picture.getextrema()[-1] == (255, 255)
        kept = picture.convert("RGB").quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        (kept if opaque else picture).save(light, "png", optimize=True, dpi=dots, pnginfo=facts)
    return light.getvalue()


def _lines_of(geometry: Any) -> list[tuple[Any, bool]]:
    """Return the rings and lines of a geometry, each with whether it closes."""
    import shapely

    found: list[tuple[Any, bool]] = []
    for part in shapely.get_parts(geometry):
        if part.is_empty:
            continue
        if part.geom_type == "Polygon":
            rings = (shapely.get_exterior_ring(part), *part.interiors)
            found += [(shapely.get_coordinates(r), True) for r in rings]
        elif part.geom_type in {"LineString", "LinearRing"}:
            found.append((shapely.get_coordinates(part), False))
    return found
