"""Measures: supply, coverage, gaps, their robustness.

Arrays and frames in, frames out; never a geometry, never a file.

Method: a zone is judged by the share of its demand that is due and not met. Costs come from outside (straight
line, network, transit: the measures cannot tell). One convention everywhere: within means cost ≤ standard.
Nothing is rounded here; presentation rounds.
"""
