"""Rows that may be one place twice, as the report and the workbook propose them for review."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from geosocial.errors import N_
from geosocial.report.parts import SHOWN, Part, Table, list_label, more

if TYPE_CHECKING:
    import pandas as pd

    from geosocial.i18n import Words
    from geosocial.results import Results

#: Why two rows may be one place, by `geosocial.tables.DUPLICATES`.
WHY: Final = {
    "same": N_("same name, kind and position"),
    "name": N_("names alike, close together"),
    "phone": N_("same telephone"),
    "email": N_("same e-mail"),
    "site": N_("same website"),
}


def part(words: Words, results: Results) -> Part | None:
    """Return what the report says of rows that may be one place; None when no list has names or contacts."""
    found = results.duplicates
    title = words.t("Perhaps listed twice")
    if found.empty and not (results.places["name"] != "").any():
        return None
    if found.empty:
        return Part("duplicates", title, (words.t("No two rows look like one place."),))
    said = words.n(
        "{count} pair of rows may be one place. Nothing was merged: each row counts until a person decides.",
        "{count} pairs of rows may be one place. Nothing was merged: each row counts until a person decides.",
        len(found),
        count=words.number(len(found)),
    )
    rows = [
        (
            list_label(words, results, str(pair["source"])),
            str(int(pair["source_row"])),
            str(pair["name"]) or str(pair["record_id"]),
            list_label(words, results, str(pair["other_source"])),
            str(int(pair["other_source_row"])),
            str(pair["other_name"]) or str(pair["other_record_id"]),
            words.t(WHY[str(pair["reason"])]),
        )
        for pair in ordered(found).head(SHOWN).to_dict(orient="records")
    ]
    heads = (
        words.t("List"),
        words.t("Row"),
        words.t("Name"),
        words.t("Other list"),
        words.t("Row"),
        words.t("Other name"),
        words.t("Why"),
    )
    note = more(words, len(found), "duplicates.csv")
    return Part("duplicates", title, (said,), Table(title, heads, tuple(rows), frozenset({1, 4}), note))


def ordered(found: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs with the surest first: exact ones, then the most alike, then the nearest."""
    return found.sort_values(
        ["likeness", "similarity", "distance_m"], ascending=[True, False, True], kind="stable"
    )
