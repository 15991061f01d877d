"""The sheets of the zones on paper: what was typed is text, a page is a page, a small study has them too."""

from __future__ import annotations

import dataclasses
import io
import re
from pathlib import Path

import pypdf
import pytest

from geosocial import pipeline
from geosocial.i18n import words
from geosocial.report import boroughs, charts
from geosocial.results import Results
from geosocial.study import read_study
from tests.cartography.payloads import PAYLOADS
from tests.report.test_directory import write_study

TYPED = '#panic("x") $x^2$ *gras* @ref <lbl> `raw` \\ ${1} </script>'


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Results:
    rows = [(n, p, "library", "npo", "existing", 300_100 + n, 5_040_100, "") for n, p in enumerate(PAYLOADS)]
    return pipeline.compute(read_study(write_study(tmp_path_factory.mktemp("toy"), rows)))


def test_what_was_typed_is_text_and_a_page_stays_a_page(hostile: Results) -> None:
    zones = hostile.zones.copy()
    zones.loc[0, ["name_fr", "name_en"]] = TYPED
    for lang in ("fr", "en"):
        made = boroughs.pdf(dataclasses.replace(hostile, zones=zones), words(lang))
        read = pypdf.PdfReader(io.BytesIO(made))
        assert len(read.pages) == 2
        flat = re.sub(r"\s+", "", read.pages[0].extract_text())
        for part in ('#panic("x")', "$x^2$", "*gras*", "@ref", "<lbl>", "`raw`", "${1}", "</script>"):
            assert part in flat, part


def test_long_names_are_cut_and_the_rest_is_counted(hostile: Results) -> None:
    values, maps = boroughs.content(words("en"), hostile, charts.shapes(hostile))
    (line,) = values["pages"][0]["initiatives"]
    held = hostile.places[(hostile.places["source"] == "list") & (hostile.places["name"] != "")]
    assert line["count"] == str(len(held))
    assert line["names"].endswith(f", {len(held) - 8} others")
    assert values["pages"][1]["initiatives"] == []
    assert len(maps) == len(values["pages"]) == 2


def test_a_strip_is_in_per_cent_of_its_scale(tmp_path: Path) -> None:
    # the 900 people of West stand 500 m or so from libraries, those of East 566 m × 1.3 = 736 m or less
    own = pipeline.compute(read_study(write_study(tmp_path)))
    values, _ = boroughs.content(words("en"), own, charts.shapes(own))
    west, east = (page["rows"][0] for page in values["pages"])
    assert (west["at"], west["whole"], west["others"]) == (100.0, 100.0, [100.0])
    assert (east["value"], east["rank"], east["gap"]) == ("100.0%", "1/2", "0")
    assert east["tied"] == "tied"
