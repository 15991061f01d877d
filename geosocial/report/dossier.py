"""The dossier on paper: the same outline as the page, set by typst as a tagged PDF (PDF/UA-1).

The outline becomes plain values; maps are SVG, drawn as those of the page.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from geosocial import symbology
from geosocial.report import charts, dossier_sites, paper, status_charts
from geosocial.report.outline import Outline, outline

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.report.directions import Direction, Item
    from geosocial.report.parts import Part, Table
    from geosocial.report.services import Row, Service
    from geosocial.report.verdicts import Map
    from geosocial.results import Results

#: Letters that a table of the paper holds beside each other; one of many columns, set smaller; the gap.
_ROOM: Final = 102.0
_ROOM_OF_MANY: Final = 122.0
_MANY: Final = 6
_GUTTER: Final = 1.6
#: Letters by which a column is narrowed at a time.
_STEP: Final = 2
#: Texts up to so many letters stay on one line, where the other columns leave the room: the first that fits.
_UNBROKEN: Final = (20, 16, 12, 0)
#: Zones without a figure for one reason share a row from so many on.
_SEVERAL: Final = 3
#: Hashes are shown as far as they tell files apart.
_SHORT: Final = 12
#: Rows of a list of remarks that paper shows; all of them stand in the page and in the tables.
_MOST: Final = 12
#: Parts whose table paper shows whole: a row a zone.
_WHOLE: Final = frozenset({"directory-cells"})


def write_dossier(
    results: Results,
    path: Path,
    words: Words,
    *,
    drawn: charts.Shapes | None = None,
    told: Outline | None = None,
) -> None:
    """Write the dossier of a run in one language as a PDF.

    Parameters
    ----------
    drawn, told
        The shapes of the zones and the outline in that language, where another page has them already.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    from geosocial.io.write import write_bytes

    write_bytes(pdf(results, words, drawn=drawn, told=told), path)


def pdf(
    results: Results, words: Words, *, drawn: charts.Shapes | None = None, told: Outline | None = None
) -> bytes:
    """Return the dossier of a run in one language as the bytes of a PDF.

    Raises
    ------
    GeosocialError
        When typst refuses the document, or warns: a missing glyph or font is a fault.
    """
    shapes = drawn or charts.shapes(results)
    values, maps = content(words, results, told or outline(words, results), shapes)
    return paper.set_in_type("dossier", values, maps)


