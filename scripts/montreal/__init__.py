"""The pieces of `scripts/build_montreal.py`, which builds the embedded study."""
