"""Who holds which title on a day, and who may apply for which: pure rules over the rows of official lists.

A holder of a higher tier holds the lower ones too. Days are inclusive; a revoked title ends the day before its
revocation. Reasons are Chinese sentences with the day and the clause they rest on.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from policies.engine.standards.values import Entry

LADDER = ("innovative", "provincial_srdi", "national_giant")  # the tiers, lowest first
NEW, REVIEW = "new", "review"
NAMES = {
    "innovative": "创新型中小企业",
    "tech_sme": "科技型中小企业",
    "provincial_srdi": "省级专精特新中小企业",
    "national_giant": "国家级专精特新“小巨人”企业",
}


class TitleRow(NamedTuple):
    """One title as an official list gives it, both days inclusive."""

    title: str
    documented_on: date
    valid_from: date
    valid_until: date
    revoked_on: date | None = None  # from this day on it is void

    @property
    def ends_on(self) -> date:
        """The last day in force, as printed or the day before the revocation."""
        if self.revoked_on is None:
            return self.valid_until
        return min(self.valid_until, self.revoked_on - timedelta(days=1))

    def in_force(self, day: date) -> bool:
        return self.valid_from <= day <= self.ends_on


class Holding(NamedTuple):
    """A title held on a day, and the row that gives it: its own, or that of a higher tier."""

    title: str
    row: TitleRow

    @property
    def implied(self) -> bool:
        return self.title != self.row.title


class Ban(NamedTuple):
    until: date  # inclusive
    document: str


class Applicant(NamedTuple):
    """What is known of the enterprise that wants to apply."""

    rows: Sequence[TitleRow] = ()
    bans: Sequence[Ban] = ()
    established_on: date | None = None
    # What costs the review of the title that is asked for: deadlines of yearly updates that passed without one, and
    # major changes reported so late that the right was taken.
    missed_updates: Sequence[date] = ()
    late_changes: Sequence[date] = ()


def months_after(day: date, months: int) -> date:
    """The same day so many months later (earlier for a negative number); clipped to the end of a short month."""
    at = day.year * 12 + day.month - 1 + months
    year, month = divmod(at, 12)
    return date(year, month + 1, min(day.day, _days_in(year, month + 1)))


def _days_in(year: int, month: int) -> int:
    return (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day


def implied_by(title: str) -> tuple[str, ...]:
    """The titles that a holder of this one holds too, lowest first, itself last."""
    return LADDER[: LADDER.index(title) + 1] if title in LADDER else (title,)


def held_on(rows: Iterable[TitleRow], day: date) -> dict[str, Holding]:
    """Title → how it is held on the day; where several rows give it, the one that lasts longest, its own first."""
    found: dict[str, Holding] = {}
    for row in rows:
        if not row.in_force(day):
            continue
        for title in implied_by(row.title):
            one = Holding(title, row)
            if title not in found or _rank(one) > _rank(found[title]):
                found[title] = one
    return found


def _rank(holding: Holding) -> tuple[date, bool]:
    return holding.row.ends_on, not holding.implied


def latest_row(rows: Iterable[TitleRow], title: str) -> TitleRow | None:
    """The title's own row that ends last and was not revoked; a review continues this one."""
    own = [row for row in rows if row.title == title and row.revoked_on is None]
    return max(own, key=lambda row: row.valid_until, default=None)


def review_window(row: TitleRow, entry: Entry) -> tuple[date, date]:
    """First and last day on which a review of this title is accepted."""
    return (
        months_after(row.valid_until, -entry.review_opens_months),
        months_after(row.valid_until, entry.review_closes_months),
    )


def reasons_against(
    firm: Applicant, *, title: str, kind: str, day: date, entry: Entry | None, deadline: date | None = None
) -> tuple[str, ...]:
    """Why the enterprise may not apply for the title on a day; empty: it may.

    `deadline` is the last day of the intake, at which full years since the registration are counted (else `day`).
    An unknown date of registration is no reason: what is not known is never “not met”. Without an `entry`
    (no document in force) only bans and titles held count.
    """
    reasons = [
        f"因称号被撤销（{ban.document}），到 {ban.until} 为止（含当日）不得申报。"
        for ban in firm.bans
        if day <= ban.until
    ]
    held = held_on(firm.rows, day)
    reasons += _against_review(firm, title, day, entry) if kind == REVIEW else _against_new(held, title)
    if kind == NEW and entry:
        if entry.prior and not any(name in held for name in entry.prior):
            reasons.append(_no_prior(firm.rows, entry, day))
        reasons += _too_young(firm.established_on, deadline or day, entry)
    return tuple(reasons)


