"""Every public object of Python has an example, and it runs as it is printed."""

from __future__ import annotations

import doctest
import importlib
import inspect
from pathlib import Path

import pytest

from geosocial import pipeline
from geosocial.results import Results
from geosocial.study import read_study
from scripts.docs.api import groups, objects, resolve

OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


@pytest.fixture(scope="module")
def results() -> Results:
    """What the examples call `results`: a run of the embedded study."""
    return pipeline.compute(read_study())


@pytest.mark.parametrize("name", objects())
def test_a_public_object_has_an_example_that_runs(
    name: str, results: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    thing = resolve(name)
    module = importlib.import_module(inspect.unwrap(thing).__module__)
    found = [
        example
        for example in doctest.DocTestFinder(recurse=False).find(thing, name, module=module)
        if example.examples
    ]
    assert found, "give its docstring an Examples section"
    assert not any(one.options.get(doctest.SKIP) for test in found for one in test.examples)
    for test in found:
        test.globs["results"] = results
        assert doctest.DocTestRunner(optionflags=OPTIONS).run(test).failed == 0


def test_no_object_is_listed_twice_and_each_is_described() -> None:
    listed = objects() + [name for group in groups() for name in group.get("results", ())]
    assert len(set(listed)) == len(listed)
    for name in listed:
        assert inspect.getdoc(resolve(name)), name
