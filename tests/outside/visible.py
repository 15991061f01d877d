"""What a run says to its readers, in one language at a time, taken out of every file that it leaves."""

from __future__ import annotations

import csv
import json
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import python_calamine

from geosocial.report.workbook import workbook
from geosocial.results import Results
from geosocial.vocabulary import Lang

#: Attributes of elements that a reader sees or hears.
_SAID = frozenset({"title", "alt", "aria-label", "placeholder"})
#: Sheets that hold the study as it was written, in both its languages; and that explain keys.
_AS_WRITTEN = frozenset({"Paramètres de l’exécution", "Run parameters"})
_OF_KEYS = frozenset({"Dictionnaire des données", "Data dictionary"})
_JSON = re.compile(r'<script type="application/json"[^>]*>(.*?)</script>', re.DOTALL)


class _Page(HTMLParser):
    def __init__(self, lang: Lang) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._lang, self._silent = lang, 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "style"} or (self._silent and tag not in {"br", "img", "path", "rect", "wbr"}):
            self._silent += 1
        elif tag != "html" and (dict(attrs).get("lang") or self._lang)[:2] != self._lang:
            self._silent += 1  # what stands in another language says so
        self.said += [value for name, value in attrs if name in _SAID and value and not self._silent]

    def handle_endtag(self, _tag: str) -> None:
        self._silent = max(0, self._silent - 1)

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.said.append(data)


def strings(value: Any) -> Iterator[str]:
    """Give every text of a JSON value; its keys are code."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)


@cache
def page(file: Path, lang: Lang) -> tuple[str, ...]:
    """The texts of a page: those of its elements, or those of its data in this language."""
    text = file.read_text(encoding="utf-8")
    if file.stem.endswith((".fr", ".en")):
        read = _Page(lang)
        read.feed(text)
        return tuple(read.said)
    said: list[str] = []
    for match in _JSON.finditer(text):
        found = json.loads(match[1]).get("text", {})
        said += strings(found.get(lang, []))
    return tuple(said)


def paper(file: Path) -> str:
    """The text of a PDF, words put together again where a line breaks them."""
    done = subprocess.run(["pdftotext", "-enc", "UTF-8", str(file), "-"], capture_output=True, check=True)
    return re.sub(r"(?<=\w)-\n", "-", done.stdout.decode("utf-8").replace("\u00ad", ""))


def said(run: Path, results: Results, lang: Lang) -> dict[str, list[str]]:
    """Every text in a language, by the file in which it stands."""
    found: dict[str, list[str]] = {}
    other = "en" if lang == "fr" else "fr"
    for file in sorted(run.rglob("*.html")):
        if not file.stem.endswith(f".{other}"):
            found[str(file.relative_to(run))] = list(page(file, lang))
    for file in sorted(run.rglob(f"*.{lang}.pdf")):
        found[str(file.relative_to(run))] = paper(file).splitlines()
    book = python_calamine.CalamineWorkbook.from_filelike(_bytes(results, lang))
    for name in book.sheet_names:
        if name in _AS_WRITTEN:
            continue
        file_name = "dictionary.xlsx" if name in _OF_KEYS else "geosocial.xlsx"
        cells = [v for row in book.get_sheet_by_name(name).to_python() for v in row if isinstance(v, str)]
        found.setdefault(file_name, []).extend([name, *cells])
    for file in sorted((run / "tables").glob("*.csv")):
        with file.open(encoding="utf-8-sig", newline="") as text:
            rows = list(csv.DictReader(text))
        found[f"tables/{file.name}"] = [v for r in rows for c, v in r.items() if c.endswith(f"_{lang}")]
    layer = json.loads((run / "directory" / "initiatives.geojson").read_text(encoding="utf-8"))
    told = [f["properties"] for f in layer["features"]]
    found["initiatives.geojson"] = [v for p in told for k, v in p.items() if k.endswith(f"_{lang}") and v]
    linked = json.loads((run / "directory" / "directory.jsonld").read_text(encoding="utf-8"))
    found["directory.jsonld"] = list(strings([_of(node, lang) for node in linked["@graph"]]))
    return found


def _of(node: Any, lang: Lang) -> Any:
    """Keep of a JSON-LD node what is said in one language."""
    if isinstance(node, dict):
        return node[lang] if lang in node else [_of(v, lang) for v in node.values()]
    return [_of(v, lang) for v in node] if isinstance(node, list) else None


def _bytes(results: Results, lang: Lang) -> Any:
    import io

    return io.BytesIO(workbook(results, langs=[lang]))
