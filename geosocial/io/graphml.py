"""Read a street graph from GraphML, as OSMnx and networkx write it: nodes with x and y, edges with a length.

One directed or undirected graph; attributes are found by their names (``attr.name`` of the keys), not by
their identifiers. No document type, no entity: what an XML file could do is refused (`geosocial.io.markup`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from geosocial.errors import N_, InputError
from geosocial.io.markup import parse

#: The attributes that are read; of others nothing is held.
READ: Final = frozenset({"x", "y", "length", "crs"})


@dataclass(slots=True)
class StreetGraph:
    """A graph as it stands: positions of nodes by identifier, ends of edges, lengths in metres or NaN."""

    crs: str = ""
    nodes: dict[str, tuple[float, float]] = field(default_factory=dict)
    edges: list[tuple[str, str, float]] = field(default_factory=list)


@dataclass(slots=True)
class _Reader:
    """Follows the elements of one file."""

    file: Path
    graph: StreetGraph
    keys: dict[str, str] = field(default_factory=dict)
    inside: list[str] = field(default_factory=list)
    ends: tuple[str, ...] = ()
    facts: dict[str, str] = field(default_factory=dict)
    reading: str = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin an element."""
        self.inside.append(name)
        if name == "key":
            self.keys[attributes.get("id", "")] = attributes.get("attr.name", "")
        elif name == "node":
            self.ends, self.facts = (attributes.get("id", ""),), {}
        elif name == "edge":
            self.ends, self.facts = (attributes.get("source", ""), attributes.get("target", "")), {}
        elif name == "data":
            known = self.keys.get(attributes.get("key", ""), "")
            self.reading = known if known in READ else ""
            if self.reading:
                self.facts[self.reading] = ""

    def text(self, part: str) -> None:
        """Hold the text of an attribute that is read."""
        if self.reading:
            self.facts[self.reading] += part

    def end(self, name: str) -> None:
        """End an element."""
        self.inside.pop()
        if name == "data":
            self.reading = ""
            if self.inside[-1:] == ["graph"] and "crs" in self.facts:
                self.graph.crs = self.facts.pop("crs").strip()
        elif name == "node":
            x, y = (self._number(axis) for axis in ("x", "y"))
            if math.isnan(x) or math.isnan(y):
                raise InputError(
                    N_("{file}: node “{node}” has no position (x and y)."),
                    hint=N_("Export the graph again with the position of each node."),
                    file=self.file,
                    node=self.ends[0][:60],
                )
            self.graph.nodes[self.ends[0]] = (x, y)
            self.facts = {}
        elif name == "edge":
            self.graph.edges.append((self.ends[0], self.ends[1], self._number("length")))
            self.facts = {}

    def _number(self, name: str) -> float:
        text = self.facts.get(name, "").strip()
        if not text:
            return math.nan
        try:
            value = float(text)
        except ValueError:
            value = math.inf
        if not math.isfinite(value):
            raise InputError(
                N_("{file}: “{got}” is not a number ({name} of {what} “{node}”)."),
                hint=N_("Correct it, or export the graph again."),
                file=self.file,
                got=text[:60],
                name=name,
                what="edge" if len(self.ends) > 1 else "node",
                node=" – ".join(self.ends)[:60],
            )
        return value


def read_graphml(file: Path) -> StreetGraph:
    """Return the graph of a GraphML file.

    Raises
    ------
    InputError
        When it is not XML, a node has no position, a number is none, or an edge names an unknown node.
    """
    reader = _Reader(file, StreetGraph())
    parse(file, start=reader.start, end=reader.end, text=reader.text)
    graph = reader.graph
    if not graph.edges:
        raise InputError(
            N_("{file}: the street network has no street."),
            hint=N_("Export it again with its lines or edges."),
            file=file,
        )
    for one, other, _ in graph.edges:
        for node in (one, other):
            if node not in graph.nodes:
                raise InputError(
                    N_("{file}: an edge ends at node “{node}”, which does not exist."),
                    hint=N_("Export the graph again, whole."),
                    file=file,
                    node=node[:60],
                )
    return graph
