"""The reference of the indicators, generated from their one registry: a page, Markdown, JSON, plain lines.

The page has the look and the policy of the report: no script, no request. It names no study, so that it is
the same for every run of a version.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from geosocial.errors import N_, OutputError
from geosocial.followup.registry import FIGURES
from geosocial.measure.indicators import INDICATORS, Indicator
from geosocial.report.html import style, template
from geosocial.report.tables import UNITS
from geosocial.wording import COLON

if TYPE_CHECKING:
    from geosocial.i18n import Words

SUFFIXES: Final = (".html", ".md")
SENSES: Final = {
    "more_is_better": N_("more is better"),
    "more_is_worse": N_("more is worse"),
    "neutral": N_("neither better nor worse"),
}
LEVELS: Final = {
    "input": N_("input: what is due or put in"),
    "output": N_("output: what is offered"),
    "outcome": N_("outcome: what reaches people"),
}
#: Units that no row of `tables.MEASURES` carries.
OTHER_UNITS: Final = {
    "of_demand": N_("people or households, as the demand of the service"),
    "of_supply": N_("facilities or dwellings, as the supply of the service"),
    "of_rule": N_("a coverage: as its demand; a ratio: as its supply"),
    "per": N_("supply for so many of the demand, as the study says"),
    "rank": N_("rank"),
    "settings": N_("settings"),
}
#: The symbols of the formulas.
SYMBOLS: Final = {
    "P": N_("demand of a place"),
    "d, d_ij": N_("cost from a place to the nearest facility, to facility j"),
    "d₀": N_("standard"),
    "D, S": N_("demand and supply of the zone"),
    "Sⱼ": N_("supply of facility j"),
    "1[…]": N_("1 where it is so, else 0"),
    "j∈z": N_("the facilities of the zone itself"),
    "f": N_("weight by distance, 0 beyond the standard"),
    "ν, q": N_("norm of the service, and for how many of the demand it holds"),
    "G": N_("gap"),
    "g, xₛ, x̄ₛ": N_("gap as a share; value of the zone, and of the whole, in setting s"),
    "a | b": N_("a for a coverage, b for a ratio"),
    "E, E_f": N_("enterprises; those of a legal form"),
    "N, M, N_s, M_s": N_("contracts and their amount; those of social-economy enterprises"),
    "s": N_("share of an enterprise in these purchases"),
    "med": N_("the value in the middle, half of the others being smaller"),
    "t, t₀": N_("year of the edition; year of the founding"),
    "n": N_("rows that are counted"),
    "r": N_("the field is filled in"),
    "v": N_("what a row states: jobs, dwellings"),
    "A, B": N_("in the earlier edition, in the later one"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """An indicator in one language."""

    key: str
    label: str
    meaning: str
    #: Name and text of each of its facts, the formula apart.
    facts: tuple[tuple[str, str], ...]
    formula: str


def entries(words: Words) -> list[Entry]:
    """Return every indicator of the registry in one language, in its order."""
    return [_entry(words, one) for one in (*INDICATORS.values(), *FIGURES.values())]


def _entry(words: Words, one: Indicator) -> Entry:
    places = [words.t("tables measures and overall") if t == "measures" else t for t in one.tables]
    return Entry(
        key=one.key,
        label=words.label(one.label),
        meaning=words.label(one.meaning),
        facts=(
            (words.t("Unit"), unit(words, one)),
            (words.t("Sense"), words.t(SENSES[one.sense])),
            (words.t("Level"), words.t(LEVELS[one.level])),
            (words.t("Source"), words.label(one.source)),
            (words.t("Where it stands"), ", ".join(places)),
        ),
        formula=one.formula,
    )


def unit(words: Words, one: Indicator) -> str:
    """Return the unit of an indicator in words."""
    return words.t(OTHER_UNITS.get(one.unit) or UNITS[one.unit])


def write_indicators(path: Path, words: Words, *, files: Mapping[str, str] | None = None) -> None:
    """Write the reference as a page or as Markdown, by the suffix of `path`.

    Parameters
    ----------
    files
        Addresses relative to the page: ``report``, and ``fr`` or ``en`` for the other language.

    Raises
    ------
    OutputError
        When the suffix is another, or the file cannot be written.
    """
    from geosocial.io.write import write_text

    check_suffix(path)
    plain = path.suffix.lower() == ".md"
    write_text(markdown(words) if plain else page(words, files=files), path)


def check_suffix(path: Path) -> None:
    """Refuse a file whose suffix names no format that is written.

    Raises
    ------
    OutputError
        Naming those that are.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise OutputError(
            N_("{file}: the suffix does not name a format that is written."),
            hint=N_("Use one of {suffixes}."),
            file=path,
            suffixes=", ".join(SUFFIXES),
        )


