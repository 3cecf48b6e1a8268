"""Reads longer than a line: what a run found, how far it is, why, and the work still to do.

The facts a run reads are in histories.py.
"""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, Sum

from accounts.models import Region
from awards.enums import RunState
from awards.models import AwardRun, Determination, Discrepancy
from core.enums import JobState
from core.models import AuditEntry, Job
from enterprises.models import Enterprise
from policies import engine
from policies.queries import edition_for, policy_of


def run_units(city: Region) -> list[Region]:
    """The units a run of the city determines: not those that answer to the province alone. The city itself is one
    of them when it manages enterprises directly."""
    units = list(Region.objects.filter(parent=city, provincial_direct=False).order_by("code"))
    return [city, *units] if Enterprise.objects.filter(managing_unit=city).exists() else units


def skipped_units(city: Region) -> list[Region]:
    """Units inside the city that answer to the province: seen, but never determined by the city's run."""
    return list(Region.objects.filter(parent=city, provincial_direct=True).order_by("code"))


# ---- what a run found -----------------------------------------------------------------------------------
def _totals(run, *groups):
    """One grouped query: rows, the sum paid, and what would be paid under the other reading of the pool."""
    return (
        Determination.objects.filter(run=run, year=run.year)  # the year for its index
        .order_by()
        .values(*groups)
        .annotate(rows=Count("pk"), total=Sum("amount"), other_total=Sum("other_amount"))
        .order_by(*groups)
    )


def totals_by_item(run):
    """item, outcome, rows, total, other_total."""
    return _totals(run, "item", "outcome")


def totals_by_unit(run):
    """managing_unit (id), managing_unit__name, outcome, rows, total, other_total."""
    return _totals(run, "managing_unit", "managing_unit__name", "outcome")


def totals_by_outcome(run):
    """outcome, rows, total, other_total."""
    return _totals(run, "outcome")


def readings(run) -> tuple[engine.Reading, engine.Reading]:
    """The reading of the pool in use, and the other one: what total and other_total mean."""
    pool = policy_of(run.edition).pool
    return pool.reading, pool.other


def differences(run):
    """Decided rows that today's facts would decide otherwise."""
    return Discrepancy.objects.filter(run=run).select_related(
        "managing_unit", "determination__enterprise", "determination__managing_unit"
    )


def competitors(determination):
    """The other rows of the same enterprise and year."""
    rows = Determination.objects.filter(enterprise=determination.enterprise_id, year=determination.year)
    return rows.exclude(pk=determination.pk).order_by("event_on", "item", "pk")


@dataclass(frozen=True)
class Progress:
    """How many units of the present round are done, and why it stopped, if it did."""

    done: int
    total: int
    error: str

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 100


def run_progress(run) -> Progress:
    pending, total = len(run.changes.get("pending", [])), run.changes.get("units", 0)
    return Progress(total - pending, total, run.changes.get("error", "") or stuck(run))


def round_jobs(run):
    """The jobs of the run's present round, one per unit."""
    return Job.objects.filter(key__startswith=f"award-run:{run.pk}:{run.round}:")


def stuck(run) -> str:
    """Why a running run will never finish: the error of a job that gave up. "" when all is well."""
    if run.state != RunState.RUNNING:
        return ""
    failed = round_jobs(run).filter(state=JobState.FAILED).order_by("pk").first()
    return failed.error if failed else ""


def undetermined_units(city: Region, year: int):
    """Units of the city with nothing determined for the year: the work queue."""
    rows = Determination.objects.filter(year=year, managing_unit=OuterRef("pk"))
    return Region.objects.filter(~Exists(rows), pk__in=[unit.pk for unit in run_units(city)])


# Every service that changes one of these writes an audit entry, so the trail tells whether facts are newer.
FACT_RECORDS = (
    "enterprises.enterprise:",
    "enterprises.importbatch:",
    "tiers.recognition:",
    "awards.provincialsubsidy:",
    "awards.platformassessment:",
    "awards.equipmentinvestment:",
)


def needs_run(city: Region, year: int) -> bool:
    """Is the run of the year missing or failed, was an edition published, or did anybody change a fact since it
    started? Facts of other cities and years count too: one run too many changes nothing."""
    run = AwardRun.objects.filter(city=city, year=year).first()
    edition = edition_for(city.code, year)
    if run is None or run.state == RunState.FAILED or stuck(run):
        return edition is not None
    if edition != run.edition and not run.determinations.decided().exists():
        return True
    changed = Q()
    for prefix in FACT_RECORDS:
        changed |= Q(subject__startswith=prefix)
    return AuditEntry.objects.filter(changed, at__gte=run.started_at).exists()


# ---- explanation ----------------------------------------------------------------------------------------
def result_of(determination) -> engine.Result:
    """The engine's result as it was stored."""
    return engine.Result(
        engine.decode(determination.facts),
        engine.Outcome(determination.outcome),
        determination.worth,
        determination.amount,
        determination.other_amount,
        tuple(determination.reasons),
        determination.absorbed_by,
    )


def explanation(determination) -> engine.Explanation:
    """Steps, conclusion and arithmetic of a stored determination, rendered from its codes and facts."""
    item, _, source = determination.absorbed_by.partition("@")
    winner = Determination.objects.filter(source=source, item=item).first() if source else None
    return engine.explain(
        result_of(determination),
        policy_of(determination.run.edition),
        winner_worth=winner.worth if winner else None,
    )
