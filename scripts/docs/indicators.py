"""The page of the indicators: what ``geosocial indicators --out page.md`` writes, with an anchor for each."""

from __future__ import annotations

import re

from geosocial.i18n import Words
from geosocial.report.indicators import markdown


def page(words: Words) -> str:
    """Return the page in one language."""
    return re.sub(r"^(## .* \(`(\w+)`\))$", r"(indicator-\2)=\n\1", markdown(words), flags=re.MULTILINE)
