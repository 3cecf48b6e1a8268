"""The questions of the record: the nine parts of the national form that an enterprise fills in, and its standing.

Keys of FACTS that a standard asks for are those of policies.engine.standards (niche_since, own_brand …).
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from core.fields import FieldError, clean_industry_code, clean_name, clean_phone, clean_text, fold
from enterprises.enums import Basis
from enterprises.fields.kinds import UNITS, Kind, RecordField, Store


class Part(NamedTuple):
    key: str
    title: str
    about: str


PARTS = (
    Part("basic", "企业基本情况", "按营业执照和公司章程填写。"),
    Part("standing", "资格与合规", "申报各级称号都要先满足的条件，请如实回答。"),
    Part("figures", "经济效益和经营情况", "按经审计的财务报表填写，各年用同一口径。"),
    Part("specialised", "专业化", "主导产品和从事的细分市场。"),
    Part("refined", "精细化", "数字化、信息系统和质量管理。"),
    Part("distinctive", "特色化", "市场地位和品牌。"),
    Part("innovation", "创新能力", "知识产权、研发机构、奖项和标准，逐项登记在下面的清单里。"),
    Part("chain", "产业链配套", "所在产业链、所处环节和服务的企业。"),
    Part("field", "主导产品所属领域", "主导产品属于哪些领域。"),
    Part("other", "其他", "融资情况和企业简介。"),
)


def _each(part: str, *fields: RecordField | str, store: Store | None = None) -> tuple[RecordField, ...]:
    """The questions of a part; a text among them is the heading of those that follow."""
    placed, group = [], ""
    for field in fields:
        if isinstance(field, str):
            group = field
        else:
            placed.append(replace(field, part=part, group=group, store=store or field.store))
    return tuple(placed)


def _make(kind: Kind) -> Callable[..., RecordField]:
    def make(key: str, label: str, help: str = "", **more: Any) -> RecordField:
        more.setdefault("unit", UNITS.get(kind, ""))
        if kind is Kind.PERCENT:
            more.setdefault("most", 100)
        return RecordField(key=key, label=label, kind=kind, help=help, **more)

    return make


money, percent, whole = _make(Kind.MONEY), _make(Kind.PERCENT), _make(Kind.INT)
text, lines, choice = _make(Kind.TEXT), _make(Kind.MULTILINE), _make(Kind.CHOICE)
choices, day, year, yesno = _make(Kind.MULTICHOICE), _make(Kind.DATE), _make(Kind.YEAR), _make(Kind.YESNO)
score = _make(Kind.DECIMAL)

# ---- texts with a form of their own ---------------------------------------------------------------------

EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,4}")


def clean_email(raw: Any) -> str:
    typed = fold(str(raw))
    if not EMAIL.fullmatch(typed):
        raise FieldError("邮箱地址不对，应写成 name@example.com 这样。")
    return typed


def _of_digits(digits: str, refusal: str) -> Callable[[Any], str]:
    def clean(raw: Any) -> str:
        typed = fold(str(raw)).upper()
        if not re.fullmatch(digits, typed, re.ASCII):
            raise FieldError(refusal)
        return typed

    return clean


def clean_industry_class(raw: Any) -> str:
    """As clean_industry_code: 2 to 4 digits, the letter in front is dropped."""
    return clean_industry_code(fold(str(raw)))


clean_postcode = _of_digits(r"[0-9]{6}", "邮政编码应为 6 位数字。")
clean_stock_code = _of_digits(r"[0-9A-Z]{4,10}", "股票代码只含数字和字母，请核对。")
clean_product_code = _of_digits(r"[0-9]{2,10}", "产品分类代码只含数字，请按统计用产品分类目录填写。")
clean_audit_code = _of_digits(r"[0-9A-Z-]{6,40}", "报告编码只含字母和数字，见审计报告首页二维码下方。")


def clean_person(raw: Any) -> str:
    return clean_text(raw, max_length=50)


# ---- the parts ------------------------------------------------------------------------------------------

LISTING = (("none", "无上市计划"), ("planned", "有上市计划"), ("listed", "已上市"))
LISTING_PROGRESS = (
    ("not_reformed", "未股改"), ("reformed", "已股改"), ("filed", "已提交申请"),
)  # fmt: skip
LISTING_PLACES = (
    ("sse_main", "上交所主板"), ("sse_star", "上交所科创板"), ("szse_main", "深交所主板"),
    ("szse_chinext", "深交所创业板"), ("bse", "北交所"), ("neeq", "新三板"), ("abroad", "境外"),
)  # fmt: skip
OWNERSHIP = (("state", "国有"), ("joint", "合资"), ("private", "民营"), ("foreign", "外资"))
GRADES = (
    ("A", "补短板、锻长板、填补空白，且取得实际成效"),
    ("B", "工业“六基”、中华老字号，或为重点产业链龙头配套"),
    ("C", "不属于以上情形"),
)
DIGITAL_LEVELS = (("0", "未达一级"), ("1", "一级"), ("2", "二级"), ("3", "三级"), ("4", "四级"))
SYSTEMS = (
    ("design", "研发设计"), ("production", "生产制造"), ("management", "经营管理"),
    ("service", "运维服务"), ("supply", "供应链管理"), ("other", "其他"),
)  # fmt: skip
LINK_ROLES = (("short", "补短板"), ("long", "锻长板"), ("blank", "填补空白"))
LEAD_FIELDS = (
    ("six_bases", "工业“六基”"), ("ten_fields", "制造强国十大领域"), ("network_power", "网络强国建设领域"),
    ("traditional", "传统产业升级"), ("emerging", "新兴产业"), ("future", "未来产业"), ("none", "都不属于"),
)  # fmt: skip

BASIC = _each(
    "basic",
    "登记信息",
    day("established_on", "注册时间", "营业执照上的成立日期，如 2009-06-18。", store=Store.FIRM),
    text("industry_code", "所属行业代码", "国民经济行业分类，尽量填 4 位小类，如 3525。", store=Store.FIRM,
         cleaner=clean_industry_class),
    text("registered_address", "注册地址", max_length=150, optional=True),
    text("address", "通讯地址", max_length=150),
    text("postcode", "邮政编码", cleaner=clean_postcode, optional=True),
    "联系方式",
    text("contact", "联系人", cleaner=clean_person),
    text("phone", "联系电话", "审核中有问题打这个电话。", store=Store.FIRM, cleaner=clean_phone, personal=True),
    text("contact_mobile", "联系人手机", cleaner=clean_phone, personal=True),
    text("email", "电子邮箱", cleaner=clean_email, personal=True, optional=True),
    text("legal_representative", "法定代表人", cleaner=clean_person),
    text("legal_representative_phone", "法定代表人手机", cleaner=clean_phone, personal=True, optional=True),
    "股权",
    money("registered_capital", "注册资本"),
    choice("ownership", "企业类型", choices=OWNERSHIP),
    text("controlling_shareholder", "控股股东"),
    text("actual_controller", "实际控制人"),
    text("controller_nationality", "实际控制人国籍", max_length=30, optional=True),
    "上市",
    choice("listing", "上市情况", choices=LISTING),
    text("stock_code", "股票代码", "已上市的填写。", cleaner=clean_stock_code, optional=True),
    choice("listing_progress", "上市进程", "有上市计划的填写。", choices=LISTING_PROGRESS, optional=True),
    choice("listing_place", "拟上市地", "有上市计划的填写。", choices=LISTING_PLACES, optional=True),
)  # fmt: skip

STANDING = _each(
    "standing",
    "申报资格",
    yesno("legal_person", "在境内注册、具有独立法人资格", "分公司、个体户选“否”。"),
    yesno("on_blacklist", "被列入经营异常名录或严重失信主体名单",
          "以国家企业信用信息公示系统和“信用中国”的查询结果为准。"),
    yesno("prohibited_product", "产品或服务属于禁止、限制或淘汰类"),
    yesno("has_serious_violation", "在申报条件规定的年限内，有重大安全、质量、环境事故或偷漏税等违法行为",
          "含网络安全和数据安全事故，以主管部门的认定为准。"),
    yesno("fabricated_data", "在申报条件规定的年限内，有数据造假"),
    "企业关联",
    yesno("single_champion", "是制造业单项冠军企业"),
    yesno("held_by_giant", "被现有小巨人企业控股"),
    text("giant_holder", "控股的小巨人企业名称", cleaner=clean_name, optional=True),
    yesno("group_similar", "同一集团有主导产品相似的企业已获认定或正在申报"),
    text("group_similar_name", "集团内这家企业的名称", cleaner=clean_name, optional=True),
)  # fmt: skip

FIGURES = _each(
    "figures",
    "人员",
    whole("staff", "全职员工数量", "{year} 年 12 月社保人数。", unit="人"),
    whole("rd_staff", "研发人员数量", unit="人"),
    "收入",
    money("revenue", "营业收入"),
    money("main_revenue", "主营业务收入"),
    money("lead_product_revenue", "主导产品收入"),
    money("exports", "出口额", "没有出口填 0。", optional=True),
    "研发投入",
    money("rd_expense", "研发费用总额", "审计报告没有列示的，附专项审计报告。"),
    "利润和税收",
    money("cost", "成本费用总额", optional=True),
    money("gross_profit", "毛利", "亏损填负数。", signed=True),
    money("net_profit", "净利润总额", "亏损填负数。", signed=True),
    money("taxes", "上缴税金"),
    "资产和负债",
    money("assets", "资产总额", "年末数。"),
    money("liabilities", "负债总额", "年末数。"),
    money("bank_loans", "银行贷款余额", "年末数。", optional=True),
    "报表",
    choice("basis", "报表口径", "同一年的数据用同一口径。", choices=tuple(Basis.choices)),
    text("audit_code", "审计报告编码", "监管平台赋的报告编码。", cleaner=clean_audit_code, optional=True),
    score(
        "dev_score", "专精特新发展评价得分", "国家平台给出，没有不填。", unit="分", most=100, optional=True
    ),
    store=Store.FIGURES,
)

SPECIALISED = _each(
    "specialised",
    text("lead_product", "主导产品名称", "写产品名，不写公司名或品牌名，20 字以内。", max_length=60),
    text("lead_product_code", "主导产品类别代码", "统计用产品分类目录的代码。", cleaner=clean_product_code,
         optional=True),
    text("niche", "从事的特定细分市场", "如“数控机床用滚珠丝杠副”。", max_length=60),
    year("niche_since", "从事该细分市场的起始年份", "四位年份，如 2015。", unit="年"),
)  # fmt: skip

REFINED = _each(
    "refined",
    choice("digital_level", "数字化水平等级", "国家平台自测的结果。", choices=DIGITAL_LEVELS),
    yesno("core_system", "至少一项核心业务采用信息系统支撑"),
    choices("systems", "采用信息系统的业务", choices=SYSTEMS),
    yesno("cloud", "业务系统已上云", optional=True),
)

DISTINCTIVE = _each(
    "distinctive",
    "市场地位",
    percent("market_share", "主导产品国内细分市场占有率", "上年数，估算的在下面写明依据。"),
    whole("market_rank", "主导产品国内细分市场排名", unit="名", least=1, most=9999),
    percent("world_share", "主导产品国际细分市场占有率", optional=True),
    whole("world_rank", "主导产品国际细分市场排名", unit="名", least=1, most=9999, optional=True),
    yesno("market_position", "主导产品在细分市场占有率排名靠前，有一定知名度"),
    lines("market_note", "市场占有率和排名的依据", "数据从哪里来、怎么算的。", max_length=500, optional=True),
    "品牌",
    yesno("own_brand", "有自主品牌", "主导产品有自有知识产权，品牌已注册或已实现收入。"),
    whole("brands", "自主品牌数量", unit="个", optional=True),
    whole("trademarks", "有效注册商标数量", unit="个", optional=True),
    money("brand_revenue", "自主品牌产品上年收入", optional=True),
)

INNOVATION = _each(
    "innovation",
    lines("innovation_note", "研发情况说明", "研发方向、团队和成果。", max_length=500, optional=True),
)

CHAIN = _each(
    "chain",
    text("chain_name", "所属产业链", "如“高端装备”。", max_length=60),
    text("chain_link", "所处环节", "如“核心零部件”。", max_length=60),
    yesno("key_link", "处于产业链关键环节"),
    choices("link_roles", "在产业链中的作用", choices=LINK_ROLES, optional=True),
    lines("link_note", "补短板、锻长板、填补空白的说明", "替代了什么、解决了什么问题、成效如何。", max_length=500,
          optional=True),
    lines("customers", "直接配套的龙头企业", "一行一家：企业名称，上年供货金额。", max_length=500, optional=True),
)  # fmt: skip

FIELD = _each(
    "field",
    choices("lead_field", "主导产品所属领域", "可多选。", choices=LEAD_FIELDS),
    choice("field_grade", "主导产品类别", choices=GRADES),
    yesno("strategic_field", "属于《战略性新兴产业分类》"),
    lines("field_note", "所属领域的说明", "说明主导产品为什么属于所选领域。", max_length=500, optional=True),
)

OTHER = _each(
    "other",
    money("valuation", "最近一次股权融资的投后估值", "没有融资不填。", optional=True),
    lines(
        "introduction", "企业总体情况简要介绍", "主营业务、行业地位、发展计划，2000 字以内。", max_length=2000
    ),
)

FIELDS: dict[str, RecordField] = {
    field.key: field
    for field in (*BASIC, *STANDING, *FIGURES, *SPECIALISED, *REFINED, *DISTINCTIVE, *INNOVATION, *CHAIN, *FIELD,
                  *OTHER)
}  # fmt: skip


def fields_of(part: str) -> list[RecordField]:
    return [field for field in FIELDS.values() if field.part == part]


def answer_key(field: RecordField, year: int | None = None) -> str:
    """The key of an answer: “revenue.2025” for a question of every year, the plain key for the others."""
    return f"{field.key}.{year}" if field.per_year else field.key


def split_key(key: str) -> tuple[RecordField, int | None]:
    """The question of a key and its year. Raises KeyError for what is no question."""
    name, dot, tail = key.partition(".")
    field = FIELDS[name]
    if bool(dot) != field.per_year or (dot and not re.fullmatch(r"(19|20)[0-9]{2}", tail, re.ASCII)):
        raise KeyError(key)
    return field, int(tail) if dot else None
