"""Who holds which title and who may apply; every date the day before, on the first, on the last, the day after."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from policies.engine.standards import parse_standard
from policies.engine.standards.titles import (
    Applicant,
    Ban,
    TitleRow,
    held_on,
    latest_row,
    missed_updates,
    months_after,
    owes_update,
    reasons_against,
    review_window,
)

FOLDER = Path(__file__).resolve().parents[3] / "policies" / "documents" / "standards"
ONE_DAY = timedelta(days=1)
FROM, UNTIL = date(2023, 7, 1), date(2026, 6, 30)


def entry(slug):
    return parse_standard((FOLDER / f"{slug}.toml").read_text(encoding="utf-8")).entry


def row(title="provincial_srdi", valid_from=FROM, valid_until=UNTIL, revoked_on=None, documented_on=FROM):
    return TitleRow(title, documented_on, valid_from, valid_until, revoked_on)


def four_days(first, last):
    return [first - ONE_DAY, first, last, last + ONE_DAY]


# ---- months ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("day", "months", "found"),
    [
        (date(2025, 11, 30), 3, date(2026, 2, 28)),
        (date(2023, 11, 30), 3, date(2024, 2, 29)),
        (date(2025, 11, 29), 3, date(2026, 2, 28)),
        (date(2025, 11, 28), 3, date(2026, 2, 28)),
        (date(2026, 1, 31), 3, date(2026, 4, 30)),
        (date(2026, 10, 31), 3, date(2027, 1, 31)),
        (date(2026, 9, 30), 3, date(2026, 12, 30)),
        (date(2026, 12, 1), 3, date(2027, 3, 1)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 36, date(2027, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 15), -12, date(2025, 1, 15)),
        (date(2026, 5, 20), 0, date(2026, 5, 20)),
    ],
)
def test_months_are_counted_by_the_calendar_and_clipped_to_the_month_end(day, months, found):
    assert months_after(day, months) == found


# ---- titles held ----------------------------------------------------------------------------------------
def test_title_is_held_on_both_printed_days_and_not_beside_them():
    assert [bool(held_on([row()], day)) for day in four_days(FROM, UNTIL)] == [False, True, True, False]


def test_revoked_title_ends_the_day_before_its_revocation():
    revoked = row(revoked_on=date(2025, 3, 10))
    days = four_days(FROM, date(2025, 3, 9))
    assert [bool(held_on([revoked], day)) for day in days] == [False, True, True, False]


def test_title_revoked_from_its_first_day_was_never_held():
    assert held_on([row(revoked_on=FROM)], FROM) == {}


@pytest.mark.parametrize(
    ("title", "held"),
    [
        ("innovative", {"innovative"}),
        ("provincial_srdi", {"innovative", "provincial_srdi"}),
        ("national_giant", {"innovative", "provincial_srdi", "national_giant"}),
        ("tech_sme", {"tech_sme"}),
        ("high_tech", {"high_tech"}),
    ],
)
def test_higher_tier_implies_the_lower_ones(title, held):
    found = held_on([row(title)], FROM)
    assert set(found) == held
    assert {name for name, holding in found.items() if holding.implied} == held - {title}


def test_the_row_that_lasts_longest_holds_a_title_and_its_own_row_wins_a_tie():
    own = row("innovative")
    longer = row("national_giant", valid_until=UNTIL + ONE_DAY)
    assert held_on([own, longer], FROM)["innovative"].row == longer
    same = row("national_giant")
    assert held_on([same, own], FROM)["innovative"].row == own
    assert held_on([own, same], FROM)["innovative"].row == own


def test_review_continues_the_row_that_ends_last_and_never_a_revoked_one():
    early, late = row(), row(valid_from=UNTIL + ONE_DAY, valid_until=date(2029, 6, 30))
    gone = row(valid_until=date(2030, 1, 1), revoked_on=date(2026, 1, 1))
    assert latest_row([late, early, gone], "provincial_srdi") == late
    assert latest_row([gone], "provincial_srdi") is None


# ---- a new title ----------------------------------------------------------------------------------------
def against(rows=(), *, title="provincial_srdi", kind="new", day=FROM, slug="miit-63-provincial", **more):
    deadline = more.pop("deadline", None)
    firm = Applicant(rows=rows, **more)
    return reasons_against(firm, title=title, kind=kind, day=day, entry=entry(slug), deadline=deadline)


@pytest.mark.parametrize("day", four_days(FROM, UNTIL))
def test_provincial_title_asks_for_the_title_below_on_the_day(day):
    in_force = FROM <= day <= UNTIL
    assert bool(against([row("innovative")], day=day)) is not in_force


def test_refusal_names_the_title_its_end_and_the_clause():
    [reason] = against([row("innovative")], day=UNTIL + ONE_DAY)
    assert reason == (
        "申报须先是有效期内的创新型中小企业（原称号有效期已于 2026-06-30 届满或终止）。依据：63号 第十一条。"
    )
    [reason] = against([])
    assert reason == "申报须先是有效期内的创新型中小企业。依据：63号 第十一条。"


@pytest.mark.parametrize(
    ("slug", "title", "held", "may"),
    [
        ("miit-63-innovative", "innovative", [], True),
        ("miit-63-innovative", "innovative", ["tech_sme"], True),
        ("miit-63-innovative", "innovative", ["innovative"], False),
        ("miit-63-innovative", "innovative", ["provincial_srdi"], False),
        ("miit-63-innovative", "innovative", ["national_giant"], False),
        ("miit-63-provincial", "provincial_srdi", ["innovative"], True),
        ("miit-63-provincial", "provincial_srdi", ["tech_sme"], False),
        ("miit-2-provincial", "provincial_srdi", ["innovative"], True),
        ("miit-2-provincial", "provincial_srdi", ["tech_sme"], True),
        ("miit-2-provincial", "provincial_srdi", ["high_tech"], False),
        ("miit-2-provincial", "provincial_srdi", ["provincial_srdi"], False),
        ("miit-2-provincial", "provincial_srdi", ["national_giant"], False),
        ("miit-2-giant", "national_giant", ["provincial_srdi"], True),
        ("miit-2-giant", "national_giant", ["innovative", "tech_sme"], False),
        ("miit-2-giant", "national_giant", ["national_giant"], False),
    ],
)
def test_which_titles_open_and_close_a_tier(slug, title, held, may):
    assert (against([row(name) for name in held], title=title, slug=slug) == ()) is may


def test_lapsed_title_may_be_applied_for_anew():
    rows = [row("innovative"), row("provincial_srdi", valid_until=UNTIL)]
    assert against(rows, day=UNTIL) != ()
    later = [row("innovative", valid_until=date(2027, 1, 1)), rows[1]]
    assert against(later, day=UNTIL + ONE_DAY) == ()


@pytest.mark.parametrize(
    ("established", "deadline", "may"),
    [
        (date(2023, 12, 10), date(2025, 12, 11), True),
        (date(2023, 12, 11), date(2025, 12, 11), True),  # two full years on the last day
        (date(2023, 12, 12), date(2025, 12, 11), False),
        (date(2024, 2, 29), date(2026, 2, 27), False),
        (date(2024, 2, 29), date(2026, 2, 28), True),
        (None, date(2025, 12, 11), True),  # not known is never “not met”
    ],
)
def test_full_years_since_registration_are_counted_at_the_deadline(established, deadline, may):
    held = [row("innovative", valid_until=date(2027, 1, 1))]
    found = against(held, day=deadline - timedelta(days=40), deadline=deadline, established_on=established)
    assert (found == ()) is may


def test_years_since_registration_are_asked_of_new_provincial_cases_only():
    young = {"established_on": FROM}
    assert against([row()], title="national_giant", slug="miit-2-giant", **young) == ()
    assert against([row()], kind="review", day=UNTIL, slug="miit-63-provincial", **young) == ()


@pytest.mark.parametrize("kind", ["new", "review"])
def test_ban_lasts_through_its_last_day_for_every_kind_of_case(kind):
    until = date(2026, 5, 10)
    rows = [row("innovative")] if kind == "new" else [row()]
    for day, banned in [(until - ONE_DAY, True), (until, True), (until + ONE_DAY, False)]:
        found = against(rows, kind=kind, day=day, bans=[Ban(until, "工信部〔2023〕9号")])
        assert (found != ()) is banned
    [reason] = against(rows, kind=kind, day=until, bans=[Ban(until, "工信部〔2023〕9号")])
    assert reason == "因称号被撤销（工信部〔2023〕9号），到 2026-05-10 为止（含当日）不得申报。"


# ---- a review -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("slug", "closes"), [("miit-63-provincial", date(2027, 6, 30)), ("miit-2-provincial", date(2026, 12, 30))]
)
def test_review_is_accepted_on_both_ends_of_its_window(slug, closes):
    opens = date(2025, 6, 30)
    assert review_window(row(), entry(slug)) == (opens, closes)
    found = [against([row()], kind="review", day=day, slug=slug) == () for day in four_days(opens, closes)]
    assert found == [False, True, True, False]


def test_review_needs_the_title_itself_and_one_that_was_not_revoked():
    assert against([row("national_giant")], kind="review", day=UNTIL) == (
        "没有有效的省级专精特新中小企业称号，不能申请复核。",
    )
    assert against([row(revoked_on=date(2026, 1, 1))], kind="review", day=UNTIL) != ()


def test_title_that_was_reviewed_early_is_not_reviewed_again():
    renewed = row(valid_from=UNTIL + ONE_DAY, valid_until=date(2029, 6, 30))
    [reason] = against([row(), renewed], kind="review", day=UNTIL)
    assert "2028-06-30 起才受理复核" in reason


def test_missed_update_and_late_change_cost_the_review_and_nothing_else():
    lost = {"missed_updates": [date(2025, 4, 30)], "late_changes": [date(2024, 5, 1)]}
    assert against([row()], kind="review", day=UNTIL, **lost) == (
        "没有在 2025-04-30 前（含当日）完成年度信息更新，取消本次到期的复核资格。",
        "2024-05-01 的重大变化没有按期报告，已取消本次到期的复核资格。",
    )
    assert against([row("innovative")], day=UNTIL, **lost) == ()


def test_without_a_document_only_bans_and_titles_count():
    firm = Applicant(rows=[row()], bans=[Ban(UNTIL, "甲")])
    new = reasons_against(firm, title="provincial_srdi", kind="new", day=UNTIL, entry=None)
    assert len(new) == 2
    review = reasons_against(
        firm._replace(bans=[]), title="provincial_srdi", kind="review", day=FROM, entry=None
    )
    assert review == ()


# ---- yearly updates -------------------------------------------------------------------------------------
DUE = date(2025, 4, 30)


@pytest.mark.parametrize(
    ("done_on", "day", "missed"),
    [
        (None, DUE, False),  # the last day is still open
        (None, DUE + ONE_DAY, True),
        (DUE, DUE + ONE_DAY, False),
        (DUE - ONE_DAY, DUE + ONE_DAY, False),
        (DUE + ONE_DAY, DUE + ONE_DAY, True),  # done, but late
    ],
)
def test_update_is_missed_from_the_day_after_its_deadline(done_on, day, missed):
    done = {2025: done_on} if done_on else {}
    assert missed_updates(row(), [DUE], done, FROM, day) == ((DUE,) if missed else ())


@pytest.mark.parametrize(
    ("valid_from", "valid_until", "owed"),
    [
        (DUE, UNTIL, True),
        (DUE + ONE_DAY, UNTIL, False),
        (FROM, DUE, True),
        (FROM, DUE - ONE_DAY, False),
    ],
)
def test_update_is_owed_by_titles_in_force_on_the_deadline(valid_from, valid_until, owed):
    assert owes_update(row(valid_from=valid_from, valid_until=valid_until), DUE) is owed


def test_update_is_not_owed_before_the_title_was_made_known():
    """Henan prints validities that begin before the document."""
    assert owes_update(row(valid_from=date(2025, 1, 1), documented_on=DUE), DUE)
    assert not owes_update(row(valid_from=date(2025, 1, 1), documented_on=DUE + ONE_DAY), DUE)


def test_deadlines_before_the_record_began_are_not_known_and_so_not_missed():
    later = DUE + ONE_DAY
    assert missed_updates(row(), [DUE], {}, DUE, later) == (DUE,)
    assert missed_updates(row(), [DUE], {}, later, later) == ()
