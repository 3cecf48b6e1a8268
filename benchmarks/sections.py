"""Saving one part of an application as the browser's script does, beside a signed-in empty POST that writes one row."""

import time
from datetime import timedelta
from statistics import median

from benchmarks.pages import Clock
from benchmarks.report import Line, Table, at_most, comparisons

SIZES = (400,)
LIMIT, QUERIES = 3.0, 6
PART = "figures"  # the largest part: every answer is read, checked and looked through for slips
FLOOR_URL = "floor/"


def measure(sizes=SIZES, repeat: int = 1) -> list[Table]:
    return [_table(saves * repeat) for saves in sizes]


def _table(saves: int) -> Table:
    from django.test import override_settings

    application, client = _world()
    with override_settings(ROOT_URLCONF=_addresses()):
        return _measured(saves, application, client)


def _addresses() -> type:
    """The portal's addresses and that of the floor beside them."""
    from django.urls import path

    import config.urls

    patterns = [path(FLOOR_URL, _floor_view, name="floor"), *config.urls.urlpatterns]
    return type("Addresses", (), {"urlpatterns": patterns})


def _measured(saves: int, application, client) -> Table:
    figures = {"save": [], "floor": []}
    cpu = {"save": [], "floor": []}
    counts = set()
    for turn in range(saves + 20):
        for name, act in (("save", _save), ("floor", _floor)):
            clock = Clock()
            wall, own = time.perf_counter(), time.process_time()
            from django.db import connection

            with connection.execute_wrapper(clock):
                act(client, application, turn)
            wall, own = time.perf_counter() - wall, time.process_time() - own
            if turn < 20:  # warms up
                continue
            figures[name].append(wall * 1000)
            cpu[name].append(own * 1000 + clock.cpu)
            if name == "save":
                counts.add(len(clock.queries))
    lines = []
    for what, of in (("", figures), ("CPU of ", cpu)):
        ours, floor = median(of["save"]), median(of["floor"])
        lines.append(at_most(f"{what}a save, median, of the empty POST = 1", f"{ours:.2f} ms", f"{floor:.2f} ms",
                             ours / floor, LIMIT))  # fmt: skip
    most = max(counts)
    lines.append(Line("queries of a save", str(most), str(QUERIES), None, f"≤ {QUERIES}", most <= QUERIES))
    notes = [f"{saves} saves of the part with the most answers, one answer changed each time, turn by turn."]
    return comparisons("Saving a part of an application", lines, notes)


def _world():
    """A draft that is filled in, and its user, signed in."""
    from django.test import Client

    from accounts.models import Region, User
    from core import clock
    from enterprises.fields import Kind
    from enterprises.models import Enterprise, Membership
    from tiers.models import Intake
    from tiers.queries.cases import load_case
    from tiers.sections import BY_KEY
    from tiers.services.cases import start_application
    from tiers.services.drafts import save_section

    today, city = clock.today(), Region.objects.get(code="410700")
    unit = city.units.first()
    user = User.objects.create(username="bench_firm", role="enterprise", full_name="测")
    firm = Enterprise.objects.create(uscc="91410702MA0000007C", name="测速有限公司", managing_unit=unit)
    Membership.objects.create(user=user, enterprise=firm)
    intake = Intake.objects.create(city=city, title="innovative", name="测速批次", year=today.year,
                                   opens_on=today - timedelta(1), closes_on=today + timedelta(1))  # fmt: skip
    application = start_application(intake=intake, enterprise=firm, actor=user)
    numbers = (Kind.MONEY, Kind.INT, Kind.DECIMAL)
    raw = {q.name: "50" for q in load_case(application).questions(BY_KEY[PART]) if q.field.kind in numbers}
    save_section(application=application, key=PART, raw=raw, version=0, actor=user)
    client = Client()
    client.force_login(user)
    return application, client


def _floor_view(request):
    """The least that any page does which keeps something: who is it, one row, an answer."""
    from django.http import HttpResponse

    from core.models import Counter

    Counter.objects.create(key=request.POST["key"], window_start="2026-01-01T00:00:00Z", count=1)
    return HttpResponse("")


def _floor(client, _application, turn: int) -> None:
    _expect(client.post(f"/{FLOOR_URL}", {"key": f"floor:{turn}"}))


def _save(client, application, turn: int) -> None:
    name = f"revenue.{application.intake.year - 1}"
    body = {"version": turn + 1, name: str(turn + 51), f"seen.{name}": str(turn + 50)}
    address = f"/applications/{application.pk}/parts/{PART}/"
    _expect(client.post(address, body, headers={"X-Autosave": "1"}))


def _expect(response) -> None:
    if response.status_code != 200:
        raise RuntimeError(response.content.decode()[:300])
