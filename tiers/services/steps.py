"""The one way a case changes its state: locked, checked against the table, recorded, told to whom it concerns."""

from django.urls import reverse
from django.utils import timezone

from accounts.enums import MessageKind, Role
from accounts.models import User
from accounts.services import tell
from core.errors import Conflict
from core.states import transition
from tiers.enums import APPLICATION_TRANSITIONS, ApplicationState
from tiers.models import Application, ApplicationEvent


def locked(application: Application) -> Application:
    """The case as it stands now, locked until the transaction ends. Check on this copy, never on the one before."""
    return Application.objects.select_for_update().get(pk=application.pk)


def locked_in(application: Application, *states: ApplicationState) -> Application:
    """The locked case, refused (Conflict) unless it stands in one of `states` now."""
    case = locked(application)
    if case.state not in states:
        raise Conflict(f"“{case}”现在是“{case.get_state_display()}”，不能进行这一步操作，请刷新页面查看。")
    return case


def move(
    application, new, *, actor, action, reason="", public=True, data=None, **changes
) -> ApplicationEvent:
    """Move a locked case to `new`, write its event and tell the people concerned.

    Refuses (Conflict) what APPLICATION_TRANSITIONS does not allow. `reason` is what the other side reads;
    `public=False` keeps the event from the enterprise.
    """
    old = ApplicationState(application.state)
    if new in ApplicationState.final():
        changes.setdefault("closed_at", timezone.now())
    elif old in ApplicationState.final():
        changes.setdefault("closed_at", None)
    changes.setdefault("handled_by", None)
    changes.setdefault("handled_at", None)
    transition(application, new, table=APPLICATION_TRANSITIONS, actor=actor, action=action, **changes)
    event = note(
        application, actor=actor, action=action, reason=reason, public=public, old=old, new=new, data=data
    )
    _tell(application, event)
    return event


def note(
    application, *, actor, action, reason="", public=True, old="", new="", data=None
) -> ApplicationEvent:
    """Write down something that happened in a case without changing its state."""
    return ApplicationEvent.objects.create(
        application=application,
        actor=actor,
        actor_name=str(actor) if actor else "系统",
        action=action,
        old=old,
        new=new,
        reason=reason,
        public=public,
        data=data or {},
    )


def holders(application) -> list[User]:
    """The people who have to act now: the enterprise, or the officer in charge, or the office."""
    state = ApplicationState(application.state)
    if state in ApplicationState.with_firm():
        return list(User.objects.filter(memberships__enterprise=application.enterprise_id, is_active=True))
    if state in ApplicationState.with_county():
        return in_charge(application, Role.COUNTY)
    return in_charge(application, Role.CITY) if state in ApplicationState.with_city() else []


def in_charge(application, role) -> list[User]:
    """Who looks after the case in the county's or the city's office: the officer in charge, else the office."""
    officer = application.assigned_to
    if officer and officer.is_active and officer.role == role:
        return [officer]
    unit = application.managing_unit
    region = unit.pk if role == Role.COUNTY else unit.city.pk
    return list(User.objects.filter(role=role, region=region, is_active=True))


def _tell(application, event) -> None:
    """Who holds the case now, and the enterprise of every step it may see; never the person who acted."""
    firm = User.objects.filter(memberships__enterprise=application.enterprise_id, is_active=True)
    state = ApplicationState(application.state)
    # An office does not learn of a draft that is still being written.
    concerned = {} if event.old == event.new else {user.pk: user for user in holders(application)}
    if event.public:
        concerned |= {user.pk: user for user in firm}
    concerned.pop(event.actor_id, None)
    results = (ApplicationState.GRANTED, ApplicationState.FAILED, ApplicationState.REJECTED)
    kind = (
        MessageKind.RETURN
        if state == ApplicationState.RETURNED
        else MessageKind.RESULT
        if state in results
        else MessageKind.CASE
    )
    url = reverse("tiers:application_detail", args=[application.pk])
    for is_firm in (True, False):
        people = [user for user in concerned.values() if (user.role == Role.ENTERPRISE) == is_firm]
        word = state.public_label if is_firm else state.label
        tell(
            recipients=people,
            kind=kind,
            key=f"case:{event.pk}",
            title=f"{application}：{word}",
            body=event.reason,
            url=url,
        )
