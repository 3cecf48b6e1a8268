"""The same two standards by hand in polars: what a data scientist would write for these very rows.

The thresholds stand here once more on purpose: a peer that read our documents would be no peer.
"""

import io

NOT_MET, MISSING, PERSON, MET = range(4)
NAMES = ("not met", "missing", "person", "met")


def assess(slug: str, columns: dict[str, str], source: str, target: str) -> int:
    """Load by COPY, compute, store by COPY. `columns`: the table's names and what they mean."""
    import polars as pl
    from django.db import connection

    with connection.cursor() as cursor:
        text = io.BytesIO()
        cursor.copy_expert(f"COPY {source} TO STDOUT (FORMAT csv)", text)
        text.seek(0)
        schema = dict.fromkeys(["id", *columns.values()], pl.Int64)
        frame = pl.read_csv(text, has_header=False, schema=schema)
        found = RULES[slug](frame.lazy()).collect()
        out = io.BytesIO()
        found.write_csv(out, include_header=False)
        out.seek(0)
        cursor.copy_expert(f"COPY {target} FROM STDIN (FORMAT csv)", out)
    connection.commit()
    return found.height


def _known(yes, *columns):
    """Met or not met; missing when a value is not there."""
    import polars as pl

    unknown = pl.any_horizontal([pl.col(name).is_null() for name in columns])
    return pl.when(unknown).then(MISSING).when(yes).then(MET).otherwise(NOT_MET).cast(pl.Int8)


def _ratio(top, bottom, above, below, sign="ge"):
    import polars as pl

    left, right = pl.col(top) * below, pl.col(bottom) * above
    found = _known(left >= right if sign == "ge" else left <= right, top, bottom)
    return pl.when(pl.col(bottom) <= 0).then(MISSING).otherwise(found)


def _count(name, least):
    """A count with a certain and a possible end."""
    import polars as pl

    low, high = pl.col(f"{name}:low"), pl.col(f"{name}:high")
    return (
        pl.when(low >= least).then(MET).when(high.is_null() | (high >= least)).then(MISSING).otherwise(NOT_MET)
        .cast(pl.Int8)
    )  # fmt: skip


def _answer(name):
    import polars as pl

    return _known(pl.col(name) >= 1, name)


COMMON = ("legal_person:True", "company_size:medium", "on_blacklist:False", "prohibited_product:False",
          "has_serious_violation:False")  # fmt: skip


def _bits(names, test):
    """A number with one bit for each column that passes the test."""
    import polars as pl

    return pl.sum_horizontal(
        [pl.when(test(pl.col(name))).then(1 << place).otherwise(0).cast(pl.Int64) for place, name in names]
    )


GRADES = (
    (20, "ip:class_one:high_value"),
    (15, "ip:class_one:self_developed"),
    (10, "ip:class_one"),
    (5, "ip:class_two"),
)
FIELDS = ((10, "answer:strategic_field:True:low"), (5, "answer:strategic_field:False:low"))
BANDS = {  # top, bottom, sign, (points, hundredths)
    "rd": ("rd_expense:0", "revenue:0", "ge", ((20, 5), (15, 3), (10, 2), (5, 1))),
    "growth": ("main_revenue:0", "main_revenue:1", "ge", ((20, 115), (15, 110), (10, 105), (5, 100))),
    "debt": ("liabilities:0", "assets:0", "le", ((10, 55), (5, 75))),
    "main": ("main_revenue:0", "revenue:0", "ge", ((20, 70), (15, 60), (10, 55), (5, 50))),
}
ORDER = ("ip", "rd", "growth", "debt", "field", "main")
GROUPS = (("ip", "rd", 20), ("growth", "debt", 15), ("field", "main", 15))


def _banded(top, bottom, sign, steps):
    """Certain and possible points of a ratio."""
    import polars as pl

    chain = None
    for worth, hundredths in steps:
        left, right = pl.col(top) * 100, pl.col(bottom) * hundredths
        test = left >= right if sign == "ge" else left <= right
        chain = (pl if chain is None else chain).when(test).then(worth)
    unknown = pl.col(top).is_null() | pl.col(bottom).is_null() | (pl.col(bottom) <= 0)
    points = chain.otherwise(0)
    return tuple(pl.when(unknown).then(worth).otherwise(points).cast(pl.Int16) for worth in (0, steps[0][0]))


def _graded(steps):
    """Certain and possible points of the best grade."""
    import polars as pl

    low = high = pl
    for worth, verdict in steps:
        low, high = low.when(verdict == MET).then(worth), high.when(verdict != NOT_MET).then(worth)
    return low.otherwise(0).cast(pl.Int16), high.otherwise(0).cast(pl.Int16)


