"""Supply on a 250 m grid: how many facilities of each kind, how many dwellings, and where; no names.

A row is a cell, a kind and the borough that holds the facilities; within a cell, facilities in different
squares of 50 m have their own rows. Its position is their centroid rounded to 10 m. One position per
cell would be up to 177 m off, too much beside a standard of 400 m: it lowers the coverage by the 3,403
outdoor facilities by 6 points, this by less than 1. Where the rounded centroid lies in another borough,
the position is that of the facility nearest to the centroid, to 1 m.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from scripts.montreal.boundaries import CRS
from scripts.montreal.demand import cell_ids
from scripts.montreal.writing import write_csv

if TYPE_CHECKING:
    from pathlib import Path

#: Facilities of one kind in the same square of this side are one row.
PLACE_M = 50
#: File, column of the category, crosswalk, column of the capacity.
LISTS = (
    ("lieux_interet.geojson", "Type", "montreal_points_of_interest", ""),
    ("installations_recreatives.geojson", "TYPE", "montreal_facilities", ""),
    ("hlm_montreal_decoded.geojson", "organism", "shq_housing", "num_dwellings"),
)


def facilities(path: Path, category: str, crosswalk: str, capacity: str) -> pd.DataFrame:
    """Return the facilities of a list that serve a sphere: kind, x, y (EPSG:32188), capacity or NaN."""
    from geosocial.vocabulary import classify

    layer = gpd.read_file(path).to_crs(CRS)
    kind = np.array([classify(crosswalk, str(text)) for text in layer[category]])
    frame = pd.DataFrame(
        {
            "kind": kind,
            "x": layer.geometry.x,
            "y": layer.geometry.y,
            "capacity": layer[capacity].astype(float) if capacity else np.nan,
        }
    )
    return frame[frame["kind"] != ""].reset_index(drop=True)


def gridded(frame: pd.DataFrame, zones: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return one row per cell, kind, borough and place: cell_id, x_m, y_m, sphere, kind, count, capacity."""
    from geosocial.geo import ZoneIndex
    from geosocial.vocabulary import kinds

    index = ZoneIndex(zones)
    frame = frame.assign(
        cell_id=cell_ids(frame["x"].to_numpy(), frame["y"].to_numpy()),
        zone=index.locate(frame["x"].to_numpy(), frame["y"].to_numpy()),
        e=frame["x"] // PLACE_M,
        n=frame["y"] // PLACE_M,
    )
    groups = frame.groupby(["kind", "cell_id", "zone", "n", "e"])
    table = groups.agg(
        x=("x", "mean"),
        y=("y", "mean"),
        count=("x", "size"),
        capacity=("capacity", lambda part: part.sum(min_count=1)),
    ).reset_index()
    position = table[["x", "y"]].round(-1).to_numpy()
    astray = index.locate(position[:, 0], position[:, 1]) != table["zone"].to_numpy()
    members = list(groups.indices.values())
    for row in np.flatnonzero(astray):
        own = frame[["x", "y"]].to_numpy()[members[row]]
        centre = table.loc[row, ["x", "y"]].to_numpy(dtype=np.float64)
        position[row] = own[np.argmin(np.hypot(*(own - centre).T))].round()
    table["x_m"], table["y_m"] = position.astype(int).T
    table["sphere"] = table["kind"].map({key: kind.sphere for key, kind in kinds().items()})
    table["capacity"] = table["capacity"].astype("Int64")
    order = table["kind"].map({key: i for i, key in enumerate(kinds())})
    table = table.iloc[np.lexsort([table["x_m"], table["y_m"], order])].reset_index(drop=True)
    return table[["cell_id", "x_m", "y_m", "sphere", "kind", "count", "capacity"]]


def build(shared: Path, out: Path, zones: gpd.GeoDataFrame) -> None:
    """Write supply_250m.csv (complete lists of the City) and housing_250m.csv (an incomplete list)."""
    metric = zones.to_crs(CRS)
    read = {name: facilities(shared / "places" / name, *options) for name, *options in LISTS}
    *city, housing = read.values()
    supply = gridded(pd.concat(city, ignore_index=True), metric).drop(columns="capacity")
    origin = ", ".join(f"places/{name} ({len(read[name]):,})" for name in list(read)[:2])
    write_csv(supply, out / "supply_250m.csv", f"{origin}; Ville de Montréal, CC BY 4.0")
    dwellings = gridded(housing, metric)
    name = list(read)[2]
    write_csv(dwellings, out / "housing_250m.csv", f"places/{name} ({len(housing):,}); SHQ, 2023")
    for table in (supply, dwellings):
        for kind, part in table.groupby("kind", sort=False):
            extra = f", {part['capacity'].sum():,} dwellings" if "capacity" in part else ""
            print(f"    {kind}: {part['count'].sum():,}{extra}")


def build_initiatives(facts: Path, out: Path) -> None:
    """Write initiatives.csv: every record of the facts, its borough spelled as ours, its kind told apart."""
    from geosocial.vocabulary import fold
    from scripts.montreal.boundaries import BOROUGHS

    names = {fold(name): name for name in BOROUGHS.values()}
    facts_table = pd.read_csv(facts / "initiatives.csv", dtype=str, keep_default_na=False)
    table = pd.DataFrame(
        {
            "initiative_id": facts_table["initiative_id"],
            "name": facts_table["name"],
            "sphere": facts_table["sphere"],
            "kind": [
                _kind(*row)
                for row in zip(
                    facts_table["sphere"], facts_table["legal_form"], facts_table["name"], strict=True
                )
            ],
            "legal_form": facts_table["legal_form"],
            "status": facts_table["status"],
            "dwellings": facts_table["capacity"],
            "latitude": facts_table["latitude"],
            "longitude": facts_table["longitude"],
            "borough": [names[fold(name)] for name in facts_table["declared_borough"]],
        }
    )
    write_csv(table, out / "initiatives.csv", "facts/initiatives.csv; Ville de Montréal, CC BY 4.0, and SHQ")


_ENTERPRISE = {
    "housing": "housing_enterprise",
    "culture": "culture_enterprise",
    "recreation": "recreation_enterprise",
    "sustainable_development": "sustainable_enterprise",
    "tourism": "tourism_enterprise",
}


def _kind(sphere: str, legal_form: str, name: str) -> str:
    """Return the kind of an initiative: the list only says that it is an enterprise of a sphere."""
    from geosocial.vocabulary import fold

    if sphere == "housing" and legal_form == "cooperative":
        return "cooperative_dwelling"
    if sphere == "sustainable_development" and "ecoquartier" in fold(name).replace(" ", ""):
        return "eco_quartier"
    return _ENTERPRISE[sphere]
