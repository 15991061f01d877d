"""Boroughs and districts from plotly's package data; linked towns and water names for context.

The 58 districts follow the shore and share their vertices, so rounding each coordinate in the same way keeps
shared borders shared; boroughs are unions of districts (district number // 10). The linked towns come from
the City's housing reference quarters, which follow the shore too: simplified, then joined to the boroughs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from scripts.montreal.writing import write_geojson

if TYPE_CHECKING:
    from pathlib import Path

CRS = "EPSG:32188"
#: Six decimals of a degree are 11 cm; every copy of a shared vertex is rounded alike.
DECIMALS = 6
#: Cuts between towns and boroughs are made on a grid of 1 cm, so that their edges meet.
GRID_M = 0.01

#: Borough code (district number // 10) → name. The code is the first part of the City's own district numbers,
#: and stays when a name changes.
BOROUGHS = {
    "01": "Ahuntsic-Cartierville",
    "02": "Anjou",
    "03": "Côte-des-Neiges–Notre-Dame-de-Grâce",
    "04": "Lachine",
    "05": "LaSalle",
    "06": "L’Île-Bizard–Sainte-Geneviève",
    "07": "Mercier–Hochelaga-Maisonneuve",
    "08": "Montréal-Nord",
    "09": "Outremont",
    "10": "Pierrefonds-Roxboro",
    "11": "Le Plateau-Mont-Royal",
    "12": "Rivière-des-Prairies–Pointe-aux-Trembles",
    "13": "Rosemont–La Petite-Patrie",
    "14": "Saint-Laurent",
    "15": "Saint-Léonard",
    "16": "Le Sud-Ouest",
    "17": "Verdun",
    "18": "Ville-Marie",
    "19": "Villeray–Saint-Michel–Parc-Extension",
}

#: Land area, km², as the City publishes it (profile of the boroughs): the outlines of plotly hold some river.
LAND_KM2 = "land_km2_published"

#: Districts whose en dash was lost in plotly's file.
DISTRICTS = {
    "72": "Maisonneuve–Longue-Pointe",
    "161": "Saint-Henri–Petite-Bourgogne–Pointe-Saint-Charles",
    "162": "Saint-Paul–Émard",
    "171": "Champlain–L’Île-des-Sœurs",
}

#: Where a water name is written: French, English, longitude, latitude, degrees clockwise from the horizontal.
WATER = (
    ("Fleuve Saint-Laurent", "St. Lawrence River", -73.5721, 45.409, -24),
    ("Lac Saint-Louis", "Lac Saint-Louis", -73.8, 45.405, 0),
    ("Rivière des Prairies", "Rivière des Prairies", -73.7, 45.583, -33),
    ("Lac des Deux Montagnes", "Lac des Deux Montagnes", -73.93, 45.535, 0),
)


def _round(geometry: np.ndarray) -> np.ndarray:
    return np.asarray(shapely.transform(geometry, lambda xy: np.round(xy, DECIMALS)))


def districts() -> gpd.GeoDataFrame:
    """Return the 58 districts of plotly's package data: district_id, name, zone_id; EPSG:4326."""
    import plotly.express as px

    features = px.data.election_geojson()["features"]
    frame = gpd.GeoDataFrame.from_features(features, crs="EPSG:4326")
    number = frame["district"].str.extract(r"^(\d+)-", expand=False)
    name = frame["district"].str.replace(r"^\d+-", "", regex=True).str.replace("'", "’")
    frame = frame.assign(
        district_id=number.str.zfill(3),
        name=[DISTRICTS.get(n, text) for n, text in zip(number, name, strict=True)],
        zone_id=(number.astype(int) // 10).astype(str).str.zfill(2),
        geometry=_round(frame.geometry.to_numpy()),
    )
    return frame.sort_values("district_id", ignore_index=True)[["district_id", "name", "zone_id", "geometry"]]


def boroughs(frame: gpd.GeoDataFrame, profile: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the 19 boroughs, each the union of its districts, with the published land area of `profile`."""
    from geosocial.vocabulary import fold

    areas = {fold(name): area for name, area in zip(profile["borough"], profile[LAND_KM2], strict=True)}
    geometry = [
        shapely.normalize(shapely.coverage_union_all(part.geometry.to_numpy()))
        for _, part in frame.groupby("zone_id", sort=True)
    ]
    return gpd.GeoDataFrame(
        {
            "zone_id": list(BOROUGHS),
            "name": list(BOROUGHS.values()),
            "land_km2": [areas[fold(name)] for name in BOROUGHS.values()],
        },
        geometry=geometry,
        crs="EPSG:4326",
    )


def towns(shared: Path, zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the 15 linked towns on land, simplified to 25 m, cut along the boroughs without a gap.

    Town and borough outlines differ by some metres. What lies between them, and is narrower than 120 m, goes
    to the town that shares the longest edge with it; what a town has of a borough is cut away.
    """
    quarters = gpd.read_file(shared / "boundaries" / "quartiers_reference_habitation.geojson").to_crs(CRS)
    quarters = quarters[quarters["no_arr"].isna()].rename(columns={"nom_mun": "name"})
    official = gpd.read_file(shared / "boundaries" / "limadmin.geojson").to_crs(CRS)
    quarters["geometry"] = shapely.coverage_simplify(shapely.make_valid(quarters.geometry.to_numpy()), 25.0)
    # The quarters hold L'Île-Dorval in Dorval; its official outline is that of the island. It comes first.
    island = official[official["NOM"] == "L'Île-Dorval"].rename(columns={"NOM": "name"})
    land = pd.concat([island, quarters.sort_values("name")])[["name", "geometry"]]
    # Threads narrower than 20 m, such as the line that ties the island to Dorval, are drawing, not land.
    shapes = shapely.buffer(land.geometry.to_numpy(), -10.0, join_style="mitre")
    shapes = shapely.buffer(shapes, 10.0, join_style="mitre")
    city = shapely.union_all(zones.to_crs(CRS).geometry.to_numpy(), grid_size=GRID_M)
    kept: list[shapely.Geometry] = []
    for shape in shapes:  # An overlap between towns goes to the first of them.
        taken = shapely.union_all([city, *kept], grid_size=GRID_M)
        kept.append(shapely.difference(shape, taken, grid_size=GRID_M))
    kept = _without_gaps(kept, city)
    polygons = [
        [part for part in shapely.get_parts(town) if part.geom_type == "Polygon" and shapely.area(part) > 500]
        for town in kept
    ]
    out = gpd.GeoDataFrame(
        {"name": land["name"].str.replace("'", "’").tolist()},
        geometry=[parts[0] if len(parts) == 1 else shapely.multipolygons(parts) for parts in polygons],
        crs=CRS,
    )
    return out.to_crs("EPSG:4326").sort_values("name", ignore_index=True)


def _without_gaps(kept: list[shapely.Geometry], city: shapely.Geometry) -> list[shapely.Geometry]:
    """Return the towns with the narrow strips between them and the city; any other bay stays water."""
    towns_ = list(kept)
    taken = shapely.union_all([city, *towns_], grid_size=GRID_M)
    closed = shapely.buffer(shapely.buffer(taken, 60.0, join_style="mitre"), -60.0, join_style="mitre")
    shore = shapely.buffer(city, 1.0)
    for piece in shapely.get_parts(shapely.difference(closed, taken, grid_size=GRID_M)):
        edge = shapely.boundary(piece)
        shared = shapely.length(shapely.intersection(edge, shapely.buffer(np.asarray(towns_), 1.0)))
        best = int(np.argmax(shared))
        if shared[best] > 0 and shapely.length(shapely.intersection(edge, shore)) > 0:
            towns_[best] = shapely.union(towns_[best], piece, grid_size=GRID_M)
    return towns_


def build(shared: Path, out: Path) -> gpd.GeoDataFrame:
    """Write boroughs, districts, land and water names; return the boroughs."""
    parts = districts()
    profile = pd.read_csv(shared / "census" / "borough_profile_2016.csv")
    zones = boroughs(parts, profile)
    origin = "plotly.express.data.election_geojson(); Ville de Montréal, CC BY 4.0"
    write_geojson(
        [
            (
                {
                    "zone_id": z.zone_id,
                    "name_fr": z.name,
                    "name_en": z.name,
                    "kind": "borough",
                    "land_km2": z.land_km2,
                },
                z.geometry,
            )
            for z in zones.itertuples(index=False)
        ],
        out / "boroughs.geojson",
        origin,
        decimals=DECIMALS,
    )
    write_geojson(
        [
            ({"district_id": d.district_id, "name": d.name, "zone_id": d.zone_id}, d.geometry)
            for d in parts.itertuples(index=False)
        ],
        out / "districts.geojson",
        origin,
        decimals=DECIMALS,
    )
    write_geojson(
        [({"name": t.name}, t.geometry) for t in towns(shared, zones).itertuples(index=False)],
        out / "land.geojson",
        "boundaries/quartiers_reference_habitation.geojson, limadmin.geojson; Ville de Montréal, CC BY 4.0",
        decimals=DECIMALS,
    )
    write_geojson(
        [
            ({"name_fr": fr, "name_en": en, "angle": angle}, shapely.Point(x, y))
            for fr, en, x, y, angle in WATER
        ],
        out / "water.geojson",
        "placed by hand",
        decimals=DECIMALS,
    )
    return zones
