"""The catalogue, and fetching from a server on this machine: cut, resumed, changed, wrong, absent."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from geosocial.errors import InputError, MissingFileError
from geosocial.io.catalog import catalog, fetch, find
from geosocial.io.layers import read_layer

DATA = bytes(range(256)) * 2000


@dataclass
class Site:
    """Files under one address, and how it misbehaves."""

    files: dict[str, bytes] = field(default_factory=dict)
    tag: str = '"one"'
    #: Bytes after which the connection is cut, 0 for never.
    cut: int = 0
    ranges: bool = True
    asked: list[str] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def site() -> Iterator[Site]:
    state = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "")
            state.asked.append(wanted)
            data = state.files.get(self.path.lstrip("/"))
            if data is None:
                self.send_error(404)
                return
            whole = not (wanted and state.ranges and self.headers.get("If-Range") == state.tag)
            start = 0 if whole else int(wanted.removeprefix("bytes=").rstrip("-"))
            self.send_response(200 if whole else 206)
            self.send_header("Content-Length", str(len(data) - start))
            self.send_header("ETag", state.tag)
            self.end_headers()
            self.wfile.write(data[start : start + state.cut] if state.cut else data[start:])
            if state.cut:
                self.connection.shutdown(socket.SHUT_RDWR)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


ENTRY = replace(find("transit_stops"), sha256=hashlib.sha256(DATA).hexdigest())


@pytest.mark.parametrize("name", list(catalog()))
def test_every_source_says_what_it_is(name: str) -> None:
    entry = catalog()[name]
    assert all(
        (
            entry.title.fr,
            entry.title.en,
            entry.publisher.fr,
            entry.publisher.en,
            entry.licence.fr,
            entry.licence.en,
        )
    )
    assert entry.url.startswith("https://")
    assert entry.page.startswith("https://")
    assert "." in entry.file


def test_an_unknown_source_is_refused() -> None:
    with pytest.raises(InputError, match=r"no source named “x”.*boroughs"):
        find("x")


def test_a_download_that_was_cut_goes_on(tmp_path: Path, site: Site) -> None:
    site.files[ENTRY.file] = DATA
    site.cut = 200_000
    with pytest.raises(InputError, match="could not be fetched"):
        fetch(ENTRY, tmp_path, mirror=site.url)
    assert not (tmp_path / ENTRY.file).exists()
    site.cut = 0
    file, now = fetch(ENTRY, tmp_path, mirror=site.url)
    assert now
    assert file.read_bytes() == DATA
    assert site.asked == ["", "bytes=200000-"]
    assert sorted(p.name for p in tmp_path.iterdir()) == [ENTRY.file, f"{ENTRY.file}.sha256"]
    assert fetch(ENTRY, tmp_path, mirror=site.url) == (file, False)
    assert len(site.asked) == 2


@pytest.mark.parametrize("change", ["file", "server"])
def test_a_file_that_changed_meanwhile_is_fetched_whole(tmp_path: Path, site: Site, change: str) -> None:
    site.files[ENTRY.file] = b"old" * 100_000
    site.cut = 100_000
    with pytest.raises(InputError):
        fetch(ENTRY, tmp_path, mirror=site.url)
    site.cut, site.files[ENTRY.file] = 0, DATA
    if change == "file":
        site.tag = '"two"'
    else:
        site.ranges = False
    assert fetch(ENTRY, tmp_path, mirror=site.url)[0].read_bytes() == DATA


def test_another_file_than_the_catalogue_says_is_refused(tmp_path: Path, site: Site) -> None:
    site.files[ENTRY.file] = b"something else"
    with pytest.raises(InputError, match="not the file of the catalogue"):
        fetch(ENTRY, tmp_path, mirror=site.url)
    assert not list(tmp_path.iterdir())


def test_a_file_that_was_altered_is_never_taken_for_the_publishers(tmp_path: Path, site: Site) -> None:
    entry = replace(ENTRY, sha256="")  # its publisher replaces it from time to time
    site.files[entry.file] = DATA
    file, fetched = fetch(entry, tmp_path, mirror=site.url)
    sums = file.with_name(f"{file.name}.sha256").read_text(encoding="utf-8")
    assert sums == f"{hashlib.sha256(DATA).hexdigest()}  {file.name}\n"
    assert fetched
    assert fetch(entry, tmp_path, mirror=site.url) == (file, False)
    file.write_bytes(DATA + b"x")
    with pytest.raises(InputError, match="was altered since it was fetched"):
        fetch(entry, tmp_path, mirror=site.url)
    assert file.read_bytes() == DATA + b"x"


def test_a_file_that_is_not_there(tmp_path: Path, site: Site) -> None:
    with pytest.raises(InputError, match="HTTP 404"):
        fetch(ENTRY, tmp_path, mirror=site.url)
    with pytest.raises(MissingFileError, match="no such file"):
        fetch(ENTRY, tmp_path, mirror=str(tmp_path / "none"))


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with pytest.raises(InputError, match="could not be fetched"):
            fetch(ENTRY, tmp_path, mirror=f"http://127.0.0.1:{free.getsockname()[1]}")


@pytest.mark.real_data
def test_a_real_layer_from_a_mirror(tmp_path: Path, site: Site, shared_data: Path) -> None:
    entry = find("boroughs")
    site.files[entry.file] = (shared_data / "boundaries" / "limadmin.geojson").read_bytes()
    by_net, _ = fetch(entry, tmp_path / "net", mirror=site.url + "/")
    assert len(read_layer(by_net).frame) == 34
    (tmp_path / entry.file).write_bytes(by_net.read_bytes())
    by_folder, _ = fetch(entry, tmp_path / "copy", mirror=str(tmp_path))
    assert by_folder.read_bytes() == by_net.read_bytes()
