"""The lists of the life of titles as workbooks: what the page shows under the same filters."""

import tempfile
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from django.core.files import File
from django.http import QueryDict
from django.utils import timezone

from core.errors import DomainError
from core.filters import conditions_in_words
from core.spreadsheets import writer
from core.spreadsheets.writer import Head
from tiers.enums import Title
from tiers.models import Recognition
from tiers.permissions import can_see_title_lists
from tiers.queries.lifecycle import outlooks, update_state_of
from tiers.queries.titles import Documents
from tiers.title_filters import UPDATE_STATES, VERDICTS, change_rows, radar_rows, update_rows

FIRM_HEADS = (
    Head("序号", "plain"),
    Head("管理单位"),
    Head("企业名称", width=32),
    Head("统一社会信用代码", "code"),
)


def export_titles(job) -> bool:
    """The job behind "导出": `params` say which list ("radar", "updates" or "changes") and its query string.

    Goes out in the scope the requester has by now. Refuses one who may no longer see the list.
    """
    user = job.requested_by
    if not can_see_title_lists(user):
        raise DomainError("您现在没有导出权限，请联系系统管理员。")
    make, name = LISTS[job.params["what"]]
    now = timezone.localtime()
    heads, rows, words = make(QueryDict(job.params["query"]), SimpleNamespace(user=user), now.date())
    note = f"{words}    制表单位：{user.region}    制表时间：{now:%Y-%m-%d %H:%M}"
    kept = list(rows)
    with tempfile.TemporaryFile() as file:
        writer.write(file, [writer.Page(name, (*FIRM_HEADS, *heads), kept, name, note)])
        file.seek(0)
        job.file_name = f"{name}_{now:%Y%m%d_%H%M}.xlsx"
        job.file.save(f"{job.pk}.xlsx", File(file), save=False)
    job.done = job.total = len(kept)
    return True


def _checked(found):
    if not found.is_valid():
        raise DomainError("筛选条件有误，请回到列表重新选择后导出。")
    return found


def _firm(number, enterprise) -> list[Any]:
    return [number, enterprise.managing_unit.name, enterprise.name, enterprise.uscc]


# ---- radar ----------------------------------------------------------------------------------------------
RADAR_HEADS = (
    Head("称号", width=24),
    Head("文号", width=24),
    Head("有效期起", "date"),
    Head("有效期止", "date"),
    Head("剩余天数", "plain", 10),
    Head("今天复核", width=12),
    Head("达不到的原因", width=60),
    Head("缺少的数据", width=40),
    Head("复核资格", width=30),
    Head("复核受理起", "date"),
    Head("复核受理止", "date"),
    Head("本年度更新", "date"),
    Head("更新期限", "date"),
)


def _radar(query, request, today):
    documents = Documents()
    found = _checked(radar_rows(query, request, today, documents))
    shown = outlooks(found.qs, today, documents)
    verdict = found.form.cleaned_data.get("verdict")
    return RADAR_HEADS, _radar_rows(shown, verdict), conditions_in_words(found)


def _radar_rows(shown, verdict) -> Iterator[list[Any]]:
    words = dict(VERDICTS)
    kept = [row for row in shown if not verdict or row.verdict == verdict]
    for number, row in enumerate(kept, start=1):
        title = row.recognition
        missing = dict.fromkeys(label for found in row.missing for label in found.missing)
        opens, closes = row.window or (None, None)
        yield [
            *_firm(number, title.enterprise), title.get_title_display(), title.document_number, title.valid_from,
            title.valid_until, row.days_left, words.get(row.verdict, "没有标准"), "；".join(row.reasons),
            "、".join(missing), "；".join(row.review_lost) or "有", opens, closes, row.updated_on, row.update_due,
        ]  # fmt: skip


# ---- yearly updates -------------------------------------------------------------------------------------
UPDATE_HEADS = (
    Head("更新期限", "date"),
    Head("完成日期", "date"),
    Head("更新情况", width=12),
    Head("联系电话", "code"),
)


def _updates(query, request, today):
    found = _checked(update_rows(query, request, today, Documents()))
    return UPDATE_HEADS, _update_rows(found.qs, today), f"{today.year} 年度    {conditions_in_words(found)}"


def _update_rows(firms, today) -> Iterator[list[Any]]:
    words = dict(UPDATE_STATES)
    for number, firm in enumerate(firms, start=1):
        state = update_state_of(firm.due_on, firm.done_on, today)
        yield [*_firm(number, firm), firm.due_on, firm.done_on, words[state], firm.phone]


# ---- major changes --------------------------------------------------------------------------------------
CHANGE_HEADS = (
    Head("变化类型", width=24),
    Head("发生日期", "date"),
    Head("报告期限", "date"),
    Head("报告日期", "date"),
    Head("是否按期", width=10),
    Head("变化情况", width=50),
    Head("状态", width=20),
    Head("核实意见", width=40),
    Head("复核资格", width=12),
    Head("仍有效的称号", width=40),
)


def _changes(query, request, today):
    found = _checked(change_rows(query, request))
    return CHANGE_HEADS, _change_rows(list(found.qs), today), conditions_in_words(found)


def _change_rows(changes, today) -> Iterator[list[Any]]:
    held: dict[int, list[str]] = {}
    firms = [change.enterprise_id for change in changes]
    valid = Recognition.objects.filter(enterprise__in=firms, title__in=Title.tiers()).valid_on(today)
    for firm, title in valid.values_list("enterprise_id", "title"):
        held.setdefault(firm, []).append(Title(title).label)
    for number, change in enumerate(changes, start=1):
        yield [
            *_firm(number, change.enterprise), change.get_kind_display(), change.happened_on, change.due_on,
            change.reported_on, "逾期" if change.is_late else "按期", change.detail, change.get_state_display(),
            change.opinion, "取消" if change.cancels_review else "", "、".join(held.get(change.enterprise_id, [])),
        ]  # fmt: skip


LISTS = {
    "radar": (_radar, "到期预警"),
    "updates": (_updates, "信息更新催报表"),
    "changes": (_changes, "重大变化台账"),
}
