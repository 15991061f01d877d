"""Candidates for ``geosocial site`` in the embedded study, and every choice of them counted one by one."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geosocial import intake
from geosocial.measure import supply
from geosocial.study import Study, read_study

COUNT = 12


@dataclass(frozen=True)
class Lots:
    """Twelve lots: their file, their table, and costs of each place of demand to them and to what exists."""

    file: Path
    table: pd.DataFrame
    study: Study
    zones: gpd.GeoDataFrame
    demand: pd.DataFrame
    costs: Any
    existing: Any
    people: Any
    standard: float

    @property
    def given(self) -> list[str]:
        """Return the options that name the lots."""
        return ["--sphere", "culture", "--candidates", str(self.file), "--id", "code", "--crs", "EPSG:32188"]

    def nearest(self, chosen: Any, *, existing: bool = True) -> Any:
        """Return the cost of each place to the nearest of some lots, and to what exists."""
        own = self.costs[:, list(chosen)].min(axis=1) if len(chosen) else np.full(len(self.people), np.inf)
        return np.minimum(own, self.existing) if existing else own

    def served(self, chosen: Any, *, existing: bool = True) -> float:
        """Return the people within the standard of some lots, and of what exists."""
        return float(self.people[self.nearest(chosen, existing=existing) <= self.standard].sum())

    def choices(self, most: int) -> Iterator[tuple[int, ...]]:
        """Give every choice of up to so many lots."""
        for size in range(most + 1):
            yield from itertools.combinations(range(len(self.table)), size)

    def best(self, most: int, value: Callable[[Any], float]) -> float:
        """Return the largest value of every choice of up to so many lots."""
        return max(value(chosen) for chosen in self.choices(most))


def lots(folder: Path) -> Lots:
    """Write the lots and return them."""
    study = read_study(None)
    zones, _, _ = intake.read_zones(study)
    demand, _, _ = intake.read_demand(study, zones)
    places = pd.concat(
        [intake.read_places(study, spec, zones, None).places for spec in study.places], ignore_index=True
    )
    spec = study.spheres["culture"].services[0]
    near = supply.facilities(places, zones, study, spec)
    some = demand[demand["zone_id"] != ""].sort_values("residents", ascending=False, kind="stable")
    some = some.iloc[::90][:COUNT].reset_index(drop=True)
    table = pd.DataFrame(
        {
            "code": [f"{n:03d}" for n in range(COUNT)],
            "name": ["=1+1<b>", *(f"Lot {n}" for n in range(1, COUNT))],
            "x": some["x"],
            "y": some["y"],
            "area": np.arange(COUNT) * 100,
            "use": ["vacant", "Bâti"] * (COUNT // 2),
            "price": [str(100 + 10 * n) for n in range(COUNT - 1)] + ["à voir"],
            "places": 2_000 + 500 * np.arange(COUNT),
        }
    )
    file = folder / "lots.csv"
    table.to_csv(file, index=False)
    shape = shapely.Point(some["x"][0], some["y"][0]).buffer(600)
    gpd.GeoDataFrame({"n": [1]}, geometry=[shape], crs=study.crs).to_file(folder / "park.gpkg")
    x, y = demand["x"].to_numpy(), demand["y"].to_numpy()

    def costs(fx: Any, fy: Any) -> Any:
        return np.hypot(x[:, None] - np.asarray(fx), y[:, None] - np.asarray(fy)) * study.detour

    return Lots(
        file=file,
        table=table,
        study=study,
        zones=zones,
        demand=demand,
        costs=costs(table["x"], table["y"]),
        existing=costs(near.x, near.y).min(axis=1),
        people=np.where(demand["zone_id"] != "", demand[spec.demand].fillna(0), 0.0),
        standard=float(spec.standard_m or 0),
    )


def existing_costs(city: Lots) -> Any:
    """Return the costs of each place to each existing facility."""
    places = pd.concat(
        [intake.read_places(city.study, s, city.zones, None).places for s in city.study.places],
        ignore_index=True,
    )
    near = supply.facilities(places, city.zones, city.study, city.study.spheres["culture"].services[0])
    x, y = city.demand["x"].to_numpy()[:, None], city.demand["y"].to_numpy()[:, None]
    return np.hypot(x - near.x, y - near.y) * city.study.detour


def between(city: Lots, one: int, other: int) -> float:
    """Return the cost between two lots."""
    at = city.table[["x", "y"]].to_numpy()
    return float(np.hypot(*(at[one] - at[other])) * city.study.detour)


def from_existing(city: Lots, lot: int) -> float:
    """Return the cost from a lot, which stands where people live, to the nearest existing facility."""
    at = city.table.iloc[lot]
    here = np.flatnonzero((city.demand["x"] == at["x"]) & (city.demand["y"] == at["y"]))[0]
    return float(city.existing[here])
