"""Gather what the benchmarks measured: results.json, RESULTS.md, plots of growth, the tables of the READMEs.

Each benchmark leaves its record in ``results/``; here it takes its place among those of the others, with the
machine, the versions and the day it was measured on. Nothing is measured here.

    python -m benchmarks.collect
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

from benchmarks import facts, plots, summary
from benchmarks.harness import RESULTS, markdown

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parent
STORE: Final = HERE / "results.json"
TABLE: Final = HERE / "RESULTS.md"
#: Tables that stand in pages between two marks, by what the marks say.
TABLES: Final = {"benchmark table": summary.table, "scale table": summary.scale_table}
#: The pages, with the language and the tables of each.
PLACES: Final = {
    ROOT / "README.md": ("en", ("benchmark table",)),
    ROOT / "README.fr.md": ("fr", ("benchmark table",)),
    ROOT / "docs" / "en" / "performance.md": ("en", tuple(TABLES)),
    ROOT / "docs" / "fr" / "performance.md": ("fr", tuple(TABLES)),
}
#: What the records are about, in the order of the page.
TITLES: Final = {
    "join": "Points to the 58 districts",
    "join_areas": "Points to 3,200 small areas",
    "access": "Accessibility (E2SFCA)",
    "counts": "Facilities within a standard",
    "nearest": "The nearest facility",
    "network": "The nearest facility along streets",
    "siting_spopt": "Sites, proved",
    "maps": "Maps of many things",
    "interpolate": "Areal interpolation",
    "clusters": "Clusters",
    "geocode_speed": "Addresses to address points",
    "geocode_held_back": "Addresses held back",
    "run": "Whole processes",
    "million": "A million rows of CSV",
    "stream": "Larger than memory",
    "national": "A country, phase by phase",
    "national_growth": "A country, by its size",
    "siting_graphs": "Forty graphs, proved",
    "siting_montreal": "Montréal, every model",
    "siting_million": "A million places",
}


ABOUT: Final = """\
Written by `make bench` (`python -m benchmarks`); not to be edited. Medians of several runs, each operation
beside the tool one would use instead, in one process and in turn, unless that tool needs an environment of
its own (DuckDB, pandana, spopt). *times ours* above 1: the peer takes longer; below 1: we do. *processor s*:
of all threads, which a busy machine changes less. *peak MB*: what a run adds to the memory of the process; of
whole processes, all they hold. What is compared is asserted to be equal before it is timed."""


def stored() -> dict[str, Any]:
    """Return the records that are kept, by name, and the facts."""
    if not STORE.exists():
        return {"records": {}, "facts": {}}
    kept: dict[str, Any] = json.loads(STORE.read_text(encoding="utf-8"))
    return kept


def main() -> None:
    """Take the new records in and write everything that shows them."""
    kept = stored()
    for path in sorted(RESULTS.glob("*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        kept["records"][record["benchmark"]] = record
    kept["facts"] = facts.facts()
    kept["records"] = {name: kept["records"][name] for name in _ordered(kept["records"])}
    STORE.write_text(_text(kept), encoding="utf-8")
    TABLE.write_text(page(kept), encoding="utf-8")
    plots.draw(kept["records"], HERE / "growth")
    for place, (lang, tables) in PLACES.items():
        text = place.read_text(encoding="utf-8")
        for mark in tables:
            text = placed(text, mark, TABLES[mark](kept["records"], lang))
        place.write_text(text, encoding="utf-8")


def placed(text: str, mark: str, table: str) -> str:
    """Return a page with the table between its two marks; as it is where it has none."""
    begin, end = f"<!-- {mark} -->", f"<!-- /{mark} -->"
    return re.sub(f"{begin}.*?{end}", lambda _: f"{begin}\n\n{table}\n\n{end}", text, flags=re.DOTALL)


def shown(text: str, mark: str) -> str | None:
    """Return what stands between two marks of a page, None where it has none."""
    found = re.search(f"<!-- {mark} -->\n\n(.*?)\n\n<!-- /{mark} -->", text, flags=re.DOTALL)
    return found.group(1) if found else None


def _ordered(records: dict[str, Any]) -> list[str]:
    order = list(TITLES)
    return sorted(records, key=lambda name: (order.index(name) if name in order else len(order), name))


def _text(kept: dict[str, Any]) -> str:
    """Return the store with a row a line, so that a new measurement changes the lines that it changed."""
    text = json.dumps(kept, ensure_ascii=False, indent=1)
    inner = re.compile(r"\{\n\s+[^{}\[\]]*?\n\s+\}")
    return inner.sub(lambda found: re.sub(r"\n\s+", " ", found.group()), text) + "\n"


def page(kept: dict[str, Any]) -> str:
    """Return RESULTS.md."""
    parts = [
        "# What the benchmarks measured",
        ABOUT,
        "![How seconds grow with size](growth.en.svg)",
        "## Summary",
        summary.table(kept["records"], "en"),
    ]
    for name, record in kept["records"].items():
        about = ", ".join(f"{key} {value}" for key, value in record["versions"].items())
        machine = record["machine"]
        made = f"{machine['processor']}, {machine['cores']} cores, {machine['system']}"
        parts += [
            f"## {TITLES.get(name, name)}",
            markdown(record["rows"]),
            record["note"],
            f"<sub>{record['measured']} · {made} · {about}</sub>",
        ]
    parts += [
        "## What no machine changes",
        "Counted on small inputs; `tests/test_benchmarks.py` holds these figures against the code.",
        markdown([{"figure": key, "value": value} for key, value in kept["facts"].items()]),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


if __name__ == "__main__":
    main()
