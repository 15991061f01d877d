"""Files in, files out: sheets and layers as they stand, and tables written whole or not at all.

`detect` says what a file is by its content, `sheets` and `layers` read it, `write` writes. Nothing here knows
what a place or a zone is: that is `geosocial.intake`.
"""
