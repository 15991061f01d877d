"""How seconds grow with size: small multiples on logarithmic scales, in both languages, in the house look.

Ours is the heavy line, the peers are thin ones, each named at its end; a dotted line shows growth in
proportion to size. The letters are drawn, so that the pictures look alike everywhere; the same figures give
the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Panels: the record, then title and unit of size in French and in English.
PANELS: Final = (
    ("join", ("Points vers 58 districts", "points"), ("Points to 58 districts", "points")),
    (
        "join_areas",
        ("Points vers 3 200 petits secteurs", "points"),
        ("Points to 3,200 small areas", "points"),
    ),
    ("access", ("Accessibilité (E2SFCA)", "lieux"), ("Accessibility (E2SFCA)", "places")),
    ("counts", ("Équipements à 800 m ou moins", "lieux"), ("Facilities within 800 m", "places")),
    ("nearest", ("Équipement le plus proche", "lieux"), ("Nearest facility", "places")),
    ("network", ("Le plus proche, par les rues", "nœuds"), ("Nearest along streets", "nodes")),
    ("maps", ("Carte de points et de 3 200 secteurs", "points"), ("Map of points and 3,200 areas", "points")),
    (
        "national_growth",
        ("Toute la chaîne, jusqu’au pays", "adresses"),
        ("The whole chain, up to a country", "addresses"),
    ),
)
#: What a line is called, by the beginning of the name of its operation; None is not drawn.
LINES: Final[dict[str, tuple[str, str] | None]] = {
    "geosocial join(": ("geosocial, avec issues", "geosocial, with outcomes"),
    "geosocial atlas": None,
    "geosocial": ("geosocial", "geosocial"),
    "geopandas points.sjoin": ("sjoin (points)", "sjoin (points)"),
    "geopandas zones.sjoin": ("sjoin (zones)", "sjoin (zones)"),
    "geopandas buffer, sjoin contains": None,
    "geopandas buffer": ("geopandas", "geopandas"),
    "geopandas": ("geopandas", "geopandas"),
    "SedonaDB": ("SedonaDB", "SedonaDB"),
    "DuckDB": ("DuckDB", "DuckDB"),
    "PySAL": ("PySAL access", "PySAL access"),
    "SciPy": ("SciPy", "SciPy"),
    "scikit-learn": ("scikit-learn", "scikit-learn"),
    "networkx": ("networkx", "networkx"),
    "pandana, building": ("pandana (graphe)", "pandana (graph)"),
    "pandana": ("pandana", "pandana"),
    "folium.CircleMarker": ("Folium", "Folium"),
    "folium": None,
    "Addresses to blocks": ("jointure aux îlots", "join to blocks"),
    "all of geosocial run": ("geosocial run", "geosocial run"),
    "the whole chain": ("toute la chaîne", "the whole chain"),
}
_OURS: Final = ("geosocial", "the whole chain")
_PEERS: Final = ("#a63603", "#57606a", "#763b62", "#146227", "#898900")


def series(record: Mapping[str, Any], lang: str) -> dict[str, tuple[list[float], list[float], bool]]:
    """Return by the name of each line its sizes, its seconds, and whether it is the heavy one."""
    found: dict[str, tuple[list[float], list[float], bool]] = {}
    for row in record["rows"]:
        operation = str(row["operation"])
        named = next((said for start, said in LINES.items() if operation.startswith(start)), None)
        if named is None:
            continue
        line = named[lang == "en"]
        heavy = operation.startswith(_OURS) and not operation.startswith("geosocial join(")
        sizes, seconds, _ = found.setdefault(line, ([], [], heavy))
        sizes.append(float(row["n"]))
        seconds.append(float(row["seconds"]))
    return found


def draw(records: Mapping[str, Any], path: Path) -> list[Path]:
    """Draw the panels of the records that are there, as ``PATH.fr.svg`` and ``PATH.en.svg``."""
    return [_draw(records, path, lang) for lang in ("fr", "en")]


def _draw(records: Mapping[str, Any], path: Path, lang: str) -> Path:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    from geosocial.cartography.canvas import _lighter_svg, font
    from geosocial.symbology import color

    panels = [panel for panel in PANELS if panel[0] in records]
    rows = -(-len(panels) // 2)
    figure = Figure(figsize=(9.2, 2.55 * rows + 0.75), facecolor=color("paper"))
    title = (
        "Secondes selon la taille, échelles logarithmiques",
        "Seconds by size, logarithmic scales",
    )[lang == "en"]
    figure.text(
        0.02,
        1 - 0.32 / (2.55 * rows + 0.75),
        title,
        fontproperties=font(title, 13, "semibold"),
        color=color("ink"),
    )
    axes = np.atleast_1d(figure.subplots(rows, 2, squeeze=False).ravel())
    figure.subplots_adjust(
        left=0.06, right=0.86, top=1 - 0.8 / (2.55 * rows + 0.75), bottom=0.055, hspace=0.6, wspace=0.62
    )
    for ax, panel in zip(axes, panels, strict=False):
        name, french, english = panel
        _panel(ax, series(records[name], lang), english if lang == "en" else french, lang)
    for ax in axes[len(panels) :]:
        ax.set_visible(False)
    out = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "geosocial", "svg.fonttype": "path"}):
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(out, format="svg", metadata={**nothing, "Title": title})
    file = path.with_name(f"{path.name}.{lang}.svg")
    file.write_bytes(_lighter_svg(out.getvalue()))
    return file


def _panel(
    ax: Axes, lines: Mapping[str, tuple[list[float], list[float], bool]], said: tuple[str, str], lang: str
) -> None:
    from benchmarks.summary import number, seconds
    from geosocial.cartography.canvas import font
    from geosocial.symbology import color

    title, unit = said
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.xaxis.set_major_formatter(lambda value, _: number(value, lang))
    ax.yaxis.set_major_formatter(lambda value, _: seconds(value, lang))
    ax.set_title(title, loc="left", fontproperties=font(title, 10, "semibold"), color=color("ink"), pad=6)
    ax.set_xlabel(unit, fontproperties=font(unit, 8.5), color=color("muted"), labelpad=1)
    peers = iter(_PEERS * 2)
    ends = []
    for name, (sizes, spent, heavy) in lines.items():
        order = np.argsort(sizes)
        x, y = np.array(sizes)[order], np.array(spent)[order]
        hue = "#08519c" if heavy else next(peers)
        dashed = (0, (3, 2)) if name.startswith("geosocial,") else "solid"
        ax.plot(
            x,
            y,
            color=hue,
            lw=2.2 if heavy else 1.1,
            ls=dashed,
            marker="o",
            ms=3.2 if heavy else 2.2,
            zorder=3 if heavy else 2,
        )
        ends.append((float(y[-1]), name, hue, heavy, float(x[-1])))
        if heavy:
            ax.plot(x, y[0] * x / x[0], color=color("control"), lw=0.7, ls=":", zorder=1)
    ax.margins(x=0.04, y=0.08)
    ax.grid(visible=True, which="major", color=color("line"), lw=0.6)
    ax.tick_params(which="both", length=0, colors=color("muted"), labelsize=8)
    for label in (*ax.get_xticklabels(), *ax.get_yticklabels()):
        label.set_fontproperties(font("0", 8))
    for side in ax.spines.values():
        side.set_visible(False)
    ax.minorticks_off()
    _name_ends(ax, sorted(ends))


def _name_ends(ax: Axes, ends: list[tuple[float, str, str, bool, float]]) -> None:
    """Write the name of each line at its end, apart from one another."""
    from geosocial.cartography.canvas import font

    low, high = np.log10(ax.get_ylim())
    least = 0.105
    places = [float((np.log10(end[0]) - low) / (high - low)) for end in ends]
    for k in range(1, len(places)):
        places[k] = max(places[k], places[k - 1] + least)
    top = 1.0
    for k in reversed(range(len(places))):
        places[k] = min(places[k], top)
        top = places[k] - least
    for at, (_, name, hue, heavy, _) in zip(places, ends, strict=True):
        ax.text(
            1.025,
            at,
            name,
            transform=ax.transAxes,
            va="center",
            color=hue,
            fontproperties=font(name, 8.5, "semibold" if heavy else "regular"),
        )
