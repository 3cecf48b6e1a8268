"""The record of an enterprise as JSON: yuan, fractions and days as the engine has them, every list optional."""

import re

from rest_framework import serializers

from core.fields import FIRST_YEAR, LAST_YEAR
from enterprises.enums import CertificateKind, HonourKind, IpKind, Level
from policies.engine.standards import (
    CertificateFact,
    EquityFact,
    Figures,
    FirmRecord,
    HonourFact,
    InstitutionFact,
    IpFact,
    StandardWorkFact,
    TitleHeld,
)
from tiers.enums import Title

SIZES = ("large", "medium", "small", "micro")
MOST_ENTRIES = 500
MOST_YEARS = 20
YEAR = re.compile(r"(19|20)[0-9]{2}", re.ASCII)


def day(**options):
    return DayField(required=False, allow_null=True, default=None, **options)


def yes(**options):
    return serializers.BooleanField(required=False, allow_null=True, default=None, **options)


def whole(**options):
    return serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=0, max_value=2**31 - 1, **options
    )


def number(places, **options):
    return serializers.DecimalField(
        16, places, required=False, allow_null=True, default=None, coerce_to_string=False, **options
    )


def money():
    return number(2, help_text="元")


def choice(choices, **options):
    return serializers.ChoiceField(choices=choices, **options)


def entries(serializer):
    return serializer(many=True, required=False, allow_null=True, default=None, max_length=MOST_ENTRIES)


class DayField(serializers.DateField):
    """A day between 1949 and 2100: outside of that the arithmetic of years has no meaning here."""

    def to_internal_value(self, value):
        found = super().to_internal_value(value)
        if not FIRST_YEAR <= found.year <= LAST_YEAR:
            raise serializers.ValidationError(f"年份应在 {FIRST_YEAR} 至 {LAST_YEAR} 之间。")
        return found


class Strict(serializers.Serializer):
    """Refuses what it does not know: a misspelt key must not pass for missing data."""

    fact: type | None = None  # what the entry becomes

    def to_internal_value(self, data):
        if isinstance(data, dict) and (unknown := sorted(set(map(str, data)) - set(self.fields))):
            raise serializers.ValidationError(
                {key[:60]: ["没有这一项，请核对名称。"] for key in unknown[:20]}
            )
        values = super().to_internal_value(data)
        return self.fact(**values) if self.fact else values


class FiguresSerializer(Strict):
    fact = Figures
    staff = whole()
    rd_staff = whole()
    revenue = money()
    main_revenue = money()
    net_profit = money()
    assets = money()
    liabilities = money()
    rd_expense = money()
    cost = money()
    dev_score = number(2, min_value=0, max_value=100, help_text="国家平台给出的发展评价得分")


class EntrySerializer(Strict):
    ref = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")


class IpSerializer(EntrySerializer):
    fact = IpFact
    kind = choice(IpKind.choices)
    granted_on = day()
    self_developed = yes()
    assigned_on = day()
    holder_rank = whole()
    for_lead_product = yes()
    applied = yes()
    high_value = yes()


class HonourSerializer(EntrySerializer):
    fact = HonourFact
    kind = choice(HonourKind.choices)
    level = choice(Level.choices)
    on = day()
    rank = whole()
    valid_until = day()


class InstitutionSerializer(EntrySerializer):
    fact = InstitutionFact
    level = choice(Level.choices)
    on = day()


class EquitySerializer(EntrySerializer):
    fact = EquityFact
    on = day()
    amount = money()
    qualified = yes(help_text="合格机构投资者")
    share = number(6, min_value=0, max_value=1, help_text="出让股份，小数")


class StandardWorkSerializer(EntrySerializer):
    fact = StandardWorkFact
    level = choice(Level.choices)
    leading = yes()
    on = day()
    rank = whole()


class CertificateSerializer(EntrySerializer):
    fact = CertificateFact
    kind = choice(CertificateKind.choices)
    valid_from = day()
    valid_until = day()


class TitleHeldSerializer(Strict):
    fact = TitleHeld
    title = choice(Title.choices)
    valid_from = DayField()
    valid_until = DayField()


class ProfileSerializer(Strict):
    """Single facts. What is absent or null is not known."""

    legal_person = yes(help_text="境内注册的独立法人")
    on_blacklist = yes(help_text="列入经营异常名录或严重失信主体名单")
    prohibited_product = yes(help_text="产品或服务属于禁止、限制或淘汰类")
    has_serious_violation = yes(help_text="规定年限内有严重违法行为")
    strategic_field = yes(help_text="主导产品属于战略性新兴产业")
    own_brand = yes(help_text="有自主品牌")
    core_system = yes(help_text="核心业务采用信息系统")
    market_position = yes(help_text="主导产品市场地位靠前")
    key_link = yes(help_text="处于产业链关键环节")
    lead_field = yes(help_text="主导产品属于规定领域")
    niche_since = whole(help_text="从事细分市场的起始年份")
    market_share = number(6, min_value=0, max_value=1, help_text="国内细分市场占有率，小数")
    market_rank = whole(help_text="国内细分市场排名")
    digital_level = whole(help_text="数字化水平等级，0 至 4")
    field_grade = choice(("A", "B", "C"), required=False, allow_null=True)
    company_size = choice(SIZES, required=False, allow_null=True, help_text="没有行业代码和年度数据时填写")
    local_feature_1 = serializers.CharField(max_length=100, required=False, allow_null=True)
    local_feature_2 = serializers.CharField(max_length=100, required=False, allow_null=True)
    local_feature_3 = serializers.CharField(max_length=100, required=False, allow_null=True)


class RecordSerializer(Strict):
    """A list that is absent or null has not been filled in; an empty one says that there are none."""

    established_on = day()
    industry_code = serializers.CharField(max_length=5, required=False, allow_blank=True, default="")
    years = serializers.DictField(
        child=FiguresSerializer(), required=False, default=dict, help_text='年度 → 数据，如 {"2025": {…}}'
    )
    profile = ProfileSerializer(required=False, default=dict)
    ip = entries(IpSerializer)
    honours = entries(HonourSerializer)
    institutions = entries(InstitutionSerializer)
    equity = entries(EquitySerializer)
    standards = entries(StandardWorkSerializer)
    certificates = entries(CertificateSerializer)
    titles = entries(TitleHeldSerializer)

    def validate_years(self, years):
        if len(years) > MOST_YEARS or not all(YEAR.fullmatch(year) for year in years):
            raise serializers.ValidationError(f"年度写成四位数字，如 2025，最多 {MOST_YEARS} 个。")
        return {int(year): figures for year, figures in years.items()}

    def to_internal_value(self, data):
        values = super().to_internal_value(data)
        lists = {key: None if values.get(key) is None else tuple(values[key]) for key in LISTS}
        return FirmRecord(**{**values, **lists})


LISTS = ("ip", "honours", "institutions", "equity", "standards", "certificates", "titles")
