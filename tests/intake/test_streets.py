"""Streets from layers and from GraphML: the same ways, every fault with its reason, nothing that runs."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from pyproj import Transformer

from geosocial import intake, pipeline
from geosocial.errors import GeosocialError, InputError, UnknownCrsError
from geosocial.geo.network import nearest
from geosocial.io.graphml import read_graphml
from geosocial.study import Study, read_study
from tests.intake.toy import EAST, NORTH

Factory = Callable[..., Study]
SPEC: dict[str, Any] = {"file": "streets.gpkg", "source": "s", "snap_m": 300}
#: From Z1 along its middle eastwards, then south into Z4.
LINES = [
    shapely.LineString([(EAST + 500, NORTH + 1500), (EAST + 1500, NORTH + 1500)]),
    shapely.LineString([(EAST + 1500, NORTH + 1500), (EAST + 1500, NORTH + 500)]),
]


def graphml(*, crs: str = "epsg:32188", extra: str = "", length: str = "1000") -> str:
    return f"""<?xml version="1.0" encoding="utf-8"?>{extra}
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="d0" for="graph" attr.name="crs" attr.type="string"/>
  <key id="a" for="node" attr.name="x" attr.type="string"/><key id="b" for="node" attr.name="y"/>
  <key id="n" for="node" attr.name="name"/><key id="c" for="edge" attr.name="length"/>
  <graph edgedefault="directed">
    <node id="p"><data key="a">{EAST + 500}</data><data key="b">{NORTH + 1500}</data></node>
    <node id="q"><data key="n">&lt;b&gt;</data><data key="a">{EAST + 1500}</data>
      <data key="b">{NORTH + 1500}</data></node>
    <node id="r"><data key="a">{EAST + 1500}</data><data key="b">{NORTH + 500}</data></node>
    <edge source="p" target="q"><data key="c">{length}</data></edge>
    <edge source="r" target="q"/>
    <data key="d0">{crs}</data>
  </graph>
