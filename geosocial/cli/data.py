"""``geosocial data``: the catalogue of official open-data sources, and fetching one."""

from __future__ import annotations

import click

from geosocial.cli.console import Console, json_option, lang_option
from geosocial.errors import N_
from geosocial.i18n import Words


def command(say: Words) -> click.Group:
    """Return the verb ``data`` with its two verbs."""
    group = click.Group(
        "data",
        help=say.t("List the official open-data sources, or fetch one by name."),
        epilog=say.t("Example: geosocial data get boroughs --into data"),
    )
    group.params.append(lang_option(say, ("fr", "en")))
    group.add_command(_list(say))
    group.add_command(_get(say))
    return group


def _list(say: Words) -> click.Command:
    def show(*, as_json: bool) -> None:
        import dataclasses
        import json

        from geosocial.io.catalog import catalog

        if as_json:
            entries = [dataclasses.asdict(entry) for entry in catalog().values()]
            click.echo(json.dumps(entries, ensure_ascii=False, indent=1))
            return
        for entry in catalog().values():
            click.echo(f"{entry.name}")
            click.echo(
                f"  {say.label(entry.title)} · {say.label(entry.publisher)} · {say.label(entry.licence)}"
            )
            click.echo(f"  {entry.page}")
            if entry.sha256:
                click.echo(f"  SHA-256: {entry.sha256}")

    return click.Command(
        "list",
        callback=show,
        params=[lang_option(say, ("fr", "en")), json_option(say)],
        help=say.t("List the sources: name, title, publisher, licence, page. Nothing is fetched."),
        epilog=say.t("Example: geosocial data list"),
    )


def _get(say: Words) -> click.Command:
    def get(name: str, into: str, mirror: str) -> None:
        from geosocial.io.catalog import fetch, fetched_sha256, find

        entry = find(name)
        with Console(say).step(N_("Fetching {title}"), title=entry.title):
            file, _ = fetch(entry, into, mirror=mirror)
        click.echo(f"{file}\n  SHA-256: {fetched_sha256(file) or entry.sha256}")

    return click.Command(
        "get",
        callback=get,
        params=[
            click.Argument(["name"]),
            click.Option(
                ["--into"],
                default="data",
                show_default=True,
                type=click.Path(file_okay=False),
                help=say.t("Folder in which the file is kept; what is there already is not fetched again."),
            ),
            click.Option(
                ["--from", "mirror"],
                default="",
                metavar="DIR|URL",
                help=say.t("Folder or web address that holds the same file, instead of its publisher’s."),
            ),
            lang_option(say, ("fr", "en")),
        ],
        help=say.t("Fetch the source NAME over the network, and go on where an earlier attempt was cut."),
        epilog=say.t("Example: geosocial data get boroughs --into data"),
    )
