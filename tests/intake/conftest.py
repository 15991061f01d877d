"""The toy city of `tests.intake.toy`, for every test of this room."""

from tests.intake.toy import city, places

__all__ = ["city", "places"]
