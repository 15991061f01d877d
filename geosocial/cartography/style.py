"""What the pages share: the tokens of the look as CSS, the files of a page, data that no parser misreads."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

from geosocial import symbology


def tokens() -> str:
    """Return the tokens of ``look.toml`` as custom properties of the page."""
    look = symbology.look()
    found = [f"--{name.replace('_', '-')}:{value}" for name, value in look["color"].items()]
    kind, steps = look["type"], look["space"]["steps_px"]
    found += [
        f"--t1:{kind['title_px']}px",
        f"--t2:{kind['text_px']}px",
        f"--t3:{kind['small_px']}px",
        f"--tm:{kind['map_px']}px",
        *(f"--s{k}:{step}px" for k, step in enumerate(steps, start=1)),
        f"--r:{look['space']['radius_px']}px",
        f"--font:{kind['font']}",
        f"--veil:{look['color']['water']}eb",
    ]
    return f":root{{{';'.join(found)}}}"


@cache
def part(name: str) -> str:
    """Return a file of the folder ``page``."""
    return resources.files(__package__).joinpath("page", name).read_text(encoding="utf-8").strip()


def as_json(value: object) -> str:
    r"""Return JSON that no HTML parser reads as anything else.

    Escaped are ``<``, ``>``, ``&``, U+2028 and U+2029.

    Examples
    --------
    >>> as_json({"name": "</script>"})
    '{"name":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
