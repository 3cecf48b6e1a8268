"""The receipt of a submission as a Word file: everything in it comes from the locked snapshot."""

import io

from django.utils import timezone
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from policies.enums import CaseKind
from tiers.enums import Title
from tiers.models import Submission
from tiers.queries.content import flat
from tiers.sections import DECLARATION, FORM, label_of

BODY, HEAD = "仿宋_GB2312", "黑体"


def as_docx(submission: Submission) -> io.BytesIO:
    """A4 with the hash of the snapshot and page numbers on every page."""
    document, snapshot = Document(), submission.snapshot
    _set_up(document, submission)
    _line(document, "申报回执", size=22, font=HEAD, centre=True)
    _table(document, _head_rows(submission))
    for section in FORM:
        rows = [
            (label_of(section.key, name), text)
            for name, text in flat(snapshot["sections"].get(section.key, {})).items()
        ]
        rows = [(label, text) for label, text in rows if text]
        if rows:
            _line(document, f"{section.number}. {section.title}", size=14, font=HEAD)
            _table(document, rows)
    _line(document, "真实性声明和合规经营承诺", size=14, font=HEAD)
    for sentence in DECLARATION:
        _line(document, sentence)
    _line(document, f"法定代表人：{snapshot['declared_by']}　　（签字、盖章）　　　　年　　月　　日")
    written = io.BytesIO()
    document.save(written)
    written.seek(0)
    return written


def _head_rows(submission) -> list[tuple[str, str]]:
    snapshot, application = submission.snapshot, submission.application
    firm, edition = snapshot["enterprise"], snapshot["edition"]
    return [
        ("申报编号", application.number or ""),
        ("企业名称", firm["name"]),
        ("统一社会信用代码", firm["uscc"]),
        ("管理单位", firm["unit"]),
        ("申报事项", f"{Title(snapshot['title']).label}{CaseKind(snapshot['kind']).label}"),
        ("申报批次", snapshot["intake"]),
        ("提交", f"第 {snapshot['round']} 次，{timezone.localtime(submission.submitted_at):%Y-%m-%d %H:%M}"),
        ("提交人", f"{submission.submitted_by}{'（工作人员代办）' if application.origin == 'staff' else ''}"),
        ("适用标准", f"{submission.edition}，第 {edition['revision']} 版"),
        ("内容指纹（SHA-256）", submission.sha256),
    ]


def _set_up(document, submission) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin, page.right_margin, page.top_margin, page.bottom_margin = Mm(28), Mm(26), Mm(30), Mm(25)
    style = document.styles["Normal"]
    style.font.size = Pt(11)
    _font(style, BODY)
    foot = page.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    foot.add_run(f"编号 {submission.application.number}　内容指纹 {submission.sha256[:16]}　第 ")
    _field(foot, "PAGE")
    foot.add_run(" 页，共 ")
    _field(foot, "NUMPAGES")
    foot.add_run(" 页")


def _font(of, name: str) -> None:
    """Word keeps the font of Chinese characters apart from that of Latin ones."""
    of.font.name = name
    of.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _field(paragraph, code: str) -> None:
    """A number that Word works out, such as that of the page."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    field.append(OxmlElement("w:r"))
    paragraph._p.append(field)


def _line(document, text: str, *, size=11, font=BODY, centre=False) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_after = Pt(6)
    if centre:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(text)
    run.font.size = Pt(size)
    _font(run, font)


def _table(document, rows) -> None:
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    for label, text in rows:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = label, text
        cells[0].width, cells[1].width = Mm(48), Mm(108)
    document.add_paragraph()
