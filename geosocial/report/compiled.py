"""Keep the compiled template of the report beside it, as Python keeps its own modules.

The cached code is used only for the very same template and versions of Python and Jinja (Jinja's own checksum
and magic). Where the folder cannot be written, or Python is told to write no bytecode, it is compiled anew.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

import jinja2
from jinja2.bccache import Bucket

_FOLDER = Path(__file__).parent / "templates" / "__pycache__"


class Compiled(jinja2.BytecodeCache):
    """The cache of one installation: the file of a template carries the version of Jinja and of Python."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket from the file of this template, if there is one that fits."""
        with suppress(OSError), self._file(bucket).open("rb") as stream:
            bucket.load_bytecode(stream)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write the file of this template, if this may be written."""
        if sys.dont_write_bytecode:
            return
        file = self._file(bucket)
        part = file.with_suffix(".part")
        with suppress(OSError):
            file.parent.mkdir(exist_ok=True)
            part.write_bytes(bucket.bytecode_to_string())
            part.replace(file)

    @staticmethod
    def _file(bucket: Bucket) -> Path:
        tag = f"{sys.implementation.cache_tag}-jinja{jinja2.__version__}"
        return _FOLDER / f"{bucket.key}.{tag}.jc"
