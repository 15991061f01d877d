"""The page of the command line, from click's own commands."""

from __future__ import annotations

import gettext
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

import click

from geosocial.cli import build
from geosocial.i18n import DOMAIN, LOCALE_DIR, Words
from scripts.docs.marks import quoted
from scripts.docs.phrases import phrases

#: What begins the last line of a command's help.
_EXAMPLE = re.compile(r"^(?:Examples?|Exemples?)[\u00a0 ]?: ")


@contextmanager
def _speaking(words: Words) -> Iterator[None]:
    """Have click itself speak a language, as the command line does."""
    before = os.environ.get("LANGUAGE")
    os.environ["LANGUAGE"] = words.lang
    gettext.bindtextdomain(DOMAIN, str(LOCALE_DIR))
    gettext.textdomain(DOMAIN)
    try:
        yield
    finally:
        os.environ.pop("LANGUAGE")
        if before is not None:
            os.environ["LANGUAGE"] = before


def page(words: Words) -> str:
    """Return the page in one language."""
    say = phrases("commands", words.lang)
    with _speaking(words):
        group = build(words)
        out = [f"# {say['title']}", "", say["lead"], "", f"## {say['common']}", ""]
        out += [say["language"], "", say["json"], "", "(exit-codes)=", f"### {say['codes']}", ""]
        out += [f"| {say['code']} | {say['means']} |", "| ---: | --- |"]
        out += [f"| {code} | {say[f'code_{code}']} |" for code in (0, 1, 2, 130)]
        out += ["", say["debug"], ""]
        for command, context in commands(group):
            out += _described(command, context, say)
    return "\n".join(out) + "\n"


def commands(group: click.Group) -> list[tuple[click.Command, click.Context]]:
    """Return every command with its context, those of a group after it."""
    top = click.Context(group, info_name="geosocial")
    found = []
    for name in sorted(group.commands):
        command = group.commands[name]
        context = click.Context(command, info_name=name, parent=top)
        found.append((command, context))
        if isinstance(command, click.Group):
            found += [
                (below, click.Context(below, info_name=key, parent=context))
                for key, below in sorted(command.commands.items())
            ]
    return found


def examples(command: click.Command) -> list[str]:
    """Return the examples in a command's help, as they are typed."""
    text = _EXAMPLE.sub("", command.epilog or "")
    return [one.strip().rstrip(".") for one in text.split(" · ") if one.strip()]


def _described(command: click.Command, context: click.Context, say: dict[str, str]) -> list[str]:
    """Return the lines of one command."""
    path = context.command_path
    anchor = path.replace(" ", "-")
    usage = " ".join([path, *command.collect_usage_pieces(context)])
    out = [f"({anchor})=", f"## {path}", "", quoted(" ".join((command.help or "").split())), ""]
    out += [f"**{say['usage']}**", "", "```text", usage, "```", "", f"**{say['options']}**", ""]
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None:
            out += [f"`{record[0]}`", f": {quoted(record[1])}", ""]
    if made := examples(command):
        out += [f"**{say['example']}**", "", "```sh", *made, "```", ""]
    return [*out, say["exits"], ""]
