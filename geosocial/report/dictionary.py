"""What every column of the tables that a run writes means, in both languages, with its unit."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from geosocial import tables

if TYPE_CHECKING:
    import pandas as pd

    from geosocial.i18n import Words
    from geosocial.results import Results


@cache
def meanings() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Return what each column means in both languages: by table, and under ``any`` for every table."""
    text = resources.files("geosocial.report").joinpath("dictionary.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def dictionary(written: Mapping[str, pd.DataFrame], results: Results) -> pd.DataFrame:
    """Return what every column of the written tables means, in both languages, with its unit."""
    import pandas as pd

    contracts = {c.name: c.columns for c in tables.CONTRACTS}
    own = {c.key: c for c in results.study.demand.columns}
    rows: list[tuple[str, ...]] = []
    for name, frame in written.items():
        for column in frame.columns:
            contract = contracts.get(name, {}).get(column)
            if name == "demand" and contract is None:
                rows.append((name, column, own[column].label.fr, own[column].label.en, own[column].unit))
                continue
            rows.append((name, column, *_meaning(name, column), contract.unit if contract else ""))
    return pd.DataFrame(rows, columns=["table", "column", "meaning_fr", "meaning_en", "unit"])


def meaning(words: Words, results: Results, table: str, column: str) -> str:
    """Return what a column of a written table means in one language, as the dictionary of the run says."""
    own = next((c for c in results.study.demand.columns if c.key == column), None)
    if table == "demand" and own is not None:
        return words.label(own.label)
    return _meaning(table, column)[0 if words.lang == "fr" else 1]


def _meaning(table: str, column: str) -> tuple[str, str]:
    """Return what a column means; one that was added in words names the key that it stands beside."""
    known = meanings()
    found = known.get(table, {}).get(column) or known["any"].get(column)
    if found:
        return found["fr"], found["en"]
    stem, lang = column.rsplit("_", 1)
    key = "zone_id" if stem == "zone" else stem
    french, english = {"fr": ("français", "French"), "en": ("anglais", "English")}[lang]
    return f"{key} en mots, en {french}", f"{key} in words, in {english}"
