"""The record as values for the engine of the standards (policies.engine.standards.FirmRecord)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

from core.errors import DomainError
from enterprises.enums import IpSource
from enterprises.fields import FIELDS, ITEMS, RecordField, Store, split_key
from enterprises.models import Enterprise, FirmProfile, YearlyFigures
from enterprises.queries.record import in_column
from policies.engine.standards.record import (
    CertificateFact,
    EquityFact,
    Figures,
    FirmRecord,
    HonourFact,
    InstitutionFact,
    IpFact,
    StandardWorkFact,
)

ENGINE_FIGURES = tuple(
    field.name for field in fields(Figures) if field.name in FIELDS and FIELDS[field.name].per_year
)


def firm_record(enterprise: Enterprise) -> FirmRecord:
    """The whole record of one enterprise; titles are not in it (tiers adds them)."""
    return firm_records([enterprise])[enterprise.pk]


def firm_records(enterprises: Iterable[Enterprise]) -> dict[int, FirmRecord]:
    """Records by the enterprise's id. Eight queries, however many enterprises.

    A list is None as long as it has no entry and nobody said that it is complete: silence is not "none".
    """
    firms = {firm.pk: firm for firm in enterprises}
    profiles = FirmProfile.objects.in_bulk(list(firms), field_name="enterprise_id")
    figures: dict[int, list[YearlyFigures]] = defaultdict(list)
    for row in YearlyFigures.objects.filter(enterprise__in=firms):
        figures[row.enterprise_id].append(row)
    lists: dict[str, dict[int, list]] = {}
    for key, kind in ITEMS.items():
        lists[key] = defaultdict(list)
        for item in kind.model._default_manager.filter(enterprise__in=firms):
            lists[key][item.enterprise_id].append(MAKERS[key](item))
    return {
        pk: _record(firm, profiles.get(pk) or FirmProfile(enterprise=firm), figures[pk], {
            key: tuple(found[pk]) for key, found in lists.items()
        })
        for pk, firm in firms.items()
    }  # fmt: skip


def _record(firm, profile, figures, lists) -> FirmRecord:
    complete = set(profile.complete_lists)
    return FirmRecord(
        established_on=firm.established_on,
        industry_code=firm.industry_code,
        years={row.year: _figures(row, profile.facts) for row in figures},
        profile=_profile(profile.facts),
        **{key: entries if entries or key in complete else None for key, entries in lists.items()},
    )


def _figures(row: YearlyFigures, facts: Mapping[str, Any]) -> Figures:
    values = {name: getattr(row, name) for name in ENGINE_FIGURES}
    held = [
        in_column(FIELDS[name], value, facts.get(f"{name}.{row.year}"), row.as_of)
        for name, value in values.items()
        if value is not None
    ]
    days = [one.as_of for one in held if one.as_of]
    sources = dict.fromkeys(one.source_label for one in held)
    return Figures(**values, source="、".join(sources), as_of=max(days, default=None))


def _profile(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _for_engine(field, field.unpack(facts[key]["value"]))
        for key, field in FIELDS.items()
        if field.store is Store.FACTS and key in facts and facts[key]["value"] is not None
    }


def _for_engine(field: RecordField, value: Any) -> Any:
    """The engine takes the fields of the lead product as yes or no: whether it belongs to a listed one at all."""
    if field.key == "lead_field" and value is not None:
        return value != ("none",)
    return value


def _ref(item) -> str:
    return f"{item._meta.model_name}:{item.pk}"


MAKERS = {
    "ip": lambda item: IpFact(
        ref=_ref(item),
        kind=item.kind,
        granted_on=item.granted_on,
        self_developed=item.origin == IpSource.SELF if item.origin else None,
        assigned_on=item.assigned_on,
        holder_rank=item.holder_rank,
        for_lead_product=item.for_lead_product,
        applied=item.applied,
        high_value=item.high_value,
    ),
    "honours": lambda item: HonourFact(
        _ref(item), item.kind, item.level, item.awarded_on, item.rank
    ),
    "institutions": lambda item: InstitutionFact(_ref(item), item.level, item.recognised_on),
    "equity": lambda item: EquityFact(
        _ref(item), item.financed_on, item.amount, item.qualified, item.share
    ),
    "standards": lambda item: StandardWorkFact(
        _ref(item), item.level, item.leading, item.published_on, item.rank
    ),
    "certificates": lambda item: CertificateFact(_ref(item), item.kind, item.valid_from, item.valid_until),
}  # fmt: skip


def overlay(record: FirmRecord, answers: Mapping[str, Any]) -> FirmRecord:
    """The record as it would be with answers as typed (a draft, a calculator) in place of those it has.

    A blank or an answer that is not acceptable counts as not known; keys that are no question are left alone.
    """
    years, profile, firm = dict(record.years), dict(record.profile), {}
    for key, raw in answers.items():
        try:
            field, year = split_key(key)
        except KeyError:
            continue
        value = _cleaned(field, raw)
        if field.store is Store.FIGURES:
            if field.key in ENGINE_FIGURES:
                years[year] = replace(years.get(year) or Figures(), **{field.key: value})
        elif field.store is Store.FACTS:
            profile[field.key] = _for_engine(field, value)
        elif field.key in ("established_on", "industry_code"):
            firm[field.key] = value or ("" if field.key == "industry_code" else None)
    return replace(record, years=years, profile=profile, **firm)


def _cleaned(field, raw):
    try:
        return field.clean(raw)
    except DomainError:
        return None


def with_lists(record: FirmRecord, lists: Mapping[str, Iterable[Mapping[str, str]]]) -> FirmRecord:
    """The record with lists as they were handed in (entries as ItemKind.words writes them) in place of its own."""
    return replace(
        record,
        **{key: tuple(MAKERS[key](_entry(ITEMS[key], row)) for row in rows) for key, rows in lists.items()},
    )


def _entry(kind, row: Mapping[str, str]):
    """An entry that is in no table, from its words."""
    values = {
        field.key: _cleaned(field, row.get(field.key, "").removesuffix(f" {field.unit}"))
        for field in kind.fields
    }
    return kind.model(**{key: value for key, value in values.items() if value is not None})
