"""What the tests need of the machine; where it is absent they are skipped with the reason (never in CI)."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared" / "data"
CHROMIUM = os.environ.get("GEOSOCIAL_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    absent = {}
    if not SHARED.is_dir():
        absent["real_data"] = "needs the real data: ../shared/data is not beside the checkout"
    if not CHROMIUM:
        absent["browser"] = "needs Chromium: install Debian's package chromium, or set GEOSOCIAL_CHROMIUM"
    if absent and os.environ.get("CI") == "true":
        pytest.exit("; ".join(absent.values()) + " (in CI neither may be absent)", returncode=1)
    for item in items:
        for marker, reason in absent.items():
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real Montréal data; use only in tests marked real_data."""
    return SHARED


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of Chromium; use only in tests marked browser."""
    assert CHROMIUM
    return CHROMIUM
