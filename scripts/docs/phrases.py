"""The words of the generated pages, in both languages."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from geosocial.vocabulary import Lang


@cache
def _all() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(Path(__file__).with_name("phrases.toml").read_text(encoding="utf-8"))


def phrases(page: str, lang: Lang) -> dict[str, str]:
    """Return the words of a page in one language."""
    return {key: text[lang] for key, text in _all()[page].items()}
