"""Facts for OpenFisca: three COPYs into numpy arrays, and what needs the whole history reduced by sorting.

Dates are days since 1970, amounts fen. Each claim gets what its rule looks at, as OpenFisca users prepare inputs.
"""

import io
from dataclasses import dataclass

import numpy as np

NO_DAY = -1_000_000
TITLE, SUBSIDY, ASSESSMENT = 0, 1, 2
FIRST, EARLIER, LAPSED = 0, 1, 2
COVERED, NO_TITLE, OUTSIDE, PARTLY, UNKNOWN = range(5)
NONE, PLATFORM, BASE = range(3)

TITLES = """
SELECT r.enterprise_id, f.managing_unit_id, r.id, array_position(ARRAY[{titles}], r.title::text) - 1,
       (r.kind = 'review')::int, documented_on - '1970-01-01',
       valid_from - '1970-01-01', valid_until - '1970-01-01', coalesce(label_year, 0),
       (r.managing_unit_id <> ALL(ARRAY[{regions}]))::int
  FROM tiers_recognition r JOIN enterprises_enterprise f ON f.id = r.enterprise_id
 WHERE title IN ({titles}) AND f.managing_unit_id IN ({units})
"""
SUBSIDIES = """
SELECT s.enterprise_id, f.managing_unit_id, s.id, allocated_on - '1970-01-01', (amount * 100)::bigint,
       coalesce(invested_from - '1970-01-01', {no_day}), coalesce(invested_until - '1970-01-01', {no_day})
  FROM awards_provincialsubsidy s JOIN enterprises_enterprise f ON f.id = s.enterprise_id
 WHERE f.managing_unit_id IN ({units})
"""
ASSESSMENTS = """
SELECT a.enterprise_id, f.managing_unit_id, a.id, published_on - '1970-01-01', a.year,
       coalesce(array_position(ARRAY[{grades}], grade::text) - 1, -1), dense_rank() OVER (ORDER BY grade) - 1
  FROM awards_platformassessment a JOIN enterprises_enterprise f ON f.id = a.enterprise_id
 WHERE f.managing_unit_id IN ({units})
"""


@dataclass
class Claims:
    """Columns of all claims, in no particular order; `windows` holds what a subsidy's text needs."""

    columns: dict[str, np.ndarray]
    held: dict[int, str]  # enterprise → its joined periods as text
    grades: list[str]  # every grade there is, in the order of `grade_text`

    def of_year(self, year: int) -> dict[str, np.ndarray]:
        first, after = (int(np.datetime64(f"{y}-01-01", "D").astype(int)) for y in (year, year + 1))
        wanted = (self.columns["day"] >= first) & (self.columns["day"] < after)
        return {name: values[wanted] for name, values in self.columns.items()}


def read(sql: str) -> np.ndarray:
    """The rows of a statement of integers, one numpy row for each column."""
    from django.db import connection

    text = io.StringIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY ({sql}) TO STDOUT (FORMAT csv)", text)
    text.seek(0)
    return np.loadtxt(text, dtype=np.int64, delimiter=",", ndmin=2).T


def load(policy, units: list[int], regions: list[int]) -> Claims:
    """Every claim of the city, with the reductions of its enterprise's history."""
    from benchmarks.database import execute

    def quoted(values):
        return ", ".join(f"'{value}'" for value in values)

    items = list(policy.items.values())
    titled = [item.title for item in items if item.title]
    numbers = {item.id: place for place, item in enumerate(items)}
    words = {
        "titles": quoted(titled),
        "grades": quoted(policy.assessment_item.grades),
        "units": ", ".join(map(str, units)),
        "regions": ", ".join(map(str, regions)),
        "no_day": NO_DAY,
    }
    titles = read(TITLES.format(**words))
    of_title = np.array([numbers[policy.title_items[title]] for title in titled])
    places = {title: place for place, title in enumerate(titled)}
    claims = [_titles(titles, of_title)]
    segments = _segments(titles, [places[title] for title in policy.subsidy_item.titles])
    claims.append(_subsidies(read(SUBSIDIES.format(**words)), numbers[policy.subsidy_item.id], segments))
    platforms = [places[title] for title in policy.assessment_item.titles]
    bases = [places[title] for title in policy.assessment_item.barred_titles]
    assessed = read(ASSESSMENTS.format(**words))
    claims.append(_assessments(assessed, numbers[policy.assessment_item.id], titles, platforms, bases))
    columns = {
        name: np.concatenate([part.get(name, np.zeros(len(part["key"]), np.int64)) for part in claims])
        for name in {name for part in claims for name in part}
    }
    grades = [
        grade for (grade,) in execute("SELECT DISTINCT grade FROM awards_platformassessment ORDER BY 1")
    ]
    return Claims(columns, _held(segments), grades)


