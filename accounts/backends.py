"""Login with a lock-out that holds under parallel tries."""

from datetime import timedelta

from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied

from core import audit, limits

TRIES = 5
WINDOW = timedelta(minutes=15)
TRIES_ANYWHERE = (
    50  # account-wide: stops guessing from many addresses without letting one address lock a person out
)


class LimitedBackend(ModelBackend):
    """ModelBackend that reserves a try before it hashes, per account and address."""

    def authenticate(self, request, username=None, password=None, **kwargs):
        if not username or password is None:
            return None
        here = f"login:{username.lower()}:{limits.address(request)}"
        anywhere = f"login:{username.lower()}"
        free = limits.take(here, limit=TRIES, window=WINDOW)
        if not (free and limits.take(anywhere, limit=TRIES_ANYWHERE, window=WINDOW)):
            raise PermissionDenied  # stops all backends; the form shows its one neutral message
        user = super().authenticate(request, username=username, password=password, **kwargs)
        if user is not None:
            limits.release(here)
            limits.release(anywhere)
            audit.record("登录", user, actor=user, address=limits.address(request))
        return user
