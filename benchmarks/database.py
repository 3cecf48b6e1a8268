"""A database of its own beside the configured one, made anew for every run and dropped at the end."""

import contextlib
import os
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

NAME = "portal_bench"
CREATE = f"CREATE DATABASE {NAME} TEMPLATE template0 ENCODING 'UTF8'"


@contextlib.contextmanager
def fresh() -> Iterator[None]:
    """Create, migrate, and drop in the end. The configured database itself is not touched."""
    import psycopg2

    given = os.environ["DATABASE_URL"]
    admin = psycopg2.connect(given)
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        cursor.execute(CREATE)
    os.environ["DATABASE_URL"] = urlunsplit(urlsplit(given)._replace(path=f"/{NAME}"))
    try:
        attach()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        yield
    finally:
        from django.db import connections

        connections.close_all()
        with admin.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        admin.close()
        os.environ["DATABASE_URL"] = given


def attach() -> None:
    """Django in this process, on the database of the environment, with nobody listening for jobs."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    os.environ.setdefault("PORTAL_DEMO", "1")  # pages without TLS and without collected static files
    django.setup()
    from config.celery import app

    app.conf.update(broker_url="memory://")


def execute(sql: str, params=None) -> list[tuple]:
    """Run a statement; its rows, if it has any."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []
