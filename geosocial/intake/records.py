"""Type the rows of a list: sphere, kind, status, legal form, numbers; or reject a row with its reason.

The words of a row are looked up first (keys, labels in either language, or a crosswalk); pydantic then
checks every row against one strict model, so that no record travels on with a word or a number that the
house does not know.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, create_model

from geosocial.intake.columns import Terms, number
from geosocial.intake.faults import Faults
from geosocial.intake.source import Source
from geosocial.vocabulary import classify, fold, general_kinds, kinds, spheres, synonyms, terms

if TYPE_CHECKING:
    import pandas as pd

    from geosocial.study import PlacesSpec

#: The code of a fault of each field, when its word is not known.
_UNKNOWN: Final = {
    "sphere": "unknown_sphere",
    "kind": "unknown_kind",
    "status": "unknown_status",
    "legal_form": "unknown_legal_form",
    "direction": "unknown_direction",
}
_Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True)
class Typed:
    """The typed columns of a list, one value a row; a rejected row keeps what could be read."""

    table: pd.DataFrame
    #: Categories that the crosswalk does not know: category → rows.
    unmapped: Mapping[str, int]


def type_rows(source: Source, spec: PlacesSpec, faults: Faults) -> Typed:
    """Return the typed columns of a list, and put into `faults` why rows are rejected or deserve a look."""
    import pandas as pd

    columns = source.columns
    words = {
        "sphere": columns.text(spec.sphere),
        "kind": columns.text(spec.kind),
        "status": columns.text(spec.status),
        "legal_form": columns.text(spec.legal_form),
        "direction": columns.text(spec.direction),
    }
    keys: dict[str, list[str | None]] = {
        "sphere": Terms(spheres(), also=synonyms.words("spheres")).keys(words["sphere"]),
        "kind": _kinds(words["kind"], spec),
        "status": _taught(
            words["status"],
            Terms(terms("statuses"), also=synonyms.words("statuses")).keys(words["status"]),
            spec.status_words,
        ),
        "legal_form": Terms(terms("legal_forms"), also=synonyms.words("legal_forms")).keys(
            words["legal_form"]
        ),
        "direction": Terms(terms("directions"), also=synonyms.words("directions")).keys(words["direction"]),
    }
    # a kind says which sphere it serves, where the list does not
    keys["sphere"] = [
        kinds()[kind].sphere if sphere == "" and kind else sphere
        for sphere, kind in zip(keys["sphere"], keys["kind"], strict=True)
    ]
    # where it says the sphere alone, the kind is that sphere's general one: the place counts
    general = general_kinds()
    keys["kind"] = [
        general.get(sphere or "", "") if kind == "" and not word else kind
        for sphere, kind, word in zip(keys["sphere"], keys["kind"], words["kind"], strict=True)
    ]
    amounts: dict[str, list[float | str]] = {
        "count": [number(text) for text in columns.text(spec.count)]
        if spec.count
        else [1.0 for _ in source.rows],
        "capacity": [number(text) for text in columns.text(spec.capacity)],
    }
    written = {**words, "count": columns.text(spec.count), "capacity": columns.text(spec.capacity)}
    _check(keys, amounts, written, {name: columns.shown(getattr(spec, name)) for name in written}, faults)
    _note(keys, amounts, spec, columns.shown, faults)
    if spec.sphere:
        _agree(keys, words["sphere"], columns.shown(spec.sphere), faults)
    table = pd.DataFrame(
        {
            **{name: pd.Series([key or "" for key in found], dtype="str") for name, found in keys.items()},
            **{name: _floats(values) for name, values in amounts.items()},
            "category": pd.Series(words["kind"], dtype="str"),
        }
    )
    unmapped = (
        Counter(word for word, kind in zip(words["kind"], keys["kind"], strict=True) if word and not kind)
        if spec.crosswalk
        else {}
    )
    return Typed(table, dict(sorted(unmapped.items(), key=lambda item: (-item[1], item[0]))))


def _kinds(words: Sequence[str], spec: PlacesSpec) -> list[str | None]:
    """Return the kind of each word: by the list's own words, its crosswalk, or else the vocabulary."""
    distinct = list(dict.fromkeys(words))
    if spec.crosswalk:
        found: list[str | None] = [classify(spec.crosswalk, word) for word in distinct]
    else:
        found = Terms(kinds(), ("one", "many"), also=synonyms.words("kinds")).keys(distinct)
    known = dict(zip(distinct, _taught(distinct, found, spec.kind_words), strict=True))
    return [known[word] for word in words]


