"""Read the worked cases of tier standards and write findings in their words."""

import tomllib
from datetime import date
from decimal import Decimal
from functools import cache

from policies.engine.standards import (
    CertificateFact,
    EquityFact,
    Figures,
    Finding,
    FirmRecord,
    HonourFact,
    InstitutionFact,
    IpFact,
    Standard,
    StandardWorkFact,
    TitleHeld,
    Verdict,
    parse_standard,
)
from tests.policies.worked import CASES, DOCUMENTS

FOLDER = DOCUMENTS / "standards"
KINDS = {"新申报": "new", "复核": "review"}
VERDICTS = {
    Verdict.MET: "符合",
    Verdict.NOT_MET: "不符合",
    Verdict.MISSING: "缺资料",
    Verdict.PERSON: "待核实",
}
FIGURES = {
    "职工": "staff",
    "研发人员": "rd_staff",
    "营业收入": "revenue",
    "主营收入": "main_revenue",
    "净利润": "net_profit",
    "资产": "assets",
    "负债": "liabilities",
    "研发费用": "rd_expense",
    "成本费用": "cost",
    "发展评价": "dev_score",
}
PROFILE = {
    "独立法人": "legal_person",
    "企业规模": "company_size",
    "在名单上": "on_blacklist",
    "产品受限": "prohibited_product",
    "严重违法": "has_serious_violation",
    "从业起始年": "niche_since",
    "领域类别": "field_grade",
    "战略性新兴产业": "strategic_field",
    "数字化等级": "digital_level",
    "自主品牌": "own_brand",
    "核心业务信息化": "core_system",
    "市场占有率": "market_share",
    "国内排名": "market_rank",
    "市场靠前": "market_position",
    "关键环节": "key_link",
    "规定领域": "lead_field",
    "特色化一": "local_feature_1",
}
WORDS = {
    "发明专利": "invention",
    "软件著作权": "software",
    "实用新型": "utility_model",
    "外观设计": "design",
    "科学技术奖": "science_award",
    "创客中国五百强": "maker_china_500",
    "创客中国五十强": "maker_china_50",
    "高新技术企业": "high_tech",
    "技术创新示范企业": "tech_demo",
    "知识产权优势企业": "ip_advantage",
    "质量奖": "quality_award",
    "管理体系认证": "management_system",
    "国外产品认证": "foreign_product",
    "国际": "international",
    "国家级": "national",
    "行业": "industry",
    "团体": "group",
    "省级": "provincial",
    "市级": "city",
    "市级以下": "below_city",
    "创新型": "innovative",
    "科技型": "tech_sme",
    "省级专精特新": "provincial_srdi",
    "国家级小巨人": "national_giant",
    "大型": "large",
    "中型": "medium",
    "小型": "small",
    "微型": "micro",
    "不明": None,
}
# What an entry of a list is when the case does not say otherwise.
ENTRIES = {
    "知识产权": (
        IpFact,
        {
            "kind": "invention", "granted_on": date(2020, 1, 1), "self_developed": True, "holder_rank": 1,
            "for_lead_product": True, "applied": True, "high_value": False,
        },
    ),
    "荣誉": (HonourFact, {"kind": "", "level": "national", "on": date(2025, 1, 1), "rank": 1}),
    "研发机构": (InstitutionFact, {"level": ""}),
    "股权融资": (EquityFact, {"on": date(2025, 6, 1), "amount": None, "qualified": True, "share": Decimal("0.1")}),
    "标准": (StandardWorkFact, {"level": "national", "leading": True, "on": date(2025, 1, 1), "rank": 1}),
    "认证": (
        CertificateFact, {"kind": "", "valid_from": date(2024, 1, 1), "valid_until": date(2029, 12, 31)}
    ),
    "称号": (TitleHeld, {"title": "", "valid_from": date(2024, 1, 1), "valid_until": date(2026, 12, 31)}),
}  # fmt: skip
LISTS = {
    "知识产权": "ip",
    "荣誉": "honours",
    "研发机构": "institutions",
    "股权融资": "equity",
    "标准": "standards",
    "认证": "certificates",
    "称号": "titles",
}


