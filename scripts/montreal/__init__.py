"""The pieces of `scripts/build_montreal.py`, which builds the embedded study. Never needed to run geosocial."""
