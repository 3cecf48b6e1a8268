"""The day by the clock of the database: one clock decides deadlines, however many servers answer requests."""

from datetime import date

from django.conf import settings
from django.db import connection


def today() -> date:
    """The day on which the running transaction began (outside of one: now), in the portal's time zone. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (now() AT TIME ZONE %s)::date", [settings.TIME_ZONE])
        [day] = cursor.fetchone()
    return day
