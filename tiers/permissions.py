"""Who may act on cases and titles. Which rows: Model.objects.visible_to(user)."""

from accounts.enums import Role
from accounts.permissions import has_role
from tiers.enums import ApplicationState


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
