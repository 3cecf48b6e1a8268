"""What keeps a title alive: the yearly update of the record, and reports of major changes."""

from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.enums import MessageKind, Role
from accounts.models import Region
from accounts.services import tell
from core import audit
from core.errors import Conflict, DomainError
from core.fields import clean_name, clean_text
from core.states import transition
from enterprises.models import Enterprise
from enterprises.services.firm import move_enterprise, rename_enterprise
from policies.engine.standards.titles import held_on, months_after
from tiers.enums import CHANGE_TRANSITIONS, ChangeKind, ChangeState, Title
from tiers.models import AnnualUpdate, MajorChange
from tiers.queries.titles import Documents, title_rows
from tiers.services.people import members_of, officers_of

MAX_DETAIL = 2000


# ---- yearly updates -------------------------------------------------------------------------------------
@transaction.atomic
def complete_annual_update(*, enterprise, year, actor, completed_on=None, note="") -> AnnualUpdate:
    """Say that the record of the enterprise is up to date for this year.

    The enterprise confirms this year's, today, and its figures of the year before must be there. An officer may
    register what was done elsewhere: an earlier day, also of an earlier year, with a note that says where. Safe to
    repeat: the first one stands. 63号 art. 14, 2号 art. 17.
    """
    firm = Enterprise.objects.select_for_update().get(pk=enterprise.pk)
    if found := AnnualUpdate.objects.filter(enterprise=firm, year=year).first():
        return found
    today = timezone.localdate()
    on, note = completed_on or today, clean_text(note) if note.strip() else ""
    if actor.role == Role.ENTERPRISE:
        _check_own_update(firm, year, on, today)
    else:
        _check_registered_update(year, on, today, note)
    update = AnnualUpdate.objects.create(
        enterprise=firm, year=year, completed_on=on, completed_by=actor, note=note
    )
    audit.record("年度信息更新", firm, actor=actor, year=year, completed_on=on.isoformat())
    return update


def _check_own_update(firm, year, on, today) -> None:
    if year != today.year or on != today:
        raise DomainError(f"现在只能更新 {today.year} 年度的信息。")
    if not firm.yearly_figures.filter(year=year - 1).exists():
        raise DomainError(f"还没有填写 {year - 1} 年的数据，请先在企业档案中填写，再确认更新。")


def _check_registered_update(year, on, today, note) -> None:
    if on > today or on.year != year:
        raise DomainError(f"完成日期应在 {year} 年内，且不晚于今天。")
    if not note:
        raise DomainError("请在说明中写明更新是在哪里完成的，例如“已在国家平台更新”。")


# ---- major changes --------------------------------------------------------------------------------------
@transaction.atomic
def report_change(
    *, enterprise, kind, happened_on, detail, actor, new_name="", new_unit=None, evidence=None
) -> MajorChange:
    """Report a major change. It is due within the months of the document of the day on which it happened (calendar
    months, clipped to the end of a short one); a later report is accepted and marked late. 63号 art. 15.

    Refuses days to come. Safe to repeat: the same report waiting for a decision is given back.
    """
    firm = Enterprise.objects.select_for_update().get(pk=enterprise.pk)
    today, kind = timezone.localdate(), ChangeKind(kind)
    if happened_on > today:
        raise DomainError("发生日期不能晚于今天。")
    detail = clean_text(detail, max_length=MAX_DETAIL, multiline=True)
    new_name = clean_name(new_name) if kind == ChangeKind.RENAME else ""
    if evidence and evidence.enterprise_id != firm.pk:
        raise DomainError("证明材料不是本企业的，请重新选择。")
    same = {"enterprise": firm, "kind": kind, "happened_on": happened_on, "state": ChangeState.REPORTED}
    if waiting := MajorChange.objects.filter(**same, detail=detail, new_name=new_name).first():
        return waiting
    change = MajorChange.objects.create(
        **same,
        due_on=change_due(firm, happened_on),
        reported_on=today,
        detail=detail,
        new_name=new_name,
        new_unit=new_unit if kind == ChangeKind.MOVE else None,
        evidence=evidence,
        reported_by=actor,
    )
    audit.record(
        "报告重大变化", change, actor=actor, happened_on=happened_on.isoformat(), late=change.is_late
    )
    tell(
        recipients=officers_of(firm, but=actor),
        kind=MessageKind.TITLE,
        key=f"change:{change.pk}",
        title=f"{firm}报告重大变化：{kind.label}",
        body=f"{happened_on} 发生，{'已过' if change.is_late else ''}报告期限 {change.due_on}，请核实。",
        url=reverse("tiers:change_detail", args=[change.pk]),
    )
    return change


