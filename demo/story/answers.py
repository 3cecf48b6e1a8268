"""What an enterprise of the demo types into the form: plausible, in 万元 where money is asked for."""

import random
from decimal import Decimal

from enterprises.fields import Kind
from enterprises.models import YearlyFigures

PRODUCTS = (
    ("精密滚珠丝杠副", "数控机床用滚珠丝杠副", "高端装备"),
    ("高压柱塞泵", "工程机械液压柱塞泵", "工程机械"),
    ("锂电池极片涂布机", "动力电池极片涂布设备", "新能源电池"),
    ("高纯氧化铝粉", "蓝宝石衬底用高纯氧化铝", "先进材料"),
    ("在线粒度分析仪", "选矿在线粒度检测", "仪器仪表"),
    ("医用级聚乳酸纤维", "可吸收缝合线用纤维", "生物医药"),
    ("矿用本安型传感器", "煤矿瓦斯监测传感器", "安全装备"),
    ("振动筛分设备", "砂石骨料振动筛", "建材装备"),
)
FIXED = {
    "legal_representative_phone": "13803710001",
    "contact_mobile": "13803710002",
    "phone": "0371-63520000",
    "email": "office@example.com",
    "postcode": "450003",
    "ownership": "private",
    "controller_nationality": "中国",
    "listing": "planned",
    "listing_progress": "not_reformed",
    "listing_place": "bse",
    "basis": "single",
    "lead_product_code": "3525",
    "digital_level": "2",
    "systems": "production,management",
    "market_share": "14.5",
    "market_rank": "4",
    "market_note": "按省行业协会年度统计的国内销售额测算。",
    "chain_link": "核心零部件",
    "link_roles": "short",
    "link_note": "替代进口产品，已在三家龙头企业批量使用。",
    "customers": "郑州某装备集团，上年供货 860 万元",
    "lead_field": "six_bases",
    "field_grade": "B",
    "field_note": "属于工业“六基”中的核心基础零部件。",
    "brands": "1",
    "trademarks": "3",
    "innovation_note": "建有企业技术中心，研发方向为主导产品的精度和寿命。",
}
NO = {
    "on_blacklist",
    "prohibited_product",
    "has_serious_violation",
    "fabricated_data",
    "single_champion",
    "held_by_giant",
    "group_similar",
}
LEFT_EMPTY = {"giant_holder", "group_similar_name", "stock_code", "world_share", "world_rank", "valuation"}
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴", "伟芳娜敏静丽强磊军洋"
GROWTH = (Decimal("0.92"), Decimal("0.84"))  # of the years before, as a share of the last one


class Answers:
    """The typed answers of one enterprise. `changes` go before what is made up; the same firm types the same."""

    def __init__(self, enterprise, **changes):
        self.enterprise, self.changes = enterprise, changes
        self.dice = random.Random(enterprise.uscc)
        self.product, self.niche, self.chain = self.dice.choice(PRODUCTS)
        self.boss = self.dice.choice(SURNAMES) + self.dice.choice(GIVEN)
        self.figures = self._figures()

    def _figures(self) -> dict[str, Decimal]:
        """Yuan of the last year: what the roster says where it is enough for the tier, else made up."""
        known = YearlyFigures.objects.filter(enterprise=self.enterprise, revenue__isnull=False).first()
        revenue = known.revenue if known else Decimal(self.dice.randrange(3000, 9000)) * 10_000
        main = known.main_revenue if known and known.main_revenue else revenue * Decimal("0.95")
        research = max(known.rd_expense or 0 if known else 0, revenue * Decimal("0.052"))
        return {
            "revenue": revenue,
            "main_revenue": max(main, revenue * Decimal("0.93")),
            "lead_product_revenue": revenue * Decimal("0.78"),
            "cost": revenue * Decimal("0.86"),
            "gross_profit": revenue * Decimal("0.29"),
            "net_profit": revenue * Decimal("0.09"),
            "assets": revenue * Decimal("1.4"),
            "liabilities": revenue * Decimal("0.55"),
            "rd_expense": research,
            "taxes": revenue * Decimal("0.04"),
            "exports": Decimal(0),
            "bank_loans": revenue * Decimal("0.15"),
        }

    def typed(self, question, last_year: int) -> str:
        """As a person types it into the input of a question."""
        field, name = question.field, question.name
        if name in self.changes:
            return self.changes[name]
        if field.key in LEFT_EMPTY:
            return ""
        if field.key in FIXED:
            return FIXED[field.key]
        if field.kind is Kind.MONEY:
            return self._money(field.key, last_year - question.year if question.year else 0)
        if field.kind is Kind.YESNO:
            return "no" if field.key in NO else "yes"
        return self._words().get(field.key) or self._rest(field)

    def _money(self, key: str, years_ago: int) -> str:
        amount = self.figures.get(key, Decimal(10_000_000))
        if years_ago:
            amount *= GROWTH[years_ago - 1]
        return f"{amount / 10_000:.2f}"

    def _words(self) -> dict[str, str]:
        firm = self.enterprise
        address = (
            f"{firm.managing_unit.city.name}{firm.managing_unit.name}科技路 {self.dice.randrange(1, 99)} 号"
        )
        return {
            "established_on": firm.established_on.isoformat() if firm.established_on else "2012-06-18",
            "industry_code": firm.industry_code or "3525",
            "registered_address": address,
            "address": address,
            "legal_representative": self.boss,
            "contact": self.boss[0] + "工",
            "registered_capital": "2000",
            "controlling_shareholder": self.boss,
            "actual_controller": self.boss,
            "staff": "180",
            "rd_staff": "36",
            "dev_score": "72.5",
            "audit_code": "YU26" + firm.uscc[-6:],
            "lead_product": self.product,
            "niche": self.niche,
            "niche_since": "2013",
            "chain_name": self.chain,
            "introduction": f"{firm.name}主要生产{self.product}，面向{self.niche}，计划三年内建成数字化车间。",
        }

    @staticmethod
    def _rest(field) -> str:
        if field.choices:
            return field.choices[0][0]
        return {Kind.PERCENT: "10", Kind.INT: "5", Kind.DECIMAL: "70", Kind.YEAR: "2015"}.get(
            field.kind, "按附件"
        )


def pdf(title: str) -> bytes:
    """A small correct PDF of one page that carries its title as document information."""
    text = "(" + "".join(f"\\{byte:03o}" for byte in b"\xfe\xff" + title.encode("utf-16-be")) + ")"
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
        f"<</Title {text}>>",
    ]
    body, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj{content}endobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    tail = f"trailer<</Size {len(objects) + 1}/Root 1 0 R/Info 4 0 R>>\nstartxref\n{len(body)}\n%%EOF\n"
    return (body + end + tail).encode("ascii")
