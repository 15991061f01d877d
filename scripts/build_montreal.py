"""Build every data file of ``data/montreal`` from its sources, and print where each came from.

Run it from the repository, with the real data beside the checkout: ``python scripts/build_montreal.py``.
It needs plotly (the ``dev`` extra). geosocial never needs it: the files that it writes are committed.
Run twice, it writes the same bytes.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Build the files of the embedded study."""
    sys.path.insert(0, str(ROOT))
    from scripts.montreal import boundaries, demand, followup, supply

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--shared", type=Path, default=ROOT.parent / "shared", help="folder with data/ and facts/"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "data" / "montreal", help="folder to write to")
    options = parser.parse_args()
    shared, out = options.shared / "data", options.out
    out.mkdir(parents=True, exist_ok=True)
    zones = boundaries.build(shared, out)
    demand.build(shared, out, zones)
    supply.build(shared, out, zones)
    supply.build_initiatives(options.shared / "facts", out)
    followup.build(out)


if __name__ == "__main__":
    main()
