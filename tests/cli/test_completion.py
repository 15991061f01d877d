"""``completion``: the three shells read what is printed, and complete by it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from geosocial.messages import topics
from tests.cli.conftest import Run

#: What each shell is told, after the lines of `geosocial completion`, to complete a line that ends here.
ASK = {
    "bash": """
COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
[ "$(complete -p geosocial)" = "complete -o nosort -F _geosocial_completion geosocial" ] || exit 3
compopt() {{ echo "files $*"; }}
_geosocial_completion geosocial
printf '%s\\n' "${{COMPREPLY[@]}}"
""",
    "zsh": """
_describe() {{ print -l -- "${{(@P)argv[-2]}}" }}
compadd() {{ print -l -- "${{(@P)argv[-1]}}" }}
_path_files() {{ print files }}
words=({words}); CURRENT=${{#words}}
_geosocial_completion
""",
    "fish": "complete -C '{line}'\n",
}
PREPARE = {"bash": "", "zsh": "autoload -Uz compinit; compinit -u -d $HOME/dump\n", "fish": ""}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with `geosocial` on its PATH, as an installation has it."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "bin").mkdir()
    command = folder / "bin" / "geosocial"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m geosocial "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    return folder


def completed(home: Path, shell: str, line: str, lang: str = "en") -> list[str]:
    """Return what a shell offers at the end of a line."""
    words = " ".join(f"'{word}'" for word in line.split(" "))
    prepared = f"geosocial completion {shell} > here\n{PREPARE[shell]}source ./here\n"
    script = prepared + ASK[shell].format(words=words, line=line)
    (home / f"ask.{shell}").write_text(script, encoding="utf-8")
    kept = {k: v for k, v in os.environ.items() if k not in {"LC_ALL", "LC_MESSAGES", "LANGUAGE"}}
    done = subprocess.run(
        [shell, *([] if shell == "fish" else ["-f"] if shell == "zsh" else ["--norc"]), f"ask.{shell}"],
        cwd=home,
        env=kept
        | {
            "HOME": str(home),
            "PATH": f"{home / 'bin'}:{os.environ['PATH']}",
            "GEOSOCIAL_LANG": lang,
            "PYTHONPATH": str(Path(__file__).parents[2]),
        },
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_commands_options_codes_and_files(home: Path, shell: str) -> None:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed here")
    offered = completed(home, shell, "geosocial expl")
    assert [line.split(":")[0].split("\t")[0] for line in offered] == ["explain"]
    offered = completed(home, shell, "geosocial run --no-arc")
    assert [line.split(":")[0].split("\t")[0] for line in offered] == ["--no-archive"]
    codes = completed(home, shell, "geosocial help crs-")
    assert sorted(codes) == sorted(code for code in topics() if code.startswith("crs-"))
    if shell != "fish":  # fish completes names of files by a function of its own, which lists the folder
        assert "files" in completed(home, shell, "geosocial check a")[0]


def test_what_is_printed_is_the_same_in_both_languages(geosocial: Run) -> None:
    for shell in ("bash", "zsh", "fish"):
        english, french = (geosocial("completion", shell, lang=lang) for lang in ("en", "fr"))
        assert english.returncode == 0
        assert english.stdout == french.stdout
        assert "_GEOSOCIAL_COMPLETE" in english.stdout
    assert geosocial("completion", "tcsh").returncode == 2
