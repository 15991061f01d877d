"""``geosocial map``: the maps alone: the atlas, a page a borough, and pictures when they are asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geosocial import __version__
from geosocial.cli.console import Console, folder_option, json_option, lang_option, since_option, with_since
from geosocial.i18n import Words

if TYPE_CHECKING:
    from collections.abc import Sequence


def command(say: Words) -> click.Command:
    """Return the verb ``map``."""

    def draw(
        study: str | None,
        *,
        out: str,
        lang: str | None,
        pictures: bool,
        since: str | None,
        as_json: bool,
    ) -> None:
        from geosocial import pipeline
        from geosocial.cartography import maps
        from geosocial.study import read_study

        console = Console(say, silent=as_json)
        read = with_since(read_study(study), since)
        if not as_json:
            title = say.t("geosocial {version} · {study}", version=__version__, study=say.label(read.name))
            click.echo(title, err=True)
        results = pipeline.compute(read, step=console.step, apart=True, meanwhile=maps.load)
        langs: Any = (lang,) if lang in {"fr", "en"} else ("fr", "en")
        written = pipeline.write_maps(
            results, Path(out), langs=langs, pictures=pictures, step=console.step, kept=console.kept
        )
        if as_json:
            click.echo(json.dumps([str(p) for p in written], ensure_ascii=False, indent=1))
            return
        for line in lines(say, written):
            click.echo(line)

    return click.Command(
        "map",
        callback=draw,
        params=[
            click.Argument(["study"], required=False, type=click.Path()),
            folder_option(say),
            click.Option(
                ["--pictures"],
                is_flag=True,
                help=say.t("Also draw every map as a picture, PNG and SVG, for slides and reports."),
            ),
            since_option(say),
            lang_option(say, ("fr", "en", "both")),
            json_option(say),
        ],
        help=say.t(
            "Draw the maps of STUDY: the atlas and a page a zone, each one file that opens without a "
            "network; with --pictures also PNG and SVG (without STUDY, the embedded Montréal study)."
        ),
        epilog=say.t("Example: geosocial map my-study --pictures --out maps-only"),
    )


def lines(say: Words, written: Sequence[Path]) -> list[str]:
    """Return what was drawn, a line a kind: the atlas, the index with its pages, the folder of pictures."""
    found = [str(p) for p in written if p.name == "atlas.html"]
    pages = [p for p in written if p.parent.name == "boroughs"]
    drawn = [p for p in written if p.parent.name == "pictures"]
    if pages:
        facts = {"folder": pages[0], "count": say.number(len(pages))}
        found.append(say.n("{folder} ({count} page)", "{folder} ({count} pages)", len(pages), **facts))
    if drawn:
        facts = {"folder": drawn[0].parent, "count": say.number(len(drawn))}
        found.append(say.n("{folder} ({count} picture)", "{folder} ({count} pictures)", len(drawn), **facts))
    return found
