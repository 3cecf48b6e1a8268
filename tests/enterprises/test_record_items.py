"""The lists of the record: entries with source, day and proof; what changed is kept; "none" is said, not guessed."""

import datetime
from decimal import Decimal

import pytest

from core.errors import Conflict, DomainError
from core.models import AuditEntry
from enterprises.enums import Source
from enterprises.fields import ITEMS
from enterprises.models import Honour, IntellectualProperty
from enterprises.queries import firm_record, with_lists
from enterprises.services import complete_list, delete_item, save_item
from policies.engine.standards.record import (
    CertificateFact,
    EquityFact,
    FirmRecord,
    HonourFact,
    InstitutionFact,
    IpFact,
    StandardWorkFact,
)
from tests.factories import EnterpriseFactory, EvidenceFactory

TODAY = datetime.date(2026, 11, 3)
DAY = datetime.date(2024, 5, 6)
FILLED = {
    "ip": {"kind": "invention", "name": "滚珠丝杠副", "number": "ZL2024", "granted_on": DAY, "origin": "assigned",
           "assigned_on": DAY, "holder_rank": 2, "for_lead_product": True, "applied": False, "high_value": None},
    "honours": {"kind": "science_award", "name": "省科技进步奖", "level": "provincial", "number": "1",
                "awarded_on": DAY, "rank": 3},
    "institutions": {"name": "技术中心", "level": "city", "number": "", "recognised_on": DAY, "partner": "大学"},
    "equity": {"name": "某创投", "amount": Decimal("5000000.00"), "financed_on": DAY, "qualified": True,
               "share": Decimal("0.125"), "number": "S1"},
    "standards": {"name": "滚珠丝杠", "level": "industry", "number": "JB/T 1", "leading": False, "rank": 4,
                  "published_on": DAY},
    "certificates": {"kind": "management_system", "name": "ISO9001", "number": "Q1", "valid_from": DAY,
                     "valid_until": datetime.date(2027, 5, 5)},
}  # fmt: skip


@pytest.fixture
def firm(db):
    return EnterpriseFactory()


def save(firm, kind, answers, **more):
    given = {"source": Source.FIRM, "as_of": TODAY, "actor": None, **more}
    return save_item(enterprise=firm, kind=kind, answers=answers, **given)


def test_every_list_is_read_by_the_engine(firm):
    refs = {kind: (item := save(firm, kind, answers)) and f"{item._meta.model_name}:{item.pk}"
            for kind, answers in FILLED.items()}  # fmt: skip
    record = firm_record(firm)
    assert {kind: getattr(record, kind) for kind in FILLED} == {
        "ip": (IpFact(refs["ip"], "invention", DAY, False, DAY, 2, True, False, None),),
        "honours": (HonourFact(refs["honours"], "science_award", "provincial", DAY, 3),),
        "institutions": (InstitutionFact(refs["institutions"], "city", DAY),),
        "equity": (EquityFact(refs["equity"], DAY, Decimal("5000000.00"), True, Decimal("0.125")),),
        "standards": (StandardWorkFact(refs["standards"], "industry", False, DAY, 4),),
        "certificates": (
            CertificateFact(refs["certificates"], "management_system", DAY, datetime.date(2027, 5, 5)),
        ),
    }


def test_lists_that_were_handed_in_are_read_as_the_record_is(firm):
    items = {kind: save(firm, kind, answers) for kind, answers in FILLED.items()}
    for item in items.values():
        item.refresh_from_db()
    handed_in = {kind: [ITEMS[kind].words(item)] for kind, item in items.items()}
    record, read = firm_record(firm), with_lists(FirmRecord(), handed_in)
    for kind in FILLED:
        [own], [again] = getattr(record, kind), getattr(read, kind)
        assert again._replace(ref=own.ref) == own


@pytest.mark.parametrize("kind", ITEMS)
def test_entry_comes_back_as_it_stands_in_the_form(firm, kind):
    item = save(firm, kind, FILLED[kind])
    item.refresh_from_db()
    asked = ITEMS[kind]
    cleaned = {field.key: field.clean(asked.shown(item)[field.key]) for field in asked.fields}
    assert cleaned == {key: FILLED[kind].get(key) or (None if FILLED[kind].get(key) == "" else FILLED[kind].get(key))
                       for key in cleaned}  # fmt: skip
    assert (item.source, item.as_of) == (Source.FIRM, TODAY)