def content(
    words: Words, results: Results, told: Outline, shapes: charts.Shapes
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what the template reads, as plain values, and the maps as SVG by file name."""
    maps: dict[str, str] = {}

    def drawn(name: str, one: Map, *, marks: bool, size: str, above: Markup | None = None) -> str:
        maps[f"{name}.svg"] = picture(shapes, one, marks=marks, size=size, above=above)
        return f"{name}.svg"

    def starred(service: Service, marks: Markup) -> str:
        return drawn(f"sites-{service.key}", service.map, marks=False, size="", above=marks)

    rest = words.t("The other rows stand in the page of the report and in its tables.")
    values: dict[str, Any] = {
        **paper.head(words, results, words.t("Dossier of the steering committee")),
        "title": told.title,
        "subtitle": told.subtitle,
        "lead": told.lead,
        "cautions": list(told.cautions),
        "lines": [
            {
                "sphere": asdict(line.sphere),
                "big": line.big,
                "sentence": line.sentence,
                "more": line.more,
                "verdicts": line.verdicts,
                "map": drawn(f"mini-{k}", line.map, marks=False, size="-m"),
                "alt": f"{line.map.title}. {line.verdicts}",
            }
            for k, line in enumerate(told.lines)
        ],
        "verdict_legend": [asdict(e) for e in told.verdict_legend],
        "verdict_note": told.verdict_note,
        "glance": _glance(told),
        "services": [
            _service(s, drawn(f"map-{k}", s.map, marks=True, size="")) for k, s in enumerate(told.services)
        ],
        "sites": dossier_sites.section(words, results, told, drawn=starred, plain=_table, part=_part),
        "directions": _directions(told),
        "equity": None
        if told.equity is None
        else {
            "title": told.equity.title,
            "lead": told.equity.lead,
            "parts": [_part(p) for p in told.equity.parts],
        },
        "editions": None
        if told.editions is None
        else {
            "title": told.editions.title,
            "lead": told.editions.lead,
            "parts": [_part(p, most=_MOST, rest=rest) for p in told.editions.parts],
        },
        "trust": {
            "title": told.trust.title,
            "conservation": told.trust.conservation,
            "parts": [_part(p, most=None if p.key in _WHOLE else _MOST, rest=rest) for p in told.trust.parts],
            "assumed_title": told.trust.assumed_title,
            "assumed": [_part(p) for p in told.trust.assumed],
            "sources_title": told.trust.sources_title,
            "sources": [_part(p) for p in told.trust.sources],
        },
        "again": {
            "title": words.t("To do it again"),
            "text": words.t(
                "The same inputs give the same figures. verify computes this run again from the inputs that "
                "it keeps; explain says where a figure comes from."
            ),
            "commands": "\n".join(
                (
                    words.t("geosocial verify RUN"),
                    words.t("geosocial explain RUN --zone ZONE --indicator gap --sphere SPHERE"),
                )
            ),
        },
        "made": told.labels["made"],
    }
    return values, maps


def picture(shapes: charts.Shapes, one: Map, *, marks: bool, size: str, above: Markup | None = None) -> str:
    """Return a map as an SVG file of its own: what it refers to stands in it."""
    inner = charts.zone_map(
        shapes,
        one.fills,
        key=one.key,
        title=one.title,
        text=one.text,
        marks=one.marks if marks else None,
        dark=one.dark,
        size=size,
        above=above,
    )
    defs = str(charts.definitions(shapes)).split("<defs>", 1)[1].split("</defs>", 1)[0]
    paper, ink = symbology.color("paper"), symbology.color("ink")
    sheet = (
        "text{font-family:'Source Sans Pro';font-weight:600;font-size:26px;text-anchor:middle;"
        f"dominant-baseline:central}}.on{{fill:{ink}}}.inv{{fill:{paper}}}"
    )
    head, body = str(inner).split(">", 1)
    head = head.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    # our own markup, joined from parts that markupsafe has escaped
    return str(Markup(f"{head}><style>{sheet}</style><defs>{defs}</defs>{body}"))  # noqa: S704


def _glance(told: Outline) -> dict[str, Any]:
    glance = told.glance
    return {
        "title": glance.title,
        "lead": glance.lead,
        "zone_head": glance.zone_head,
        "demand_head": glance.demand_head,
        "heads": [{"sphere": asdict(sphere), "unit": unit} for sphere, unit in glance.heads],
        "groups": [{"head": head, "rows": [asdict(row) for row in rows]} for head, rows in glance.groups],
        "whole": asdict(glance.whole),
        "notes": list(glance.notes),
    }


def _service(service: Service, file: str) -> dict[str, Any]:
    heads = service.heads
    return {
        "sphere": asdict(service.sphere),
        "title": service.title,
        "sentence": service.sentence,
        "more": service.more,
        "notes": list(service.notes),
        "map": file,
        "map_text": service.map.text,
        "alt": f"{service.map.title}. {service.map.text}",
        "legend": [asdict(e) for e in service.map.legend],
        "facilities": [list(pair) for pair in service.facilities],
        "has_interval": service.has_interval,
        "reading": service.reading,
        "care": service.care,
        "heads": [
            {"text": heads[key], "right": right}
            for key, right in (
                ("rank", False),
                ("zone", False),
                ("plot", False),
                ("share", True),
                ("interval", True),
                ("gap", True),
                ("settings", False),
            )
        ],
        "ticks": [service.heads[name] for name in ("low", "mid", "high")],
        "rows": _together([_row(row, service.whole.value) for row in service.rows]),
        "whole": _row(service.whole, service.whole.value),
    }


def _row(row: Row, whole: float) -> dict[str, Any]:
    name = f"{row.name}{'*' if row.care else ''}"
    return {
        "rank": row.rank,
        "name": name,
        "names": "",
        "at": _percent(row.value),
        "care": row.care,
        "lower": _percent(row.lower) if not math.isnan(row.upper) else None,
        "upper": _percent(row.upper),
        "whole": _percent(whole),
        "share": row.share,
        "interval": row.interval,
        "gap": row.gap,
        "settings": row.settings,
        "paint": row.paint,
        "why": row.why,
    }


def _together(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows; those without a figure for the same reason, if several, are one row at the end."""
    counts = Counter(row["why"] for row in rows)
    many = [why for why, count in counts.items() if why and count >= _SEVERAL]
    shared = [[row for row in rows if row["why"] == why] for why in many]
    return [
        *(row for row in rows if row["why"] not in many),
        *({**same[0], "names": ", ".join(row["name"] for row in same)} for same in shared),
    ]


def _percent(share: float) -> float | None:
    return None if math.isnan(share) else round(min(max(share, 0.0), 1.0) * 100, 3)


def _directions(told: Outline) -> dict[str, Any] | None:
    if told.directions is None:
        return None
    d = told.directions
    return {
        "title": d.title,
        "lead": d.lead,
        "example": d.example,
        "note": d.note,
        "heads": d.heads,
        "counts": [{"status": status, "label": label} for status, label in d.counts],
        "directions": [_direction(x) for x in (*d.directions, *d.goals)],
        "parts": [_part(p) for p in d.parts],
    }


def _direction(direction: Direction) -> dict[str, Any]:
    # one mark at the heading where all of it is an example, else one at each indicator that is
    whole = bool(direction.items) and all(i.example for i in direction.items)
    return {
        "number": direction.number,
        "name": direction.name,
        "rollup": direction.rollup,
        "items": [_item(i, tagged=not whole) for i in direction.items],
        "example": whole,
        "figures": None if direction.figures is None else _table(direction.figures),
    }


def _item(item: Item, *, tagged: bool) -> dict[str, Any]:
    def at(share: float) -> float | None:
        return None if math.isnan(share) else round(status_charts.at(share), 2)

    return {
        "name": item.name,
        "unit": item.unit,
        "baseline": item.baseline,
        "value": item.value,
        "target": item.target,
        "part": item.part,
        "status": item.status,
        "word": item.word,
        "remarks": item.remarks,
        "example": item.example and tagged,
        "color": status_charts.color(item.status),
        "zero": at(0.0),
        "one": at(1.0),
        "done": at(item.attainment),
        "gone": at(item.elapsed),
    }


def _part(part: Part, *, most: int | None = None, rest: str = "") -> dict[str, Any]:
    """Return a part as plain values; of a table longer than `most` rows the first, and `rest` under it."""
    table = None if part.table is None else _table(part.table)
    if table is not None and most is not None and len(table["rows"]) > most:
        table = {**table, "rows": table["rows"][:most], "note": rest}
    return {"title": part.title, "text": list(part.text), "table": table}


def _table(table: Table) -> dict[str, Any]:
    def cell(column: int, text: str) -> str:
        hashed = column in table.codes and len(text) == 64 and text.isalnum()
        return text[:_SHORT] if hashed else text

    rows = [[cell(k, text) for k, text in enumerate(row)] for row in table.rows]
    return {
        "heads": list(table.heads),
        "rows": rows,
        "numbers": sorted(table.numbers),
        "codes": sorted(table.codes),
        "note": table.note,
        "total": list(table.total),
        "widths": _widths(table.heads, rows),
    }


def _widths(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[float]:
    """Return how wide each column is to be, in letters: as its longest text, narrowed until the table fits.

    The column that is narrowed is the one by which the rows grow the least; none is narrower than its longest
    word, nor, where there is room, than a short text (a date, the name of a list).
    """
    room = (_ROOM_OF_MANY if len(heads) > _MANY else _ROOM) - _GUTTER * (len(heads) - 1)
    columns = [[row[k] if k < len(row) else "" for row in rows] for k in range(len(heads))]
    lengths = [[len(text) for text in column] for column in columns]
    for unbroken in _UNBROKEN:
        least = [
            max(
                5,
                *(len(word) for word in head.split(" ")),
                *(len(word) for text in column for word in _parts(text, unbroken)),
            )
            for head, column in zip(heads, columns, strict=True)
        ]
        if sum(least) <= room:
            break
    widths = [max([word, *found]) for word, found in zip(least, lengths, strict=True)]
    lines = [[1] * len(rows) for _ in heads]
    while sum(widths) > room:
        best: tuple[tuple[int, int, int], int, list[int]] | None = None
        for k, width in enumerate(widths):
            if width <= least[k]:
                continue
            narrower = max(least[k], width - _STEP)
            made = [-(-n // narrower) or 1 for n in lengths[k]]
            others = [lines[j] for j in range(len(heads)) if j != k]
            height = sum(max(row) for row in zip(made, *others, strict=True))
            tried = ((height, sum(made) - sum(lines[k]), -width), k, made)
            best = tried if best is None else min(best, tried)
        if best is None:
            break
        _, chosen, lines[chosen] = best
        widths[chosen] = max(least[chosen], widths[chosen] - _STEP)
    return [float(width) for width in widths]


def _parts(text: str, unbroken: int) -> list[str]:
    """Return what of a text stays on one line: a line may end at a space, and after a dash."""
    return [text] if len(text) <= unbroken else text.replace("–", "– ").split(" ")
