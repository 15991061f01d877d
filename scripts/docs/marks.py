"""Words of the program as Markdown: what would be a mark stands as it is."""

from __future__ import annotations

import re


def quoted(text: str) -> str:
    r"""Return words as they stand, whatever signs they hold; options as code.

    >>> quoted("a * b [c] --out")
    'a \\* b \\[c\\] `--out`'
    """
    plain = re.sub(r"([\\`*_<>\[\]|$])", r"\\\1", " ".join(text.split(" ")))
    return re.sub(r"(?<![\w-])(--[a-z][a-z-]*)", r"`\1`", plain)
