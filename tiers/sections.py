"""The application form as data: its ten parts, what each asks for, and of whom.

The questions themselves (label, unit, choices, checks) are those of the living record, enterprises.fields; here
stands only which of them a part asks for, in which order, and for which titles an answer is required. Source: the
national application form (申请书), parts 1–9 by the enterprise, part 10 by the offices.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from enterprises.fields import FIELDS, ITEMS, ItemKind, RecordField
from tiers.enums import Title

EVERY = frozenset({Title.INNOVATIVE, Title.PROVINCIAL_SRDI, Title.NATIONAL_GIANT})
UPPER = frozenset({Title.PROVINCIAL_SRDI, Title.NATIONAL_GIANT})
GIANT = frozenset({Title.NATIONAL_GIANT})
NOBODY: frozenset[Title] = frozenset()

YEARS_ASKED = 3  # the form has three columns of figures
# How many of them must be filled in: growth needs the year before, the upper tiers look at two growth rates.
YEARS_REQUIRED = {Title.INNOVATIVE: 2, Title.PROVINCIAL_SRDI: 3, Title.NATIONAL_GIANT: 3}
REPORTS_REQUIRED = {Title.INNOVATIVE: 1, Title.PROVINCIAL_SRDI: 2, Title.NATIONAL_GIANT: 3}

OFFICE = "recommendation"  # the key of part 10
FOR_CRITERION = "criterion."  # begins the slot of a file that proves one criterion of the standard


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for files. `per_year`: one for each year, "audit.2025"."""

    key: str
    label: str
    help: str = ""
    required: frozenset[Title] = NOBODY
    per_year: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Questions under one heading: key in the record → titles that cannot do without the answer."""

    title: str
    asks: dict[str, frozenset[Title]]

    @property
    def per_year(self) -> bool:
        return any(FIELDS[key].per_year for key in self.asks)


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the form. `items`: lists of the record that belong to it; `office`: filled in by the offices."""

    number: int
    key: str
    title: str
    intro: str
    groups: tuple[Group, ...] = ()
    items: tuple[str, ...] = ()
    slots: tuple[Slot, ...] = ()
    office: bool = False

    def __str__(self):
        return self.title

    @property
    def kinds(self) -> list[ItemKind]:
        return [ITEMS[key] for key in self.items]


@dataclass(frozen=True, slots=True)
class Question:
    """A question as a case asks it: `name` is "revenue.2025" for a figure of a year."""

    name: str
    field: RecordField
    required: bool
    year: int | None = None

    @property
    def label(self) -> str:
        return self.field.label_in(self.year)


@dataclass(frozen=True, slots=True)
class Place:
    """A place for files as a case has it."""

    name: str
    label: str
    help: str
    required: bool


def _ask(required: frozenset[Title], *keys: str) -> dict[str, frozenset[Title]]:
    return dict.fromkeys(keys, required)


SECTIONS = (
    Section(
        1, "basic", "企业基本情况", "按营业执照和公司章程填写。",
        groups=(
            Group("登记和联系", _ask(EVERY, "established_on", "industry_code", "registered_address", "address")
                  | _ask(NOBODY, "postcode")
                  | _ask(EVERY, "legal_representative", "legal_representative_phone", "contact", "phone",
                         "contact_mobile")
                  | _ask(NOBODY, "email")),
            Group("资本和股权", _ask(EVERY, "registered_capital", "ownership")
                  | _ask(UPPER, "controlling_shareholder", "actual_controller", "controller_nationality",
                         "held_by_giant")
                  | _ask(NOBODY, "giant_holder")
                  | _ask(UPPER, "group_similar")
                  | _ask(NOBODY, "group_similar_name")),
            Group("上市情况", _ask(UPPER, "listing")
                  | _ask(NOBODY, "listing_progress", "listing_place", "stock_code")),
        ),
        slots=(Slot("licence", "营业执照", "彩色扫描件，能看清统一社会信用代码和经营范围。", EVERY),),
    ),
    Section(
        2, "figures", "经济效益和经营情况", "按经审计的财务报表填写，三年用同一口径。金额单位是万元。",
        groups=(
            Group("报表和人员", _ask(EVERY, "basis")
                  | _ask(NOBODY, "audit_code")
                  | _ask(EVERY, "staff", "rd_staff")),
            Group("收入和利润", _ask(EVERY, "revenue", "main_revenue")
                  | _ask(UPPER, "lead_product_revenue")
                  | _ask(NOBODY, "cost", "gross_profit")
                  | _ask(EVERY, "net_profit")),
            Group("资产、研发和其他", _ask(EVERY, "assets", "liabilities", "rd_expense")
                  | _ask(UPPER, "taxes")
                  | _ask(NOBODY, "exports", "bank_loans", "dev_score")),
        ),
        items=("equity",),
        slots=(
            Slot("audit", "审计报告", "会计师事务所出具，带防伪编码；合并报表的附合并范围。", EVERY, per_year=True),
            Slot("staff_proof", "12 月社保人数证明", "上年 12 月缴纳社保的人数；合并报表的，子公司一并提供。", EVERY),
        ),
    ),
    Section(
        3, "specialised", "专业化", "写清主导产品和它所在的细分市场。",
        groups=(
            Group("主导产品", _ask(EVERY, "lead_product")
                  | _ask(UPPER, "lead_product_code")
                  | _ask(EVERY, "niche", "niche_since")),
        ),
    ),
    Section(
        4, "refined", "精细化", "数字化、信息系统和质量管理。",
        groups=(
            Group("数字化", _ask(UPPER, "digital_level", "core_system", "systems") | _ask(NOBODY, "cloud")),
        ),
        items=("certificates",),
        slots=(Slot("certificate_proof", "管理体系和产品认证证书"),),
    ),
    Section(
        5, "distinctive", "特色化", "主导产品的市场地位和自主品牌。",
        groups=(
            Group("市场地位", _ask(UPPER, "market_share")
                  | _ask(NOBODY, "market_rank", "world_share", "world_rank")
                  | _ask(EVERY, "market_position")
                  | _ask(UPPER, "market_note")),
            Group("自主品牌", _ask(EVERY, "own_brand") | _ask(NOBODY, "brands", "trademarks", "brand_revenue")),
        ),
        slots=(Slot("market_share_proof", "市场占有率说明", "行业协会证明、第三方报告或测算说明。", UPPER),),
    ),
    Section(
        6, "innovation", "创新能力", "知识产权、研发机构、奖项和标准，逐项登记。",
        groups=(Group("研发情况", _ask(NOBODY, "innovation_note")),),
        items=("ip", "institutions", "honours", "standards"),
        slots=(
            Slot("ip_proof", "知识产权证书", "境内发明专利可以查到，不用上传；其他的合并成一个文件。"),
            Slot("direct_proof", "直通条件证明", "科技奖励、“创客中国”名次、股权融资等，有的才上传。"),
        ),
    ),
    Section(
        7, "chain", "产业链配套", "所在产业链、所处环节和配套的企业。",
        groups=(
            Group("产业链", _ask(EVERY, "chain_name") | _ask(NOBODY, "chain_link")
                  | _ask(UPPER, "key_link") | _ask(NOBODY, "link_roles", "link_note", "customers")),
        ),
    ),
    Section(
        8, "field", "主导产品所属领域", "主导产品属于哪些领域，为什么。",
        groups=(
            Group("所属领域", _ask(UPPER, "lead_field") | _ask(EVERY, "field_grade", "strategic_field")
                  | _ask(UPPER, "field_note")),
        ),
        slots=(Slot("field_proof", "主导产品所属领域说明", "500 字以内，加盖公章。", UPPER),),
    ),
    Section(
        9, "other", "其他", "合规情况和企业简介。",
        groups=(
            Group("合规情况", _ask(EVERY, "legal_person", "on_blacklist", "prohibited_product",
                                "has_serious_violation", "fabricated_data")
                  | _ask(GIANT, "single_champion")),
            Group("企业简介", _ask(NOBODY, "valuation") | _ask(UPPER, "introduction")),
        ),
        slots=(
            Slot("credit_china", "“信用中国”信用报告", "最近下载的。", UPPER),
            Slot("credit_public", "国家企业信用信息公示系统报告", "最近下载的。", UPPER),
            Slot("other_proof", "其他材料"),
        ),
    ),
    Section(10, OFFICE, "推荐意见", "由县（市、区）和市工信部门审核后填写。", office=True),
)  # fmt: skip

