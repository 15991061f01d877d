"""The table of the READMEs: a line an operation, ours in seconds, each peer as a multiple, losses in bold.

It is read from ``results.json`` and nothing else; a test holds both READMEs against it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

Rows = list[dict[str, Any]]

#: Lines: record, size (0: the largest), our operation, French and English, peers by the start of their names.
LINES: Final = (
    ("join", 10_000, "geosocial ZoneIndex", ("{n} points vers 58 districts", "{n} points to 58 districts")),
    ("join", 0, "geosocial ZoneIndex", ("{n} points vers 58 districts", "{n} points to 58 districts")),
    (
        "join",
        0,
        "geosocial join",
        (
            "les mêmes, avec issues, limites et rattachement au plus proche",
            "the same, with outcomes, boundaries and snapping",
        ),
    ),
    (
        "join_areas",
        10_000,
        "geosocial ZoneIndex",
        ("{n} points vers 3 200 petits secteurs", "{n} points to 3,200 small areas"),
    ),
    (
        "join_areas",
        0,
        "geosocial ZoneIndex",
        ("{n} points vers 3 200 petits secteurs", "{n} points to 3,200 small areas"),
    ),
    ("access", 0, "geosocial", ("accessibilité (E2SFCA), {n} lieux", "accessibility (E2SFCA), {n} places")),
    (
        "counts",
        5_000,
        "geosocial",
        ("équipements à 800 m ou moins de {n} lieux", "facilities within 800 m of {n} places"),
    ),
    (
        "counts",
        0,
        "geosocial",
        ("équipements à 800 m ou moins de {n} lieux", "facilities within 800 m of {n} places"),
    ),
    (
        "nearest",
        10_000,
        "geosocial",
        ("équipement le plus proche de {n} lieux", "nearest facility of {n} places"),
    ),
    ("nearest", 0, "geosocial", ("équipement le plus proche de {n} lieux", "nearest facility of {n} places")),
    (
        "network",
        0,
        "geosocial",
        ("le plus proche par les rues, {n} nœuds", "nearest along streets, {n} nodes"),
    ),
    (
        "siting_spopt",
        10_000,
        "geosocial mclp",
        ("20 emplacements démontrés, {n} × 1 000", "20 sites proved, {n} × 1,000"),
    ),
    (
        "siting_spopt",
        500,
        "geosocial p_median",
        ("p-médiane démontrée, {n} × 200", "p-median proved, {n} × 200"),
    ),
    (
        "maps",
        0,
        "geosocial point_layer",
        ("carte de {n} points et de 3 200 secteurs", "map of {n} points and 3,200 areas"),
    ),
    (
        "million",
        0,
        "geosocial join",
        ("CSV de {n} lignes lu, vérifié, joint, écrit", "CSV of {n} rows read, checked, joined, written"),
    ),
)
#: Names of the peers, by the start of their operations; the first that fits.
PEERS: Final = {
    "geopandas points.sjoin": "geopandas",
    "geopandas zones.sjoin": "geopandas",
    "geopandas buffer": "geopandas",
    "geopandas": "geopandas",
    "SedonaDB": "SedonaDB",
    "DuckDB": "DuckDB",
    "PySAL": "PySAL access",
    "SciPy": "SciPy",
    "scikit-learn": "scikit-learn",
    "networkx": "networkx",
    "pandana nearest": "pandana",
    "spopt": "spopt + CBC",
    "folium.CircleMarker": "Folium",
    "read_csv": "pandas + geopandas",
}


def table(records: Mapping[str, Any], lang: str) -> str:
    """Return the summary as Markdown."""
    english = lang == "en"
    head = ("opération", "geosocial", "à côté : combien de fois ce temps (en gras : moins long)")
    if english:
        head = ("operation", "geosocial", "beside it: times as long (bold: less long)")
    lines = [f"| {' | '.join(head)} |", "|---|---:|---|"]
    for record, size, start, said in LINES:
        if record not in records:
            continue
        rows = records[record]["rows"]
        n = size or max(int(row.get("n", row.get("rows", 0))) for row in rows)
        mine = [row for row in rows if int(row.get("n", row.get("rows", 0))) == n]
        ours = next((row for row in mine if row["operation"].startswith(start)), None)
        if ours is None:
            continue
        kind = start.removeprefix("geosocial ") if record == "siting_spopt" else ""
        peers = _peers([row for row in mine if kind in row["operation"]], float(ours["seconds"]), lang)
        what = said[english].format(n=number(n, lang))
        line = f"| {what} | {seconds(float(ours['seconds']), lang)} | {peers} |"
        if line not in lines:  # where the smallest size is the largest too
            lines.append(line)
    return "\n".join([*lines, *_whole(records, lang), *_busy(records, lang)])


def _busy(records: Mapping[str, Any], lang: str) -> list[str]:
    """Return a remark where the machine had more to do than the benchmarks, which lengthens the seconds."""
    loads = [
        float(record["load"])
        for record in records.values()
        if float(record.get("load", 0)) > 1.5 * int(record["machine"]["cores"])
    ]
    if not loads:
        return []
    cores = max(int(record["machine"]["cores"]) for record in records.values())
    most = number(max(loads), lang)
    if lang == "en":
        return [
            "",
            f"Measured on a busy machine (load {most} on {cores} cores): ratios hold, seconds are too long.",
        ]
    said = f"Mesuré sur une machine occupée (charge de {most} sur {cores} cœurs)"
    return ["", f"{said}\u00a0: les rapports tiennent, les secondes sont trop longues."]


def _peers(rows: Rows, ours: float, lang: str) -> str:
    best: dict[str, float] = {}
    for row in rows:
        name = next((said for start, said in PEERS.items() if row["operation"].startswith(start)), None)
        if name is not None:
            best[name] = min(best.get(name, float("inf")), float(row["seconds"]) / ours)
    said = {name: f"{name} {number(times, lang)}" for name, times in best.items()}
    return ", ".join(f"**{said[name]}**" if times < 1 else said[name] for name, times in best.items())


def _whole(records: Mapping[str, Any], lang: str) -> list[str]:
    """Return the lines of whole runs."""
    english = lang == "en"
    lines = []
    if "run" in records:
        rows = {row["operation"]: row for row in records["run"]["rows"]}
        for name, said in (
            ("geosocial run", ("exécution complète, étude intégrée", "whole run, embedded study")),
            (
                "geosocial run, full official layers",
                ("exécution complète, couches officielles", "whole run, full official layers"),
            ),
        ):
            if name in rows:
                beside = "import geopandas, folium"
                times = number(1 / rows[name]["of the imports"], lang)
                memory = _memory(float(rows[name]["peak MB"]), lang)
                lines.append(
                    f"| {said[english]} ({memory}) | {seconds(float(rows[name]['seconds']), lang)} "
                    f"| **`{beside}` {times}** |"
                )
    if "national" in records:
        whole = records["national"]["rows"][-1]
        facts = records["national"]["facts"]
        said = (
            "chaîne d’un pays : {addresses} adresses, {blocks} îlots, {facilities} équipements ({memory})",
            "chain of a country: {addresses} addresses, {blocks} blocks, {facilities} facilities ({memory})",
        )
        counts = {key: number(facts[key], lang) for key in ("addresses", "blocks", "facilities")}
        told = said[english].format(**counts, memory=_memory(float(whole["peak MB"]), lang))
        lines.append(f"| {told} | {seconds(float(whole['seconds']), lang)} | – |")
    return lines


#: Places of growing size: French, English, addresses, and how many such places one after the other.
PLACES: Final = (
    ("une ville d’un million d’adresses", "a city of a million addresses", 1_000_000, 1),
    ("une province de cinq millions", "a province of five million", 5_000_000, 1),
    ("un pays de seize millions", "a country of sixteen million", 16_000_000, 1),
    ("mille villes d’un million, une à une", "a thousand cities of a million, one by one", 1_000_000, 1_000),
)


def grown(records: Mapping[str, Any], addresses: int, figure: str) -> float:
    """Return a figure of the whole chain at a size, on lines between the logarithms of those measured.

    Examples
    --------
    >>> chain = {"operation": "the whole chain"}
    >>> rows = [{**chain, "n": 100, "seconds": 2.0}, {**chain, "n": 10_000, "seconds": 200.0}]
    >>> round(grown({"national_growth": {"rows": rows}}, 1_000, "seconds"), 6)
    20.0
    """
    rows = [r for r in records["national_growth"]["rows"] if r["operation"] == "the whole chain"]
    known = sorted((float(r["n"]), float(r[figure])) for r in rows)
    sizes, figures = ([math.log(pair[k]) for pair in known] for k in (0, 1))
    at = math.log(addresses)
    k = next((k for k in range(1, len(sizes) - 1) if at <= sizes[k]), len(sizes) - 1)
    slope = (figures[k] - figures[k - 1]) / (sizes[k] - sizes[k - 1])
    return math.exp(figures[k - 1] + slope * (at - sizes[k - 1]))


def scale_table(records: Mapping[str, Any], lang: str) -> str:
    """Return what places of growing size take, by measured growth, as Markdown."""
    english = lang == "en"
    head = ("étendue", "adresses", "temps de processeur", "mémoire")
    if english:
        head = ("extent", "addresses", "processor time", "memory")
    lines = [f"| {' | '.join(head)} |", "|---|---:|---:|---:|"]
    for french, said, addresses, times in PLACES if "national_growth" in records else ():
        worked = grown(records, addresses, "processor s") * times
        memory = _memory(grown(records, addresses, "peak MB"), lang)
        count = number(addresses * times, lang)
        lines.append(f"| {said if english else french} | {count} | {_time(worked, lang)} | {memory} |")
    return "\n".join(lines)


def _time(value: float, lang: str) -> str:
    """Return seconds as minutes or hours where that is easier to grasp."""
    if value < 120:
        return seconds(value, lang)
    if value < 7_200:
        return f"{number(value / 60, lang)}\u00a0min"
    return f"{number(value / 3_600, lang)}\u00a0h"


def number(value: float, lang: str) -> str:
    """Return a number in two significant digits, or whole from 10 on.

    Examples
    --------
    >>> number(0.03456, "en"), number(16_000_000, "en")
    ('0.035', '16,000,000')
    """
    from babel.numbers import format_decimal

    digits = 0 if value >= 10 else 1 if value >= 1 else 2 if value >= 0.1 else 3
    pattern = "#,##0" + ("." + "#" * digits if digits else "")
    return str(format_decimal(value, format=pattern, locale="en_CA" if lang == "en" else "fr_CA"))


def seconds(value: float, lang: str) -> str:
    r"""Return seconds with their unit, milliseconds below a tenth, without digits that say nothing.

    Examples
    --------
    >>> seconds(0.0023, "en"), seconds(1, "en"), seconds(64.2, "en")
    ('2.3\xa0ms', '1\xa0s', '64\xa0s')
    """
    shown, unit = (value * 1_000, "ms") if value < 0.1 else (value, "s")
    return f"{number(round(shown, 6), lang)}\u00a0{unit}"


def _memory(megabytes: float, lang: str) -> str:
    unit = "GB" if lang == "en" else "Go"
    return f"{number(megabytes / 1_000, lang)}\u00a0{unit}"
