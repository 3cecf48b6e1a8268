"""A limit that holds under parallel load: the try is counted before the costly or sensitive step."""

from datetime import timedelta

from django.db import connection

RESERVE = """
INSERT INTO core_counter AS c (key, window_start, count) VALUES (%s, now(), 1)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN c.window_start < now() - %s THEN 1 ELSE c.count + 1 END,
    window_start = CASE WHEN c.window_start < now() - %s THEN now() ELSE c.window_start END
RETURNING count
"""


def take(key: str, *, limit: int, window: timedelta) -> bool:
    """Reserve one try under `key`; False once more than `limit` were taken within `window`.

    One atomic statement, so 64 parallel callers get exactly `limit` times True.
    """
    with connection.cursor() as cursor:
        cursor.execute(RESERVE, [key[:200], window, window])
        [count] = cursor.fetchone()
    return count <= limit


def release(key: str) -> None:
    """Forget the tries under `key` (after a success)."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_counter WHERE key = %s", [key[:200]])


def address(request) -> str:
    """The client's address; nginx sets X-Real-IP and nobody else can reach the application server."""
    if request is None:
        return "-"
    return request.headers.get("X-Real-IP") or request.META.get("REMOTE_ADDR", "-")