def _taught(words: Sequence[str], found: Sequence[str | None], taught: Mapping[str, str]) -> list[str | None]:
    """Return the key of each word: that which the study gives it, or else the one found."""
    own = {fold(word): key for word, key in taught.items()}
    return [own.get(fold(word), key) for word, key in zip(words, found, strict=True)]


def _one_of(words: Iterable[str]) -> Any:
    return Literal[tuple(words)]


def _model() -> TypeAdapter[list[Any]]:
    """Return the model of one row, over the words of the vocabulary; a field that fails rejects the row."""
    record = create_model(
        "Record",
        __config__=ConfigDict(frozen=True, extra="forbid", strict=True),
        sphere=(_one_of(["", *spheres()]), ...),
        kind=(_one_of(["", *kinds()]), ...),
        status=(_one_of(terms("statuses")), ...),
        legal_form=(_one_of(["", *terms("legal_forms")]), ...),
        direction=(_one_of(["", *terms("directions")]), ...),
        count=(_Amount | None, ...),
        capacity=(_Amount | None, ...),
    )
    return TypeAdapter(list[record])


def _check(
    keys: Mapping[str, list[str | None]],
    amounts: Mapping[str, list[float | str]],
    written: Mapping[str, list[str]],
    shown: Mapping[str, str],
    faults: Faults,
) -> None:
    """Check every row against the model, and name each field that fails."""
    names = [*keys, *amounts]
    # NaN, which alone differs from itself, is an empty cell here.
    given = [*keys.values(), *([v if v == v else None for v in values] for values in amounts.values())]  # noqa: PLR0124
    rows = [dict(zip(names, row, strict=True)) for row in zip(*given, strict=True)]
    try:
        _model().validate_python(rows)
    except ValidationError as error:
        seen = set()
        for fault in error.errors(include_url=False, include_context=False):
            position, name = int(fault["loc"][0]), str(fault["loc"][1])
            if (position, name) in seen:
                continue
            seen.add((position, name))
            value, text = rows[position][name], written[name][position]
            if name in amounts:
                code = value if isinstance(value, str) else "negative_number"
            else:
                code = "no_status" if value == "" else _UNKNOWN[name]
            faults.add(position, code, "rejected", column=shown[name], value=text)


def _note(
    keys: Mapping[str, list[str | None]],
    amounts: Mapping[str, list[float | str]],
    spec: PlacesSpec,
    shown: Any,
    faults: Faults,
) -> None:
    """Flag the rows that give no number where one is due."""
    rejected = faults.positions("rejected")
    if spec.count:
        for position, value in enumerate(amounts["count"]):
            if isinstance(value, float) and math.isnan(value) and position not in rejected:
                faults.add(position, "no_count", "flagged", column=shown(spec.count))
    if spec.capacity:
        due = {key for key, kind in kinds().items() if kind.capacity}
        for position, (value, kind) in enumerate(zip(amounts["capacity"], keys["kind"], strict=True)):
            if isinstance(value, float) and math.isnan(value) and kind in due and position not in rejected:
                faults.add(position, "no_capacity", "flagged", column=shown(spec.capacity))


def _agree(keys: Mapping[str, list[str | None]], words: Sequence[str], column: str, faults: Faults) -> None:
    """Reject the rows whose kind serves another sphere than the one that they name."""
    for position, (sphere, kind) in enumerate(zip(keys["sphere"], keys["kind"], strict=True)):
        if sphere and kind and kinds()[kind].sphere != sphere:
            faults.add(position, "sphere_kind_mismatch", "rejected", column=column, value=words[position])


def _floats(values: Sequence[float | str]) -> list[float]:
    return [math.nan if isinstance(v, str) or v < 0 else v for v in values]
