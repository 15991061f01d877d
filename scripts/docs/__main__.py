"""``python -m scripts.docs``: build the documentation in French and English."""

from __future__ import annotations

import sys

from scripts.docs.build import build

if __name__ == "__main__":
    sys.exit(build())
