"""What the tests need of the machine; where it is absent they are skipped with the reason (never in CI)."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# one Chromium a session, whoever asks: a second one cannot start beside it
from tests.chromium import axe, browser, page, phone  # noqa: F401

# A test asserts results, never how long a busy machine took.
settings.register_profile("results", deadline=None)
settings.load_profile("results")

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared" / "data"
#: Programs that read what we write as people do, and what brings them.
PROGRAMS = {
    "soffice": "LibreOffice: install Debian's package libreoffice-calc",
    "ogrinfo": "GDAL: install Debian's package gdal-bin",
    "pdftotext": "Poppler: install Debian's package poppler-utils",
    "hunspell": "Hunspell: install Debian's packages hunspell, hunspell-fr and hunspell-en-us",
}
CHROMIUM = os.environ.get("GEOSOCIAL_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "program(name): needs a program of this machine")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    absent = {}
    if not SHARED.is_dir():
        absent["real_data"] = "needs the real data: ../shared/data is not beside the checkout"
    if not CHROMIUM:
        absent["browser"] = "needs Chromium: install Debian's package chromium, or set GEOSOCIAL_CHROMIUM"
    if absent and os.environ.get("CI") == "true":
        pytest.exit("; ".join(absent.values()) + " (in CI neither may be absent)", returncode=1)
    for item in items:
        for mark in item.iter_markers("program"):
            (name,) = mark.args
            if shutil.which(name) is None:
                if os.environ.get("CI") == "true":
                    pytest.exit(f"needs {PROGRAMS[name]} (in CI it may not be absent)", returncode=1)
                item.add_marker(pytest.mark.skip(reason=f"needs {PROGRAMS[name]}"))
        for marker, reason in absent.items():
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture
def heard() -> Iterator[None]:
    """Hear Ctrl-C here and in processes begun here: what runs behind a shell may have been told not to."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real Montréal data; use only in tests marked real_data."""
    return SHARED


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of Chromium; use only in tests marked browser."""
    assert CHROMIUM
    return CHROMIUM