def _against_new(held: dict[str, Holding], title: str) -> list[str]:
    if title not in held:
        return []
    row = held[title].row
    if held[title].implied:
        return [f"已是{NAMES[row.title]}（有效期至 {row.ends_on}），不需要再申报{NAMES.get(title, title)}。"]
    return [f"已是{NAMES.get(title, title)}（有效期至 {row.ends_on}），到期请申请复核，不需要重新申报。"]


def _no_prior(rows: Iterable[TitleRow], entry: Entry, day: date) -> str:
    names = "或".join(NAMES[name] for name in entry.prior)
    lapsed = [row for row in rows if row.title in entry.prior and row.ends_on < day]
    last = max((row.ends_on for row in lapsed), default=None)
    was = f"（原称号有效期已于 {last} 届满或终止）" if last else ""
    return f"申报须先是有效期内的{names}{was}。依据：{entry.terms['prior'].cite}。"


def _too_young(established_on: date | None, deadline: date, entry: Entry) -> list[str]:
    if not entry.registered_years or established_on is None:
        return []
    full_on = months_after(established_on, 12 * entry.registered_years)
    if full_on <= deadline:
        return []
    return [
        f"到 {deadline} 注册未满 {entry.registered_years} 年（{established_on} 成立，{full_on} 满）。"
        f"依据：{entry.terms['registered_years'].cite}。"
    ]


def _against_review(firm: Applicant, title: str, day: date, entry: Entry | None) -> list[str]:
    row = latest_row(firm.rows, title)
    name = NAMES.get(title, title)
    if row is None:
        return [f"没有有效的{name}称号，不能申请复核。"]
    reasons = _outside_window(row, name, day, entry) if entry else []
    return [*reasons, *review_lost(firm)]


def review_lost(firm: Applicant) -> list[str]:
    """Why the right to a review is gone for this validity of the title; the title itself stays until its last day."""
    reasons = []
    if firm.missed_updates:
        days = "、".join(str(missed) for missed in firm.missed_updates)
        reasons.append(f"没有在 {days} 前（含当日）完成年度信息更新，取消本次到期的复核资格。")
    if firm.late_changes:
        days = "、".join(str(change) for change in firm.late_changes)
        reasons.append(f"{days} 的重大变化没有按期报告，已取消本次到期的复核资格。")
    return reasons


def owes_update(row: TitleRow, deadline: date) -> bool:
    """A yearly update is owed for a title that is known and in force on the deadline."""
    return row.in_force(deadline) and row.documented_on <= deadline


def missed_updates(
    row: TitleRow, deadlines: Iterable[date], done: Mapping[int, date], since: date, day: date
) -> tuple[date, ...]:
    """Deadlines of this title that had passed by `day` without an update of that year.

    `done`: year → the day its update was completed. Deadlines before `since`, the day on which the record of the
    enterprise begins, are not known and so never missed.
    """
    return tuple(
        deadline
        for deadline in deadlines
        if since <= deadline < day
        and owes_update(row, deadline)
        and done.get(deadline.year, date.max) > deadline
    )


def _outside_window(row: TitleRow, name: str, day: date, entry: Entry) -> list[str]:
    opens, closes = review_window(row, entry)
    if day < opens:
        return [
            f"{name}有效期至 {row.valid_until}，{opens} 起才受理复核。依据：{entry.terms['review_opens_months'].cite}。"
        ]
    if day > closes:
        return [
            f"{name}有效期已于 {row.valid_until} 届满，复核受理到 {closes} 为止，请按新申报办理。"
            f"依据：{entry.terms['review_closes_months'].cite}。"
        ]
    return []
