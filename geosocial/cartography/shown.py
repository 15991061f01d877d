"""A run as the atlas asks of it again and again: its figures, its zones, what is named, what it rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from geosocial import wording
from geosocial.cartography import layers
from geosocial.study import Service
from geosocial.vocabulary import kinds

if TYPE_CHECKING:
    import pandas as pd

    from geosocial.results import Results

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Run:
    """The results, and what every part of the page asks of them again and again."""

    results: Results
    figures: wording.Figures
    zones: tuple[str, ...]
    spheres: tuple[str, ...]
    kinds: tuple[str, ...]
    named: pd.DataFrame
    #: Lists of places that count as supply, by kind: keys of the study's sources.
    lists: Mapping[str, frozenset[str]]
    #: What was asked for before, by what it is.
    made: dict[Any, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, results: Results) -> Run:
        """Return the run of `results`."""
        places = results.places
        supply: dict[str, set[str]] = {}
        sources = {p.key: p.source for p in results.study.places}
        columns = (places[name].tolist() for name in ("kind", "source", "counted"))
        for kind, source, counted in set(zip(*columns, strict=True)):
            if counted and source in sources:
                supply.setdefault(str(kind), set()).add(sources[source])
        present = {*map(str, places["kind"].unique()), *map(str, results.supply["kind"].unique())}
        return cls(
            results=results,
            figures=wording.figures(results),
            zones=tuple(str(z) for z in results.zones["zone_id"]),
            spheres=tuple(results.study.spheres),
            kinds=tuple(k for k in kinds() if k in present),
            named=layers.initiatives(results),
            lists={kind: frozenset(keys) for kind, keys in supply.items()},
        )

    def once(self, key: object, make: Callable[[], T]) -> T:
        """Return what `make` returns, made at the first call for `key`."""
        if key not in self.made:
            self.made[key] = make()
        made: T = self.made[key]
        return made

    def of_service(self, table: str, sphere: str, spec: Service) -> pd.DataFrame:
        """Return the rows of a service in a table of the results; the table is divided once."""
        frame: pd.DataFrame = getattr(self.results, table)

        def divided() -> dict[tuple[str, str], pd.DataFrame]:
            if not len(frame):
                return {}
            groups = frame.groupby(["sphere", "service"], sort=False)
            return {(str(s), str(v)): part for (s, v), part in groups}

        return self.once(("table", table), divided).get((sphere, spec.key), frame.iloc[:0])

    def sources(self, spec: Service) -> set[str]:
        """Return the keys of the sources that a service rests on: zones, demand, lists of its kinds."""
        study = self.results.study
        own = (self.lists.get(kind, frozenset()) for kind in spec.kinds)
        return {study.zones.source, study.demand.source}.union(*own)

    def shown(self) -> set[str]:
        """Return the keys of the sources of what is only shown: initiatives, land, districts, waters."""
        study = self.results.study
        return {p.source for p in study.places if p.shown} | {c.source for c in study.context}
