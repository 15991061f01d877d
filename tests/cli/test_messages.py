"""``help``: each refusal ends with the code by which it is explained, in both languages."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from geosocial.messages import topics
from tests.cli.conftest import Run


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_refusal_ends_with_a_code_that_help_explains(geosocial: Run, tmp_path: Path, lang: str) -> None:
    refused = geosocial("run", tmp_path / "nowhere", lang=lang)
    assert refused.returncode == 1
    code = re.search(r"\[([a-z-]+)\]\n$", refused.stderr)
    assert code is not None
    by_code = geosocial("help", code.group(1), lang=lang)
    assert by_code.returncode == 0, by_code.stderr
    # the message itself, without its code, pasted as it stood
    pasted = geosocial("help", refused.stderr.replace(code.group(0), ""), lang=lang)
    assert pasted.stdout == by_code.stdout
    topic = topics()["file-not-found"]
    title = topic.title.fr if lang == "fr" else topic.title.en
    assert by_code.stdout.startswith(f"{title} [file-not-found]\n")
    assert max(map(len, by_code.stdout.splitlines())) <= 96


def test_a_row_code_is_explained_and_json_holds_the_same(geosocial: Run) -> None:
    shown = geosocial("help", "unknown_kind").stdout
    assert "The kind “…” is not known (column “…”). (unknown_kind)" in shown
    record = json.loads(geosocial("help", "unknown_kind", "--json", lang="fr").stdout)
    assert record["code"] == "word-unknown"
    assert record["why"] == topics()["word-unknown"].why.fr
    assert "unknown_kind" in record["rows"]


def test_every_code_is_listed_under_its_family(geosocial: Run) -> None:
    listed = geosocial("help", "--list").stdout
    assert re.findall(r"^  ([a-z-]+)  ", listed, re.MULTILINE) == list(topics())
    assert [r["code"] for r in json.loads(geosocial("help", "--list", "--json").stdout)] == list(topics())


def test_help_of_a_command_and_of_all(geosocial: Run) -> None:
    assert geosocial("help", "join").stdout == geosocial("join", "--help").stdout
    whole, asked = geosocial("help").stdout, geosocial("--help").stdout
    assert whole.split() == asked.split()
    unknown = geosocial("help", "bidule", lang="fr")
    assert unknown.returncode == 1
    assert "Aucun message ni aucune commande" in unknown.stderr
    assert unknown.stderr.count("\n") == 1
