"""Every question of the record: what is typed, what is kept, what is shown."""

import datetime
from decimal import Decimal

import pytest

from core.fields import FieldError
from enterprises.fields import FIELDS, ITEMS, PARTS, Kind, Store, answer_key, split_key
from enterprises.models import Enterprise, YearlyFigures
from policies.engine.standards.record import Figures

TYPED = {
    Kind.MONEY: [("8,642.50", Decimal("86425000.00")), ("0", Decimal("0.00")), ("１２.５", Decimal("125000.00")),
                 ("0.000001", Decimal("0.01")), ("286.4", Decimal("2864000.00"))],
    Kind.PERCENT: [("12.5", Decimal("0.125")), ("3", Decimal("0.03")),
                   ("0.01", Decimal("0.0001")), ("71.5%", Decimal("0.715"))],
    Kind.INT: [("230", 230), ("998", 998), ("２", 2)],
    Kind.DECIMAL: [("62.35", Decimal("62.35")), ("60", Decimal("60.00"))],
    Kind.TEXT: [],
    Kind.MULTILINE: [("一\n二", "一\n二")],
    Kind.DATE: [("2009-06-18", datetime.date(2009, 6, 18)), ("2009年6月18日", datetime.date(2009, 6, 18))],
    Kind.YEAR: [("2015", 2015), ("2015年", 2015)],
    Kind.YESNO: [("yes", True), ("no", False), ("是", True), (False, False)],
}  # fmt: skip
EVERY = [*FIELDS.values(), *(field for kind in ITEMS.values() for field in kind.fields)]


def typed_for(field):
    if field.kind is Kind.CHOICE:
        return [(code, code) for code, _ in field.choices] + [(label, code) for code, label in field.choices]
    if field.kind is Kind.MULTICHOICE:
        every = tuple(code for code, _ in field.choices)
        return [(every[0], every[:1]), (list(every), every), (",".join(reversed(every)), every)]
    return TYPED[field.kind]


@pytest.mark.parametrize("field", EVERY, ids=lambda field: f"{field.store}-{field.key}")
def test_answer_survives_the_way_through_form_and_store(field):
    for raw, value in typed_for(field):
        assert field.clean(raw) == value
        assert field.clean(field.show(value)) == value
        assert field.unpack(field.pack(value)) == value
        assert field.words(value) not in ("", "—")


@pytest.mark.parametrize("field", EVERY, ids=lambda field: f"{field.store}-{field.key}")
def test_silence_is_none_and_rubbish_is_refused_with_a_sentence(field):
    assert {field.clean(nothing) for nothing in (None, "", "  ")} == {None}
    assert (field.show(None), field.words(None), field.unpack(None)) == ("", "—", None)
    for raw in (
        {"a": {"b": []}},
        "a\x00b",
        "\ud800",
        "9" * 4000,
        float("nan"),
        float("inf"),
        "1e400",
        [["x"]],
    ):
        try:
            value = field.clean(raw)
        except FieldError:
            continue
        assert field.kind in (Kind.TEXT, Kind.MULTILINE), (field.key, raw, value)


@pytest.mark.parametrize(
    ("key", "raw"),
    [("revenue", "-1"), ("revenue", "0.0000001"), ("revenue", "100000000"), ("revenue", "12 万元"), ("staff", "12.5"),
     ("staff", "-3"),
     ("market_share", "100.01"), ("market_share", "-1"), ("market_share", "1.234"), ("market_rank", "0"),
     ("dev_score", "100.01"), ("niche_since", "15"), ("niche_since", "1948"), ("own_brand", "也许"),
     ("ownership", "集体"), ("systems", "design,xx"), ("established_on", "2009-02-30"), ("postcode", "45000"),
     ("email", "a@b"), ("phone", "12345"), ("lead_product", "长" * 61), ("industry_code", "99")],
)  # fmt: skip
def test_wrong_answer_is_refused(key, raw):
    with pytest.raises(FieldError):
        FIELDS[key].clean(raw)


@pytest.mark.parametrize(("raw", "yuan"), [("-12.5", "-125000.00"), ("−3", "-30000.00"), ("-0", "0.00")])
def test_loss_may_be_negative(raw, yuan):
    value = FIELDS["net_profit"].clean(raw)
    assert value == Decimal(yuan)
    assert FIELDS["net_profit"].clean(FIELDS["net_profit"].show(value)) == value


@pytest.mark.parametrize(
    ("yuan", "shown"),
    [("86425000", "8,642.50"), ("0.01", "0.000001"), ("10000", "1.00"), ("123456.78", "12.345678"), ("-5000", "-0.50")],
)  # fmt: skip
def test_money_is_shown_in_wan_to_the_cent(yuan, shown):
    assert FIELDS["net_profit"].show(Decimal(yuan)) == shown


def test_words_carry_units_and_names():
    found = {
        key: FIELDS[key].words(value)
        for key, value in {
            "revenue": Decimal("86425000.00"), "market_share": Decimal("0.125"), "staff": 230, "own_brand": False,
            "ownership": "private", "systems": ("design", "supply"), "niche_since": 2015, 
        }.items()
    }  # fmt: skip
    assert found == {
        "revenue": "8,642.50 万元", "market_share": "12.5%", "staff": "230 人", "own_brand": "否",
        "ownership": "民营", "systems": "研发设计、供应链管理", "niche_since": "2015 年",
    }  # fmt: skip


def test_every_question_has_its_place():
    assert {field.part for field in FIELDS.values()} == {part.key for part in PARTS}
    columns = {field.name for model in (Enterprise, YearlyFigures) for field in model._meta.fields}
    kept_in_columns = {f.key for f in FIELDS.values() if f.store in (Store.FIRM, Store.FIGURES)}
    assert kept_in_columns <= columns
    for kind in ITEMS.values():
        assert {field.key for field in kind.fields} <= {field.name for field in kind.model._meta.fields}
        assert set(kind.columns) <= {field.key for field in kind.fields}


def test_every_figure_of_the_engine_can_be_given():
    engine = set(Figures.__dataclass_fields__) - {"source", "as_of"}
    assert engine <= {field.key for field in FIELDS.values() if field.per_year}


def test_keys_name_question_and_year():
    assert answer_key(FIELDS["revenue"], 2025) == "revenue.2025"
    assert split_key("revenue.2025") == (FIELDS["revenue"], 2025)
    assert split_key("own_brand") == (FIELDS["own_brand"], None)


@pytest.mark.parametrize("key", ["", "nothing", "revenue", "revenue.", "revenue.25", "revenue.2025.1",
                                 "revenue.２０２５",
                                 "own_brand.2025", "own_brand.", "revenue.9999", "revenue.2025\n"])  # fmt: skip
def test_what_is_no_key_is_refused(key):
    with pytest.raises(KeyError):
        split_key(key)


def test_hint_names_the_real_year():
    assert FIELDS["staff"].label_in(2025) == "2025 年全职员工数量"
    assert "2025 年 12 月" in FIELDS["staff"].help_in(2025)


def test_field_of_a_list_says_what_it_needs():
    required = {key: [field.key for field in kind.fields if field.required] for key, kind in ITEMS.items()}
    assert required == {
        "ip": ["kind", "name"], "institutions": ["name", "level"], "honours": ["kind", "name", "level"],
        "standards": ["name", "level"], "certificates": ["kind", "name"], "equity": ["name"],
    }  # fmt: skip
