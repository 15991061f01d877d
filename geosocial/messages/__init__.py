"""What a message means and what to do about it: one topic for several messages, one stable code for a topic.

The topics are the TOML files beside this module, in both languages, a family of them in each. A topic names
the *templates* of its messages as they stand in the source (and in the catalogue), and the codes of the rows
(`geosocial.intake.REASONS`) that it explains. The command line shows the code at the end of a refusal:

    geosocial: parcs.shp: the shapefile lacks its part .dbf. Copy all … together. [shapefile-parts]

``geosocial help shapefile-parts`` shows the topic, and so does ``geosocial help`` with the message
itself. The page of troubleshooting in the documentation is made from the same files. A code, once released,
stays.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from geosocial.i18n import Words
from geosocial.vocabulary import LocalText

#: The files of topics, in the order in which they are shown.
FAMILIES: Final = ("files", "places", "study", "rows", "running", "sites", "maps", "python")
#: A message of fewer letters than this, fields apart, says too little to be known by them.
_ENOUGH: Final = 8
_FIELD: Final = re.compile(r"\{[^{}]*\}")
_CODE: Final = re.compile(r"\[([a-z]+(?:-[a-z]+)*)\]\s*$")


@dataclass(frozen=True, slots=True)
class Topic:
    """What several messages have in common: why they are said, and what to do."""

    #: Stable, in English: lower-case words joined by hyphens.
    code: str
    #: Key of its family, which is the name of its file.
    family: str
    title: LocalText
    why: LocalText
    do: LocalText
    #: English templates of the refusals and remarks that it explains.
    messages: tuple[str, ...] = ()
    #: Codes of what is said of a row, as in the tables of faults.
    rows: tuple[str, ...] = ()


@cache
def _file(family: str) -> dict[str, dict[str, object]]:
    text = resources.files(__package__).joinpath(f"{family}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _text(value: object) -> LocalText:
    assert isinstance(value, dict)  # noqa: S101 - our own files, which a test reads
    return LocalText(fr=value["fr"], en=value["en"])


def _listed(value: object) -> tuple[str, ...]:
    assert isinstance(value, list)  # noqa: S101 - the same
    return tuple(map(str, value))


@cache
def families() -> Mapping[str, LocalText]:
    """Return the title of each family of topics, in order."""
    return {name: _text(_file(name)["family"]) for name in FAMILIES}


@cache
def topics() -> Mapping[str, Topic]:
    """Return every topic by its code, in the order of the files.

    >>> topics()["crs-missing"].title["en"]
    'The coordinate reference system is not stated'
    """
    found: dict[str, Topic] = {}
    for name in FAMILIES:
        for code, record in _file(name).items():
            if code != "family":
                title, why, do = (_text(record[key]) for key in ("title", "why", "do"))
                messages, rows = (_listed(record.get(key, [])) for key in ("messages", "rows"))
                found[code] = Topic(code, name, title, why, do, messages, rows)
    return found


@cache
def _codes() -> Mapping[str, str]:
    """Return the code of the topic of each template and of each code of a row."""
    return {said: topic.code for topic in topics().values() for said in (*topic.messages, *topic.rows)}


def code_of(said: str) -> str:
    """Return the code of the topic of a message's template or of a row's code; ``""`` where there is none.

    >>> code_of("{file}: the file is empty."), code_of("unknown_kind"), code_of("anything")
    ('file-empty', 'word-unknown', '')
    """
    return _codes().get(said, "")


def find(asked: str, *languages: Words) -> Topic | None:
    """Return the topic that someone asks for: by its code, by a row's code, or by a message as it was shown.

    Parameters
    ----------
    asked
        ``crs-missing``, ``unknown_kind``, or a line of the output, whole or in part.
    languages
        The languages in which the message may be.

    Of several templates that fit, the one with the most letters of its own is taken.
    """
    shown = _plain(asked)
    named = re.sub(r"[\s_]+", "-", shown.strip(" []").lower())
    by_name = {code.replace("_", "-"): topic for code, topic in _names()}
    if named in by_name:
        return by_name[named]
    if (code := _CODE.search(shown)) and code.group(1) in topics():
        return topics()[code.group(1)]
    fitting = (
        (letters, topic)
        for template, topic in _templates(languages)
        if (letters := len(re.sub(r"\W", "", _FIELD.sub("", template)))) >= _ENOUGH
        and _pattern(template).search(shown)
    )
    return max(fitting, key=lambda pair: pair[0], default=(0, None))[1]


def row_sentence(code: str, words: Words) -> str:
    """Return what is said of a row with this code, its fields shown as an ellipsis."""
    from geosocial.intake.reasons import REASONS

    return blank(words.t(REASONS[code]))


def blank(template: str) -> str:
    """Return a template with an ellipsis for each of its fields.

    >>> blank("{file}: there is no sheet “{sheet}”.")
    '…: there is no sheet “…”.'
    """
    return _FIELD.sub("…", template)


def _names() -> Iterable[tuple[str, Topic]]:
    for topic in topics().values():
        yield topic.code, topic
        for row in topic.rows:
            yield row, topic


def _templates(languages: Iterable[Words]) -> Iterable[tuple[str, Topic]]:
    """Return every template in these languages, with its topic."""
    from geosocial.intake.reasons import REASONS

    for topic in topics().values():
        for message in (*topic.messages, *(REASONS[row] for row in topic.rows)):
            for words in languages:
                yield words.t(message), topic


@cache
def _pattern(template: str) -> re.Pattern[str]:
    """Return a regular expression that a message of this template fits, whatever stands in its fields."""
    return re.compile(".+?".join(re.escape(_plain(part)) for part in _FIELD.split(template)), re.DOTALL)


def _plain(text: str) -> str:
    """Return a text with plain spaces, quotes and apostrophes, as a terminal or a mail may have made it."""
    text = re.sub(r"[\u00a0\u202f\s]+", " ", text)
    for signs, plain in (("’‘`", "'"), ("“”«»", '"')):
        text = re.sub(f"[{signs}]", plain, text)
    return re.sub(r' ?" ?', '"', text)
