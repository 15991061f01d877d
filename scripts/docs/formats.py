"""The page of the input formats: headers, words and faults, from the files in which geosocial keeps them."""

from __future__ import annotations

import datetime as dt

from geosocial.i18n import Words
from geosocial.intake.recognise import LABELS
from geosocial.intake.templates import study_text
from geosocial.messages import row_sentence, topics
from geosocial.study import embedded_study
from geosocial.vocabulary import kinds, spheres, synonyms, terms
from scripts.docs.marks import quoted
from scripts.docs.phrases import phrases

FILES = ("text", "workbook", "layers", "streets")


def page(words: Words) -> str:
    """Return the page in one language."""
    say = phrases("formats", words.lang)
    out = [f"# {say['title']}", "", say["lead"], "", f"## {say['files']}", ""]
    out += _table((say["file"], say["read_as"]), [(say[f"kind_{one}"], say[one]) for one in FILES])
    out += [say["numbers"], "", f"## {say['columns']}", "", say["columns_lead"], ""]
    out += _table(
        (say["column"], say["sure"], say["likely"]),
        [
            (words.t(label), *(_listed(getattr(synonyms.headers()[key], how)) for how in ("sure", "likely")))
            for key, label in LABELS.items()
            if key in synonyms.headers()
        ],
    )
    out += [f"## {say['words']}", "", say["words_lead"], ""]
    for family, known in _families(words).items():
        out += [f"### {say[family]}", ""]
        out += _table(
            (say["word"], say["key"], say["synonyms"]),
            [(label, f"`{key}`", _listed(_also(family, key))) for key, label in known.items()],
        )
    out += [f"## {say['bad']}", "", say["bad_lead"], ""]
    for topic in topics().values():
        if topic.rows:
            out += [f"### {topic.title[words.lang]}", "", f"[`{topic.code}`](messages.md#{topic.code})", ""]
            out += _table(
                (say["code"], say["sentence"]),
                [(f"`{row}`", quoted(row_sentence(row, words))) for row in topic.rows],
            )
    text = study_text(embedded_study().read_text(encoding="utf-8"), "my-study", dt.date(2026, 11, 22))
    return "\n".join([*out, f"## {say['study']}", "", say["study_lead"], "", "```toml", text, "```", ""])


def _families(words: Words) -> dict[str, dict[str, str]]:
    """Return the words of each family of keys in one language."""
    found = {
        family: {key: words.label(term.label) for key, term in terms(family).items()}
        for family in ("statuses", "legal_forms", "directions")
    }
    found["spheres"] = {key: words.label(sphere.label) for key, sphere in spheres().items()}
    found["kinds"] = {key: words.label(kind.one) for key, kind in kinds().items()}
    return found


def _also(family: str, key: str) -> tuple[str, ...]:
    return synonyms.words(family).get(key, ())


def _listed(texts: object) -> str:
    assert isinstance(texts, (tuple, list, frozenset, set))  # noqa: S101 - of our own files
    return ", ".join(
        quoted(str(one)) for one in (texts if isinstance(texts, (tuple, list)) else sorted(texts))
    )


def _table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    lines = [header, tuple("---" for _ in header), *rows]
    return [*(f"| {' | '.join(cells)} |" for cells in lines), ""]
