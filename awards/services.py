"""Every change to runs and determinations: start a run, determine a unit, decide, replay.

A run is one city and one declaration year. Starting it again brings the drafts up to date; what was decided is
frozen, and where today's facts would say otherwise the difference is stored beside it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Region
from awards import queries, rows
from awards.enums import Outcome, RunState
from awards.models import AwardRun, Determination, Discrepancy
from awards.working import factors_of, work_of
from core import audit, jobs
from core.errors import Conflict, DomainError
from policies import engine
from policies.queries import edition_for, policy_of

FIRST_YEAR, LAST_YEAR = 2000, 2100
FACTOR = Decimal("0.000001")
DECIDABLE = (Outcome.GRANTED, Outcome.ABSORBED, Outcome.INELIGIBLE)
COUNTS = ("inserted", "deleted", "unchanged", "discrepancies")


# ---- starting -------------------------------------------------------------------------------------------
@transaction.atomic
def start_run(
    *, city: Region, year: int, factors: Mapping[str, Decimal | str] | None = None, actor
) -> AwardRun:
    """Determine a city's declaration year anew, one job per unit; `actor` None is the nightly schedule.

    `factors`: item id → approved share of an "at most" amount (above 0, at most 1); None keeps those of the run.
    Once something was decided the edition and the factors stay as they were, so that every decision can be replayed.
    Refuses: a year out of range, a city without any policy edition, a run that is running, a factor that the
    document does not allow or that would change after a decision.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise DomainError(f"申报年度应在 {FIRST_YEAR} 到 {LAST_YEAR} 之间。")
    city = Region.objects.select_for_update(no_key=True).get(
        pk=city.pk
    )  # two starts at once: one waits, then sees
    edition = edition_for(city.code, year)
    if edition is None:
        raise DomainError(f"{city}无政策版本，请先发布政策文件。")
    run = AwardRun.objects.select_for_update(no_key=True, of=("self",)).filter(city=city, year=year).first()
    if run is None:
        run = AwardRun(city=city, year=year, edition=edition, round=0)
    elif run.state == RunState.RUNNING and not queries.stuck(run):
        raise Conflict(f"{run}正在进行，请等它完成。")
    elif run.determinations.decided().exists():
        if factors is not None and _normal(factors) != run.factors:
            raise DomainError(f"{run}已有决定，核定系数不能再改。")
        edition = run.edition
    run.edition = edition
    run.factors = _normal(factors) if factors is not None else run.factors
    _check_factors(run)
    _begin_round(run, actor)
    return run


def _normal(factors: Mapping[str, Decimal | str]) -> dict[str, str]:
    """Factors as stored: item → shortest decimal text."""
    try:
        found = {item: Decimal(str(factor)) for item, factor in sorted(factors.items())}
        if all(factor == factor.quantize(FACTOR) for factor in found.values()):
            return {item: f"{factor.normalize():f}" for item, factor in found.items()}
    except InvalidOperation:  # not a number, or not a finite one
        pass
    raise DomainError("核定系数应是大于 0、不超过 1 的小数，最多六位小数，例如 0.8。")


def _check_factors(run) -> None:
    try:
        engine.check_factors(factors_of(run), policy_of(run.edition))
    except ValueError as error:
        raise DomainError(f"{error}。") from None


def _begin_round(run, actor) -> None:
    units = queries.run_units(run.city)
    run.round, run.state = run.round + 1, RunState.RUNNING
    run.started_by, run.started_at, run.finished_at = actor, timezone.now(), None
    run.changes = {
        "pending": [unit.code for unit in units],
        "units": len(units),
        "skipped": [unit.name for unit in queries.skipped_units(run.city)],
        **dict.fromkeys(COUNTS, 0),
    }
    run.save()
    audit.record(
        "开始测算",
        run,
        actor=actor,
        round=run.round,
        edition=run.edition.sha256,
        factors=run.factors,
    )
    for unit in units:
        jobs.submit(
            kind="awards.determine_region",
            key=f"award-run:{run.pk}:{run.round}:{unit.code}",
            label=f"{run}：{unit}",
            requested_by=actor,
            total=1,
            run=run.pk,
            round=run.round,
            unit=unit.code,
        )


# ---- determining ----------------------------------------------------------------------------------------
@transaction.atomic
def determine_region(*, run: AwardRun, unit: Region) -> dict[str, int]:
    """Bring the drafts of one unit up to date; returns how many rows were inserted, deleted, left and differ.

    Equal rows keep their ids, decided rows are never touched. Safe to run twice: a unit that is done in this round
    does nothing. The last unit of the round finishes the run.
    """
    with connection.cursor() as cursor:  # no row stands for (run, unit), so an advisory lock until commit
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [run.pk, unit.pk])
    run = AwardRun.objects.select_related("city", "edition").get(pk=run.pk)
    if unit.code not in run.changes.get("pending", []):
        return dict.fromkeys(COUNTS, 0)
    stored = rows.stored_drafts(run, unit)
    work = work_of(run, unit)
    if stored:
        added = [line for line in work.lines if stored.pop(line, None) is None]
        rows.delete(stored.values())  # what is left has changed or vanished
    else:
        added = work.lines
    added = rows.replace(run, unit, added)
    _store_differences(run, unit, work.differences)
    counts = {
        "inserted": added,
        "deleted": len(stored),
        "unchanged": len(work.lines) - added,
        "discrepancies": len(work.differences),
    }
    with connection.cursor() as cursor:  # keys are checked here, not at commit under the lock of the run
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    _finish_unit(run, unit, counts)
    return counts


