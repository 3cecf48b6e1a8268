"""The province's answer to a report: who passed, who did not and where points were lost.

Passes become recognitions the usual way (tiers.imports) and close their cases, all in the transaction that confirms
the file; failures close theirs with the 扣分项. Undoing the file takes both back.
"""

import re
from typing import ClassVar

from core.fields import FieldError, clean_choice, clean_text
from core.spreadsheets.spec import Column
from enterprises.enums import RowOutcome
from tiers.enums import ApplicationState
from tiers.imports import RecognitionImporter, optional
from tiers.models import Application, Recognition
from tiers.services.steps import locked, move

PASS, FAIL = "pass", "fail"
RESULTS = {
    "通过": PASS,
    "认定": PASS,
    "予以认定": PASS,
    "推荐": PASS,
    "是": PASS,
    "未通过": FAIL,
    "不通过": FAIL,
    "不予认定": FAIL,
    "未认定": FAIL,
    "否": FAIL,
}
ANSWERED = (ApplicationState.REPORTED, ApplicationState.GRANTED, ApplicationState.FAILED)
POINTS_AT_MOST = 30
VALIDITY = ("有效期起", "有效期止")  # labels of what a file without a pass need not say


def clean_result(value) -> str:
    return clean_choice(clean_text(value), RESULTS)


def clean_points(value) -> list[str]:
    """“研发占比不足；知识产权不够” → its points, each once."""
    text = clean_text(value, max_length=1000, multiline=True)
    points = list(dict.fromkeys(part.strip() for part in re.split("[；;\n]", text) if part.strip()))
    if len(points) > POINTS_AT_MOST:
        raise FieldError(f"扣分项最多 {POINTS_AT_MOST} 条，请合并。")
    return points


