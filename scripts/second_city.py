"""Make the files of the example of another city: an invented town, by a fixed seed.

``python scripts/second_city.py`` writes the zones, the demand and the list of places of
``examples/second-city``; the study itself was made by ``geosocial new`` from these three files and is edited
by hand. Nothing in them is true: Puerto Alondra does not exist. They have what files of another country have:
another coordinate reference system (ETRS89 / UTM zone 30N), headers and words in Spanish, decimal commas, a
title above the header, a total below the rows, shares where counts are wanted, suppressed figures, and a few
damaged rows.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

OUT: Final = Path(__file__).parent.parent / "examples" / "second-city"
CRS: Final = 25830
SEED: Final = 30
#: Barrio → where its middle lies, in kilometres from the corner of the town.
BARRIOS: Final = {
    "La Marina": (1.0, 0.9),
    "El Faro": (2.9, 0.7),
    "Las Salinas": (4.9, 1.0),
    "San Telmo": (1.2, 2.5),
    "Puerta Vieja": (3.0, 2.2),
    "El Arenal": (4.7, 2.7),
    "Los Alcornoques": (1.5, 4.2),
    "Huerta Alta": (3.6, 4.1),
}
#: Class in the list → (how many, in which barrios they are frequent).
CLASSES: Final = {
    "Biblioteca municipal": (6, ("La Marina", "Puerta Vieja", "San Telmo")),
    "Teatro": (2, ("Puerta Vieja",)),
    "Polideportivo": (7, ("El Faro", "Puerta Vieja", "Huerta Alta")),
    "Piscina cubierta": (3, ("La Marina", "El Arenal")),
    "Huerto urbano": (9, ("Huerta Alta", "Los Alcornoques", "San Telmo")),
    "Punto limpio": (3, ("Las Salinas", "Los Alcornoques")),
    "Albergue": (3, ("El Faro", "La Marina")),
    "Mirador": (6, ("El Faro", "Las Salinas")),
    "Parque de bomberos": (2, ("Puerta Vieja", "Las Salinas")),
}
WEST, SOUTH = 520_000.0, 4_060_000.0


def town() -> shapely.Polygon:
    """Return the outline of the town: a rough coast to the south, hills to the north."""
    angles = np.linspace(0, 2 * np.pi, 73)[:-1]
    rng = np.random.default_rng(SEED)
    radius = 2600 + 250 * np.sin(3 * angles) + rng.normal(0, 60, len(angles))
    x, y = WEST + 3000 + 1.15 * radius * np.cos(angles), SOUTH + 2500 + radius * np.sin(angles)
    return shapely.Polygon(np.column_stack([x, y]))


def sections(outline: shapely.Polygon) -> gpd.GeoDataFrame:
    """Return the census sections: the cells nearest to 160 points, with people, and who has a low income."""
    rng = np.random.default_rng(SEED + 1)
    west, south, east, north = outline.bounds
    points = rng.uniform((west, south), (east, north), (160, 2))
    cells = shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=outline)
    shapes = shapely.set_precision(shapely.intersection(list(cells.geoms), outline), 0.01)
    shapes = shapes[shapely.area(shapes) > 2000]
    middles = shapely.get_coordinates(shapely.point_on_surface(shapes))
    towards = np.array([[WEST + 1000 * x, SOUTH + 1000 * y] for x, y in BARRIOS.values()])
    barrio = np.argmin(((middles[:, None] - towards[None]) ** 2).sum(axis=2), axis=1)
    dense = np.exp(-np.hypot(middles[:, 0] - WEST - 2600, middles[:, 1] - SOUTH - 1900) / 2200)
    people = np.round(rng.gamma(9, 1 / 9, len(shapes)) * (150 + 900 * dense)).astype(int)
    share = np.clip(rng.normal(14 + 5 * (barrio % 3), 3), 2, 45).round(1)
    order = np.lexsort((middles[:, 0], barrio))
    shown = [f"{value:.1f}".replace(".", ",") for value in share]
    for hidden in (5, 40, 77):
        shown[hidden] = ".."
    frame = gpd.GeoDataFrame(
        {
            "barrio": barrio,
            "población": people,
            "hogares": np.round(people / rng.normal(2.5, 0.1, len(people))).astype(int),
            "renta baja (%)": shown,
        },
        geometry=shapes,
        crs=CRS,
    ).iloc[order]
    frame.insert(0, "CUSEC", [f"0401{k:03d}" for k in range(1, len(frame) + 1)])
    return frame.reset_index(drop=True)


def zones(found: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the barrios: the sections of each, put together."""
    merged = found[["barrio", "geometry"]].dissolve("barrio").reset_index()
    names = list(BARRIOS)
    return gpd.GeoDataFrame(
        {
            "COD_BARRIO": [f"B{k + 1:02d}" for k in merged["barrio"]],
            "NOMBRE": [names[k] for k in merged["barrio"]],
            "TIPO": ["Pedanía" if names[k] == "Los Alcornoques" else "Barrio" for k in merged["barrio"]],
        },
        geometry=merged.geometry,
        crs=CRS,
    )


