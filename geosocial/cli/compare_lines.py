"""Two editions side by side, for a terminal, for programs and as tables."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from geosocial import wording
from geosocial.report.gaps import records
from geosocial.tables.contract import rows
from geosocial.vocabulary import LocalText
from geosocial.wording import COLON

if TYPE_CHECKING:
    import pandas as pd

    from geosocial.comparison import Comparison
    from geosocial.i18n import Words
    from geosocial.provenance.edited import Kept

#: Movements that are named one by one.
MOST: Final = 12
#: Figures of all zones together that are told in a sentence, and those told zone by zone.
TOLD: Final = ("coverage", "rate", "gap")
ZONES: Final = ("gap",)
MOST_ZONES: Final = 5
#: The file that names those of a comparison.
RECORD: Final = "compared.json"


def names(found: Comparison) -> Mapping[str, LocalText]:
    """Return the names of the zones of both editions; the later one's where both have one."""
    out = {}
    for edition in (found.before, found.after):
        for row in rows(edition.zones[["zone_id", "name_fr", "name_en"]]):
            out[row["zone_id"]] = LocalText(row["name_fr"], row["name_en"])
    return out


def lines(words: Words, found: Comparison) -> Iterator[str]:
    """Give the lines of the terminal: the editions, what changed, initiatives, figures with their parts."""
    yield words.t(
        "From {before} to {after}.",
        before=words.date(found.before.study.edition),
        after=words.date(found.after.study.edition),
    )
    studies = found.before.study, found.after.study
    if studies[0].id != studies[1].id:
        yield words.t(
            "These are runs of two studies: {one}, {other}.", one=studies[0].id, other=studies[1].id
        )
    if studies[0].edition > studies[1].edition:
        yield words.t("The first run is of a later date than the second.")
    changed = [wording.factor_label(words, factor) for factor in found.factors]
    if found.reproduced is None:
        reasons = found.changes["undivided"].unique().tolist()
        yield words.t(
            "Changes are not divided: {why}.",
            why="; ".join(wording.undivided_label(words, r) for r in reasons if r),
        )
    elif changed:
        yield words.t("What changed: {factors}.", factors=words.listing(changed))
    else:
        yield words.t("Nothing that figures depend on has changed.")
    if found.reproduced is not None and not all(found.reproduced):
        yield words.t(
            "Some figures do not come out again with this version of geosocial: the difference counts as "
            "method."
        )
    yield ""
    yield from _movements(words, found)
    yield from _changes(words, found)


def _movements(words: Words, found: Comparison) -> Iterator[str]:
    zones = names(found)
    for kind in wording.MOVEMENTS:
        mine = rows(found.movements[found.movements["movement"] == kind])
        if not mine:
            continue
        named = [_named(words, row, zones) for row in mine[:MOST] if row["name"]]
        text = f"{wording.movement_label(words, kind)}{COLON[words.lang]} {words.number(len(mine))}"
        yield f"{text} ({'; '.join(named)}{'; …' if len(mine) > MOST and named else ''})" if named else text
    yield words.t("No initiative changed.") if found.movements.empty else ""
    if found.movements.empty:
        yield ""


def _named(words: Words, row: Mapping[str, Any], zones: Mapping[str, LocalText]) -> str:
    zone = row["other_zone_id"] or row["zone_id"]
    return f"{row['name']}, {words.label(zones[zone])}" if zone in zones else str(row["name"])


def _changes(words: Words, found: Comparison) -> Iterator[str]:
    moved = found.changes[(found.changes["change"] != 0) | (found.changes["undivided"] == "new")]
    zones = names(found)
    if moved.empty:
        yield words.t("No figure changed.")
        return
    for row in rows(moved[(moved["zone_id"] == "") & moved["indicator"].isin(TOLD)]):
        if not math.isnan(row["change"]):
            yield _sentence(words, found, row, words.t("all zones"))
        within = moved[moved["zone_id"].astype(bool) & moved["indicator"].isin(ZONES)]
        mine = within[(within["sphere"] == row["sphere"]) & (within["service"] == row["service"])]
        if row["indicator"] in ZONES:
            order = mine["change"].abs().sort_values(ascending=False, kind="stable").index[:MOST_ZONES]
            for one in rows(mine.loc[order].dropna(subset=["change"])):
                yield "  – " + _sentence(words, found, one, words.label(zones[one["zone_id"]]))


def _sentence(words: Words, found: Comparison, row: Mapping[str, Any], where: str) -> str:
    return wording.change_sentence(words, (found.after.study, found.before.study), row, where)


def as_json(words: Words, found: Comparison) -> str:
    """Return the comparison as JSON: keys that programs rely on, tables as in their contracts."""
    told = {
        "before": _edition(found.before),
        "after": _edition(found.after),
        "factors": list(found.factors),
        "reproduced": None if found.reproduced is None else list(found.reproduced),
        "sentences": [line for line in lines(words, found) if line],
        "movements": records(found.movements),
        "changes": records(found.changes),
    }
    return json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False)


def _edition(edition: Any) -> dict[str, str]:
    return {
        "study": edition.study.id,
        "edition": edition.study.edition.isoformat(),
        "geosocial": edition.version,
    }


def write_comparison(found: Comparison, out: Path, *, kept: Kept | None = None) -> list[Path]:
    """Write changes.csv and movements.csv into a folder, labels beside the keys, and return the files.

    `kept`: as in `geosocial.provenance.recorded`.

    Raises
    ------
    OutputError
        When a file cannot be written, or one of the folder is in the way: `geosocial.provenance.recorded`.
    """
    from geosocial.io.write import write_table
    from geosocial.provenance import recorded

    def record(names: dict[str, str]) -> dict[str, Any]:
        editions = {"before": found.before.study, "after": found.after.study}
        said = {key: {"study": s.id, "edition": s.edition.isoformat()} for key, s in editions.items()}
        return {**said, "files": names}

    tables = {"changes.csv": found.changes, "movements.csv": found.movements}
    with recorded(out, RECORD, record, kept=kept) as aside:
        for name, table in tables.items():
            write_table(_labelled(table, found), aside / name)
    return [out / name for name in (*tables, RECORD)]


def _labelled(table: pd.DataFrame, found: Comparison) -> pd.DataFrame:
    """Return a table with the names of its zones, spheres, indicators and reasons in both languages."""
    from geosocial.i18n import words

    zones, out = names(found), table.copy()
    for lang in ("fr", "en"):
        say = words(lang)
        label = {
            "zone_id": lambda key, s=say: s.label(zones[key]) if key in zones else "",
            "other_zone_id": lambda key, s=say: s.label(zones[key]) if key in zones else "",
            "sphere": lambda key, s=say: wording.sphere_label(s, key) if key else "",
            "indicator": lambda key, s=say: wording.figure_name(s, key),
            "movement": lambda key, s=say: wording.movement_label(s, key),
            "undivided": lambda key, s=say: wording.undivided_label(s, key),
        }
        for column, of in label.items():
            if column in table.columns:
                stem = column.removesuffix("_id")
                out[f"{stem}_{lang}"] = table[column].map(of).astype("str")
    return out