def _titles(rows: np.ndarray, of_title: np.ndarray) -> dict:
    order = np.lexsort((rows[2], rows[5], rows[3], rows[0]))
    firm, unit, key, title, review, day, since, until, label, outside = rows[:, order]
    fresh = np.ones(len(order), bool)
    fresh[1:] = (firm[1:] != firm[:-1]) | (title[1:] != title[:-1])
    group = np.cumsum(fresh) - 1
    first = np.flatnonzero(fresh)
    earlier_on = np.where(fresh, NO_DAY, day[first[group]] if len(order) else day)
    last = np.full(len(order), NO_DAY)
    last[1:] = _highest_so_far(until, group)[:-1]
    history = np.where(fresh, FIRST, np.where(last < since, LAPSED, EARLIER))
    return {
        "kind": np.full(len(order), TITLE), "firm": firm, "unit": unit, "key": key, "item": of_title[title],
        "day": day, "review": review, "label": label, "outside": outside, "history": history, "earlier_on": earlier_on,
    }  # fmt: skip


def _highest_so_far(values: np.ndarray, group: np.ndarray) -> np.ndarray:
    """The running maximum inside each group of sorted rows: groups are lifted above each other."""
    if not len(values):
        return values
    lift = group * (values.max() - values.min() + 1)
    return np.maximum.accumulate(values + lift) - lift


def _segments(rows: np.ndarray, wanted: list[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(enterprise, first day, last day) of the joined validity of some titles, sorted."""
    rows = rows[:, np.isin(rows[3], wanted)]
    order = np.lexsort((rows[6], rows[0]))
    firm, since, until = rows[0][order], rows[6][order], rows[7][order]
    fresh = np.ones(len(order), bool)
    fresh[1:] = firm[1:] != firm[:-1]
    highest = _highest_so_far(until, np.cumsum(fresh) - 1)
    begins = fresh.copy()
    begins[1:] |= since[1:] > highest[:-1] + 1
    ends = np.append(begins[1:], True)
    return firm[begins], since[begins], highest[ends]


def _held(segments) -> dict[int, str]:
    held: dict[int, str] = {}
    firm, since, until = segments
    texts = (np.datetime_as_string(days.astype("datetime64[D]")).tolist() for days in (since, until))
    for pk, start, end in zip(firm.tolist(), *texts, strict=True):
        held[pk] = f"{held[pk]},{start}~{end}" if pk in held else f"{start}~{end}"
    return held


SPAN = 1 << 20  # more than the days of any date, so that (enterprise, day) is one sortable number


def _subsidies(rows: np.ndarray, item: int, segments) -> dict:
    firm, unit, key, day, amount, since, until = rows
    owner, start, end = segments
    starts = owner * SPAN + start

    def last_begun(on):
        place = np.searchsorted(starts, firm * SPAN + on, "right") - 1
        return place, (place >= 0) & (owner[place] == firm) if len(owner) else np.zeros(len(firm), bool)

    at_first, known_first = last_begun(since)
    at_last, known_last = last_begun(until)
    dated = (since != NO_DAY) & (until != NO_DAY)
    covered = dated & known_first & (end[at_first] >= until)
    touched = known_last & (end[at_last] >= since)
    return {
        "kind": np.full(len(firm), SUBSIDY), "firm": firm, "unit": unit, "key": key, "day": day, "base": amount,
        "item": np.full(len(firm), item), "since": since, "until": until,
        "cover": np.select(
            [~np.isin(firm, owner), covered, ~dated, ~touched], [NO_TITLE, COVERED, UNKNOWN, OUTSIDE], PARTLY
        ),
    }  # fmt: skip


def _assessments(rows: np.ndarray, item: int, titles: np.ndarray, platforms, bases) -> dict:
    firm, unit, key, day, year, grade, text = rows
    standing = np.where(
        np.isin(firm, titles[0][np.isin(titles[3], platforms)]),
        PLATFORM,
        np.where(np.isin(firm, titles[0][np.isin(titles[3], bases)]), BASE, NONE),
    )
    return {
        "kind": np.full(len(firm), ASSESSMENT), "firm": firm, "unit": unit, "key": key, "day": day, "label": year,
        "item": np.full(len(firm), item), "grade": grade, "grade_text": text, "standing": standing,
    }  # fmt: skip