</graphml>"""


def test_lines_and_graph_give_the_same_ways(city: Factory) -> None:
    study = city(network=SPEC)
    gpd.GeoDataFrame(geometry=LINES, crs=32188).to_crs(4326).to_file(study.folder / "streets.gpkg")
    lines = intake.read_streets(study)
    study = city(network=SPEC | {"file": "streets.graphml"})
    (study.folder / "streets.graphml").write_text(graphml(), encoding="utf-8")
    graph = intake.read_streets(study)
    assert lines is not None
    assert graph is not None
    for streets in (lines, graph):
        # One-way edges are walked both ways.
        assert sorted(nearest(streets.network, [0]).tolist()) == pytest.approx([0, 1000, 2000], abs=0.01)
        assert streets.file.role == "streets"
        assert (streets.file.how["nodes"], streets.file.how["components"]) == ("3", "1")
    assert intake.read_streets(city()) is None


def test_what_is_far_is_said_by_row(city: Factory) -> None:
    study = city(network=SPEC | {"snap_m": 100})
    gpd.GeoDataFrame(geometry=LINES[:1], crs=32188).to_file(study.folder / "streets.gpkg")
    zones, _, _ = intake.read_zones(study)
    demand, file, _ = intake.read_demand(study, zones)
    streets = intake.read_streets(study)
    assert streets is not None
    ways = streets.walking(study, demand)
    assert ways.far.tolist() == [False, True]  # b is 1 km south of the street
    empty = demand.iloc[:0].assign(source="", source_file="", source_row=0, name="", record_id="")
    faults = intake.far_from_streets(ways, demand, file.path, empty)
    assert faults[["source", "value", "code", "action"]].to_numpy().tolist() == [
        ["demand", "b", "far_from_street", "flagged"]
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (graphml(crs=""), "coordinate reference system"),
        (graphml(crs="epsg:0"), "epsg:0"),
        (graphml(length="far"), "far"),
        (graphml(length="nan"), "nan"),
        (graphml(length="-3"), "-3"),
        (graphml().replace('target="q"', 'target="z"'), "z"),
        (graphml().replace(f">{NORTH + 500}<", "><"), "r"),
        (graphml(extra='<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'), "doctype"),
        (graphml()[:-30], "XML"),
        ("<graphml><graph/></graphml>", "no street"),
    ],
)
def test_a_graph_that_cannot_be_is_refused_in_one_line(city: Factory, text: str, said: str) -> None:
    study = city(network=SPEC | {"file": "streets.graphml"})
    (study.folder / "streets.graphml").write_text(text, encoding="utf-8")
    with pytest.raises(GeosocialError) as error:
        intake.read_streets(study)
    assert "\n" not in str(error.value)
    assert said.lower() in str(error.value).lower()


def test_a_layer_of_areas_is_no_street(city: Factory) -> None:
    study = city(network=SPEC)
    gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)], crs=32188).to_file(study.folder / "streets.gpkg")
    with pytest.raises(InputError, match="no street"):
        intake.read_streets(study)
    (study.folder / "streets.graphml").write_text(graphml(crs=""), encoding="utf-8")
    study = city(network=SPEC | {"file": "streets.graphml"})
    with pytest.raises(UnknownCrsError):
        intake.read_streets(study)


@pytest.mark.real_data
@pytest.mark.parametrize("suffix", ["graphml", "gpkg"])
def test_real_streets_beside_networkx(city: Factory, suffix: str, shared_data: Path) -> None:
    folder = shared_data / "network"
    study = city(network=SPEC | {"file": str(folder / f"osm_drive_verdun.{suffix}"), "layer": "edges"})
    if suffix == "graphml":
        study = city(network=SPEC | {"file": str(folder / "osm_drive_verdun.graphml")})
    streets = intake.read_streets(study)
    assert streets is not None
    raw = nx.Graph()
    graph = read_graphml(folder / "osm_drive_verdun.graphml")
    turn = Transformer.from_crs(4326, 32188, always_xy=True)
    edges = graph.edges
    if suffix == "gpkg":  # its lines are longer, here and there, than the lengths that the graph tells
        drawn = gpd.read_file(folder / "osm_drive_verdun.gpkg", layer="edges").to_crs(32188)
        ends = zip(drawn["u"].astype(str), drawn["v"].astype(str), drawn.length, strict=True)
        edges = [(one, other, float(length)) for one, other, length in ends]
    for one, other, length in edges:
        known = raw.get_edge_data(one, other, {"weight": np.inf})["weight"]
        raw.add_edge(one, other, weight=min(length, known))
    spots = {node: turn.transform(*graph.nodes[node]) for node in graph.nodes}
    start = next(iter(graph.nodes))
    wanted = nx.single_source_dijkstra_path_length(raw, start)
    x, y = np.array(list(spots.values())).T
    node, leg = streets.network.snap(x, y, 1.0)
    assert (node >= 0).mean() > 0.99
    found = nearest(streets.network, [node[0]])[node]
    ours = np.array([wanted[n] for n in graph.nodes])
    np.testing.assert_allclose(found[node >= 0], ours[node >= 0], rtol=1e-6, atol=0.1)
    assert leg[node >= 0].max() <= 1


@pytest.mark.real_data
def test_a_whole_study_along_streets(tmp_path: Path, shared_data: Path) -> None:
    embedded = read_study(None).folder
    folder = tmp_path / "study"
    shutil.copytree(embedded, folder)
    shutil.copy(shared_data / "network" / "osm_drive_verdun.graphml", folder / "streets.graphml")
    toml = (folder / "study.toml").read_text(encoding="utf-8")
    toml = toml.replace(
        "[zones]\n", '[network]\nfile = "streets.graphml"\nsource = "land"\nsnap_m = 150\n\n[zones]\n', 1
    )
    (folder / "study.toml").write_text(toml, encoding="utf-8")
    streets = pipeline.compute(read_study(folder))
    straight = pipeline.compute(read_study(None))
    assert {"network", "straight"} <= set(streets.settings["cost"])
    assert "network" not in set(straight.settings["cost"])
    assert any(f.role == "streets" for f in streets.inputs)
    far = streets.faults[streets.faults["code"] == "far_from_street"]
    assert len(far) > 1_000  # streets of Verdun alone
    one, other = (
        r.measures[(r.measures["indicator"] == "coverage") & (r.measures["sphere"] == "recreation")]
        for r in (streets, straight)
    )
    same = one["zone_id"].to_numpy() == other["zone_id"].to_numpy()
    assert same.all()
    differs = set(one.loc[(one["value"].to_numpy() != other["value"].to_numpy()), "zone_id"])
    verdun = streets.zones.loc[streets.zones["name_fr"] == "Verdun", "zone_id"].iloc[0]
    # Verdun's figures change; those of a borough far away do not.
    assert verdun in differs
    assert "12" not in differs
