"""``geosocial help``: what a message means and what to do, without a network."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from geosocial.cli.console import json_option, lang_option
from geosocial.errors import N_, InputError
from geosocial.i18n import Words, words

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from geosocial.messages import Topic


def command(say: Words) -> click.Command:
    """Return the verb ``help``."""

    def show(what: tuple[str, ...], every: bool, as_json: bool) -> None:
        from geosocial import messages

        asked = " ".join(what)
        context = click.get_current_context()
        group = context.find_root()
        if every:
            _list(list(messages.topics().values()), say, as_json=as_json)
        elif not asked:
            click.echo(group.command.get_help(group))
        elif isinstance(group.command, click.Group) and (verb := group.command.get_command(group, asked)):
            with click.Context(verb, info_name=asked, parent=group) as inner:
                click.echo(verb.get_help(inner))
        elif topic := messages.find(asked, words("fr"), words("en")):
            click.echo(json.dumps(_record(topic, say), ensure_ascii=False) if as_json else page(topic, say))
        else:
            raise InputError(
                N_("No message and no command is known by “{got}”."),
                hint=N_("Give the code at the end of a message, or the message; --list gives every code."),
                got=asked,
            )

    return click.Command(
        "help",
        callback=show,
        params=[
            click.Argument(["what"], nargs=-1, metavar=say.t("CODE|MESSAGE|COMMAND"), shell_complete=_codes),
            click.Option(["--list", "every"], is_flag=True, help=say.t("List every code, with its title.")),
            json_option(say),
            lang_option(say, ("fr", "en")),
        ],
        help=say.t(
            "Explain a message: why it is said, and what to do. CODE stands in brackets at the end of a "
            "message; the message itself does as well."
        ),
        epilog=say.t("Example: geosocial help crs-missing"),
    )


def page(topic: Topic, say: Words) -> str:
    """Return a topic as the terminal shows it."""
    from geosocial.messages import blank, row_sentence

    parts = [f"{topic.title[say.lang]} [{topic.code}]", click.wrap_text(topic.why[say.lang], 96)]
    lead = say.t("What to do:")
    parts.append(click.wrap_text(f"{lead} {topic.do[say.lang]}", 96))
    said = [blank(say.t(message)) for message in topic.messages]
    said += [f"{row_sentence(row, say)} ({row})" for row in topic.rows]
    if said:
        lines = [click.wrap_text(line, 96, initial_indent="  – ", subsequent_indent="    ") for line in said]
        parts.append("\n".join([say.t("Messages:"), *lines]))
    return "\n\n".join(parts)


def _list(found: list[Topic], say: Words, *, as_json: bool) -> None:
    from geosocial.messages import families

    if as_json:
        click.echo(json.dumps([_record(topic, say) for topic in found], ensure_ascii=False))
        return
    width = max(len(topic.code) for topic in found)
    for family, title in families().items():
        click.echo(f"\n{title[say.lang]}" if family != found[0].family else title[say.lang])
        for topic in found:
            if topic.family == family:
                click.echo(f"  {topic.code:<{width}}  {topic.title[say.lang]}")


def _record(topic: Topic, say: Words) -> dict[str, object]:
    from geosocial.messages import blank

    texts = {"title": topic.title, "why": topic.why, "do": topic.do}
    return {
        "code": topic.code,
        "family": topic.family,
        **{key: text[say.lang] for key, text in texts.items()},
        "messages": [blank(say.t(message)) for message in topic.messages],
        "rows": list(topic.rows),
    }


def _codes(context: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """Complete the code of a topic, or the name of a command."""
    from click.shell_completion import CompletionItem

    from geosocial.messages import topics

    del parameter
    group = context.find_root().command
    verbs = group.list_commands(context.find_root()) if isinstance(group, click.Group) else []
    return [CompletionItem(name) for name in (*verbs, *topics()) if name.startswith(typed)]
