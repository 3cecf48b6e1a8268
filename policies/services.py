"""Publishing a document, an award scheme or a tier standard: the only way an edition comes into being."""

import hashlib
from datetime import timedelta

from django.db import IntegrityError, connection, transaction

from core import audit
from core.errors import Conflict, DomainError
from policies.engine import Policy, PolicyError, parse
from policies.engine.standards import Standard
from policies.models import PolicyEdition, StandardEdition, StandardPeriod
from policies.queries import parsed_standard


@transaction.atomic
def publish_edition(*, text, actor) -> PolicyEdition:
    """Publish the text of a document; the same text again returns the edition it already is.

    Refused: a text that cannot be read, a changed text without a higher revision, and a second scheme
    for a city and year that already have one.
    """
    text = text.replace("\r\n", "\n")
    try:
        policy = parse(text)
    except PolicyError as error:
        raise DomainError(f"政策文件不能发布。{error}") from error
    with connection.cursor() as cursor:  # one publication at a time: overlap cannot be a plain constraint
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('policies.publish_edition'))")
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    if known := PolicyEdition.objects.filter(sha256=sha256).first():
        return known
    _refuse_stale_revision(policy)
    _refuse_overlap(policy)
    edition = PolicyEdition.objects.create(
        slug=policy.slug,
        revision=policy.revision,
        city_code=policy.city_code,
        number=policy.number,
        title=policy.title,
        text=text,
        sha256=sha256,
        valid_from=policy.valid_from,
        valid_until=policy.valid_until,
        published_by=actor,
    )
    audit.record("发布政策", edition, actor=actor, slug=policy.slug, sha256=sha256)
    return edition


def _refuse_stale_revision(policy: Policy) -> None:
    last = _last_published(PolicyEdition, policy)
    if last and policy.city_code != last.city_code:
        raise DomainError(f"{policy.slug} 是 {last.city_code} 的政策，修订时不能换市。请核对 city_code。")


def _last_published(model, document: Policy | Standard):
    """The edition that a document would follow; None for its first. Refuses a revision that is not a later one."""
    last = model.objects.filter(slug=document.slug).order_by("-revision").first()
    if last and document.revision <= last.revision:
        raise Conflict(
            f"{document.slug} 第 {last.revision} 次修订已经发布，内容不同。"
            f"已发布的文本不能改；如要更正，请把 revision 改为 {last.revision + 1} 后再发布。"
        )
    return last


def _refuse_overlap(policy: Policy) -> None:
    """A city has one scheme for a declaration year."""
    other = (
        PolicyEdition.objects.filter(
            city_code=policy.city_code,
            valid_from__year__lte=policy.valid_until.year,
            valid_until__year__gte=policy.valid_from.year,
        )
        .exclude(slug=policy.slug)
        .first()
    )
    if other:
        raise Conflict(
            f"{other} 的有效期是 {other.valid_from} 至 {other.valid_until}，与本文件落在同一年度。"
            "一个市一个年度只能有一份奖励政策，请核对有效期。"
        )


# ---- standards ------------------------------------------------------------------------------------------
@transaction.atomic
def publish_standard(*, text, actor) -> StandardEdition:
    """Publish a tier standard with its periods; the same text again returns the edition it already is.

    A higher revision takes over from its first day on: earlier revisions end the day before.
    Refused: a text that cannot be read, a changed text without a higher revision, a change of tier, and
    dates for which another standard already serves the same tier and kind of case.
    """
    text = text.replace("\r\n", "\n")
    try:
        standard = parsed_standard(text)
    except PolicyError as error:
        raise DomainError(f"认定标准不能发布。{error}") from error
    with connection.cursor() as cursor:  # one at a time: a revision trims the periods of the one before
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('policies.publish_standard'))")
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    if known := StandardEdition.objects.filter(sha256=sha256).first():
        return known
    _refuse_stale_standard(standard)
    _end_earlier_revisions(standard)
    edition = StandardEdition.objects.create(
        slug=standard.slug,
        revision=standard.revision,
        tier=standard.tier,
        number=standard.number,
        title=standard.title,
        text=text,
        sha256=sha256,
        published_by=actor,
    )
    _store_periods(standard, edition)
    audit.record("发布认定标准", edition, actor=actor, slug=standard.slug, sha256=sha256)
    return edition


def _refuse_stale_standard(standard: Standard) -> None:
    last = _last_published(StandardEdition, standard)
    if last and standard.tier != last.tier:
        raise DomainError(
            f"{standard.slug} 是“{last.get_tier_display()}”的标准，修订时不能换层级。请核对 tier。"
        )


def _end_earlier_revisions(standard: Standard) -> None:
    start = min(period.since for period in standard.applies)
    earlier = StandardPeriod.objects.filter(edition__slug=standard.slug)
    earlier.filter(valid_from__gte=start).delete()
    earlier.exclude(valid_until__lt=start).update(valid_until=start - timedelta(days=1))


def _store_periods(standard: Standard, edition: StandardEdition) -> None:
    rows = [
        StandardPeriod(
            edition=edition,
            tier=standard.tier,
            kind=period.kind,
            valid_from=period.since,
            valid_until=period.until,
        )
        for period in standard.applies
    ]
    try:
        with transaction.atomic():
            StandardPeriod.objects.bulk_create(rows)
    except IntegrityError as error:
        raise Conflict(
            f"{standard.title}的适用期与已发布的另一份标准重叠：同一层级、同一申报类型，一个受理日期只能有一份标准。"
            "请核对 [[applies]] 的起止日期。"
        ) from error
