"""Read the streets of a study: a layer of lines, or a graph in GraphML; and bring places to them.

Lines meet where they share a vertex. People walk: one-way streets are walked both ways. A place is brought to
the nearest node of the main component (the one with the most nodes), within the study's distance; between a
place that lies farther from all streets and any other the straight line × detour factor is taken, and said.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geosocial.errors import N_, InputError, UnknownCrsError
from geosocial.geo.network import StreetNetwork
from geosocial.geo.noding import from_lines
from geosocial.geo.walking import Walking
from geosocial.intake.faults import Faults
from geosocial.intake.source import under_study
from geosocial.io.detect import check_path, fingerprint, is_graphml
from geosocial.io.geojson import known_crs
from geosocial.io.graphml import read_graphml
from geosocial.io.layers import read_layer
from geosocial.results import InputFile

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from geosocial.study import Study


@dataclass(frozen=True, slots=True)
class Streets:
    """The streets that are walked, and the file that they are from."""

    network: StreetNetwork
    file: InputFile

    def walking(self, study: Study, demand: pd.DataFrame) -> Walking:
        """Return the costs of walking from the places of demand."""
        assert study.network is not None  # noqa: S101 - there are streets; for the type checker
        x, y = demand["x"].to_numpy(np.float64), demand["y"].to_numpy(np.float64)
        node, leg = self.network.snap(x, y, study.network.snap_m)
        return Walking(self.network, x, y, node, leg, study.network.snap_m, study.detour)


def far_from_streets(
    ways: Walking, demand: pd.DataFrame, demand_file: str, places: pd.DataFrame
) -> pd.DataFrame:
    """Return the faults of what is far from any street: places of demand by identifier, facilities by row."""
    import pandas as pd

    lost = np.flatnonzero(ways.far)
    faults = Faults("demand", demand_file, [0] * len(demand))
    for position in lost.tolist():
        faults.add(position, "far_from_street", "flagged", value=str(demand["demand_id"].iloc[position]))
    tables = [faults.table()]
    x, y = places["x"].to_numpy(np.float64), places["y"].to_numpy(np.float64)
    off = np.isfinite(x) & (ways.network.snap(x, y, ways.snap_m)[0] < 0)
    for (source, file), rows in places[off].groupby(["source", "source_file"], sort=False):
        said = Faults(str(source), str(file), rows["source_row"].tolist())
        for position, name in enumerate(rows["name"].where(rows["name"] != "", rows["record_id"])):
            said.add(position, "far_from_street", "flagged", value=str(name))
        tables.append(said.table())
    return pd.concat(tables, ignore_index=True)


def read_streets(study: Study) -> Streets | None:
    """Return the main component of the study's streets in its CRS; None without ``[network]``.

    Raises
    ------
    InputError
        When the file holds no lines, or a graph that cannot be used.
    UnknownCrsError
        When it does not say its coordinate reference system and the study names none.
    """
    spec = study.network
    if spec is None:
        return None
    main, file = streets_of(study.path(spec.file), study.crs, layer=spec.layer, crs=spec.crs)
    return Streets(main, under_study(file, study, spec.file, "streets"))


def streets_of(
    file: Path, metric: Any, *, layer: str | None = None, crs: str | None = None
) -> tuple[StreetNetwork, InputFile]:
    """Return the main component of the streets of a file, in a metric system, and what was read.

    Parameters
    ----------
    file
        A layer of lines, or a graph in GraphML.
    metric
        Coordinate reference system of the result.
    layer, crs
        Layer to read, when the file has several; system of a file that does not say its own.

    Raises
    ------
    InputError, UnknownCrsError
        As `read_streets`.
    """
    path = check_path(file)
    whole, found = _graph(path, metric, crs) if is_graphml(path) else _lines(path, metric, layer, crs)
    main = whole.main
    how = {
        **found.how,
        "nodes": str(len(whole)),
        "edges": str(len(whole.length)),
        "components": str(int(whole.components.max()) + 1 if len(whole) else 0),
        "main_component": f"{whole.main_share():.4f}",
    }
    return main, replace(found, how=how)


def _graph(path: Path, metric: Any, crs: str | None) -> tuple[StreetNetwork, InputFile]:
    from pyproj import Transformer

    graph = read_graphml(path)
    named = crs or graph.crs
    if not named:
        raise UnknownCrsError(
            N_("{file}: the coordinate reference system is not known."),
            hint=N_('Name it: crs = "EPSG:4326" in [network] of the study, or --crs EPSG:4326.'),
            file=path,
        )
    turn = Transformer.from_crs(known_crs(path, named), metric, always_xy=True)
    x, y = turn.transform(*np.array(list(graph.nodes.values()), np.float64).T)
    number = {node: at for at, node in enumerate(graph.nodes)}
    u = np.array([number[edge[0]] for edge in graph.edges], np.intp)
    v = np.array([number[edge[1]] for edge in graph.edges], np.intp)
    length = np.array([edge[2] for edge in graph.edges], np.float64)
    unknown = np.isnan(length)
    length[unknown] = np.hypot(x[u] - x[v], y[u] - y[v])[unknown]
    digest, size = fingerprint(path)
    how = {"driver": "GraphML", "crs": named}
    return StreetNetwork(x, y, u, v, length), InputFile("", str(path), digest, size, len(graph.edges), how)


def _lines(path: Path, metric: Any, name: str | None, crs: str | None) -> tuple[StreetNetwork, InputFile]:
    import shapely

    layer = read_layer(path, layer=name, crs=crs)
    shapes = layer.frame.geometry.to_crs(metric).to_numpy()
    kinds = np.isin(shapely.get_type_id(shapes), (1, 5))
    if not kinds.any():
        raise InputError(
            N_("{file}: the street network has no street."),
            hint=N_("Export it again with its lines or edges."),
            file=path,
        )
    parts = shapely.get_parts(shapes[kinds])
    points, line = shapely.get_coordinates(parts, return_index=True)
    # To the millimetre: what two files round differently is one junction.
    x, y = np.round(points, 3).T
    return from_lines(x, y, line), layer.file
