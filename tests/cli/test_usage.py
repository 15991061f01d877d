"""Help, version, languages, exit codes."""

from __future__ import annotations

import re

import pytest

from geosocial import __version__
from tests.cli.conftest import Run


def test_version(geosocial: Run) -> None:
    done = geosocial("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"geosocial {__version__}\n", "")


@pytest.mark.parametrize(
    "verb",
    [[], ["run"], ["join"], ["access"], ["gaps"], ["indicators"], ["help"], ["completion"]],
    ids=lambda v: " ".join(v) or "geosocial",
)
def test_each_verb_helps_with_an_example_in_both_languages(geosocial: Run, verb: list[str]) -> None:
    english, french = geosocial(*verb, "--help"), geosocial(*verb, "--help", lang="fr")
    assert english.returncode == french.returncode == 0
    assert "Example: geosocial" in english.stdout
    assert "Exemple\u00a0: geosocial" in french.stdout
    assert "Utilisation\u00a0:" in french.stdout
    for word in ("Usage", "Show", "Example", "default:"):
        assert word not in french.stdout


@pytest.mark.parametrize(
    ("arguments", "english", "french"),
    [
        (["walk"], "No such command", "Cette commande n’existe pas"),
        (["run", "--walk"], "No such option", "Cette option n’existe pas"),
        (["join", "a.csv"], "Missing argument", "Argument manquant"),
        (["run", "--lang", "de"], "is not one of", "ne fait pas partie des choix"),
        (
            ["join", "a.csv", "b.geojson", "--out", "c.csv", "--snap-m", "-1"],
            "is not in the range",
            "est hors de l’intervalle",
        ),
        (
            ["access", "a.csv", "b.csv", "c.gpkg", "--out", "d", "--standard-m", "800", "--detour", "1,300"],
            "“1,300” is no number: write it as 1.5.",
            "n’est pas un nombre : écrivez-le comme 1,5.",
        ),
    ],
)
def test_wrong_usage_is_exit_code_2_in_both_languages(
    geosocial: Run, arguments: list[str], english: str, french: str
) -> None:
    for lang, words in (("en", english), ("fr", french)):
        done = geosocial(*arguments, lang=lang)
        assert done.returncode == 2
        assert words in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("detour", ["1,3", "1.3", "+1,3"])
def test_a_number_may_have_a_comma(geosocial: Run, detour: str) -> None:
    # it is read, and then the file is missed; below its bound it is refused
    given = ("access", "a.csv", "b.csv", "c.gpkg", "--out", "d", "--standard-m", "800", "--detour")
    for lang in ("en", "fr"):
        done = geosocial(*given, detour, lang=lang)
        assert (done.returncode, "a.csv" in done.stderr) == (1, True), done.stderr
    below = geosocial(*given, "0,5", lang="fr")
    assert (below.returncode, "est hors de l’intervalle" in below.stderr) == (2, True), below.stderr
    assert "NOMBRE" in geosocial("access", "--help", lang="fr").stdout


def test_the_option_wins_over_the_environment(geosocial: Run) -> None:
    assert "Utilisation" in geosocial("--lang", "fr", "--help").stdout
    assert "Utilisation" in geosocial("join", "--lang=fr", "--help").stdout
    assert "Usage" in geosocial("--lang=en", "--help", lang="fr").stdout


def test_help_names_no_key_of_the_code(geosocial: Run) -> None:
    assert not re.search(r"\b[a-z]+_[a-z]+\b", geosocial("run", "--help", lang="fr").stdout)