def _innovative(frame):
    import polars as pl

    points = {name: _banded(*band) for name, band in BANDS.items()}
    points["ip"] = _graded([(worth, _count(name, 1)) for worth, name in GRADES])
    points["field"] = _graded([(worth, _answer(name)) for worth, name in FIELDS])
    gates = {f"g{place}": _answer(f"answer:{name}:low") for place, name in enumerate(COMMON)}
    routes = [_count(name, 1) for name in ("honours:science_award", "honours:high_tech", "institutions")]
    frame = frame.with_columns(
        **{f"{end}_{name}": pair[place] for name, pair in points.items() for place, end in enumerate("lh")},
        **gates,
        route=pl.max_horizontal(*routes, _count("equity", 500_000_000)),
    )
    total = {end: pl.sum_horizontal([f"{end}_{name}" for name in ORDER]) for end in "lh"}
    enough = {
        end: pl.all_horizontal(
            [pl.col(f"{end}_{a}") + pl.col(f"{end}_{b}") >= least for a, b, least in GROUPS]
            + [total[end] >= 60]
        )
        for end in "lh"
    }
    score = pl.when(enough["l"]).then(MET).when(enough["h"]).then(MISSING).otherwise(NOT_MET).cast(pl.Int8)
    frame = frame.with_columns(score=pl.max_horizontal(score, "route"), points=total["l"], high=total["h"])
    short = pl.col("score") != MET
    none = {name: short & (pl.col(f"l_{name}") == 0) for name in ORDER}
    failed = [
        pl.when(none[name] & (pl.col(f"h_{name}") == 0)).then(32 << place).otherwise(0)
        for place, name in enumerate(ORDER)
    ]
    waiting = [
        pl.when(none[name] & (pl.col(f"h_{name}") > 0)).then(32 << place).otherwise(0)
        for place, name in enumerate(ORDER)
    ]
    places = list(enumerate(gates))
    return frame.select(
        "id",
        pl.min_horizontal(*gates, "score").alias("verdict"),
        "points",
        (pl.col("high") - pl.col("points")).alias("possible"),
        (_bits(places, lambda gate: gate == NOT_MET) + pl.sum_horizontal(failed)).alias("failed"),
        (_bits(places, lambda gate: gate == MISSING) + pl.sum_horizontal(waiting)).alias("waiting"),
    )


def _provincial(frame):
    import polars as pl

    at_least = {"rd_expense:0": 100_000_000, "rd_expense:1": 100_000_000}
    each = [_known(pl.col(name) >= line, name) for name, line in at_least.items()]
    ratios = [_ratio(f"rd_expense:{back}", f"revenue:{back}", 3, 100) for back in (0, 1)]
    routes = pl.max_horizontal(_count("honours:science_award", 1), _count("institutions", 1))
    position = _answer("answer:market_position:True:low")
    gates = {
        **{f"g{place}": _answer(f"answer:{name}:low") for place, name in enumerate(COMMON)},
        "title": _count("titles", 1),
        "niche": _known(pl.col("niche_years:low") >= 3, "niche_years:low"),
        "revenue": pl.max_horizontal(
            _known(pl.col("revenue:0") >= 1_500_000_000, "revenue:0"), _count("equity", 2_000_000_000)
        ),
        "main": _ratio("main_revenue:0", "revenue:0", 80, 100),
        "debt": _ratio("liabilities:0", "assets:0", 80, 100, "le"),
        "rd": pl.min_horizontal(each),
        "ratio": pl.min_horizontal(ratios),
        "ip": pl.max_horizontal(_count("ip:class_one:applied", 1), routes),
        "position": pl.when(position == MET).then(PERSON).otherwise(position),
        "score": _known(pl.col("dev_score:0") >= 5_000, "dev_score:0"),
    }
    frame = frame.with_columns(**{name: verdict.cast(pl.Int8) for name, verdict in gates.items()})
    places = list(enumerate(gates))
    return frame.select(
        "id",
        pl.min_horizontal(*gates).alias("verdict"),
        pl.lit(0).alias("points"),
        pl.lit(0).alias("possible"),
        _bits(places, lambda gate: gate == NOT_MET).alias("failed"),
        _bits(places, lambda gate: (gate == MISSING) | (gate == PERSON)).alias("waiting"),
    )


RULES = {"miit-63-innovative": _innovative, "miit-2-provincial": _provincial}