def test_silence_and_none_are_told_apart(firm):
    assert firm_record(firm).ip is None
    complete_list(enterprise=firm, kind="ip", complete=True, actor=None)
    complete_list(enterprise=firm, kind="ip", complete=True, actor=None)  # said twice, noted once
    record = firm_record(firm)
    assert (record.ip, record.honours) == ((), None)
    complete_list(enterprise=firm, kind="ip", complete=False, actor=None)
    assert firm_record(firm).ip is None
    assert [entry.action for entry in AuditEntry.objects.all()] == [
        "知识产权清单改为未填完",
        "知识产权清单已填完",
    ]


def test_change_is_audited_in_words_and_the_history_keeps_the_entry(firm):
    item = save(firm, "ip", FILLED["ip"])
    save(firm, "ip", FILLED["ip"] | {"applied": True, "holder_rank": 1}, item=item, source=Source.STAFF)
    delete_item(enterprise=firm, kind="ip", item=item, actor=None)
    delete_item(enterprise=firm, kind="ip", item=item, actor=None)  # safe to repeat
    entries = list(AuditEntry.objects.order_by("pk"))
    assert [entry.action for entry in entries] == ["登记知识产权", "修改知识产权", "删除知识产权"]
    assert entries[1].data["changed"] == {
        "在权利人中的排名": ["2 名", "1 名"],
        "已应用并产生经济效益": ["否", "是"],
    }
    assert entries[2].data["entry"]["名称"] == "滚珠丝杠副"
    kept = IntellectualProperty.pgh_event_model.objects.order_by("pgh_id")
    assert [(event.applied, event.source) for event in kept] == [(False, "firm"), (True, "staff")]


@pytest.mark.parametrize(
    ("kind", "change", "refusal"),
    [
        ("ip", {"name": None}, "请填写名称"),
        ("ip", {"kind": None}, "请填写类别"),
        ("ip", {"origin": "self"}, "取得方式应选“受让”"),
        ("honours", {"level": None}, "请填写级别"),
        ("certificates", {"valid_from": datetime.date(2027, 5, 6)}, "有效期起不能晚于"),
        ("equity", {"name": ""}, "请填写投资者名称"),
    ],
)
def test_entry_that_cannot_be_is_refused_with_a_sentence(firm, kind, change, refusal):
    with pytest.raises(DomainError, match=refusal):
        save(firm, kind, {key: value or None for key, value in (FILLED[kind] | change).items()})
    assert not ITEMS[kind].model.objects.exists()


def test_same_number_is_registered_once_per_kind_and_enterprise(firm):
    item = save(firm, "ip", FILLED["ip"])
    with pytest.raises(DomainError, match="已经登记过"):
        save(firm, "ip", FILLED["ip"])
    assert save(firm, "ip", FILLED["ip"], item=item)
    assert save(firm, "ip", FILLED["ip"] | {"kind": "design"})
    assert save(EnterpriseFactory(), "ip", FILLED["ip"])


def test_entry_of_another_enterprise_or_deleted_meanwhile_is_refused(firm):
    other = save(EnterpriseFactory(), "honours", FILLED["honours"])
    with pytest.raises(Conflict, match="刚刚被删除"):
        save(firm, "honours", FILLED["honours"], item=other)
    delete_item(enterprise=firm, kind="honours", item=other, actor=None)
    assert Honour.objects.get() == other


def test_entry_changed_by_somebody_else_meanwhile_is_refused(firm):
    item = save(firm, "honours", FILLED["honours"])
    seen = ITEMS["honours"].shown(item)
    save(firm, "honours", FILLED["honours"] | {"rank": 1}, item=item, seen=seen)
    with pytest.raises(Conflict, match="刚刚有人修改"):
        save(firm, "honours", FILLED["honours"] | {"rank": 2}, item=item, seen=seen)
    assert Honour.objects.get().rank == 1


def test_proof_must_be_a_file_of_the_enterprise(firm):
    mine, foreign = EvidenceFactory(enterprise=firm), EvidenceFactory()
    item = save(firm, "ip", FILLED["ip"], evidence=mine)
    assert item.evidence == mine
    with pytest.raises(DomainError, match="本企业"):
        save(firm, "ip", FILLED["ip"], item=item, evidence=foreign)
    assert save(firm, "ip", FILLED["ip"], item=item).evidence is None


def test_list_has_an_end(firm, monkeypatch):
    monkeypatch.setattr("enterprises.services.items.MOST_ENTRIES", 1)
    save(firm, "honours", FILLED["honours"])
    with pytest.raises(DomainError, match="最多登记 1 项"):
        save(firm, "honours", FILLED["honours"])
