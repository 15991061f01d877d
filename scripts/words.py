"""Check and compile the catalogue: every message of the source has its French, the .mo what the .po say.

``python scripts/words.py`` compiles; ``--check`` changes nothing and fails on an untranslated, unused or
wrongly spaced message, and on a .mo that is behind. The French is kept in one .po a room.
"""

from __future__ import annotations

import io
import re
import string
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from babel.messages import extract, mofile, pofile
from babel.messages.catalog import Catalog

ROOT = Path(__file__).parent.parent
LOCALE = ROOT / "geosocial" / "i18n" / "locale"
KEYWORDS = ("t", "N_", "n")

Id = str | tuple[str, str]


def source_messages(root: Path = ROOT / "geosocial") -> dict[Id, str]:
    """Return every message of the Python sources with the first place where it stands."""
    found: dict[Id, str] = {}
    for file in sorted(root.rglob("*.py")):
        with file.open("rb") as source:
            for line, message in _messages(source):
                found.setdefault(message, f"{file.relative_to(ROOT)}:{line}")
    return found


def _messages(
    source: io.BufferedReader, keywords: tuple[str, ...] = KEYWORDS, plural: str = "n"
) -> Iterator[tuple[int, Id]]:
    for line, name, found, _ in extract.extract_python(
        source, dict.fromkeys(keywords), [], {"encoding": "utf-8"}
    ):
        texts = [found] if isinstance(found, str) else list(found or [""])
        if name == plural:
            if len(texts) >= 2 and texts[0] and texts[1]:
                yield line, (texts[0], texts[1])
        elif texts[0]:
            yield line, texts[0]


def click_messages() -> set[Id]:
    """Return the messages of click, which speaks through our catalogue."""
    found: set[Id] = set()
    for file in sorted(Path(click.__file__).parent.glob("*.py")):
        with file.open("rb") as source:
            found.update(message for _, message in _messages(source, ("_", "ngettext"), "ngettext"))
    return found


def catalogue() -> Catalog:
    """Return the French messages of all rooms as one catalogue, sorted, so that its bytes are stable."""
    whole = Catalog(locale="fr_CA", domain="geosocial", charset="utf-8", fuzzy=False)
    whole.mime_headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Plural-Forms", "nplurals=2; plural=(n > 1);"),
    ]
    for file in sorted((LOCALE / "fr").glob("*.po")):
        with file.open("rb") as part:
            for message in pofile.read_po(part, locale="fr"):
                if message.id:
                    whole.add(message.id, message.string, flags=message.flags)
    return whole


def compiled(whole: Catalog) -> bytes:
    """Return the .mo of a catalogue, without any date."""
    out = io.BytesIO()
    plain = Catalog(locale="fr_CA", charset="utf-8", fuzzy=False, header_comment="")
    for message in sorted((m for m in whole if m.id), key=lambda m: str(m.id)):
        plain.add(message.id, message.string)
    mofile.write_mo(out, plain)
    return re.sub(
        rb"(POT-Creation-Date|PO-Revision-Date): [^\n]*\n",
        lambda m: m.group(1) + b": " + b"0" * (len(m.group(0)) - len(m.group(1)) - 3) + b"\n",
        out.getvalue(),
    )


_PLAIN_SPACE = re.compile(r"(?<=\S) (?=[:»%$])|« (?=\S)|[\u00a0 ](?=[;!?])")


def faults() -> list[str]:
    """Return every fault of the catalogue, one line each."""
    whole = catalogue()
    known = {m.id if isinstance(m.id, str) else tuple(m.id): m for m in whole if m.id}
    sources = source_messages()
    library = click_messages()
    bad = [
        f"{place}: no French for {message!r}" for message, place in sources.items() if message not in known
    ]
    for key, message in known.items():
        texts = [message.string] if isinstance(message.string, str) else list(message.string or ())
        ids = [key] if isinstance(key, str) else list(key)
        if key not in sources and key not in library:
            bad.append(f"unused: {key!r}")
        if "fuzzy" in message.flags or not all(texts) or (isinstance(key, tuple) and len(texts) != 2):
            bad.append(f"not translated: {key!r}")
        if key in library:
            continue  # click's own messages quote as click does
        fields = {f for text in ids for _, f, _, _ in string.Formatter().parse(text) if f}
        for text in texts:
            if text and {f for _, f, _, _ in string.Formatter().parse(text) if f} - fields:
                bad.append(f"unknown field in the French of {key!r}")
            if text and _PLAIN_SPACE.search(text):
                bad.append(f"space: {text!r}")
            if text and "'" in re.sub(r"\{[^}]*\}|geosocial [^.]*", "", text):
                bad.append(f"straight apostrophe: {text!r}")
    return bad


def main() -> int:
    """Check, and compile unless ``--check`` is given."""
    bad = faults()
    for line in bad:
        print(line, file=sys.stderr)
    target = LOCALE / "fr" / "LC_MESSAGES" / "geosocial.mo"
    content = compiled(catalogue())
    if "--check" in sys.argv:
        if not target.is_file() or target.read_bytes() != content:
            print("geosocial.mo is behind the .po files: run python scripts/words.py", file=sys.stderr)
            return 1
        return 1 if bad else 0
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    print(f"{len([m for m in catalogue() if m.id])} messages compiled")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
