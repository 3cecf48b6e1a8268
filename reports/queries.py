"""The figures of the home page. Each one counts exactly the rows its link shows."""

from dataclasses import dataclass

from django.db.models import Count, Sum
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from awards.enums import Outcome, RunState
from awards.models import AwardRun, Determination
from enterprises.enums import BatchState
from enterprises.models import Enterprise, ImportBatch
from tiers.enums import ChangeState, ObjectionKind, ObjectionState, Title
from tiers.models import Application, MajorChange, Objection, Recognition
from tiers.queries.lifecycle import EXPIRED, in_window, lapsing, windows
from tiers.queries.queue import WorkTab, tab_counts
from tiers.queries.titles import Documents


@dataclass(frozen=True)
class Figure:
    label: str
    value: object
    unit: str
    url: str
    foot: str = ""


def title_figures(user, today=None) -> list[Figure]:
    """Enterprises that hold each tier today (both ends of the validity inclusive), highest tier first."""
    today = today or timezone.localdate()
    valid = Recognition.objects.visible_to(user).valid_on(today).filter(title__in=Title.tiers())
    held = dict(valid.values_list("title").annotate(Count("enterprise", distinct=True)))
    since = Recognition.objects.visible_to(user).filter(documented_on__year=today.year, kind="new")
    new = dict(since.values_list("title").annotate(Count("enterprise", distinct=True)))
    url = reverse("tiers:recognition_list")
    return [
        Figure(
            Title(title).label,
            held.get(title, 0),
            "家",
            f"{url}?title={title}&valid_on={today}",
            f"{today.year} 年新认定 {new.get(title, 0)} 家",
        )
        for title in reversed(Title.tiers())
    ]


def enterprise_figure(user) -> Figure:
    return Figure(
        "企业库", Enterprise.objects.visible_to(user).count(), "家", reverse("enterprises:enterprise_list")
    )


def award_years(user) -> list[dict]:
    """Per declaration year what the user may see: enterprises granted and yuan, newest year first."""
    rows = (
        Determination.objects.visible_to(user)
        .filter(outcome=Outcome.GRANTED)
        .values("year")
        .annotate(enterprises=Count("enterprise", distinct=True), amount=Sum("amount"))
        .order_by("-year")
    )
    url = reverse("awards:determination_list")
    return [row | {"url": f"{url}?year={row['year']}&outcome=granted"} for row in rows]


HOME_TABS = [
    WorkTab.MINE,
    WorkTab.NEW,
    WorkTab.CORRECTED,
    WorkTab.DUE_TODAY,
    WorkTab.OVERDUE,
    WorkTab.HERE,
]


def case_figures(user) -> list[Figure]:
    """The tabs of an officer's work list that ask for something today."""
    counts = tab_counts(Application.objects.visible_to(user), user, timezone.localdate())
    url = reverse("tiers:work_list")
    return [Figure(tab.label, counts[tab], "件", f"{url}?tab={tab}") for tab in HOME_TABS]


def work_waiting(user) -> list[Figure]:
    """What waits for this person."""
    found = []
    if user.role in (Role.COUNTY, Role.CITY):
        waiting = ImportBatch.objects.visible_to(user).filter(state=BatchState.REVIEW).count()
        found.append(
            Figure(
                "待确认的导入",
                waiting,
                "个",
                f"{reverse('enterprises:import_list')}?state={BatchState.REVIEW}",
            )
        )
        found += _title_work(user)
    if user.role == Role.CITY:
        held = Determination.objects.visible_to(user).filter(outcome=Outcome.HELD).count()
        found.append(Figure("待定的奖励", held, "项", f"{reverse('awards:determination_list')}?outcome=held"))
        runs = AwardRun.objects.visible_to(user).filter(state=RunState.RUNNING).count()
        found.append(Figure("测算中的批次", runs, "个", reverse("awards:run_list")))
    return [figure for figure in found if figure.value]


def _title_work(user) -> list[Figure]:
    """Titles that end first, changes to be checked, appeals to be decided."""
    today, documents = timezone.localdate(), Documents()
    changes = MajorChange.objects.visible_to(user).filter(state=ChangeState.REPORTED)
    appeals = Objection.objects.visible_to(user).filter(kind=ObjectionKind.APPEAL, state=ObjectionState.OPEN)
    ledger, cases = reverse("tiers:change_list"), reverse("tiers:appeal_list")
    found = [
        Figure("待核实的重大变化", changes.count(), "项", f"{ledger}?state={ChangeState.REPORTED}"),
        Figure("处理中的申诉", appeals.count(), "件", f"{cases}?state={ObjectionState.OPEN}"),
    ]
    days = [window for window in windows(today, documents) if window != EXPIRED]
    if days:
        soonest = min(days, key=int)
        ends = in_window(lapsing(Recognition.objects.visible_to(user)), soonest, today).count()
        url = f"{reverse('tiers:title_radar')}?window={soonest}"
        found.insert(0, Figure(f"{soonest} 天内到期的称号", ends, "个", url))
    return found


def own_enterprises(user):
    """The firms of an enterprise user, with their titles."""
    return (
        Enterprise.objects.visible_to(user).select_related("managing_unit").prefetch_related("recognitions")
    )
