"""Proposed sites of a run: an ordered list of calls, no formula.

For the headline service of each sphere that has a standard of distance: the best 1, 2, … N candidates beside
the existing facilities, from what ``[siting]`` of the study says. Costs are those of the measures: along
streets where the study has them, else straight line × detour.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from geosocial import tables
from geosocial.tables.contract import typed
from geosocial.tables.siting import CANDIDATES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from geosocial.geo.walking import Walking
    from geosocial.intake.placing import Geocoder
    from geosocial.results import InputFile
    from geosocial.siting.proposed import Proposed
    from geosocial.siting.result import Interrupt
    from geosocial.study import Service, Study

    Rows = NDArray[np.signedinteger]


@dataclass(frozen=True, slots=True)
class Proposals:
    """The tables of `geosocial.tables.SITING`; the file of the candidates and its faults."""

    proposed: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.PROPOSED))
    proposed_curve: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.PROPOSED_CURVE))
    proposed_zones: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.PROPOSED_ZONES))
    files: tuple[InputFile, ...] = ()
    faults: tuple[pd.DataFrame, ...] = ()
    candidates: pd.DataFrame = field(default_factory=lambda: tables.empty(CANDIDATES))

    def named(self) -> dict[str, pd.DataFrame]:
        """Return the tables by name."""
        return {contract.name: getattr(self, contract.name) for contract in (*tables.SITING, CANDIDATES)}


def headlines(study: Study) -> list[tuple[str, Service]]:
    """Return the headline service of each sphere for which the study asks sites, where it has a standard."""
    asked = study.siting
    if asked is None:
        return []
    wanted = asked.spheres or tuple(study.spheres)
    found = [(sphere, spec.services[0]) for sphere, spec in study.spheres.items() if sphere in wanted]
    return [(s, service) for s, service in found if service.rule == "coverage" and service.standard_m]


def proposals(
    study: Study,
    zones: gpd.GeoDataFrame,
    demand: pd.DataFrame,
    costs: Mapping[tuple[str, str], NDArray[np.float64]],
    ways: Walking | None = None,
    *,
    geocoder: Geocoder | None = None,
    interrupt: Interrupt | None = None,
) -> Proposals:
    """Return the proposed sites of a study; without rows where it asks for none or no facility is known.

    Parameters
    ----------
    costs
        For each (sphere, service) the cost of each place of demand to the nearest facility.
    ways
        The streets of the study, where it has them.
    geocoder
        Where the addresses of candidates without a position are looked up.
    interrupt
        Asked now and then whether to end; the best found by then comes back.

    Raises
    ------
    InputError
        For a list of candidates that cannot be used, or an identifier that none of them has.
    """
    import numpy as np
    import pandas as pd

    from geosocial.intake.candidates import named, study_candidates
    from geosocial.siting.proposed import proposed, unserved

    # Where no list holds a facility of a service, its coverage is missing, which is not zero: sites would be
    # added to nothing that is known.
    known = {key for key, nearest in costs.items() if np.isfinite(nearest).any()}
    services = [(sphere, service) for sphere, service in headlines(study) if (sphere, service.key) in known]
    asked = study.siting
    if asked is None or not services:
        return Proposals()
    found = study_candidates(study, zones, demand, geocoder)
    fixed, never = named(found, asked.include), named(found, asked.exclude)
    zone = pd.Index(zones["zone_id"]).get_indexer(pd.Index(demand["zone_id"]))

    def of(sphere: str, service: Service, *, stopped: Interrupt) -> Proposed:
        standard = float(service.standard_m or 0.0)
        held = demand[service.demand].to_numpy("float64")
        today = unserved(held, zone, costs[sphere, service.key], standard=standard)
        return proposed(
            _costs(study, demand, today.row, found.table, service)
            if ways is None
            else _along_streets(ways, today.row, found.table, service),
            today,
            standard=standard,
            most=asked.most,
            zones=len(zones),
            fixed=fixed,
            forbidden=never,
            time_limit=asked.time_limit,
            interrupt=stopped,
        )

    parts = _each(of, services, interrupt)
    sites = _together(parts, "sites")
    rows = found.table.iloc[sites["candidate"].to_numpy()].reset_index(drop=True)
    by_zone = _together(parts, "zones")
    by_zone["zone_id"] = zones["zone_id"].to_numpy(object)[by_zone["zone"].to_numpy()]
    return Proposals(
        typed(pd.concat([sites, rows], axis=1), tables.PROPOSED),
        typed(_together(parts, "curve"), tables.PROPOSED_CURVE),
        typed(by_zone, tables.PROPOSED_ZONES),
        () if found.file is None else (found.file,),
        () if found.file is None else (found.faults,),
        tables.empty(CANDIDATES) if found.file is None else typed(found.table, CANDIDATES),
    )


@contextmanager
def searching(
    study: Study,
    zones: gpd.GeoDataFrame,
    demand: pd.DataFrame,
    costs: Mapping[tuple[str, str], NDArray[np.float64]],
    ways: Walking | None = None,
    *,
    geocoder: Geocoder | None = None,
    apart: bool = False,
) -> Iterator[Callable[[], Proposals]]:
    """Give what waits for `proposals` and returns them: they are searched while the rest is measured.

    `apart`: whether in a process of its own, where that is possible; else in threads of this one. Leaving the
    block before that ends the search.
    """
    from concurrent.futures import ThreadPoolExecutor

    from geosocial.apart import begun, possible

    search = partial(proposals, study, zones, demand, costs, ways, geocoder=geocoder)
    if apart and headlines(study) and possible():
        with begun(search) as searched:
            yield searched
        return
    stop = threading.Event()
    with ThreadPoolExecutor(max_workers=1) as pool:
        try:
            yield pool.submit(search, interrupt=stop.is_set).result
        finally:
            stop.set()


def _each(
    of: Callable[..., Proposed],
    services: Sequence[tuple[str, Service]],
    interrupt: Interrupt | None,
) -> list[tuple[str, str, Proposed]]:
    """Return what `of` gives for each service, several at a time: HiGHS works outside the interpreter.

    Ctrl-C, or a fault of one, ends the others.
    """
    from concurrent.futures import ThreadPoolExecutor

    stop = threading.Event()

    def stopped() -> bool:
        return stop.is_set() or (interrupt is not None and interrupt())

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        try:
            handed = [pool.submit(of, sphere, service, stopped=stopped) for sphere, service in services]
            return [
                (sphere, service.key, one.result())
                for (sphere, service), one in zip(services, handed, strict=True)
            ]
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _costs(study: Study, demand: pd.DataFrame, row: Rows, candidates: pd.DataFrame, service: Service) -> Any:
    """Return the straight-line costs within the standard, places in `row` × candidates."""
    import numpy as np

    from geosocial.geo.pairs import pairs_within
    from geosocial.siting.inputs import Reach

    at = [candidates[axis].to_numpy("float64") for axis in "xy"]
    of = [demand[axis].to_numpy("float64")[row] for axis in "xy"]
    pairs = pairs_within(*of, *at, reach=float(service.standard_m or 0.0), detour=study.detour)
    return Reach(pairs.indptr.astype(np.int64), pairs.indices.astype(np.int64), pairs.data, pairs.shape[1])


def _along_streets(ways: Walking, row: Rows, candidates: pd.DataFrame, service: Service) -> Any:
    """Return the costs within the standard along streets, places in `row` × candidates."""
    from scipy.sparse import csr_array

    at = [candidates[axis].to_numpy("float64") for axis in "xy"]
    pairs = ways.pairs(*at, reach=float(service.standard_m or 0.0))
    return csr_array((pairs.data, pairs.indices, pairs.indptr), shape=pairs.shape)[row]


def _together(parts: Sequence[tuple[str, str, Proposed]], name: str) -> pd.DataFrame:
    import pandas as pd

    frames: list[pd.DataFrame] = [
        getattr(made, name).assign(sphere=sphere, service=key) for sphere, key, made in parts
    ]
    together: pd.DataFrame = pd.concat(frames, ignore_index=True)
    return together