def places(found: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the list of places, as a town hall would hand it over."""
    rng = np.random.default_rng(SEED + 2)
    names = list(BARRIOS)
    rows = []
    for kind, (count, frequent) in CLASSES.items():
        for number in range(count):
            where = frequent[number % len(frequent)] if number < 2 * len(frequent) else str(rng.choice(names))
            among = found[found["barrio"] == names.index(where)]
            shape = among.geometry.iloc[int(rng.integers(len(among)))]
            point = shapely.get_coordinates(shapely.point_on_surface(shape))[0] + rng.normal(0, 20, 2)
            rows.append([f"{kind} {where}", kind, "Abierto", where, *point])
    frame = pd.DataFrame(rows, columns=["Equipamiento", "Clase", "Situación", "Barrio", "X", "Y"])
    frame.insert(0, "N.º", [f"{k:04d}" for k in range(1, len(frame) + 1)])
    text = frame[["X", "Y"]].map(lambda value: f"{value:.1f}".replace(".", ","))
    frame[["X", "Y"]] = text
    frame.loc[3, "Situación"] = frame.loc[20, "Situación"] = "En proyecto"
    frame.loc[11, "Situación"] = "Cerrado"
    frame.loc[7, ["X", "Y"]] = ""  # no position
    frame.loc[15, ["X", "Y"]] = frame.loc[15, ["Y", "X"]].to_numpy()  # swapped
    frame.loc[22, "Barrio"] = next(n for n in names if n != frame.loc[22, "Barrio"])  # declared elsewhere
    frame.loc[28, "Clase"] = "Ludoteca"  # a word that nobody has told the study
    return frame


def main() -> None:
    """Write the three files."""
    from geosocial.io.write import write_bytes

    OUT.mkdir(parents=True, exist_ok=True)
    found = sections(town())
    layer = zones(found)
    layer["geometry"] = shapely.set_precision(layer.geometry.to_numpy(), 0.1)
    layer.to_file(OUT / "barrios.geojson", driver="GeoJSON", engine="pyogrio", COORDINATE_PRECISION="1")
    found.drop(columns="barrio").to_crs(4326).to_file(
        OUT / "secciones.geojson", driver="GeoJSON", engine="pyogrio", COORDINATE_PRECISION="6"
    )
    write_bytes(_workbook(places(found)), OUT / "equipamientos.xlsx")
    people = found["población"].sum()
    print(f"{len(layer)} barrios, {len(found)} sections, {people} people: invented, seed {SEED}")


def _workbook(frame: pd.DataFrame) -> bytes:
    import io

    import xlsxwriter

    from geosocial.io.cells import NO_DATE

    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"created": dt.datetime.combine(NO_DATE, dt.time())})
    sheet = book.add_worksheet("Inventario")
    sheet.write_string(0, 0, "Ayuntamiento de Puerto Alondra – equipamientos (datos inventados)")
    for row, values in enumerate([list(frame.columns), *frame.to_numpy().tolist()], 2):
        for column, value in enumerate(values):
            if value:
                sheet.write_string(row, column, value)
    sheet.write_string(len(frame) + 3, 0, "Total")
    sheet.write_string(len(frame) + 3, 1, str(len(frame)))
    book.add_worksheet("Notas").write_string(0, 0, "Todo es inventado.")
    book.close()
    return made.getvalue()


if __name__ == "__main__":
    main()
