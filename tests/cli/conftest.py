"""A small study on disk, as a user would have it, and a way to run the command line as a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

STUDY = """
format = 1
id = "toyville"
name = "Toyville"
edition = 2026-11-22
crs = "EPSG:32188"
detour = 1.3
detour_source = { fr = "hypothèse", en = "assumption" }

[sources.own]
title = { fr = "Nos listes", en = "Our lists" }
publisher = "Toyville"
year = "2026"
licence = "CC BY 4.0"

[zones]
file = "zones.geojson"
id = "code"
name_fr = "nom"
source = "own"

[demand]
file = "demand.csv"
crs = "EPSG:4326"
id = "id"
x = "lon"
y = "lat"
source = "own"
unit_label = { fr = "îlot", en = "block" }

[[demand.columns]]
key = "residents"
column = "residents"
unit = "people"
label = { fr = "population", en = "residents" }

[[places]]
key = "projects"
file = "projects.csv"
crs = "EPSG:4326"
label = { fr = "Projets", en = "Projects" }
id = "id"
name = "name"
kind = "kind"
status = "status"
x = "lon"
y = "lat"
declared_zone = "borough"
complete = true
source = "own"

[[spheres.culture.services]]
label = { fr = "Bibliothèques", en = "Libraries" }
facility = { fr = "une bibliothèque", en = "a library" }
kinds = ["library"]
demand = "residents"
standard_m = 1000
standard_source = { fr = "hypothèse", en = "assumption" }
norm_source = { fr = "hypothèse", en = "assumption" }
"""

#: Two squares side by side, about 1.6 km wide, on the island.
ZONES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"code": code, "nom": name},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[w, 45.50], [w + 0.02, 45.50], [w + 0.02, 45.52], [w, 45.52], [w, 45.50]]],
            },
        }
        for code, name, w in (("W", "Ouest", -73.62), ("E", "Est–L’Île", -73.60))
    ],
}
PROJECTS = """id,name,kind,status,lat,lon,borough
001,Bibliothèque NA,library,existing,45.51,-73.61,Ouest
002,"=1+1",library,planned,45.51,-73.59,Est-L'Ile
003,Null,library,existing,45.51,-73.59,Ouest
004,Sans position,library,existing,,,Ouest
005,Inconnu,casino,existing,45.51,-73.61,Ouest
006,Au large,library,existing,45.40,-73.61,Ouest
"""
DEMAND = """id,lat,lon,residents
a,45.51,-73.61,1000
b,45.501,-73.619,600
c,45.51,-73.59,2000
d,45.519,-73.581,
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A study folder with two zones, four blocks and six projects, one of each fate."""
    folder = tmp_path / "étude l'été"
    folder.mkdir()
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    (folder / "zones.geojson").write_text(json.dumps(ZONES), encoding="utf-8")
    (folder / "projects.csv").write_text(PROJECTS, encoding="utf-8")
    (folder / "demand.csv").write_text(DEMAND, encoding="utf-8")
    return folder


@pytest.fixture
def geosocial(tmp_path: Path) -> Run:
    """Run ``geosocial`` as a process in an empty folder."""
    here = tmp_path / "here"
    here.mkdir(exist_ok=True)

    def run(
        *arguments: str | Path, lang: str = "en", cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        environment = {
            k: v
            for k, v in os.environ.items()
            if k not in {"LC_ALL", "LC_MESSAGES", "LANGUAGE", "PYTHONDONTWRITEBYTECODE"}
        }
        environment |= {"LANG": f"{lang}_CA.UTF-8", "PYTHONIOENCODING": "utf-8"}
        return subprocess.run(
            [sys.executable, "-m", "geosocial", *map(str, arguments)],
            cwd=cwd or here,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=120,
        )

    return run
