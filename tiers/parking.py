"""What a person typed when the session had ended: kept in the anonymous session until after the login.

Django keeps the data of an anonymous session through the login. Only the page of the same case shows it again.
"""

import json

from django.contrib.auth.views import redirect_to_login
from django.http import JsonResponse
from django.urls import reverse

PARKED = "parked_answers"
MOST_BYTES = 60_000


def refuse_stranger(request, typed: dict[str, str], place: str):
    """The answer to somebody who is not signed in; a form that was sent is parked. `place`: case and part."""
    login = f"{reverse('account_login')}?next={request.path}"
    if request.headers.get("X-Autosave"):
        return JsonResponse({"login": login}, status=401)
    if request.method == "POST" and len(json.dumps(typed)) <= MOST_BYTES:
        request.session[PARKED] = {place: typed}
    return redirect_to_login(request.path, login_url=reverse("account_login"))


def parked(request, place: str) -> dict[str, str]:
    """What was typed for a part before the login."""
    return request.session.get(PARKED, {}).get(place, {})


def forget(request, place: str) -> None:
    if place in request.session.get(PARKED, {}):
        del request.session[PARKED]
