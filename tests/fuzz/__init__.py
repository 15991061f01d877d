"""Coverage-guided fuzz targets, run by hand: each module says how. Not collected by pytest."""
