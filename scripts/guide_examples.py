"""Write the files that the guides start from: invented places and lots, in the state of an office's files.

``python scripts/guide_examples.py`` writes ``examples/guides`` again, always the same bytes. No enterprise of
these names is meant; positions are drawn where people live, by the embedded study.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

ROOT = Path(__file__).parent.parent
OUT = ROOT / "examples" / "guides"
DATA = ROOT / "data" / "montreal"

_SAINTS: Final = (
    "des Voisins",
    "du Faubourg",
    "des Érables",
    "de la Gare",
    "du Parc",
    "des Tisserands",
    "du Marché",
)
_MORE: Final = (
    "de l’Étang",
    "des Ateliers",
    "du Ruisseau",
    "de la Côte",
    "des Moulins",
    "du Viaduc",
    "de l’Horloge",
)
#: Sphere → how French and English lists call it, how many, and what the places are called.
_SPHERES: Final = {
    "culture": (
        ("Culture", "arts et culture"),
        ("Culture", "Arts and culture"),
        26,
        ("Théâtre", "Salle", "Atelier d’art", "Bibliothèque"),
    ),
    "recreation": (
        ("Loisirs", "Sports et loisirs"),
        ("Recreation", "Sports"),
        20,
        ("Club", "Centre de loisirs", "Gymnase"),
    ),
    "housing": (
        ("Habitation", "Logement social"),
        ("Housing", "Social housing"),
        16,
        ("Coop", "Maison", "Habitations"),
    ),
    "sustainable_development": (
        ("Environnement", "dév. durable"),
        ("Environment", "Sustainability"),
        14,
        ("Jardin", "Ressourcerie"),
    ),
    "tourism": (("Tourisme",), ("Tourism",), 8, ("Auberge", "Accueil")),
}


def _cells() -> pd.DataFrame:
    """Return the inhabited cells with their longitude and latitude, and the name of their borough."""
    cells = pd.read_csv(DATA / "demand_250m.csv", dtype={"zone_id": str})
    names = gpd.read_file(DATA / "boroughs.geojson").set_index("zone_id")["name_fr"]
    cells["borough"] = cells["zone_id"].str.zfill(2).map(names)
    cells = cells[(cells["residents"] > 200) & cells["borough"].notna()].reset_index(drop=True)
    points = gpd.GeoSeries.from_xy(cells["x_m"], cells["y_m"], crs="EPSG:32188").to_crs("EPSG:4326")
    return cells.assign(longitude=points.x.round(5), latitude=points.y.round(5))


def _places(cells: pd.DataFrame, draw: random.Random) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    weights = cells["residents"].tolist()
    for sphere, (french, english, count, nouns) in _SPHERES.items():
        for k in range(count):
            at = cells.iloc[draw.choices(range(len(cells)), weights)[0]]
            noun, turn = k % len(nouns), k // len(nouns)
            rows.append(
                {
                    "name": f"{nouns[noun]} {(_SAINTS + _MORE)[(turn + 5 * noun) % 14]}",
                    "sphere": sphere,
                    "fr": french[k % len(french)],
                    "en": english[k % len(english)],
                    "dwellings": str(draw.randrange(8, 90)) if sphere == "housing" and k % 5 else "",
                    "latitude": f"{at['latitude']:.5f}",
                    "longitude": f"{at['longitude']:.5f}",
                    "borough": str(at["borough"]),
                }
            )
    draw.shuffle(rows)
    # what lists are like: a row entered twice, no position, both swapped, another borough, an unknown word
    rows.insert(30, dict(rows[11]))
    rows[40] |= {"latitude": "", "longitude": ""}
    rows[45]["latitude"], rows[45]["longitude"] = rows[45]["longitude"], rows[45]["latitude"]
    rows[52]["borough"] = "Verdun" if rows[52]["borough"] != "Verdun" else "Lachine"
    rows[60] |= {"fr": "à déterminer", "en": "to be decided"}
    return [row | {"number": str(number)} for number, row in enumerate(rows, 1)]


def _a_year_later(rows: list[dict[str, str]], draw: random.Random) -> list[dict[str, str]]:
    """Return the next year's list: two places of culture closed, three opened, one moved, rows put right."""
    later = [dict(row) for row in rows]
    closed = [k for k, row in enumerate(later) if row["sphere"] == "culture"][:2]
    lasalle = {"latitude": "45.43012", "longitude": "-73.63417", "borough": "LaSalle"}
    moved = next(k for k, row in enumerate(later) if row["sphere"] == "recreation")
    later[moved] |= {
        "latitude": "45.54510",
        "longitude": "-73.63250",
        "borough": "Villeray–Saint-Michel–Parc-Extension",
    }
    for k, nouns in enumerate(("Théâtre", "Salle", "Bibliothèque")):
        north = float(lasalle["latitude"]) + 0.004 * k
        later.append(
            lasalle
            | {"name": f"{nouns} {draw.choice(_SAINTS)} de LaSalle", "sphere": "culture", "fr": "Culture"}
            | {"en": "Culture", "dwellings": "", "latitude": f"{north:.5f}"}
        )
    for number, row in enumerate(later, 1):
        row["number"] = str(number)
    later[45]["latitude"], later[45]["longitude"] = later[45]["longitude"], later[45]["latitude"]
    later[60] |= {"fr": "Culture", "en": "Culture", "sphere": "culture"}
    return [row for k, row in enumerate(later) if k not in closed]


def _french(rows: list[dict[str, str]]) -> bytes:
    lines = ["Table de concertation – inventaire des lieux 2026;;;;;;", ";;;;;;"]
    lines.append("No;Nom de l’organisme;Volet;Logements;Lat.;Long.;Arrondissement")
    for r in rows:
        number = r["number"]
        lat, lon = r["latitude"].replace(".", ","), r["longitude"].replace(".", ",")
        lines.append(f"{number};{r['name']};{r['fr']};{r['dwellings']};{lat};{lon};{r['borough']}")
    return ("\r\n".join(lines) + "\r\n").encode("cp1252")


def _english(rows: list[dict[str, str]]) -> bytes:
    lines = ["Ref,Organization name,Sector,Units,Latitude,Longitude,Borough"]
    columns = ("number", "name", "en", "dwellings", "latitude", "longitude", "borough")
    lines += [",".join(row[column] for column in columns) for row in rows]
    return ("\n".join(lines) + "\n").encode("utf-8")


def _lots(cells: pd.DataFrame, draw: random.Random) -> dict[str, bytes]:
    made = {
        "fr": ["Lot;Adresse;Superficie (m²);Usage;Prix ($);Lat.;Long."],
        "en": ["Lot,Address,Area (m²),Use,Price ($),Latitude,Longitude"],
    }
    uses = {"fr": ("vacant", "stationnement", "industriel"), "en": ("vacant", "parking", "industrial")}
    for number in range(1, 121):
        at = cells.iloc[draw.randrange(len(cells))]
        area, price, use = (
            draw.randrange(180, 2600),
            draw.randrange(25, 240) * 10_000,
            draw.choices((0, 1, 2), (5, 3, 2))[0],
        )
        street = f"{draw.randrange(100, 9900)} rue {(_SAINTS + _MORE)[draw.randrange(14)]}"
        where = (f"{at['latitude']:.5f}", f"{at['longitude']:.5f}")
        for lang, mark in (("fr", ";"), ("en", ",")):
            said = [w.replace(".", ",") for w in where] if lang == "fr" else where
            cells_of = (f"L-{number:03d}", street, str(area), uses[lang][use], str(price), *said)
            made[lang].append(mark.join(cells_of))
    return {
        "fr": ("\r\n".join(made["fr"]) + "\r\n").encode("cp1252"),
        "en": ("\n".join(made["en"]) + "\n").encode("utf-8"),
    }


def files() -> dict[str, bytes]:
    """Return the files by name."""
    cells, draw = _cells(), random.Random(2009)  # noqa: S311 - no secret is drawn
    rows, lots = _places(cells, draw), _lots(cells, draw)
    later = _a_year_later(rows, draw)
    return {
        "places.fr.csv": _french(rows),
        "places.en.csv": _english(rows),
        "places-2027.fr.csv": _french(later),
        "places-2027.en.csv": _english(later),
        "lots.fr.csv": lots["fr"],
        "lots.en.csv": lots["en"],
    }


if __name__ == "__main__":
    for name, content in files().items():
        (OUT / name).write_bytes(content)
