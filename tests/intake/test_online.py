"""A geocoding service on this machine: asked only when told to, never twice, and never believed in doubt."""

from __future__ import annotations

import json
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import shapely

from geosocial import intake
from geosocial.errors import InputError, StudyError
from geosocial.geo.crs import transform
from geosocial.intake.online import ANSWERS, PACE, Online
from geosocial.study import PlacesSpec, Study
from tests.intake.toy import EAST, NORTH

BOX = (-74.0, 45.0, -73.0, 46.0)


@dataclass
class Service:
    """Answers by question, and what was asked."""

    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[dict[str, list[str]]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def service() -> Iterator[Service]:
    state = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
            state.asked.append(query)
            text = json.dumps(state.answers.get(query["q"][0], [])).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}/search"
    yield state
    server.shutdown()
    server.server_close()


def house(x: float, y: float, rank: int = 30) -> dict[str, Any]:
    (lon,), (lat,) = transform([EAST + x], [NORTH + y], 32188, 4326)
    return {"display_name": f"{x:g} rue <b>", "lon": str(lon), "lat": str(lat), "place_rank": rank}


def online(service: Service, folder: Path, waits: list[float] | None = None) -> Online:
    sleep = (waits if waits is not None else []).append
    return Online(service.url, folder / ANSWERS, box=BOX, crs=32188, sleep=sleep)


def test_one_house_is_placed_and_the_rest_are_candidates(service: Service, tmp_path: Path) -> None:
    service.answers = {
        "one": [house(500, 500), house(900, 900, rank=26)],  # a house and a street
        "two": [house(500, 500), house(5_000, 5_000)],
        "street": [house(500, 500, rank=26)],
    }
    waits: list[float] = []
    asked = online(service, tmp_path, waits)
    zone = shapely.box(EAST, NORTH, EAST + 1_000, NORTH + 1_000)
    found = asked.find("one")
    assert (found.method, found.score, found.precision_m) == ("online", 90.0, 150.0)
    assert found.x == pytest.approx(EAST + 500, abs=0.01)
    assert asked.find("one", zone).score == 96.0
    assert asked.find("one", shapely.box(EAST + 9_000, NORTH, EAST + 9_100, NORTH + 100)).reason == (
        "geocode_doubtful"
    )
    assert asked.find("two").reason == "geocode_ambiguous"
    assert asked.find("street").reason == "geocode_doubtful"
    assert asked.find("none").reason == "geocode_none"
    assert [q["q"][0] for q in service.asked] == ["one", "two", "street", "none"]  # "one" is asked once
    assert service.asked[0]["viewbox"] == ["-74.0000,45.0000,-73.0000,46.0000"]
    assert len(waits) == 3
    assert all(0 < wait <= PACE for wait in waits)


def test_what_was_told_is_kept(service: Service, tmp_path: Path) -> None:
    service.answers = {"one": [house(500, 500)]}
    first = online(service, tmp_path)
    first.find("one")
    first.save()
    again = online(service, tmp_path)
    assert again.find("one").placed
    assert len(service.asked) == 1


@pytest.mark.parametrize("answer", ["no list", {"error": "busy"}, [{"lat": "x", "lon": "y"}]])
def test_an_answer_that_is_none_is_one_line(service: Service, tmp_path: Path, answer: Any) -> None:
    service.answers = {"one": answer}
    with pytest.raises(InputError, match="does not answer"):
        online(service, tmp_path).find("one")


def test_a_service_that_is_not_there_and_answers_that_are_not_ours(tmp_path: Path) -> None:
    nobody = Online("http://127.0.0.1:9/search", tmp_path / ANSWERS, box=BOX, crs=32188)
    with pytest.raises(InputError, match="does not answer"):
        nobody.find("one")
    (tmp_path / ANSWERS).write_text("[1]", encoding="utf-8")
    with pytest.raises(InputError, match="not a file of answers"):
        Online("http://127.0.0.1:9/search", tmp_path / ANSWERS, box=BOX, crs=32188)
    with pytest.raises(StudyError, match="not the web address"):
        Online("file:///etc/passwd", tmp_path / "x.json", box=BOX, crs=32188)


def test_a_study_asks_only_when_told_to(
    service: Service, city: Callable[..., Study], places: Callable[..., PlacesSpec]
) -> None:
    service.answers = {"9 rue Neuve, Ville, H2B 2B2": [house(500, 1_500)]}
    table = {"file": "points.csv", "crs": "EPSG:32188", "source": "s", "service": service.url}
    study = city(geocoding=table)
    (study.folder / "list.csv").write_text(
        "adresse,cp,ville\n9 rue Neuve,H2B 2B2,Ville\n100 rue Masson,,\n", encoding="utf-8"
    )
    (study.folder / "points.csv").write_text(
        f"numero,rue,code postal,x,y\n100,rue Masson,H1A 1A1,{EAST + 500},{NORTH + 1500}\n", encoding="utf-8"
    )
    spec = places(x="", y="", crs=None, address="adresse", postal_code="cp", city="ville")
    zones, _, _ = intake.read_zones(study)
    silent = intake.read_places(study, spec, zones, intake.read_geocoder(study, zones))
    assert silent.places["outcome"].tolist() == ["unlocated", "matched"]
    assert service.asked == []
    asked = intake.read_places(study, spec, zones, intake.read_geocoder(study, zones, online=True))
    assert asked.places["outcome"].tolist() == ["matched", "matched"]
    assert asked.faults["code"].tolist() == ["geocoded_online", "geocoded_address"]
    assert len(service.asked) == 1  # what the address points know is never asked
    assert (study.folder / ANSWERS).is_file()


def test_asking_without_a_service_is_refused(city: Callable[..., Study]) -> None:
    study = city()
    zones, _, _ = intake.read_zones(study)
    with pytest.raises(StudyError, match="names no geocoding service"):
        intake.read_geocoder(study, zones, online=True)
