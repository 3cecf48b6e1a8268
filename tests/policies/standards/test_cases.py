"""The worked cases of every standard: the firm of the file, changed as the case says, and what must come out."""

import pytest

from policies.engine.standards import Verdict, assess
from tests.policies.standards import worked

CASES = [(slug, case) for slug, file in worked.files().items() for case in file.get("case", [])]
STEPS = [
    (slug, ladder, value, expected)
    for slug, file in worked.files().items()
    for ladder in file.get("ladder", [])
    for value, expected in ladder["steps"]
]


def assessed(slug, told, **changes):
    ticks = {key: Verdict.MET for key in told.get("核实", [])} | {
        key: Verdict.NOT_MET for key in told.get("核实不符", [])
    }
    return assess(
        worked.record(told),
        worked.standard_of(slug),
        kind=worked.KINDS[told["类型"]],
        on=told["受理日期"],
        confirmed=ticks,
    )


@pytest.mark.parametrize(
    ("slug", "case"), CASES, ids=lambda value: value["name"] if "name" in value else value
)
def test_worked_case(slug, case):
    base = worked.files()[slug]["base"]
    found = assessed(slug, worked.merged(base, case))
    rows = {key: worked.row(found.finding(key)) for key in case.get("rows", {})}
    assert rows == case.get("rows", {})
    if "得分" in case:
        assert (found.score.points, found.score.possible) == (case["得分"], case.get("待定分", 0))
    if "分项" in case:
        assert {group.group: group.points for group in found.score.groups} == case["分项"]
    if "得分结论" in case:
        assert worked.VERDICTS[found.score.verdict] == case["得分结论"]
    if "结论" in case:
        assert (worked.VERDICTS[found.verdict], found.passed_by) == (case["结论"], case.get("凭", ""))
    if "条件" in case:
        assert {finding.key for finding in found.gates} >= set(case["条件"])
    if "没有条件" in case:
        assert not {finding.key for finding in found.gates} & set(case["没有条件"])
    if "说明" in case:
        assert {key: found.finding(key).note for key in case["说明"]} == case["说明"]


@pytest.mark.parametrize(
    ("slug", "ladder", "value", "expected"), STEPS,
    ids=lambda value: value.get("criterion") if isinstance(value, dict) else str(value)[:40],
)  # fmt: skip
def test_step(slug, ladder, value, expected):
    """One value on one side of a line."""
    base = worked.merged(worked.files()[slug]["base"], ladder.get("with", {}))
    found = assessed(slug, worked.with_field(base, ladder["field"], value))
    assert worked.row(found.finding(ladder["criterion"])) == expected


@pytest.mark.parametrize("slug", worked.tier_slugs())
def test_every_criterion_is_tried_on_both_sides(slug):
    """Each gate and route is met once and not met once, each band of a scored criterion is reached once."""
    results = {}
    for name, file in worked.files().items():
        if file.get("standard", name) == slug:
            for ladder in file["ladder"]:
                results.setdefault(ladder["criterion"], set()).update(row for _, row in ladder["steps"])
    standard = worked.standard(slug)
    for criterion in (*standard.gates, *(route.criterion for route in standard.routes)):
        wanted = {"待核实" if criterion.judged else "符合", "不符合"}
        assert wanted <= results.get(criterion.key, set()), criterion.key
    for criterion in standard.scored:
        wanted = {f"{band.points.normalize():f} 分" for band in criterion.bands}
        assert wanted <= results.get(criterion.key, set()), criterion.key
