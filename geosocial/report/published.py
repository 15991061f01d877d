"""What the report says of the public directory: what was left out, blurred and kept back, in counts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from geosocial import wording
from geosocial.errors import N_
from geosocial.report.parts import SHOWN, Part, Table, list_label, more
from geosocial.tables.contract import rows

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results

_REASONS: Final = {
    "rejected": N_("Left out: row rejected"),
    "not_existing": N_("Left out: planned or closed"),
    "in_no_zone": N_("Left out: in no zone, or without a position"),
    "without_name": N_("Left out: without a name"),
    "contact": N_("Left out: telephone number or e-mail in the name or identifier"),
}


def parts(words: Words, results: Results) -> tuple[Part, ...]:
    """Return what is said of the directory; nothing where the study asks for none."""
    spec = results.study.directory
    if spec is None:
        return ()
    table, size = results.directory, words.metres(spec.blur_m)
    out = table["withheld"] == ""
    counts = {
        words.t("Published where they are"): int((out & ~table["blurred"]).sum()),
        words.t("Published at the centre of a cell of {size}: home-based", size=size): int(
            table["blurred"].sum()
        ),
        **{words.t(text): int((table["withheld"] == key).sum()) for key, text in _REASONS.items()},
    }
    told = [
        words.t(
            "The folder directory holds what may be published, private by default: names, spheres, kinds, "
            "legal forms and positions. Contact persons, telephone numbers, e-mails and street addresses "
            "are not in it. The other files of the run, maps included, hold exact positions, and its inputs "
            "the lists as they were read: they are not for publication."
        )
    ]
    silent = [k for k in results.study.published if k not in spec.home_based]
    if silent:
        told.append(
            words.t(
                "Lists that do not say which addresses are home-based, so that no position of theirs is "
                "blurred: {lists}.",
                lists=words.listing(list_label(words, results, key) for key in silent),
            )
        )
    title = words.t("The public directory")
    heads = (words.t("What became of them"), words.t("Initiatives"))
    lines = tuple((text, words.number(n)) for text, n in counts.items() if n or text == next(iter(counts)))
    total = (words.t("Total"), words.number(len(table)))
    first = Part("directory", title, tuple(told), Table(title, heads, lines, frozenset({1}), "", total))
    return first, _cells(words, results, spec.least)


def _cells(words: Words, results: Results, least: int) -> Part:
    spheres = tuple(results.study.spheres)
    small = f"<\u00a0{words.number(least)}"
    found = {
        (r["zone_id"], r["sphere"]): small if math.isnan(r["records"]) else words.number(r["records"])
        for r in rows(results.directory_cells)
    }
    zones = [str(z) for z in results.zones["zone_id"]]
    lines = tuple(
        (wording.zone_name(words, results, z), *(found[z, sphere] for sphere in spheres))
        for z in zones[:SHOWN]
    )
    hidden = int(results.directory_cells["suppressed"].sum())
    text = words.t(
        "Counts from 1 to {most} are suppressed (“{small}”): {hidden} of {of}. Totals are not given, since a "
        "suppressed count could be worked out from them.",
        most=words.number(least - 1),
        small=small,
        hidden=words.number(hidden),
        of=words.number(len(results.directory_cells)),
    )
    if least == 1:
        text = words.t("No count is suppressed: the study shows counts from 1.")
    title = words.t("Initiatives published, by zone and sphere")
    note = more(words, len(zones), "directory_cells.csv")
    heads = (wording.zone_heading(words, results), *(wording.sphere_label(words, s) for s in spheres))
    numbers = frozenset(range(1, len(heads)))
    return Part("directory-cells", title, (text,), Table(title, heads, lines, numbers, note))
