"""The lists of the record: what an entry of each is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import models

from enterprises.enums import CertificateKind, HonourKind, IpKind, IpSource, Level
from enterprises.fields.catalogue import choice, day, money, percent, text, whole, yesno
from enterprises.fields.kinds import RecordField, Store
from enterprises.models import (
    Certificate,
    EquityFinancing,
    Honour,
    IntellectualProperty,
    RdInstitution,
    StandardWork,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemKind:
    """`columns` are the keys shown in a list, some with a shorter head; `under`: those fit to stand under the name."""

    key: str
    label: str
    model: type[models.Model]
    part: str
    unit: str
    about: str
    fields: tuple[RecordField, ...]
    columns: tuple[str, ...]
    under: tuple[str, ...] = ()
    heads: Mapping[str, str] = field(default_factory=dict)

    def field(self, key: str) -> RecordField:
        return next(asked for asked in self.fields if asked.key == key)

    def head(self, key: str) -> str:
        return self.heads.get(key) or self.field(key).label

    def shown(self, item: models.Model) -> dict[str, str]:
        """The entry as text by key: what stands in the form."""
        return {asked.key: asked.show(self.value(item, asked)) for asked in self.fields}

    def words(self, item: models.Model) -> dict[str, str]:
        """The entry as a person reads it, by key."""
        return {asked.key: asked.words(self.value(item, asked)) for asked in self.fields}

    @staticmethod
    def value(item: models.Model, asked: RecordField):
        """None for what was not said; choices and texts keep "" in their columns."""
        value = getattr(item, asked.key)
        return None if value == "" else value


def _asked(*fields: RecordField) -> tuple[RecordField, ...]:
    return fields


def _choice(key, label, options, help="", **more) -> RecordField:
    return choice(
        key, label, help, choices=tuple((one.value, one.label) for one in options), store=Store.ITEM, **more
    )


def _name(label, help="") -> RecordField:
    return text("name", label, help, max_length=200, required=True, store=Store.ITEM)


def _number(label, help="") -> RecordField:
    return text("number", label, help, max_length=64, store=Store.ITEM)


def _day(key, label, help="") -> RecordField:
    return day(key, label, help, store=Store.ITEM)


def _rank(key, label, help="") -> RecordField:
    return whole(key, label, help, unit="名", least=1, most=999, store=Store.ITEM)


def _yesno(key, label, help="") -> RecordField:
    return yesno(key, label, help, store=Store.ITEM)


ITEMS: dict[str, ItemKind] = {
    kind.key: kind
    for kind in (
        ItemKind(
            key="ip",
            label="知识产权",
            model=IntellectualProperty,
            part="innovation",
            unit="项",
            about="有效的专利、软件著作权等。商标不在这里登记。",
            fields=_asked(
                _choice("kind", "类别", IpKind, required=True),
                _name("名称", "按证书填写。"),
                _number("专利号或登记号", "按证书填写，同一编号只登记一次。"),
                _day("granted_on", "授权日期"),
                _choice("origin", "取得方式", IpSource),
                _day("assigned_on", "受让日期", "受让取得的填写。"),
                _rank("holder_rank", "在权利人中的排名", "证书上本企业排第几。"),
                _yesno("for_lead_product", "与主导产品相关"),
                _yesno("applied", "已应用并产生经济效益"),
                _yesno("high_value", "属于Ⅰ类高价值知识产权",
                       "有海外同族或收入、维持多年、用于较大金额质押融资，或获国家科技奖、中国专利奖。"),
            ),
            columns=("kind", "number", "granted_on", "origin", "holder_rank", "for_lead_product", "applied"),
            under=("kind", "number"),
            heads={"holder_rank": "排名", "for_lead_product": "主导产品", "applied": "已应用"},
        ),
        ItemKind(
            key="institutions",
            label="研发机构",
            model=RdInstitution,
            part="innovation",
            unit="个",
            about="企业技术中心、工程研究中心、院士工作站、博士后工作站等。",
            fields=_asked(
                _name("机构名称"),
                _choice("level", "级别", Level.of_institutions(), required=True),
                _number("认定文号"),
                _day("recognised_on", "认定日期"),
                text("partner", "共建单位", "自建的不填。", store=Store.ITEM),
            ),
            columns=("level", "recognised_on", "partner"),
        ),
        ItemKind(
            key="honours",
            label="奖项和荣誉",
            model=Honour,
            part="innovation",
            unit="项",
            about="科学技术奖、质量奖、“创客中国”名次、高新技术企业等荣誉。",
            fields=_asked(
                _choice("kind", "类别", HonourKind, required=True),
                _name("名称", "按证书或文件填写。"),
                _choice("level", "级别", Level.of_institutions(), required=True),
                _number("证书编号或文号"),
                _day("awarded_on", "证书日期"),
                _rank("rank", "单位排名", "证书上本企业在获奖单位中排第几。"),
            ),
            columns=("kind", "level", "awarded_on", "rank"),
            under=("kind",),
        ),
        ItemKind(
            key="standards",
            label="标准制定",
            model=StandardWork,
            part="innovation",
            unit="项",
            about="主持或参与制修订、已经发布的标准。",
            fields=_asked(
                _name("标准名称"),
                _choice("level", "级别", Level.of_standards(), required=True),
                _number("标准号"),
                _yesno("leading", "主持制定", "参与的选“否”。"),
                _rank("rank", "起草单位排名"),
                _day("published_on", "发布日期"),
            ),
            columns=("level", "number", "leading", "rank", "published_on"),
            under=("number",),
            heads={"rank": "起草排名"},
        ),
        ItemKind(
            key="certificates",
            label="认证证书",
            model=Certificate,
            part="refined",
            unit="项",
            about="质量、环境、职业健康等管理体系认证，发达国家和地区的产品认证。",
            fields=_asked(
                _choice("kind", "类别", CertificateKind, required=True),
                _name("名称", "如 ISO9001 质量管理体系认证。"),
                _number("证书编号"),
                _day("valid_from", "有效期起"),
                _day("valid_until", "有效期止"),
            ),
            columns=("kind", "number", "valid_from", "valid_until"),
            under=("kind", "number"),
        ),
        ItemKind(
            key="equity",
            label="股权融资",
            model=EquityFinancing,
            part="other",
            unit="笔",
            about="增资扩股引入的投资，按实际到账逐笔登记。",
            fields=_asked(
                _name("投资者名称"),
                money("amount", "实缴金额", store=Store.ITEM),
                _day("financed_on", "到账日期"),
                _yesno("qualified", "是合格机构投资者", "在发展改革委或证监会备案的创投、私募基金。"),
                percent("share", "出让股份比例", store=Store.ITEM),
                _number("备案编号"),
            ),
            columns=("amount", "financed_on", "qualified", "share"),
            heads={"qualified": "合格机构"},
        ),
    )
}  # fmt: skip


def items_of(part: str) -> list[ItemKind]:
    return [kind for kind in ITEMS.values() if kind.part == part]
