"""The generated pages: whole, in both languages alike, their examples such as the program takes."""

from __future__ import annotations

import re
import shlex

import click
import pytest

from geosocial.cli import build
from geosocial.i18n import words
from geosocial.intake.reasons import REASONS
from geosocial.measure.indicators import INDICATORS
from geosocial.messages import topics
from scripts.docs import commands, formats, indicators, messages
from scripts.docs.extension import french
from tests.docs.sources import parse

BOTH = [
    pytest.param(words("fr"), id="fr"),
    pytest.param(words("en"), id="en"),
]
VERBS = commands.commands(build(words("en")))


@pytest.mark.parametrize("page", [commands.page, formats.page, indicators.page, messages.page])
def test_both_languages_have_one_structure(page) -> None:  # type: ignore[no-untyped-def]
    both = [parse(page(words(lang))) for lang in ("fr", "en")]
    assert both[0].headings == both[1].headings
    assert both[0].anchors == both[1].anchors


@pytest.mark.parametrize("command", [command for command, _ in VERBS], ids=[c.command_path for _, c in VERBS])
def test_each_command_has_an_example_that_it_takes(command: click.Command) -> None:
    assert commands.examples(command)
    for example in commands.examples(command):
        verb: click.Command | None = build(words("en"))
        arguments = shlex.split(re.split(" >+ ", example)[0])[1:]
        while isinstance(verb, click.Group) and arguments:
            _, verb, arguments = verb.resolve_command(click.Context(verb), arguments)
        assert verb is not None
        verb.make_context("example", arguments)


@pytest.mark.parametrize("say", BOTH)
def test_every_option_of_every_command_is_on_its_page(say) -> None:  # type: ignore[no-untyped-def]
    page = commands.page(say)
    for command, context in VERBS:
        assert f"## {context.command_path}\n" in page
        for parameter in command.params:
            for option in parameter.opts if isinstance(parameter, click.Option) else ():
                assert option in page


@pytest.mark.parametrize("say", BOTH)
def test_every_topic_reason_and_indicator_is_told(say) -> None:  # type: ignore[no-untyped-def]
    told = messages.page(say)
    assert all(f"({code})=" in told for code in topics())
    faults = formats.page(say)
    assert all(f"`{reason}`" in faults for reason in REASONS)
    reference = indicators.page(say)
    assert all(f"(indicator-{key})=" in reference for key in INDICATORS)


def test_french_spaces_are_set_where_they_belong() -> None:
    assert french("Ici : 45 % de 1 704 694, « vite » ; à 250 m ?") == (
        "Ici\u00a0: 45\u00a0% de 1\u00a0704\u00a0694, «\u00a0vite\u00a0»; à 250\u00a0m?"
    )
    assert french("l'aire") == "l’aire"
    assert french(" : après un code") == "\u00a0: après un code"


def test_no_plain_space_is_left_before_a_french_sign() -> None:
    text = messages.page(words("fr"))
    prose = re.sub(r"`[^`]*`", "", text)
    assert not re.search(r"\S [:»%](?:\s|$)", french(prose).replace("\\", ""))
