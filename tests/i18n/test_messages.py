"""Every refusal, and everything that is said of a row, has a topic that explains it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from geosocial.i18n import words
from geosocial.intake.reasons import REASONS
from geosocial.messages import FAMILIES, Topic, code_of, families, find, topics
from geosocial.vocabulary import LocalText
from scripts.words import click_messages, source_messages

PACKAGE = Path(__file__).parents[2] / "geosocial"
FR, EN = words("fr"), words("en")


def marked(node: ast.AST) -> Iterator[str]:
    """Return every message within a node that is marked for the catalogue."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and getattr(inner.func, "id", "") == "N_" and inner.args:
            assert isinstance(inner.args[0], ast.Constant)
            yield str(inner.args[0].value)


def refusals() -> dict[str, str]:
    """Return the template of every error that the source raises, with its place."""
    found: dict[str, str] = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            texts: list[str] = []
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name.endswith("Error") and node.args:
                    texts = list(marked(node.args[0]))
                elif "refuse" in name:
                    # the first of its arguments that is a message; the next one is the hint
                    texts = next((said for a in node.args if (said := list(marked(a)))), [])
            elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "_FAULTS":
                texts = list(marked(node.value))
            found |= dict.fromkeys(texts, str(file.relative_to(PACKAGE)))
    return found


def test_every_refusal_has_a_topic() -> None:
    known = refusals()
    assert len(known) > 250, "the source raises its errors in another way now: look for them there"
    without = [f"{place}: {text}" for text, place in known.items() if not code_of(text)]
    assert not without, (
        "give each message a topic: its English template under messages of geosocial/messages/*.toml\n"
        + "\n".join(without)
    )


def test_everything_said_of_a_row_has_a_topic() -> None:
    assert {code for code in REASONS if not code_of(code)} == set()
    assert {row for topic in topics().values() for row in topic.rows} <= set(REASONS)


def test_no_topic_names_a_message_that_nobody_says_and_none_is_in_two() -> None:
    every = set(source_messages()) | click_messages()
    said = {text for message in every for text in ([message] if isinstance(message, str) else message)}
    named = [message for topic in topics().values() for message in topic.messages]
    assert [message for message in named if message not in said] == []
    assert len(named) == len(set(named))
    rows = [row for topic in topics().values() for row in topic.rows]
    assert len(rows) == len(set(rows))
    assert all(topic.messages or topic.rows for topic in topics().values())


def texts(topic: Topic) -> list[LocalText]:
    return [topic.title, topic.why, topic.do]


@pytest.mark.parametrize("topic", topics().values(), ids=lambda topic: topic.code)
def test_a_topic_is_written_as_the_rest(topic: Topic) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", topic.code)
    for text in texts(topic):
        assert text.fr != text.en
        prose = re.sub(r"`[^`]*`", "", text.fr)
        assert not re.search(r"(?<=\S) (?=[:»%$])|« (?=\S)|[\u00a0 ](?=[;!?])|'", prose), prose
        assert "'" not in re.sub(r"`[^`]*`", "", text.en)
        assert text.fr.count("`") == text.en.count("`")
    for text in texts(topic)[1:]:
        assert text.fr.endswith((".", "»")), text.fr
        assert text.en.endswith((".", "”")), text.en
    assert not topic.title.fr.endswith(".")


def test_families_have_their_files_and_titles() -> None:
    files = {file.stem for file in (PACKAGE / "messages").glob("*.toml")}
    assert files == set(FAMILIES) == set(families()) == {topic.family for topic in topics().values()}


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_each_message_as_it_is_shown_finds_its_topic(lang: str) -> None:
    """A message with ordinary facts finds its own topic, or that of a message that says the same."""
    say = FR if lang == "fr" else EN
    lost = []
    for topic in topics().values():
        for message in (*topic.messages, *(REASONS[row] for row in topic.rows)):
            template = say.t(message)
            shown = (
                re.sub(r"\{[^{}]*\}", "Salle n° 3 (1 234,5)", template).replace("{{", "{").replace("}}", "}")
            )
            if find(f"geosocial: {shown} [{topic.code}]", FR, EN) != topic:
                lost.append(message)
            if len(re.sub(r"\W|\{[^{}]*\}", "", template)) >= 20 and find(shown, FR, EN) != topic:
                lost.append(shown)
    assert lost == []


def test_a_topic_is_found_by_its_code_a_row_code_and_a_pasted_line() -> None:
    crs = topics()["crs-missing"]
    assert find("crs-missing", FR, EN) == find(" [CRS missing] ", FR, EN) == crs
    assert find("unknown_kind", FR, EN) == find("unknown-kind", FR, EN) == topics()["word-unknown"]
    # as a mail or a word processor hands it on: straight quotes, plain spaces
    pasted = "geosocial: carte.gpkg : la couche ne dit pas dans quel systeme"
    assert find(pasted, FR, EN) is None
    pasted = 'ligne 12 : Le type "Caserne" est inconnu (colonne "type"). (rejetée)'
    assert find(pasted, FR, EN) == topics()["word-unknown"]
    assert find("anything", FR, EN) is None
    assert find("", FR, EN) is None
