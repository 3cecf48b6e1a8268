"""What a person typed when the session had ended: kept in the anonymous session until after the login.

Django keeps the data of an anonymous session through the login. Only the page of the same part of the same case shows
it again, and that page opens to nobody but those who fill the case in.
"""

import json
from datetime import timedelta

from django.contrib.auth.views import redirect_to_login
from django.http import JsonResponse
from django.urls import reverse

from core import limits

PARKED = "parked_answers"
MOST_BYTES = 60_000  # of all that one browser has parked
TRIES, WINDOW = 30, timedelta(minutes=10)  # of one address: each may make a session


def refuse_stranger(request, typed: dict[str, str], place: str):
    """The answer to somebody who is not signed in; a form that was sent is parked. `place`: case and part."""
    login = reverse("account_login")
    if request.headers.get("X-Autosave"):  # the browser keeps the text itself
        return JsonResponse({"login": f"{login}?next={request.path}"}, status=401)
    if request.method == "POST":
        _park(request, typed, place)
    return redirect_to_login(request.path, login_url=login)


def _park(request, typed: dict[str, str], place: str) -> None:
    kept = request.session.get(PARKED, {}) | {place: typed}
    fits = len(json.dumps(kept)) <= MOST_BYTES
    if fits and limits.take(f"park:{limits.address(request)}", limit=TRIES, window=WINDOW):
        request.session[PARKED] = kept


def parked(request, place: str) -> dict[str, str]:
    """What was typed for a part before the login."""
    return request.session.get(PARKED, {}).get(place, {})


def forget(request, place: str) -> None:
    """The part has been saved."""
    kept = request.session.get(PARKED, {})
    if place in kept:
        del kept[place]
        request.session[PARKED] = kept
