"""The benchmarks at tiny sizes: what they compare must be equal, or their times mean nothing."""

import pytest

from benchmarks import (
    awards,
    awards_sql,
    crowd,
    imports,
    imports_peer,
    openfisca_store,
    pages,
    roster,
    sections,
    world,
)
from benchmarks.database import execute
from core import jobs

pytestmark = pytest.mark.django_db


def test_awards_equal_those_of_sql_and_openfisca():
    for target in (awards_sql.TARGET, openfisca_store.TARGET):
        awards_sql.make_target(target)
    world.make(300)
    for job in world.start_runs():
        jobs.run(job)
    awards.check_done(300)
    assert awards_sql.run() == openfisca_store.run() == 300
    awards.check_equal(awards_sql.TARGET)
    awards.check_equal(openfisca_store.TARGET)
    outcomes = {outcome for (outcome,) in execute("SELECT DISTINCT outcome FROM awards_determination")}
    assert outcomes == {"granted", "absorbed", "ineligible", "held"}


@pytest.mark.parametrize("bring_in", [imports.import_roster, imports_peer.import_export])
def test_roster_is_imported_alike(bring_in, tmp_path):
    roster.write_workbook(tmp_path / "roster.xlsx", 60)
    roster.on_record(60)
    imports.check(60, bring_in(str(tmp_path / "roster.xlsx")))


def test_pages_are_measured_at_both_sizes(monkeypatch):
    monkeypatch.setattr(pages, "SEARCHES", {"first page": [{}], "common word": [{"q": "新乡"}]})
    monkeypatch.setattr(crowd, "SMALL_SIZE", 400)
    crowd.make(800)
    small, large = pages._requests("/api/enterprises/", 800, 1)
    assert [len(of["first page"].whole) for of in (small, large)] == [1, 1]
    assert small["common word"].counts == large["common word"].counts


def test_saving_a_part_is_measured_beside_a_row():
    [table] = sections.measure((3,))
    assert [row[0] for row in table.rows][-1] == "queries of a save"