class ResultImporter(RecognitionImporter):
    kind = "results"
    label = "省级结果"
    about = "省里对推荐名单的答复：通过的登记认定，未通过的写明扣分项，对应的申报一并办结。"
    words = re.compile("结果|未通过|评审|审核意见")
    new_note = "登记结果"
    template_title = "2026年度专精特新中小企业认定结果"
    columns: ClassVar[tuple[Column, ...]] = (
        *RecognitionImporter.columns,
        Column(
            key="result",
            names=("结果", "认定结果", "评审结果", "审核结果", "是否通过"),
            clean=clean_result,
            choices=("通过", "未通过"),
            width=10,
        ),
        optional("points", "扣分项", "未通过原因", "扣分原因", clean=clean_points, width=36),
    )

    def header_of(self, table, given) -> dict:
        """A file in which nobody passes has no validity to ask for."""
        header = super().header_of(table, given)
        if all(row.values.get("result") == FAIL for row in table.rows if not row.errors):
            header["in_rows"] = [*header["in_rows"], *VALIDITY]
        return header

    def prepare(self, line, header, table) -> None:
        said = "kind" in line.data or "复核" in line.data.get("remark", "")
        super().prepare(line, header, table)
        if not said:
            line.data["kind_open"] = True  # the case says whether it is a review
        if line.data["result"] == FAIL and not line.data.get("points"):
            line.fail(table, "points", "未通过的请写明扣分项，供企业对照补短板。")

    def known(self, lines, header, firms):
        """Records as for a list of titles, and the reported or answered cases by enterprise and title."""
        codes = {line.uscc for line in lines}
        cases = Application.objects.filter(enterprise__uscc__in=codes, state__in=ANSWERED).order_by("pk")
        found: dict[tuple, list[Application]] = {}
        for case in cases.select_related("enterprise"):
            found.setdefault((case.enterprise.uscc, case.title), []).append(case)
        return super().known(lines, header, firms), found

    def match(self, line, header, firm, firms) -> None:
        """A failure neither founds nor renames an enterprise."""
        if line.data["result"] == PASS:
            super().match(line, header, firm, firms)

    def judge(self, line, header, desk, firm, known) -> None:
        records, cases = known
        case = self._case(line, cases)
        if line.data["result"] == FAIL:
            self._judge_failure(line, case)
            return
        if case and line.data.get("kind_open"):
            line.data["kind"] = case.kind
        super().judge(line, header, desk, firm, records)
        if case is None:
            line.say(RowOutcome.CONFLICT, "没有对应的已报省申报；确认后只登记认定。")
        elif case.state == ApplicationState.REPORTED:
            line.undo["case"] = case.pk
            line.say(RowOutcome.CHANGED, f"申报 {case.number} 转为已认定。")
        elif case.state == ApplicationState.FAILED:
            line.say(RowOutcome.CONFLICT, f"申报 {case.number} 已登记为未通过，请核对；确认后只登记认定。")

    @staticmethod
    def _case(line, cases) -> Application | None:
        """The case a row answers: one that waits for its answer before one that has it, the newest first."""
        fitting = [
            case
            for case in cases.get((line.uscc, line.data["title"]), [])
            if line.data.get("kind_open") or case.kind == line.data["kind"]
        ]
        return max(fitting, key=lambda case: (case.state == ApplicationState.REPORTED, case.pk), default=None)

    @staticmethod
    def _judge_failure(line, case) -> None:
        if case is None:
            line.say(RowOutcome.CONFLICT, "没有对应的已报省申报，确认也不会写入。")
        elif case.state == ApplicationState.REPORTED:
            line.undo["case"] = case.pk
            line.say(RowOutcome.CHANGED, f"申报 {case.number} 登记为未通过。")
        elif case.state == ApplicationState.GRANTED:
            line.say(RowOutcome.CONFLICT, f"申报 {case.number} 已认定，与本表不同，请核对；确认也不会写入。")
        else:
            line.say(RowOutcome.KNOWN, f"申报 {case.number} 的结果已登记。")

    # ---- writing ----------------------------------------------------------------------------------------

    def apply(self, batch, lines) -> dict[str, int]:
        ids = super().apply(batch, [line for line in lines if line.data["result"] == PASS])
        for line in sorted(lines, key=lambda line: line.undo.get("case", 0)):
            if "case" in line.undo:
                self._close(batch, line)
        return ids

    def _close(self, batch, line) -> None:
        case = locked(Application(pk=line.undo["case"]))
        data = {"batch": batch.pk, "row": line.number}
        if line.data["result"] == FAIL:
            points = line.data["points"]
            move(
                case,
                ApplicationState.FAILED,
                actor=batch.uploaded_by,
                action="登记省级结果",
                reason=f"省级未通过。扣分项：{'；'.join(points)}。",
                data=data | {"points": points},
                result_points=points,
            )
            return
        title = Recognition.objects.get(
            enterprise=case.enterprise_id, title=case.title, document_number=line.data["document_number"]
        )
        move(
            case,
            ApplicationState.GRANTED,
            actor=batch.uploaded_by,
            action="登记省级结果",
            reason=f"{title.document_number} 认定，有效期 {title.valid_from} 至 {title.valid_until}。",
            data=data | {"recognition": title.pk},
            recognition=title,
        )

    # ---- taking back ------------------------------------------------------------------------------------

    def undo(self, batch, lines) -> None:
        for line in sorted(lines, key=lambda line: line.undo.get("case", 0)):
            if "case" in line.undo:
                move(
                    locked(Application(pk=line.undo["case"])),
                    ApplicationState.REPORTED,
                    actor=None,
                    action="撤销省级结果",
                    reason=f"结果文件“{batch.file_name}”已撤销，等待新的结果。",
                    data={"batch": batch.pk},
                    recognition=None,
                    result_points=[],
                )
        super().undo(batch, [line for line in lines if line.data["result"] == PASS])

    def holds(self, firms, batch) -> str:
        return ""  # the lists of titles speak for the same records
