"""geosocial: see where people are underserved, and act on it.

Joins the enterprises and projects of the social economy to a city's boroughs, computes coverage and gaps by
sphere, and renders maps and reports in French and English. Nothing is imported until it is used.
"""

__version__ = "0.1.0"
