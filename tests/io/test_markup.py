"""KML and GPX: every placemark and waypoint, their fields as text, nothing that a document type brings."""

from __future__ import annotations

from pathlib import Path

import pytest

from geosocial.errors import InputError
from geosocial.io.layers import Layer, read_layer

RING = "-73,45 -73,46 -72,46 -73,45"
KML = """<?xml version="1.0" encoding="UTF-8"?>
<k:kml xmlns:k="http://www.opengis.net/kml/2.2"><k:Document>
<k:Folder><k:name>Un</k:name>
<k:Placemark><k:name>Café</k:name><k:ExtendedData>
<k:Data name="capacité"><k:value>012</k:value></k:Data>
<k:SchemaData><k:SimpleData name="name">autre</k:SimpleData></k:SchemaData></k:ExtendedData>
<k:Point><k:coordinates> -73.5,45.5,12 </k:coordinates></k:Point></k:Placemark>
<k:Placemark><k:name>Sans lieu</k:name></k:Placemark></k:Folder>
<k:Folder><k:name>Deux</k:name><k:Placemark><k:MultiGeometry><k:Polygon><k:outerBoundaryIs><k:LinearRing>
<k:coordinates>RING</k:coordinates></k:LinearRing></k:outerBoundaryIs></k:Polygon></k:MultiGeometry>
</k:Placemark></k:Folder></k:Document></k:kml>""".replace("RING", RING)
GPX = """<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">
<wpt lat="45.5" lon="-73.5"><name>007</name></wpt><wpt lat="45.6" lon="-73.6"><desc>d</desc></wpt>
<trk><trkseg><trkpt lat="45" lon="-73"/><trkpt lat="46" lon="-73"/></trkseg></trk></gpx>"""


def layer(folder: Path, text: str, *, name: str | None = None) -> Layer:
    (folder / "a.xml").write_text(text, encoding="utf-8")
    return read_layer(folder / "a.xml", layer=name)


def test_placemarks_keep_their_fields_as_text(tmp_path: Path) -> None:
    found = layer(tmp_path, KML)
    assert found.file.how == {"format": "KML", "crs": "EPSG:4326"}
    assert found.frame["name"].tolist() == ["Café", "Sans lieu", ""]
    assert found.frame["name_2"].tolist() == ["autre", "", ""]
    assert found.frame["capacité"].tolist() == ["012", "", ""]
    assert found.frame["folder"].tolist() == ["Un", "Un", "Deux"]
    shapes = found.frame.geometry.tolist()
    assert (shapes[0].x, shapes[0].y, shapes[1]) == (-73.5, 45.5, None)
    assert shapes[2].area == pytest.approx(0.5)


def test_a_folder_is_a_layer(tmp_path: Path) -> None:
    assert len(layer(tmp_path, KML, name="Deux").frame) == 1
    with pytest.raises(InputError, match="the layers are: Un, Deux"):
        layer(tmp_path, KML, name="Trois")


def test_waypoints_then_tracks(tmp_path: Path) -> None:
    found = layer(tmp_path, GPX)
    assert found.frame["name"].tolist() == ["007", ""]
    assert [(p.x, p.y) for p in found.frame.geometry] == [(-73.5, 45.5), (-73.6, 45.6)]
    assert found.file.how["other_layers"] == "tracks"
    assert layer(tmp_path, GPX, name="tracks").frame.geometry.iloc[0].length == 1


@pytest.mark.parametrize(
    "coordinates", ["", "-73.5", "-73.5,abc", "NaN,45", "1,2,3,4", "1,2 3,4", "-73,5,45,5", "inf,45"]
)
def test_a_damaged_position_is_refused(tmp_path: Path, coordinates: str) -> None:
    with pytest.raises(InputError, match="the geometry of feature 1 is damaged"):
        layer(tmp_path, KML.replace(" -73.5,45.5,12 ", coordinates))


@pytest.mark.parametrize("ring", ["-73,45 -73,46 -72,46", "-73,45 -73,46 -72,46 -73,44", "-73,45 -73,45"])
def test_a_ring_that_does_not_close_is_refused(tmp_path: Path, ring: str) -> None:
    with pytest.raises(InputError, match="the geometry of feature 3 is damaged"):
        layer(tmp_path, KML.replace(RING, ring))


@pytest.mark.parametrize("attribute", ['lat="45.5"', 'lon="-73.5"'])
def test_a_waypoint_without_its_position_is_refused(tmp_path: Path, attribute: str) -> None:
    with pytest.raises(InputError, match="feature 1 is damaged"):
        layer(tmp_path, GPX.replace(attribute, ""))
