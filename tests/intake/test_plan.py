"""The plan read strictly: every fault at once, by row and column; no row lost; both languages, both forms."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geosocial import tables
from geosocial.errors import InputError
from geosocial.followup.plan import matrix, rollup
from geosocial.followup.progress import progress
from geosocial.intake.plan import FIELDS, Plan, read_plan
from geosocial.intake.typed import date
from geosocial.io.workbook import write_workbook
from geosocial.study import Study
from tests.intake.toy import Factory, city, zones  # noqa: F401 - city is a fixture

ACTIONS = (
    "no,axe,action en français,action en anglais,responsable,partenaires,domaines,arrondissements,"
    "début,fin,état,budget,exemple\n"
    'A1,1,Accompagner,Support,Développement économique,CESIM ; PME MTL,"culture, habitation",'
    'Le Nord-Ouest; St-Eloi,2024-01-01,2025-12-31,en cours,"250 000 $",oui\n'
    "A2,Pratiques d’affaires plus ouvertes,Acheter,Buy,L'Ile-Est,,,,2024-01-01,,terminée,,\n"
)
INDICATORS = (
    "id,action,direction,French name,English name,French unit,English unit,level,desired sense,definition,"
    "source,frequency,baseline date,baseline,target date,target,limit,figure,example\n"
    "I1,A1,,Entreprises accompagnées,Enterprises supported,par année,a year,output,more is better,v1,"
    "Bilan,yearly,2024-01-01,120,2028-12-31,200,,,yes\n"
    "I2,,business,Achats,Purchases,M$,$M,outcome,increase,v1,,,,,,,,,no\n"
)
OBSERVATIONS = """indicateur,date,valeur,borne inférieure,borne supérieure,qualité,définition,rupture,note
I1,2025-12-31,"1 168,5",1000,1200,provisoire,,,
I1,2026-06-30,168,,,firm,v2,oui,autre méthode
"""


def study_of(make: Factory, folder: Path, **sheets: str) -> Study:
    texts = {"actions": ACTIONS, "indicators": INDICATORS, "observations": OBSERVATIONS} | sheets
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return make(followup={name: f"{name}.csv" for name in texts} | {"people": "people", "source": "s"})


def read(make: Factory, folder: Path, **sheets: str) -> Plan:
    found = read_plan(study_of(make, folder, **sheets), zones_table())
    assert found is not None
    return found


def zones_table() -> pd.DataFrame:
    layer = zones()
    return pd.DataFrame(
        {
            "zone_id": layer["code"],
            "name_fr": layer["nom"],
            "name_en": layer["nom"],
        }
    )


def test_both_languages_are_read_as_one(city: Factory, tmp_path: Path) -> None:  # noqa: F811
    plan = read(city, tmp_path)
    first, second = plan.actions.to_dict(orient="records")
    assert (first["direction"], first["status"], first["budget"]) == (
        "entrepreneurship",
        "under_way",
        250_000,
    )
    assert (first["partners"], first["spheres"], first["zones"]) == (
        "CESIM; PME MTL",
        "culture,housing",
        "Z1,Z4",
    )
    assert (first["late"], first["example"], first["source_row"]) == (True, True, 2)
    assert (second["direction"], second["lead_zone_id"], second["status"]) == ("business", "Z2", "completed")
    assert math.isnan(second["budget"])
    one, two = plan.indicators.to_dict(orient="records")
    assert (one["direction"], one["baseline"], one["target"], one["frequency"]) == (
        "entrepreneurship", 120, 200, "yearly",
    )  # fmt: skip
    assert (two["direction"], two["sense"], two["example"]) == ("business", "more_is_better", False)
    assert math.isnan(two["target"])
    seen = plan.observations.to_dict(orient="records")
    assert [(o["value"], o["definition"], o["comparability_break"], o["quality"]) for o in seen] == [
        (1168.5, "v1", False, "provisional"),
        (168.0, "v2", True, "firm"),
    ]
    assert not any(len(faults) for faults in plan.faults)
    assert [(r["source"], r["read"], r["kept"], r["rejected"]) for r in plan.rows] == [
        ("plan.actions", 2, 2, 0),
        ("plan.indicators", 2, 2, 0),
        ("plan.observations", 2, 2, 0),
    ]


def told(plan: Plan) -> set[tuple[str, int, str, str]]:
    table = pd.concat(plan.faults)
    return set(zip(table["source"], table["source_row"], table["column"], table["code"], strict=True))


def test_every_fault_is_named_at_once(city: Factory, tmp_path: Path) -> None:  # noqa: F811
    actions = (
        "id,direction,title_fr,lead,zones,start,end,status,budget,example,couleur\n"
        "A1,9,Titre,Achats,Z1,2024-01-01,2023-01-01,running,-5,peut-être,bleu\n"
        "A2,1,,,Atlantide,01/02/2024,2024-13-01,planned,1e400,,\n"
        "A2,1,Titre,Achats,,2024-01-01,,planned,,,\n"
        "A3,4,Titre,Achats,,2024-01-01,,planned,,,\n"
        "A3,4,Titre,Achats,,2024-01-01,,planned,,,\n"
    )
    indicators = (
        "id,action,direction,name_fr,level,sense,definition,baseline_date,baseline,target_date,target,figure\n"
        "I1,A1,,Nom,output,more_is_better,v1,2024-01-01,1,2025-01-01,2,\n"
        "I2,A9,,Nom,output,more_is_better,v1,2024-01-01,1,2023-01-01,2,\n"
        "I3,A3,1,Nom,output,more_is_worse,v1,2024-01-01,1,2025-01-01,2,\n"
        "I4,,,,sortie,,,2024-01-01,,,2,coverage/casino\n"
        "I5,,4,Nom,output,more_is_better,v1,,,,,social_share_amount\n"
    )
    observations = (
        "indicator,date,value,lower,upper,break\n"
        "I5,2025-01-01,5,6,7,\n"
        "I5,2025-01-01,5,,,\n"
        "I5,2027-01-01,beaucoup,1,,\n"
        "I1,2025-01-01,5,,,\n"
        "I9,,,,,parfois\n"
        "I5,2025-06-01,5,,,\n"
    )
    plan = read(city, tmp_path, actions=actions, indicators=indicators, observations=observations)
    assert told(plan) == {
        ("plan.actions", 2, "", "unknown_columns"),
        ("plan.actions", 2, "direction", "word_unknown"),
        ("plan.actions", 2, "end", "dates_reversed"),
        ("plan.actions", 2, "status", "word_unknown"),
        ("plan.actions", 2, "budget", "negative_number"),
        ("plan.actions", 2, "example", "bad_flag"),
        ("plan.actions", 3, "title_fr", "cell_needed"),
        ("plan.actions", 3, "lead", "cell_needed"),
        ("plan.actions", 3, "zones", "zone_unknown"),
        ("plan.actions", 3, "start", "bad_date"),
        ("plan.actions", 3, "end", "bad_date"),
        ("plan.actions", 3, "budget", "bad_number"),
        ("plan.actions", 4, "id", "id_repeated"),
        ("plan.actions", 6, "id", "id_repeated"),
        ("plan.indicators", 2, "action", "reference_rejected"),
        ("plan.indicators", 3, "action", "reference_unknown"),
        ("plan.indicators", 3, "target_date", "dates_reversed"),
        ("plan.indicators", 4, "direction", "direction_differs"),
        ("plan.indicators", 4, "target", "target_sense"),
        ("plan.indicators", 5, "direction", "cell_needed"),
        ("plan.indicators", 5, "name_fr", "cell_needed"),
        ("plan.indicators", 5, "level", "word_unknown"),
        ("plan.indicators", 5, "sense", "cell_needed"),
        ("plan.indicators", 5, "definition", "cell_needed"),
        ("plan.indicators", 5, "baseline_date", "date_without_value"),
        ("plan.indicators", 5, "target_date", "date_without_value"),
        ("plan.indicators", 5, "figure", "figure_unknown"),
        ("plan.observations", 2, "value", "interval_reversed"),
        ("plan.observations", 3, "date", "observation_repeated"),
        ("plan.observations", 4, "date", "observation_future"),
        ("plan.observations", 4, "value", "bad_number"),
        ("plan.observations", 4, "upper", "cell_needed"),
        ("plan.observations", 5, "indicator", "reference_rejected"),
        ("plan.observations", 6, "indicator", "reference_unknown"),
        ("plan.observations", 6, "date", "cell_needed"),
        ("plan.observations", 6, "value", "cell_needed"),
        ("plan.observations", 6, "break", "bad_flag"),
    }
    assert plan.actions["action_id"].tolist() == ["A3"]
    assert plan.indicators["indicator_id"].tolist() == ["I5"]
    assert plan.observations["date"].tolist() == ["2025-06-01"]
    for row in plan.rows:
        assert row["read"] == row["kept"] + row["rejected"]
    assert [row["read"] for row in plan.rows] == [5, 5, 6]


def test_a_workbook_with_bilingual_sheets(city: Factory, tmp_path: Path) -> None:  # noqa: F811
    frames = {}
    for name, text in {
        "actions": ACTIONS,
        "indicateurs – indicators": INDICATORS,
        "observations": OBSERVATIONS,
    }.items():
        (tmp_path / "x.csv").write_text(text, encoding="utf-8")
        frames[name] = pd.read_csv(tmp_path / "x.csv", dtype="str", keep_default_na=False)
    renamed = {"début": "début / start", "fin": "fin / end"}
    frames["actions"] = frames["actions"].rename(columns=renamed)
    write_workbook(frames, tmp_path / "plan.xlsx")
    study = city(followup={"plan": "plan.xlsx", "people": "people", "source": "s"})
    plan = read_plan(study, zones_table())
    assert plan is not None
    single = read(city, tmp_path)
    for name in ("actions", "indicators", "observations"):
        one, other = getattr(plan, name), getattr(single, name)
        assert one.drop(columns="source_file").equals(other.drop(columns="source_file"))
    assert plan.actions["source_file"].unique().tolist() == ["plan.xlsx (actions)"]
    assert [file.path for file in plan.files] == ["plan.xlsx"]
    write_workbook({"actions": frames["actions"]}, tmp_path / "plan.xlsx")
    with pytest.raises(InputError, match="no sheet indicators, observations"):
        read_plan(study, zones_table())


@pytest.mark.parametrize(
    ("actions", "words"),
    [
        ("id,direction,titre,début,état\n", ["lead"]),
        ("id,no,direction,titre,responsable,début,état\n", ["id: id, no"]),
        ("titre\n", ["id", "direction", "lead", "start", "status"]),
    ],
)
def test_columns_that_are_missing_are_named_together(
    city: Factory,  # noqa: F811
    tmp_path: Path,
    actions: str,
    words: list[str],
) -> None:
    with pytest.raises(InputError) as refused:
        read(city, tmp_path, actions=actions + "a,b,c,d,e,f,g\n")
    for word in words:
        assert word in str(refused.value)


def test_an_empty_plan_is_a_plan(city: Factory, tmp_path: Path) -> None:  # noqa: F811
    heads = {name: text.split("\n")[0] + "\n" for name, text in (
        ("actions", ACTIONS), ("indicators", INDICATORS), ("observations", OBSERVATIONS),
    )}  # fmt: skip
    plan = read(city, tmp_path, **heads)
    assert plan.actions.empty
    tables.check(plan.observations, tables.PLAN_OBSERVATIONS)


CELLS = (
    "|A1|I1|1|business|Achats|2024-01-01|2026-13-01|-5|1 234,5|abc|oui|=1+1|planned|output|more_is_better|"
    "culture; habitation|Le Nord-Ouest|coverage/x|\u00e9\u2028"
)
WORDS = st.sampled_from(CELLS.split("|"))


@given(st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_is_typed_no_row_is_lost(city: Factory, tmp_path: Path, data: st.DataObject) -> None:  # noqa: F811
    frames = {}
    for sheet in ("actions", "indicators", "observations"):
        heads = [field.key for field in FIELDS[sheet]]
        rows = data.draw(st.lists(st.lists(WORDS, min_size=len(heads), max_size=len(heads)), max_size=4))
        frames[sheet] = pd.DataFrame(rows, columns=heads, dtype="str").rename(columns={"id": "no"})
        frames[sheet].to_csv(tmp_path / f"{sheet}.csv", index=False)
    names = {sheet: f"{sheet}.csv" for sheet in frames}
    plan = read_plan(city(followup=names | {"people": "people", "source": "s"}), zones_table())
    assert plan is not None
    for row, (sheet, frame) in zip(plan.rows, frames.items(), strict=True):
        written = int((frame != "").any(axis=1).sum())
        assert (row["read"], row["kept"] + row["rejected"]) == (written, written), sheet
    judged = progress(plan.indicators, plan.observations, dt.date(2026, 11, 22))
    assert len(judged) == len(plan.indicators)
    assert set(judged["status"]) <= set(tables.PROGRESS_STATUSES)
    assert len(rollup(plan.actions, judged)) == 5
    matrix(plan.actions, judged)


def test_no_plan_no_tables(city: Factory) -> None:  # noqa: F811
    assert read_plan(city(), zones_table()) is None


@pytest.mark.parametrize("text", ["2024-02-30", "2024", "2024-1-1", "45292", "2024-01-01T10:00:00", "demain"])
def test_only_one_way_to_write_a_day(text: str) -> None:
    found: Any = date(text)
    assert found.code == "bad_date"
