"""Whether the columns that headers name hold words and numbers of ours, and which of their words do not.

A column whose words or numbers are mostly not of ours is named and left alone, so that a file that was made
for something else is not drowned in faults.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from geosocial.errors import N_, Said
from geosocial.intake.columns import Columns, Terms, number
from geosocial.intake.recognise import LABELS, Recognised
from geosocial.vocabulary import crosswalk, fold, kinds, spheres, synonyms, terms

#: Share of the cells of a column that must be words, or numbers, of ours for the column to be taken as such.
_ENOUGH: Final = 0.5
#: Column → its family of words.
_FAMILY: Final = {
    "sphere": "spheres",
    "kind": "kinds",
    "status": "statuses",
    "legal_form": "legal_forms",
    "direction": "directions",
}


@dataclass(frozen=True, slots=True)
class Held:
    """The columns of a list that hold what their headers say."""

    found: Recognised
    notes: tuple[Said, ...]
    #: The crosswalk that knows the words of the kinds; ``""``: the vocabulary does.
    crosswalk: str
    #: Words of the kinds that neither knows, with their rows; the most frequent first.
    unknown: Mapping[str, int]


def held(columns: Columns, found: Recognised, chosen: Mapping[str, str], *, kept: Sequence[str] = ()) -> Held:
    """Return the columns that hold words and numbers of ours; the others are not taken, and named.

    Parameters
    ----------
    columns, found
        A list, and what its headers say.
    chosen
        Columns that the user names: they are taken whatever they hold.
    kept
        Columns that are taken so too, as long as they do not hold legal forms.
    """
    taken, notes = dict(found.columns), []
    walk, unknown = "", Counter[str]()
    for key in (*_FAMILY, "count", "capacity"):
        header = taken.get(key)
        if header is None:
            continue
        cells = [cell for cell in columns.text(header) if cell]
        best, known = _fit(key, cells)
        share = sum(known[cell] for cell in cells) / len(cells) if cells else 0.0
        if share < _ENOUGH and key not in chosen:
            if key == "kind" and "legal_form" not in taken and _says_legal_form(cells):
                del taken[key]
                taken["legal_form"] = header
                continue
            if key not in kept:
                del taken[key]
                strange = tuple(dict.fromkeys(cell[:40] for cell in cells if not known[cell]))[:3]
                facts = {"column": header, "what": Said(LABELS[key]), "found": ", ".join(strange)}
                told = Said(N_("Column “{column}” is not taken as “{what}”: it holds {found}, …"), facts)
                notes += [told] if cells else []
                continue
        if key == "kind":
            unknown.update(cell for cell in cells if not known[cell])
        if best:
            walk = best
            facts = {"column": header, "crosswalk": walk}
            notes.append(
                Said(N_("Column “{column}”: its words are those of crosswalk “{crosswalk}”."), facts)
            )
    return Held(replace(found, columns=taken), tuple(notes), walk, dict(unknown.most_common()))


def _says_legal_form(cells: Sequence[str]) -> bool:
    """Return whether a column of kinds, as people call it, holds legal forms: COOP, OSBL."""
    _, known = _fit("legal_form", cells)
    return bool(cells) and sum(known[cell] for cell in cells) >= _ENOUGH * len(cells)


def _fit(key: str, cells: Sequence[str]) -> tuple[str, Mapping[str, bool]]:
    """Return the crosswalk that knows the words of a column best, and of each word whether it is known."""
    words = list(dict.fromkeys(cells))
    if key in {"count", "capacity"}:
        return "", {word: not isinstance(number(word), str) for word in words}
    families: dict[str, Mapping[str, Any]] = {
        "sphere": spheres(),
        "kind": kinds(),
        "status": terms("statuses"),
        "legal_form": terms("legal_forms"),
        "direction": terms("directions"),
    }
    labels = ("one", "many") if key == "kind" else ("label",)
    ours = Terms(families[key], labels, also=synonyms.words(_FAMILY[key])).keys(words)
    fits = {"": {word: known is not None for word, known in zip(words, ours, strict=True)}}
    if key == "kind":
        for name in synonyms.crosswalks():
            table = crosswalk(name)
            beginnings = tuple(table.prefixes)
            fits[name] = {
                word: fold(word) in table.kinds or bool(beginnings and fold(word).startswith(beginnings))
                for word in words
            }
    best = max(fits, key=lambda name: sum(fits[name][cell] for cell in cells))
    return best, fits[best]
