"""A page in the frame of a notebook: its scripts run, and reach neither the notebook nor a network.

The page travels escaped in the attribute ``srcdoc``; the sandbox gives it an origin of its own.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from pathlib import Path

from geosocial import symbology
from geosocial.io.write import write_text


@dataclass(frozen=True, slots=True, repr=False)
class Framed:
    """A page that a notebook shows in a frame.

    Examples
    --------
    >>> Framed(page="<p>1 & 2</p>", title="A", height=100)._repr_html_().partition("srcdoc=")[2]
    '"&lt;p&gt;1 &amp; 2&lt;/p&gt;"></iframe>'
    """

    page: str
    title: str
    height: int

    def _repr_html_(self) -> str:
        style = f"width:100%;height:{self.height:d}px;border:1px solid {symbology.color('line')}"
        return (
            f'<iframe title="{html.escape(self.title)}" sandbox="allow-scripts allow-downloads" '
            f'style="{style}" srcdoc="{html.escape(self.page)}"></iframe>'
        )

    def __repr__(self) -> str:
        return f"Framed({self.title!r}, {len(self.page.encode()) / 1e6:.1f} MB)"

    def save(self, path: Path | str) -> None:
        """Write the page as a file of its own, whole or not at all."""
        write_text(self.page, Path(path))
