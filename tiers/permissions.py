"""Who may act on cases and titles. Which rows: Model.objects.visible_to(user)."""

from accounts.enums import Role
from accounts.permissions import has_role
from tiers.enums import ApplicationState, Origin


def is_county_of(user, application) -> bool:
    """The office that reviews the case first."""
    return has_role(user, Role.COUNTY) and user.region_id == application.managing_unit_id


def is_city_of(user, application) -> bool:
    """The city's office; it only reads the cases of units that answer to the province alone."""
    unit = application.managing_unit
    return has_role(user, Role.CITY) and user.region_id == unit.parent_id and not unit.provincial_direct


def can_review_county(user, application) -> bool:
    """The county, while the case is with it."""
    return is_county_of(user, application) and application.state in ApplicationState.with_county()


def can_review_city(user, application) -> bool:
    """The city, while the case is with it."""
    return is_city_of(user, application) and application.state in ApplicationState.with_city()


def can_read_reviews(user) -> bool:
    """Officers' checks, visits and lists; enterprises see their own case on their own page."""
    return has_role(user, Role.COUNTY, Role.CITY, Role.LEADER, Role.AUDITOR)


def can_run_city(user, intake) -> bool:
    """Draw, publish, report: the staff of the intake's city."""
    return has_role(user, Role.CITY) and user.region_id == intake.city_id


def can_read_city(user, intake) -> bool:
    """The people of the intake's city who follow reviews."""
    return has_role(user, Role.CITY, Role.LEADER, Role.AUDITOR) and user.region_id == intake.city_id


def can_report_directly(user) -> bool:
    """A unit that answers to the province alone reports by itself."""
    return has_role(user, Role.COUNTY) and user.region.provincial_direct


# ---- filling in -----------------------------------------------------------------------------------------


def can_see_applications(user) -> bool:
    """The pages of those who fill in: enterprises, and the offices that do it for them (代办)."""
    return has_role(user, Role.ENTERPRISE, Role.COUNTY, Role.CITY)


def can_start(user, enterprise) -> bool:
    """The people of the enterprise, and the offices that may change its rows."""
    if has_role(user, Role.ENTERPRISE):
        return enterprise.memberships.filter(user=user).exists()
    return _office_of(user, enterprise.managing_unit)


def is_filler(user, application) -> bool:
    """Those whose case it is to fill in: its enterprise, or the office of a case entered for it."""
    if has_role(user, Role.ENTERPRISE):
        return application.enterprise.memberships.filter(user=user).exists()
    return application.origin == Origin.STAFF and _office_of(user, application.managing_unit)


def can_fill(user, application) -> bool:
    """While the enterprise has the case: a draft, or one that was returned."""
    return application.state in ApplicationState.with_firm() and is_filler(user, application)


def can_withdraw(user, application) -> bool:
    """Before the county has accepted it."""
    return application.state == ApplicationState.SUBMITTED and is_filler(user, application)


def can_see_intakes(user) -> bool:
    return has_role(user, Role.COUNTY, Role.CITY, Role.LEADER, Role.AUDITOR)


def can_manage_intakes(user) -> bool:
    """City staff, for their own city."""
    return has_role(user, Role.CITY)


def _office_of(user, unit) -> bool:
    if has_role(user, Role.COUNTY):
        return user.region_id == unit.pk
    return has_role(user, Role.CITY) and user.region_id == unit.parent_id and not unit.provincial_direct


# ---- the life of titles ---------------------------------------------------------------------------------


def can_see_title_lists(user) -> bool:
    """Lists over all enterprises of one's units: what lapses, who owes an update, changes, revocations, appeals."""
    return has_role(user, Role.COUNTY, Role.CITY, Role.LEADER, Role.AUDITOR)


def can_see_titles(user) -> bool:
    """Pages of the titles of one enterprise."""
    return has_role(user, Role.ENTERPRISE, Role.COUNTY, Role.CITY, Role.LEADER, Role.AUDITOR)


def can_keep_titles(user, enterprise) -> bool:
    """Confirm the yearly update, report changes, appeal: the enterprise, or its offices for it."""
    return can_start(user, enterprise)


def can_decide_change(user, enterprise) -> bool:
    """The offices that may change the enterprise's rows."""
    return _office_of(user, enterprise.managing_unit)


def can_revoke(user, enterprise) -> bool:
    """Revocations and appeals: the city, or a unit that answers to the province alone."""
    unit = enterprise.managing_unit
    return _office_of(user, unit) and (user.role == Role.CITY or unit.provincial_direct)


# ---- work list ------------------------------------------------------------------------------------------


def can_work(user) -> bool:
    """The offices that review cases have a work list."""
    return has_role(user, Role.COUNTY, Role.CITY)


def can_handle(user, application) -> bool:
    """Officers of the county and of the city whose rows they may change; which step they may take is asked there."""
    return is_county_of(user, application) or is_city_of(user, application)


def can_read_receipt(user, application) -> bool:
    """Those who fill in, and the offices that review."""
    return is_filler(user, application) or can_read_reviews(user)
