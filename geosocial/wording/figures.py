"""The figures of a run by their keys, read once: sentences look a few hundred of them up.

Nothing is computed here; a key that the tables do not hold answers with a missing figure, never with 0.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from geosocial.results import Results
from geosocial.vocabulary import LocalText

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of `tables.MEASURES` or `tables.OVERALL`."""

    value: float
    unit: str
    lower: float
    upper: float
    status: str


@dataclass(frozen=True, slots=True)
class Rank:
    """One row of `tables.RANKING`."""

    zone_id: str
    #: 1 is the least served; 0 when the zone is not ranked.
    rank: int
    tied: int
    ranked: int
    settings: int
    underserved_in: int
    verdict: str
    status: str
    #: Lowest and highest rank over the settings; 0 when the zone is not ranked.
    rank_low: int = 0
    rank_high: int = 0
    #: What changes the outcome most often: one of `tables.DIMENSIONS`, or empty.
    flips: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of `tables.SETTINGS`."""

    setting: int
    standard_m: float
    demand: str
    value: float
    city: float
    #: True below the city-wide value, False at or above it, None where the zone could not be judged.
    underserved: bool | None
    rule: str = "coverage"
    supply: str = "all"
    cost: str = "straight"
    zone_system: str = "study"


@dataclass(frozen=True, slots=True)
class Supply:
    """One row of `tables.SUPPLY`."""

    kind: str
    count: float
    capacity: float
    status: str


MISSING: Final = Figure(math.nan, "", math.nan, math.nan, "missing")
UNRANKED: Final = Rank("", 0, 0, 0, 0, 0, "", "missing")

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Figures:
    """Every figure of a run by zone, sphere and service; the study as a whole is the zone ``""``."""

    names: Mapping[str, LocalText]
    kinds: Mapping[str, str]
    values: Mapping[tuple[str, str, str, str], Figure]
    ranks: Mapping[Key, Rank]
    settings: Mapping[Key, tuple[Setting, ...]]
    supplies: Mapping[str, tuple[Supply, ...]]
    #: Rows of `tables.METHODS` and of `tables.CLOSURES` by sphere and service, each by column.
    methods: Mapping[tuple[str, str], tuple[Mapping[str, Any], ...]]
    closures: Mapping[tuple[str, str], tuple[Mapping[str, Any], ...]]
    #: The tables of the run, and those already divided by sphere and service.
    results: Results
    divided: dict[str, Mapping[tuple[str, str], tuple[Mapping[str, Any], ...]]] = field(default_factory=dict)

    def of_service(self, table: str, sphere: str, service: str) -> tuple[Mapping[str, Any], ...]:
        """Return the rows of a service in a table of the run, by column; the table is divided once."""
        if table not in self.divided:
            self.divided[table] = _by_service(getattr(self.results, table))
        return self.divided[table].get((sphere, service), ())

    def value(self, zone_id: str, sphere: str, service: str, indicator: str) -> Figure:
        """Return a figure of a zone, or of the study as a whole for ``""``; missing when there is none."""
        return self.values.get((zone_id, sphere, service, indicator), MISSING)

    def rank(self, zone_id: str, sphere: str, service: str) -> Rank:
        """Return the place of a zone in the ranking of a service; rank 0 when it has none."""
        return self.ranks.get((zone_id, sphere, service), UNRANKED)

    def ranking(self, sphere: str, service: str) -> list[Rank]:
        """Return the zones of a service from the least served on; those not ranked come last."""
        rows = [r for (_, s, v), r in self.ranks.items() if (s, v) == (sphere, service)]
        return sorted(rows, key=lambda r: r.rank or math.inf)

    def tried(self, zone_id: str, sphere: str, service: str) -> tuple[Setting, ...]:
        """Return the settings tried for a zone and a service, by number."""
        return self.settings.get((zone_id, sphere, service), ())

    def supply(self, zone_id: str) -> tuple[Supply, ...]:
        """Return the supply of a zone, kind by kind."""
        return self.supplies.get(zone_id, ())


def _number(value: object) -> float:
    return math.nan if value is None else float(value)  # type: ignore[arg-type]


def _rows(table: pd.DataFrame, *columns: str) -> list[tuple[object, ...]]:
    return list(zip(*(table[c].tolist() for c in columns), strict=True))


def _by_service(table: pd.DataFrame) -> dict[tuple[str, str], tuple[Mapping[str, Any], ...]]:
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    names = [str(name) for name in table.columns]
    for values in _rows(table, *names):
        row = dict(zip(names, values, strict=True))
        found.setdefault((str(row["sphere"]), str(row["service"])), []).append(row)
    return {key: tuple(rows) for key, rows in found.items()}


def _build(results: Results) -> Figures:
    values = {
        (str(z), str(s), str(v), str(i)): Figure(_number(x), str(u), _number(lo), _number(hi), str(st))
        for table in (results.measures, results.overall)
        for z, s, v, i, x, u, lo, hi, st in _rows(
            table, "zone_id", "sphere", "service", "indicator", "value", "unit", "lower", "upper", "status"
        )
    }
    ranks: dict[Key, Rank] = {}
    columns = ("zone_id", "sphere", "service", "rank", "tied", "ranked", "settings", "underserved_in")
    more = ("verdict", "status", "rank_low", "rank_high", "flips")
    for z, s, v, rank, *counts, verdict, status, low, high, flips in _rows(results.ranking, *columns, *more):
        place, least, most = (0 if math.isnan(_number(r)) else int(_number(r)) for r in (rank, low, high))
        tied, ranked, tried, bad = (int(_number(c)) for c in counts)
        ranks[str(z), str(s), str(v)] = Rank(
            str(z),
            place,
            tied,
            ranked,
            tried,
            bad,
            str(verdict),
            str(status),
            least,
            most,
            str(flips),
        )
    settings: dict[Key, list[Setting]] = {}
    for z, s, v, index, standard, demand, value, city, below, *rest in _rows(
        results.settings,
        "zone_id",
        "sphere",
        "service",
        "setting",
        "standard_m",
        "demand",
        "value",
        "city",
        "underserved",
        "rule",
        "supply",
        "cost",
        "zone_system",
    ):
        x, c = _number(value), _number(city)
        judged = None if math.isnan(x) or math.isnan(c) else bool(below)
        settings.setdefault((str(z), str(s), str(v)), []).append(
            Setting(int(_number(index)), _number(standard), str(demand), x, c, judged, *map(str, rest))
        )
    supplies: dict[str, list[Supply]] = {}
    for z, kind, count, capacity, status in _rows(
        results.supply, "zone_id", "kind", "count", "capacity", "status"
    ):
        supplies.setdefault(str(z), []).append(
            Supply(str(kind), _number(count), _number(capacity), str(status))
        )
    zones = results.zones
    return Figures(
        names={
            str(z): LocalText(fr=str(fr), en=str(en))
            for z, fr, en in _rows(zones, "zone_id", "name_fr", "name_en")
        },
        kinds={str(z): str(k) for z, k in _rows(zones, "zone_id", "kind")},
        values=values,
        ranks=ranks,
        settings={k: tuple(sorted(v, key=lambda x: x.setting)) for k, v in settings.items()},
        supplies={k: tuple(v) for k, v in supplies.items()},
        methods=_by_service(results.methods),
        closures=_by_service(results.closures),
        results=results,
    )


#: The last results that were asked for, with their figures: a run has one, and every sentence asks for it.
_last: list[tuple[Results, Figures]] = []


def figures(results: Results) -> Figures:
    """Return the figures of `results`, built at the first call."""
    if not _last or _last[0][0] is not results:
        _last[:] = [(results, _build(results))]
    return _last[0][1]
