"""The examples in the docstrings run."""

from __future__ import annotations

import doctest
import importlib

import pytest


@pytest.mark.parametrize(
    "name",
    [
        "accessibility",
        "clusters",
        "coverage",
        "decay",
        "exact",
        "gaps",
        "inequality",
        "passes",
        "permutations",
        "robustness",
        "sums",
    ],
)
def test_examples_run(name: str) -> None:
    module = importlib.import_module(f"geosocial.measure.{name}")
    found = doctest.testmod(module)
    assert found.attempted > 0
    assert found.failed == 0
