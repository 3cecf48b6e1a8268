"""The enterprises of the story, their people and the lists that made them what they are."""

import io
from datetime import date, timedelta
from functools import cache

from django.contrib.auth.hashers import make_password
from django.core.files.base import ContentFile
from openpyxl import Workbook

from accounts import services as accounts
from accounts.enums import Role
from accounts.models import User
from demo.logins import PASSWORD
from enterprises.models import Enterprise, ImportRow, Membership
from tiers.enums import Title

ROSTER = "企业名册-2026补充.xlsx"

LABELS = {
    Title.INNOVATIVE: "创新型中小企业",
    Title.PROVINCIAL_SRDI: "省级专精特新中小企业",
    Title.HIGH_TECH: "高新技术企业",
}


def firms_of(unit_code: str) -> list[Enterprise]:
    """The enterprises of the story in one unit, in the order of their list."""
    rows = ImportRow.objects.filter(batch__file_name=ROSTER).order_by("number").values_list("uscc", flat=True)
    order = {code: place for place, code in enumerate(dict.fromkeys(rows))}
    firms = Enterprise.objects.filter(managing_unit__code=unit_code, uscc__in=order)
    return sorted(firms.select_related("managing_unit__parent"), key=lambda firm: order[firm.uscc])


@cache
def demo_password() -> str:
    """Hashed once: hashing is slow on purpose, and everybody in the demo has the same password."""
    return make_password(PASSWORD)


def person_of(enterprise) -> User:
    """Who fills in the forms of an enterprise; the login is its credit code."""
    user = User.objects.filter(username=enterprise.uscc).first()
    if user is None:
        user = User(username=enterprise.uscc, full_name=f"{enterprise.name[:6]}经办人", role=Role.ENTERPRISE)
        user.password = demo_password()
        accounts.save_user(user=user, actor=None)
    join(user, enterprise)
    return user


def join(user, enterprise) -> None:
    Membership.objects.get_or_create(user=user, enterprise=enterprise)


def title_list(title: str, firms, *, documented_on: date, valid_from: date, valid_until: date, number: str):
    """An official list as a file: what the import of the portal takes."""
    book = Workbook()
    sheet = book.active
    label = LABELS[Title(title)]
    sheet.append([f"{documented_on.year}年度河南省{label}名单"])
    sheet.append([f"文号：{number}  成文日期：{documented_on}  有效期：{valid_from}至{valid_until}"])
    sheet.append(["序号", "省辖市", "县（市、区）", "企业名称", "统一社会信用代码", "备注"])
    for place, firm in enumerate(firms, start=1):
        unit = firm.managing_unit
        sheet.append([place, unit.parent.name, unit.name, firm.name, firm.uscc, None])
    return _file(book, f"{label}名单-{documented_on}.xlsx")


def result_list(rows, *, today: date):
    """The province's answer: (application, points that were lost); no points: passed."""
    book = Workbook()
    sheet = book.active
    sheet.append([f"{today.year}年度河南省专精特新中小企业认定结果"])
    until = date(today.year + 3, today.month, 1) - timedelta(days=1)
    sheet.append(
        [f"文号：豫工信企业〔{today.year}〕90号  成文日期：{today}  有效期：{today.replace(day=1)}至{until}"]
    )
    sheet.append(["序号", "省辖市", "县（市、区）", "企业名称", "统一社会信用代码", "结果", "扣分项"])
    for place, (case, points) in enumerate(rows, start=1):
        unit, firm = case.managing_unit, case.enterprise
        result = "未通过" if points else "通过"
        sheet.append([place, unit.city.name, unit.name, firm.name, firm.uscc, result, points or None])
    return _file(book, f"省级认定结果-{today}.xlsx")


def _file(book, name: str) -> ContentFile:
    data = io.BytesIO()
    book.save(data)
    return ContentFile(data.getvalue(), name=name)