def change_due(enterprise, happened_on: date) -> date:
    """The last day (inclusive) to report a change, by the document of the highest title then held; without a title
    by that of the lowest tier. Refuses when no document is in force."""
    documents, held = Documents(), held_on(title_rows([enterprise.pk]).get(enterprise.pk, []), happened_on)
    for title in [*reversed([tier for tier in Title.tiers() if tier in held]), *Title.tiers()]:
        if procedure := documents.procedure(title, happened_on):
            return months_after(happened_on, procedure.change_report_months)
    raise DomainError(f"{happened_on} 没有适用的管理办法，请联系市级工信部门。")


@transaction.atomic
def decide_change(*, change, accepted, opinion, actor, cancels_review=False, new_unit=None) -> MajorChange:
    """Close a reported change: accepted keeps the titles and carries out a rename or a move; otherwise the titles are
    proposed for revocation.

    `cancels_review` takes the right to the next review, for late reports only. `new_unit` overrules what the
    enterprise wrote. Refuses (Conflict) a change that is decided, and a move by an office of the county.
    """
    Enterprise.objects.select_for_update().get(pk=change.enterprise_id)
    change = MajorChange.objects.select_for_update(of=["self"]).select_related("enterprise").get(pk=change.pk)
    if change.state != ChangeState.REPORTED:
        raise Conflict(f"这项变化已由{change.decided_by}核实，结论是“{change.get_state_display()}”。")
    if cancels_review and not change.is_late:
        raise DomainError("这项变化是按期报告的，不能取消复核资格。")
    opinion = clean_text(opinion, max_length=MAX_DETAIL, multiline=True)
    if accepted:
        _carry_out(change, new_unit or change.new_unit, actor)
    transition(
        change,
        ChangeState.ACCEPTED if accepted else ChangeState.UNQUALIFIED,
        table=CHANGE_TRANSITIONS,
        actor=actor,
        action="核实重大变化",
        stamp="decided_at",
        opinion=opinion,
        decided_by=actor,
        cancels_review=cancels_review,
        new_unit=new_unit or change.new_unit,
    )
    _tell_decision(change, actor)
    return change


def _carry_out(change, unit, actor) -> None:
    firm = change.enterprise
    if change.kind == ChangeKind.RENAME:
        rename_enterprise(enterprise=firm, name=change.new_name, changed_on=change.happened_on, actor=actor)
    if change.kind == ChangeKind.MOVE and unit and unit.pk != firm.managing_unit_id:
        if actor.role != Role.CITY or not Region.objects.visible_to(actor).filter(pk=unit.pk).exists():
            raise DomainError("迁到其他管理单位，由市级核实办理。")
        move_enterprise(enterprise=firm, unit=unit, actor=actor)


def _tell_decision(change, actor) -> None:
    firm, url = change.enterprise, reverse("tiers:change_detail", args=[change.pk])
    tell(
        recipients=members_of(firm, but=actor),
        kind=MessageKind.TITLE,
        key=f"change:{change.pk}:decided",
        title=f"{change}：{change.get_state_display()}",
        body=change.opinion,
        url=url,
    )
    if change.state == ChangeState.UNQUALIFIED:
        tell(
            recipients=officers_of(firm, but=actor),
            kind=MessageKind.TITLE,
            key=f"change:{change.pk}:revoke",
            title=f"建议撤销称号：{firm}",
            body=change.opinion,
            url=url,
        )
