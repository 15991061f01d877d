"""``geosocial explain``: where a figure of a run comes from."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geosocial.cli.console import json_option, lang_option
from geosocial.errors import N_, InputError, MissingFileError
from geosocial.i18n import Words

if TYPE_CHECKING:
    from geosocial.report.explain import Explanation
    from geosocial.results import Results


def command(say: Words) -> click.Command:
    """Return the verb ``explain``."""

    def explain(run: str, *, table: str | None, as_json: bool, **asked: Any) -> None:
        from geosocial.intake.edition import read_results

        folder = Path(run)
        results = read_results(folder)
        if table is not None:
            found = [_cell(say, results, folder, table, number=asked["row"], column=asked["column"])]
        else:
            found = _figures(say, results, asked)
        if as_json:
            click.echo(json.dumps([f.plain() for f in found], ensure_ascii=False, indent=1, allow_nan=False))
            return
        for number, one in enumerate(found):
            if number:
                click.echo("")
            for line in one.lines():
                click.echo(line)

    return click.Command(
        "explain",
        callback=explain,
        params=[
            click.Argument(["run"], type=click.Path(file_okay=False)),
            click.Option(
                ["--zone"], help=say.t("Zone, by its name or identifier; otherwise the city as a whole.")
            ),
            click.Option(["--indicator"], help=say.t("Indicator, by its key or name: gap, coverage.")),
            click.Option(
                ["--sphere"], help=say.t("Sphere, by its key; otherwise every sphere of the study.")
            ),
            click.Option(["--service"], help=say.t("One of its services, by its key; otherwise every one.")),
            click.Option(["--table"], help=say.t("A table of the run instead: its name, as closures.")),
            click.Option(
                ["--row"],
                type=click.IntRange(min=2),
                default=2,
                help=say.t("Row of that table, as a spreadsheet counts."),
            ),
            click.Option(["--column"], help=say.t("Column of that table; otherwise its last figure.")),
            lang_option(say, ("fr", "en")),
            json_option(say),
        ],
        help=say.t(
            "Say where a figure of RUN comes from: its definition and formula, the calculation, the records, "
            "the settings and the inputs."
        ),
        epilog=say.t("Example: geosocial explain results --zone Verdun --indicator gap --sphere culture"),
    )


def _figures(say: Words, results: Results, asked: dict[str, Any]) -> list[Explanation]:
    from geosocial.report.explain import explain

    zone = _zone(results, asked["zone"] or "")
    indicator = _indicator(asked["indicator"] or "gap")
    services = [
        (sphere, service.key)
        for sphere, service in results.study.services()
        if asked["sphere"] in {None, sphere} and asked["service"] in {None, service.key}
    ]
    if not services:
        raise InputError(
            N_("The study has no sphere “{got}”."),
            hint=N_("Use one of {spheres}."),
            got=asked["sphere"] or asked["service"],
            spheres=", ".join(results.study.spheres),
        )
    found = []
    for sphere, service in services:
        try:
            found.append(
                explain(say, results, zone_id=zone, sphere=sphere, service=service, indicator=indicator)
            )
        except InputError:
            # a coverage has no rate, a ratio no coverage: only where nothing is left is that an answer
            if len(services) == 1:
                raise
    if not found:
        raise InputError(
            N_("This run has no indicator “{got}”."),
            hint=N_("Use a key that geosocial indicators lists."),
            got=indicator,
        )
    return found


def _zone(results: Results, asked: str) -> str:
    """Return the identifier of the zone that was asked for, by identifier or by name, loosely written."""
    from geosocial.vocabulary.zone_names import fold_name

    zones = results.zones
    ids = zones["zone_id"].tolist()
    if not asked or asked in ids:
        return asked
    for names in (zones["name_fr"], zones["name_en"]):
        for zone, name in zip(ids, names.tolist(), strict=True):
            if fold_name(name) == fold_name(asked):
                return str(zone)
    for alias, zone in results.study.zones.aliases.items():
        if fold_name(alias) == fold_name(asked):
            return zone
    raise InputError(
        N_("The run has no zone “{got}”."),
        hint=N_("Use one of {zones}."),
        got=asked,
        zones=", ".join(zones["name_fr"].tolist()),
    )


def _indicator(asked: str) -> str:
    from geosocial.measure.indicators import INDICATORS

    wanted = asked.casefold()
    for key, indicator in INDICATORS.items():
        if wanted in {key, indicator.label.fr.casefold(), indicator.label.en.casefold()}:
            return key
    return asked


def _cell(
    say: Words, results: Results, folder: Path, table: str, *, number: int, column: str | None
) -> Explanation:
    from geosocial.report import explain_followup
    from geosocial.report.explain import explain_cell

    held = sorted(p.stem for p in (folder / "tables").glob("*.csv"))
    if table not in held:
        raise MissingFileError(
            N_("The run has no table “{got}”."),
            hint=N_("Use one of {held}."),
            got=table,
            held=", ".join(held),
        )
    rows = _rows(folder / "tables" / f"{table}.csv")
    if number - 2 >= len(rows):
        raise InputError(
            N_("{file}: there is no row {row}; the last is {last}."),
            file=folder / "tables" / f"{table}.csv",
            row=number,
            last=len(rows) + 1,
        )
    row = rows[number - 2]
    chosen = column or ("value" if "value" in row else next(reversed(row)))
    if chosen not in row:
        raise InputError(
            N_("Table “{table}” has no column “{got}”."),
            hint=N_("Use one of {held}."),
            table=table,
            got=chosen,
            held=", ".join(row),
        )
    said = {(r["table"], r["column"]): r for r in _rows(folder / "tables" / "dictionary.csv")}
    meaning = said.get((table, chosen), {}).get(f"meaning_{say.lang}", "")
    found = explain_cell(say, results, table=table, number=number, row=row, column=chosen, meaning=meaning)
    if table in explain_followup.TOLD and chosen == explain_followup.VALUE:
        # figures of the follow-up are told in a sentence, as on the page of explanations
        told = explain_followup.in_words(say, results, table=table, number=number)
        rest = tuple(p for p in found.parts if p.title != say.t("Definition"))
        return replace(found, sentence=told.sentence, parts=(*told.parts, *rest))
    return found


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return list(csv.DictReader(stream))
    except FileNotFoundError:
        return []