def text(slug: str) -> str:
    return (FOLDER / f"{slug}.toml").read_text(encoding="utf-8")


@cache
def standard(slug: str) -> Standard:
    return parse_standard(text(slug))


@cache
def standard_of(name: str) -> Standard:
    """The standard that a case file is about, with what the file fills in where the document is still empty."""
    file = files()[name]
    slug = file.get("standard", name)
    return parse_standard(text(slug).replace("rows = []", f"rows = {file.get('rows', '[]')}"))


def slugs() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def tier_slugs() -> list[str]:
    return [slug for slug in slugs() if standard(slug).sizes is None]


@cache
def files() -> dict[str, dict]:
    """The case files by the name of their standard."""
    found = sorted((CASES / "standards").glob("*.toml"))
    read = {path.stem: tomllib.loads(path.read_text("utf-8"), parse_float=Decimal) for path in found}
    common = read.pop("common")["ladder"]
    read.pop("miit-300-sizes")  # no criteria: test_sizes.py reads it
    for name, file in read.items():
        keys = {criterion.key for criterion in standard(file.get("standard", name)).criteria()}
        file["ladder"] = [ladder for ladder in common if ladder["criterion"] in keys] + file.get("ladder", [])
    return read


def merged(base: dict, changes: dict) -> dict:
    """A case is the firm of the file with some things changed; figures are changed one by one."""
    both = {**base, **changes}
    for key in ("年度", "情况"):
        both[key] = {**base.get(key, {}), **changes.get(key, {})}
    both["年度"] = {
        year: {**base.get("年度", {}).get(year, {}), **figures} for year, figures in both["年度"].items()
    }
    return both


def with_field(base: dict, field: str, value) -> dict:
    """The firm with one thing changed: "2025 营业收入", "情况 自主品牌", "知识产权" or "注册日期"."""
    group, _, name = field.partition(" ")
    if group.isdigit():
        return merged(base, {"年度": {group: {name: value}}})
    return merged(base, {"情况": {name: value}} if group == "情况" else {group: value})


def _word(value):
    return WORDS.get(value, value) if isinstance(value, str) else value


def _figures(told: dict) -> Figures:
    values = {FIGURES[name]: None if value == "不明" else value for name, value in told.items()}
    whole = {"staff", "rd_staff"}
    return Figures(**{
        key: value if key in whole or value is None else Decimal(value) for key, value in values.items()
    }, source="审计报告")  # fmt: skip


def _entries(name: str, told) -> tuple | None:
    if told == "不明":
        return None
    kind, defaults = ENTRIES[name]
    found = []
    for number, entry in enumerate(told):
        values = defaults | {key: _word(value) for key, value in entry.items()}
        if isinstance(values.get("amount"), int):
            values["amount"] = Decimal(values["amount"])
        if kind is TitleHeld:
            found.append(TitleHeld(**values))
        else:
            found.append(kind(f"{name}:{number}", **values))
    return tuple(found)


def record(told: dict) -> FirmRecord:
    """A list that the case leaves out is empty, one that says 不明 has never been filled in."""
    profile = {PROFILE[name]: _word(value) for name, value in told.get("情况", {}).items()}
    return FirmRecord(
        established_on=told.get("注册日期"),
        years={int(year): _figures(figures) for year, figures in told.get("年度", {}).items()},
        profile={key: value for key, value in profile.items() if value is not None},
        **{field: _entries(name, told.get(name, [])) for name, field in LISTS.items()},
    )


def row(finding: Finding) -> str:
    """ "15 分" for a scored criterion, else the verdict."""
    if finding.points is not None:
        return f"{finding.points.normalize():f} 分"
    return VERDICTS[finding.verdict]
