"""The pages that no one writes: each is generated from the one place where its facts stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from geosocial.i18n import Words, words
from geosocial.vocabulary import Lang
from scripts.docs import api, commands, formats, indicators, messages

#: The generated pages by name.
PAGES: Final[Mapping[str, Callable[[Words], str]]] = {
    "indicators": indicators.page,
    "commands": commands.page,
    "formats": formats.page,
    "messages": messages.page,
}


def write_pages(folder: Path, lang: Lang) -> None:
    """Write every generated page of a language into a folder."""
    say = words(lang)
    written = {name: page(say) for name, page in PAGES.items()} | api.pages(say)
    for name, text in written.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
