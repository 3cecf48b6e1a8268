"""Acts on many cases at once: first a plan that says per case why it can or cannot be done, then each by itself.

What the officer saw travels with each case (a Pick: the case and its last event). Whatever happens to a case in between
makes it “changed since you looked”, in the plan and once more, on the locked row, when it is carried out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.db import OperationalError, models, transaction
from django.utils import timezone

from accounts.enums import Role
from core.errors import DomainError
from tiers.enums import ApplicationState
from tiers.models import Application, ApplicationEvent
from tiers.permissions import can_handle
from tiers.queries.queue import ARRIVED, LEVELS, handler_of, is_with_office, last_events
from tiers.services.city import take_up_application
from tiers.services.queue import assign_case, remind_firm, tell_assigned, was_reminded
from tiers.services.review import accept_application
from tiers.services.steps import locked

LIMIT = 200  # cases in one act


class Act(models.TextChoices):
    ACCEPT = "accept", "受理"
    ASSIGN = "assign", "指派"
    REMIND = "remind", "催办"


class Pick(NamedTuple):
    """A case as somebody saw it: its key and the key of its last event (0: none yet)."""

    case: int
    seen: int

    @classmethod
    def read(cls, written: str) -> "Pick | None":
        """“17-4711” from a form; None for nonsense."""
        parts = written.split("-")
        if len(parts) != 2 or not all(p.isascii() and p.isdecimal() and len(p) < 19 for p in parts):
            return None
        return cls(int(parts[0]), int(parts[1]))

    def __str__(self):
        return f"{self.case}-{self.seen}"


@dataclass
class Planned:
    """One line of a plan or of a result. `problem`: why it cannot be, or could not be done; "" when it can."""

    pick: Pick
    case: Application | None
    problem: str = ""


def read_picks(written: Iterable[str]) -> list[Pick]:
    """The chosen cases, each once. Refuses none, nonsense and too many."""
    picks = {pick.case: pick for text in written if (pick := Pick.read(text))}
    if not picks:
        raise DomainError("请先勾选要办理的申报。")
    if len(picks) > LIMIT:
        raise DomainError(f"一次最多办理 {LIMIT} 件，请分几次勾选。")
    return list(picks.values())


def plan(act: str, picks: list[Pick], *, user, officer=None) -> list[Planned]:
    """What would be done, in the order of the list. Nothing is changed."""
    ids = [pick.case for pick in picks]
    cases = {case.pk: case for case in _cases(user).filter(pk__in=ids)}
    last = last_events(cases)
    return [
        Planned(
            pick,
            case := cases.get(pick.case),
            _problem(act, case, pick, last.get(pick.case), user=user, officer=officer),
        )
        for pick in picks
    ]


def carry_out(act: str, picks: list[Pick], *, user, officer=None) -> list[Planned]:
    """Do what can be done, each case in a transaction of its own; the result says what became of each."""
    done = [_one(act, pick, user, officer) for pick in picks]
    if act == Act.ASSIGN:
        tell_assigned(officer=officer, cases=[row.case for row in done if not row.problem], actor=user)
    return done


def _cases(user):
    return Application.objects.visible_to(user).select_related(
        "enterprise", "managing_unit__parent", "assigned_to", "handled_by"
    )


def _one(act, pick, user, officer) -> Planned:
    case = _cases(user).filter(pk=pick.case).first()
    if case is None:
        return Planned(pick, None, GONE)
    try:
        with transaction.atomic():
            locked(case)
            case.refresh_from_db()
            last = last_events([case.pk]).get(case.pk)
            problem = _problem(act, case, pick, last, user=user, officer=officer)
            if not problem:
                _do(act, case, user, officer)
    except DomainError as refusal:
        problem = str(refusal)
    except OperationalError:  # somebody holds the row
        problem = "别人正在修改这份申报，请稍后再试。"
    return Planned(pick, case, problem)


def _do(act, case, user, officer) -> None:
    if act == Act.ASSIGN:
        assign_case(application=case, officer=officer, actor=user)
    elif act == Act.REMIND:
        remind_firm(application=case, actor=user)
    elif user.role == Role.CITY:
        take_up_application(application=case, actor=user)
    else:
        accept_application(application=case, actor=user)


# ---- why not --------------------------------------------------------------------------------------------

GONE = "不在您的管理范围内，或已不存在。"


def _problem(act, case, pick, last: ApplicationEvent | None, *, user, officer) -> str:
    """The first reason against the act; "" for none."""
    if case is None:
        return GONE
    if not can_handle(user, case):
        return "管理单位直接向省里报送，市里只能查看。"
    if last and last.pk != pick.seen:
        when = f"{timezone.localtime(last.at):%m-%d %H:%M}"
        return f"您打开列表以后有变化（{last.actor_name} {when} {last.action}），请核对后再办。"
    return WHY_NOT[act](case, user, officer)


def _accept(case, user, officer) -> str:
    if case.state != ARRIVED[user.role]:
        return f"现在是“{case.get_state_display()}”，不能受理。"
    handler = handler_of(case)
    return f"{handler}正在处理。" if handler and handler != user else ""


def _assign(case, user, officer) -> str:
    if not is_with_office(case, user):
        return f"现在是“{case.get_state_display()}”，不在本单位办理，不能指派。"
    return f"已经由{officer}经办。" if case.assigned_to_id == officer.pk else ""


def _remind(case, user, officer) -> str:
    if case.state != ApplicationState.RETURNED:
        return f"现在是“{case.get_state_display()}”，没有等企业修改。"
    if case.returned_by != LEVELS[user.role]:
        return f"是{case.get_returned_by_display()}退回的，由退回的单位催办。"
    return "今天已经催办过。" if was_reminded(case) else ""


WHY_NOT = {Act.ACCEPT: _accept, Act.ASSIGN: _assign, Act.REMIND: _remind}