def _store_differences(run, unit, differences) -> None:
    """Replace what was stored for the unit, and for these rows by another unit, as a whole."""
    ids = [pk for pk, _ in differences]
    Discrepancy.objects.filter(run=run, managing_unit=unit).delete()
    if not ids:
        return
    Discrepancy.objects.filter(determination__in=ids).delete()
    Discrepancy.objects.bulk_create(
        Discrepancy(
            run=run,
            managing_unit=unit,
            determination_id=pk,
            outcome=str(now.outcome) if now else "",
            amount=now.amount if now else Decimal(0),
            reasons=list(now.reasons) if now else [],
        )
        for pk, now in differences
    )


def _finish_unit(run, unit, counts: dict[str, int]) -> None:
    """Cross the unit off under the lock of the run, so that of two workers exactly one is the last."""
    run = AwardRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    changes = run.changes
    changes["pending"] = [code for code in changes["pending"] if code != unit.code]
    for name in COUNTS:
        changes[name] += counts[name]
    if not changes["pending"] and run.state == RunState.RUNNING:
        del changes["pending"]
        run.state, run.finished_at = RunState.DONE, timezone.now()
        audit.record("测算完成", run, actor=None, round=run.round, **changes)
    run.save()


@transaction.atomic
def fail_run(*, run: AwardRun, unit: Region, reason: str) -> None:
    """A unit could not be determined: the run says so, and starting it again repairs it."""
    run = AwardRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    if run.state == RunState.RUNNING:
        run.state = RunState.FAILED
    run.changes["error"] = f"{unit}：{reason}"
    run.save()


# ---- deciding -------------------------------------------------------------------------------------------
@transaction.atomic
def decide_run(*, run: AwardRun, actor, basis: str, outcomes: Iterable[str] = DECIDABLE) -> int:
    """Freeze the drafts of a finished run; returns how many. Held ones stay drafts.

    `basis` names the minutes or paper by which the city confirmed the edition and the reading of the pool; it is
    kept in the audit trail. Refuses without it, while the run is not finished, or when nothing is left to decide.
    """
    basis = " ".join(basis.split())
    if not basis:
        raise DomainError("请填写决定依据，例如会议纪要文号。")
    outcomes = list(outcomes)
    if not outcomes or not set(outcomes) <= set(DECIDABLE):
        raise DomainError("只能决定给予、就高吸收和不符合的测算，待定的须先补齐事实。")
    run = (
        AwardRun.objects.select_for_update(no_key=True, of=("self",)).select_related("edition").get(pk=run.pk)
    )
    if run.state != RunState.DONE:
        raise Conflict(f"{run}还没有完成，请等它完成后再决定。")
    drafts = run.determinations.drafts().filter(outcome__in=outcomes)
    decided = drafts.update(decided_at=timezone.now(), decided_by=actor)
    if not decided:
        raise Conflict(f"{run}没有待决定的测算。")
    audit.record(
        "出具决定",
        run,
        actor=actor,
        basis=basis,
        decided=decided,
        outcomes=sorted(outcomes),
        edition=run.edition.sha256,
    )
    return decided


# ---- replay ---------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Difference:
    name: str  # the column's label
    stored: str
    now: str


@dataclass(frozen=True)
class Replay:
    """A stored determination worked out once more from the stored facts and the edition of its run."""

    equal: bool
    differences: tuple[Difference, ...]
    result: engine.Result


REPLAYED = ("outcome", "worth", "amount", "other_amount", "reasons", "absorbed_by")


def replay(*, determination: Determination) -> Replay:
    """Compare; changes nothing. The rows that were determined together compete again, earlier decisions count."""
    run = AwardRun.objects.select_related("edition").get(pk=determination.run_id)
    policy = policy_of(run.edition)
    moment = determination.decided_at
    family = Determination.objects.filter(enterprise=determination.enterprise_id)
    before = family.filter(decided_at__lt=moment) if moment else family.decided()
    decided = [
        engine.Decided(row.item, row.source, row.amount, row.worth, 0 if row.run_id == run.pk else row.year)
        for row in before
        if row.run_id == run.pk or (row.once and row.outcome == Outcome.GRANTED)
    ]
    together = family.filter(run=run, decided_at=moment) if moment else family.filter(run=run).drafts()
    results = engine.determine(
        [engine.decode(row.facts) for row in together.order_by("event_on", "item", "pk")],
        policy,
        factors=factors_of(run),
        decided=decided,
    )
    stored = queries.result_of(determination)
    now = next(result for result in results if result.claim == stored.claim)
    differences = tuple(
        Difference(
            str(Determination._meta.get_field(name).verbose_name),
            _shown(getattr(stored, name)),
            _shown(getattr(now, name)),
        )
        for name in REPLAYED
        if getattr(stored, name) != getattr(now, name)
    )
    return Replay(not differences, differences, now)


def _shown(value) -> str:
    """A stored value as a person reads it."""
    if isinstance(value, engine.Outcome):
        return str(Outcome(value).label)
    if isinstance(value, tuple):
        return "、".join(engine.reason_label(code) for code in value)
    return str(value)
