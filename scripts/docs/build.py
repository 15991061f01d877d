"""Build both languages: pages as written beside pages generated, then Sphinx, every warning an error."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final, get_args

from geosocial.vocabulary import Lang
from scripts.docs.generated import write_pages
from scripts.docs.pictures import draw_pictures

ROOT: Final = Path(__file__).parent.parent.parent
DOCS: Final = ROOT / "docs"
BUILT: Final = DOCS / "_build"
#: What pages give to download, as `files/NAME`.
EXAMPLES: Final = ROOT / "examples"
#: The page above both languages.
DOOR: Final = """<!doctype html>
<html lang="fr"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>geosocial</title>
<body style="font: 20px/1.6 'Liberation Sans', Arial, sans-serif; margin: 3rem; color: #1b1f24">
<h1>geosocial</h1><p><a style="color: #0b4f8a" href="fr/index.html">Documentation en français</a></p>
<p lang="en"><a style="color: #0b4f8a" href="en/index.html">Documentation in English</a></p></body></html>
"""
#: Links that leave the site: listed beside it, for a check by someone who has a network.
_LEAVING: Final = re.compile(r'<a [^>]*href="(\w+:[^"]*)"')
_TOCTREE: Final = re.compile(r"^```\{toctree\}.*?^```", re.MULTILINE | re.DOTALL)
LANGS: Final[tuple[Lang, ...]] = get_args(Lang)


def build(out: Path = BUILT) -> int:
    """Build the site into ``out/fr`` and ``out/en``; return 0, or 1 when Sphinx warned of anything."""
    for stale in (out / "doctrees", out / "fr", out / "en"):
        shutil.rmtree(stale, ignore_errors=True)
    for lang in LANGS:
        gather(out / "src" / lang, lang)
    draw_pictures(out / "src", out / "work")
    code = max(sphinx(lang, out) for lang in LANGS)
    (out / "index.html").write_text(DOOR, encoding="utf-8")
    leaving = {
        link for file in out.glob("??/*.html") for link in _LEAVING.findall(file.read_text(encoding="utf-8"))
    }
    (out / "links.txt").write_text("".join(f"{link}\n" for link in sorted(leaving)), encoding="utf-8")
    return code


def gather(folder: Path, lang: Lang) -> None:
    """Set the pages of a language into a folder: those of ``docs/{lang}`` and those that are generated."""
    keep = folder / "pictures"
    for old in folder.glob("*.md"):
        old.unlink()
    keep.mkdir(parents=True, exist_ok=True)
    write_pages(folder, lang)
    files = folder / "files"
    shutil.rmtree(files, ignore_errors=True)
    files.mkdir()
    for given in (*EXAMPLES.glob(f"guides/*.{lang}.csv"), *EXAMPLES.glob(f"notebooks/*.{lang}.ipynb")):
        shutil.copy(given, files)
    there = {page.stem for place in (folder, DOCS / lang) for page in place.glob("*.md")}
    for page in sorted((DOCS / lang).glob("*.md")):
        text = _TOCTREE.sub(lambda found: listed(found, there), page.read_text(encoding="utf-8"))
        (folder / page.name).write_text(text, encoding="utf-8")


def listed(found: re.Match[str], there: set[str]) -> str:
    """Return a table of contents without the pages that are still to be written."""
    lines = found.group(0).splitlines()
    return "\n".join(one for one in lines if one.startswith(("`", ":")) or not one or one in there)


def sphinx(lang: Lang, out: Path) -> int:
    """Run Sphinx on the gathered pages of a language."""
    import font_source_sans_pro  # type: ignore[import-untyped]

    target = out / lang
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", "-c", str(DOCS)]
    command += ["-d", str(out / "doctrees" / lang), str(out / "src" / lang), str(target)]
    # a process for each language: the theme and Sphinx keep their words for the life of one
    done = subprocess.run(  # noqa: S603 - our own words
        command, check=False, cwd=ROOT, env=os.environ | {"GEOSOCIAL_DOCS_LANG": lang}
    )
    fonts = Path(str(font_source_sans_pro.__file__)).parent / "files"
    (target / "_static" / "fonts").mkdir(parents=True, exist_ok=True)
    for face in ("Regular", "It", "Semibold"):
        shutil.copyfile(
            fonts / f"SourceSansPro-{face}.ttf", target / "_static" / "fonts" / f"SourceSansPro-{face}.ttf"
        )
    shutil.copyfile(fonts / "LICENSE.txt", target / "_static" / "fonts" / "LICENSE.txt")
    return done.returncode
