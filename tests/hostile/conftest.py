"""The toy city of `tests.intake.toy`, for hostile input too."""

from tests.intake.toy import city

__all__ = ["city"]
