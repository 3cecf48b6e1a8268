"""The peer's whole way, from facts to stored rows: load, compute with OpenFisca, write codes and facts by COPY."""

import io
from collections.abc import Iterator

import numpy as np

from benchmarks import openfisca_load as facts
from benchmarks import openfisca_rules as rules
from benchmarks import world
from benchmarks.awards_sql import COPIED

TARGET = "bench_openfisca"
SOURCES = {facts.TITLE: "recognition", facts.SUBSIDY: "subsidy", facts.ASSESSMENT: "assessment"}
REFUSALS = (
    "no_policy_in_force", "outside_city", "review_not_recognition", "not_first", "no_title", "window_outside_title",
    "grade_not_awarded", "base_not_assessed",
)  # fmt: skip
HOLDS = ("lapse_and_return", "window_partly_covered", "window_unknown")
NOTES = ("label_year_differs", "platform_title_implied")


def run() -> int:
    """Determine every year and store the rows; how many."""
    from accounts.models import Region
    from awards.models import AwardRun
    from awards.queries import run_units
    from policies.engine import parse

    policy = parse(world.DOCUMENT.read_text(encoding="utf-8"))
    city = Region.objects.get(code=world.CITY)
    regions = [city.pk, *city.units.values_list("pk", flat=True)]
    claims = facts.load(policy, [unit.pk for unit in run_units(city)], regions)
    system = rules.system(policy)
    count = 0
    for run in AwardRun.objects.filter(city=city).order_by("year"):
        columns = claims.of_year(run.year)
        decisions = rules.determine(system, run.year, columns)
        count += len(columns["key"])
        _store(_lines(run, policy, columns, decisions, claims))
    return count


def _store(lines: Iterator[str]) -> None:
    from django.db import connection

    text = "\n".join(lines) + "\n"
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {TARGET} ({COPIED}) FROM STDIN", io.StringIO(text))


def _lines(run, policy, columns, decisions, claims) -> Iterator[str]:
    items = list(policy.items.values())
    ids, once = [item.id for item in items], ["t" if item.once else "f" for item in items]
    days = _days(columns["day"])
    sources = [
        f"{SOURCES[k]}:{pk}" for k, pk in zip(columns["kind"].tolist(), columns["key"].tolist(), strict=True)
    ]
    rows = zip(
        columns["firm"].tolist(), columns["unit"].tolist(), columns["item"].tolist(), sources, days,
        _texts(columns, days, decisions["notes"], claims), _codes(decisions),
        *(_yuan(decisions[name]) for name in ("worth", "amount", "other_amount")),
        decisions["rank"].tolist(), decisions["winner"].tolist(), strict=True,
    )  # fmt: skip
    for firm, unit, item, source, day, text, (outcome, reasons), worth, amount, other, rank, winner in rows:
        won_by = f"{ids[columns['item'][winner]]}@{sources[winner]}" if rank > 0 else ""
        yield (
            f"{run.pk}\t{firm}\t{unit}\t{run.year}\t{ids[item]}\t{source}\t{day}\t{outcome}\t{worth}\t{amount}\t{other}\t"
            f"t\tf\t{once[item]}\t{reasons}\t{won_by}\t{ids[item]}|{source}|{day}|{text}"
        )


def _days(days: np.ndarray) -> list[str]:
    return np.datetime_as_string(days.astype("datetime64[D]")).tolist()


def _yuan(fen: np.ndarray) -> list[str]:
    known: dict[int, str] = {}
    return [known.get(n) or known.setdefault(n, f"{n // 100}.{n % 100:02}") for n in fen.tolist()]


def _codes(decisions) -> Iterator[tuple[str, str]]:
    """(outcome, reasons) of each claim; there are few combinations."""
    known: dict[tuple, tuple[str, str]] = {}
    lost = (decisions["rank"] > 0).tolist()
    for key in zip(
        *(decisions[n].tolist() for n in ("verdict", "refused", "held", "notes")), lost, strict=True
    ):
        if key not in known:
            known[key] = _named(*key)
        yield known[key]


def _named(verdict: int, refused: int, held: int, notes: int, lost: bool) -> tuple[str, str]:
    if verdict == rules.INELIGIBLE:
        outcome, codes = "ineligible", _bits(refused, REFUSALS)
    elif verdict == rules.HELD:
        outcome, codes = "held", _bits(held, HOLDS)
    else:
        outcome, codes = ("absorbed", ["higher_award"]) if lost else ("granted", ["entitled"])
    return outcome, "{" + ",".join(codes + _bits(notes, NOTES)) + "}"


def _bits(number: int, names: tuple[str, ...]) -> list[str]:
    return [name for bit, name in enumerate(names) if number >> bit & 1]


def _texts(columns, days, notes, claims) -> Iterator[str]:
    """The facts a decision rests on, after item, source and date."""
    earlier, since, until = (_days(columns[name]) for name in ("earlier_on", "since", "until"))
    plain = {name: values.tolist() for name, values in columns.items()}
    for n, kind in enumerate(plain["kind"]):
        label = plain["label"][n]
        mark = "Y" if notes[n] & rules.LABEL_YEAR else ""
        if kind == facts.TITLE:
            marks = f"{mark}{'O' if plain['outside'][n] else ''}{'R' if plain['review'][n] else ''}"
            before = earlier[n] if plain["earlier_on"][n] != facts.NO_DAY else ""
            yield f"{marks}{('', 'E', 'L')[plain['history'][n]]}|{label or ''}|{before}"
        elif kind == facts.SUBSIDY:
            fen = plain["base"][n]
            first = since[n] if plain["since"][n] != facts.NO_DAY else ""
            last = until[n] if plain["until"][n] != facts.NO_DAY else ""
            held = claims.held.get(plain["firm"][n], "")
            yield f"||||{fen // 100}.{fen % 100:02}|{first}|{last}|{held}"
        else:
            standing = ("", "T", "B")[plain["standing"][n]]
            yield f"{mark}{standing}|{label}||{claims.grades[plain['grade_text'][n]]}"