BY_KEY = {section.key: section for section in SECTIONS}
FORM = tuple(section for section in SECTIONS if not section.office)  # what the enterprise fills in

DECLARATION = (
    "本企业对申报信息和所附材料的真实性、完整性负责，愿意接受核查。",
    "本企业依法合规经营，没有发生重大安全、质量、环境污染等事故，没有偷漏税和数据造假。",
    "如有不实，本企业同意撤销认定，并承担相应责任。",
)


def years_of(case) -> tuple[int, ...]:
    """The finished years whose figures a case asks for, latest first; never a year before the firm was founded."""
    last = case.intake.year - 1
    founded = case.enterprise.established_on
    first = max(last - YEARS_ASKED + 1, founded.year if founded else 0)
    return tuple(range(last, min(first, last) - 1, -1))


def questions(section: Section, title: str, years: tuple[int, ...]) -> tuple[Question, ...]:
    """What one part asks, in the order of the form."""
    return _questions(section.key, str(title), tuple(years))


@cache
def _questions(key, title, years) -> tuple[Question, ...]:
    return tuple(
        question for group in BY_KEY[key].groups for question in group_questions(group, title, years)
    )


def group_questions(group: Group, title: str, years: tuple[int, ...]) -> Iterator[Question]:
    for key, required in group.asks.items():
        field = FIELDS[key]
        if not field.per_year:
            yield Question(key, field, title in required)
            continue
        for place, year in enumerate(years):
            must = title in required and place < YEARS_REQUIRED[Title(title)]
            yield Question(f"{key}.{year}", field, must, year)


def places(section: Section, title: str, years: tuple[int, ...]) -> list[Place]:
    """Where files go in one part."""
    found = []
    for slot in section.slots:
        must = title in slot.required
        if not slot.per_year:
            found.append(Place(slot.key, slot.label, slot.help, must))
            continue
        needed = REPORTS_REQUIRED[Title(title)]
        for number, year in enumerate(years):
            name, label = f"{slot.key}.{year}", f"{year} 年{slot.label}"
            found.append(Place(name, label, slot.help, must and number < needed))
    return found


def label_of(section_key: str, name: str) -> str:
    """What people call a field, list or file place of a part; `name` itself when the form no longer has it."""
    section = BY_KEY.get(section_key)
    key, _, year = name.partition(".")
    if key in FIELDS:
        return FIELDS[key].label_in(int(year) if year.isdigit() else None)
    if key in ITEMS:
        return ITEMS[key].label
    slots = {slot.key: slot.label for slot in section.slots} if section else {}
    if key in slots:
        return f"{year} 年{slots[key]}" if year else slots[key]
    return name


def targets(section: Section, title: str, years: tuple[int, ...]) -> list[tuple[str, str]]:
    """Everything in a part that a reviewer can send back: (name, label) of fields, lists and file places."""
    named = [(question.name, question.label) for question in questions(section, title, years)]
    named += [(kind.key, kind.label) for kind in section.kinds]
    return named + [(place.name, place.label) for place in places(section, title, years)]
