"""The pages of the Python API: the public surface that ``api.toml`` lists, described by its docstrings."""

from __future__ import annotations

import importlib
import inspect
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from geosocial.i18n import Words
from scripts.docs.phrases import phrases


@cache
def groups() -> list[dict[str, Any]]:
    """Return the pages of the API with the objects of each."""
    found: list[dict[str, Any]] = tomllib.loads(
        Path(__file__).with_name("api.toml").read_text(encoding="utf-8")
    )["page"]
    return found


def objects() -> list[str]:
    """Return the name of every public object."""
    return [name for group in groups() for name in group["objects"]]


def resolve(name: str) -> Any:
    """Return the object of this name."""
    module, attribute = name.rsplit(".", 1)
    return getattr(importlib.import_module(module), attribute)


def pages(words: Words) -> dict[str, str]:
    """Return the pages by name: their index, then one for each group."""
    say = phrases("api", words.lang)
    names = [f"api-{group['key']}" for group in groups()]
    index = [
        f"# {say['title']}",
        "",
        say["lead"],
        "",
        say["in_examples"],
        "",
        "```{toctree}",
        *names,
        "```",
        "",
    ]
    return {"api": "\n".join(index)} | {
        name: _page(group, words) for name, group in zip(names, groups(), strict=True)
    }


def _page(group: dict[str, Any], words: Words) -> str:
    out = [f"# {group['title'][words.lang]}", "", group["lead"][words.lang], ""]
    names = [*group["objects"], *group.get("results", ())]
    last = [name.rsplit(".", 1)[-1] for name in names]
    for name, short in zip(names, last, strict=True):
        # of two of one name, the module is said too
        title = short if last.count(short) == 1 else ".".join(name.rsplit(".", 2)[-2:])
        kind = "autoclass" if inspect.isclass(resolve(name)) else "autofunction"
        members = ["   :members:", "   :exclude-members: __init__, __new__"] if kind == "autoclass" else []
        out += [f"## {title}", "", "```{eval-rst}", f".. {kind}:: {name}", *members, "```", ""]
    return "\n".join(out)