def page(words: Words, *, files: Mapping[str, str] | None = None) -> str:
    """Return the reference as one offline page."""
    sheet = style()
    other = "en" if words.lang == "fr" else "fr"
    return template("indicators.html").render(
        lang=words.lang,
        other=other,
        other_name="English" if other == "en" else "Français",
        entries=entries(words),
        symbols=[(symbol, words.t(text)) for symbol, text in SYMBOLS.items()],
        files=dict(files or {}),
        style=sheet,
        digest=base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode(),
        labels={
            "title": words.t("Indicators"),
            "lead": _lead(words),
            "formula": words.t("Formula"),
            "symbols": words.t("Symbols"),
            "contents": words.t("Contents"),
            "report": words.t("Report"),
            "skip": words.t("Skip to the indicators"),
            "made": words.t("Made with geosocial, from the one definition of each indicator."),
        },
    )


def _lead(words: Words) -> str:
    return words.t(
        "Every figure of the tables has one definition: what it says, its unit, its formula, its source."
    )


def markdown(words: Words) -> str:
    """Return the reference as Markdown."""
    colon = COLON[words.lang]
    out = [f"# {words.t('Indicators')}", "", _lead(words), ""]
    for one in entries(words):
        out += [f"## {one.label} (`{one.key}`)", "", one.meaning, ""]
        out += [f"- {words.t('Formula')}{colon} `{one.formula}`"]
        out += [f"- {name}{colon} {text}" for name, text in one.facts]
        out += [""]
    out += [f"## {words.t('Symbols')}", ""]
    out += [f"- `{symbol}`{colon} {words.t(text)}" for symbol, text in SYMBOLS.items()]
    return "\n".join(out) + "\n"


def lines(words: Words) -> Iterator[str]:
    """Give the reference as the lines of a terminal."""
    colon = COLON[words.lang]
    for one in entries(words):
        yield f"{one.key} – {one.label}"
        yield f"  {one.meaning}"
        yield f"  {words.t('Formula')}{colon} {one.formula}"
        for name, text in one.facts:
            yield f"  {name}{colon} {text}"
        yield ""
    yield f"{words.t('Symbols')}{colon} " + "; ".join(f"{s}, {words.t(x)}" for s, x in SYMBOLS.items())


def as_json(words: Words) -> str:
    """Return the registry as JSON: keys that programs rely on, both languages, the words of one."""
    told: list[dict[str, Any]] = [
        {
            "key": one.key,
            "label": {"fr": one.label.fr, "en": one.label.en},
            "definition": {"fr": one.meaning.fr, "en": one.meaning.en},
            "unit": one.unit,
            "unit_label": unit(words, one),
            "sense": one.sense,
            "level": one.level,
            "formula": one.formula,
            "source": {"fr": one.source.fr, "en": one.source.en},
            "tables": list(one.tables),
        }
        for one in (*INDICATORS.values(), *FIGURES.values())
    ]
    return json.dumps({"indicators": told}, ensure_ascii=False, indent=1)
