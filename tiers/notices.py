"""The public notice as a Word file, set as official documents are (GB/T 9704): A4, 仿宋, title in 小标宋."""

from typing import IO

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from tiers.models import Publicity
from tiers.queries.city import public_list, working_days

BODY, TITLE, HEAD = "仿宋_GB2312", "方正小标宋简体", "黑体"
LINE = Pt(29)  # 22 lines a page
MARGINS = {"top_margin": Mm(37), "bottom_margin": Mm(35), "left_margin": Mm(28), "right_margin": Mm(26)}


def cn(day) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def notice_document(publicity: Publicity, target: str | IO[bytes]) -> None:
    """Write the notice: basis, period, how to object, and the list of enterprise and county."""
    firms = public_list(publicity)
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for name, size in MARGINS.items():
        setattr(section, name, size)
    _paragraph(document, publicity.title, font=TITLE, size=22, align=WD_ALIGN_PARAGRAPH.CENTER)
    for words in _body(publicity, len(firms)):
        _paragraph(document, words, indent=True)
    for words in (f"{publicity.region.name}工业和信息化局", cn(publicity.starts_on)):
        _paragraph(document, words, align=WD_ALIGN_PARAGRAPH.RIGHT)
    document.add_page_break()
    _paragraph(document, "附件", font=HEAD)
    _paragraph(document, "拟推荐企业名单", font=TITLE, size=22, align=WD_ALIGN_PARAGRAPH.CENTER)
    _table(document, firms)
    document.save(target)


def _body(publicity, count) -> list[str]:
    intake = publicity.intake
    basis = f"根据{intake.document_number}要求，" if intake.document_number else ""
    return [
        f"{basis}经企业申报、县（市、区）推荐、市级审核，拟推荐 {count} 家企业申报"
        f"{intake.get_title_display()}（{intake.get_kind_display()}），现予公示。",
        f"公示期：{cn(publicity.starts_on)}至{cn(publicity.ends_on)}，共 {working_days(publicity)} 个工作日。",
        "对公示内容有异议的，请在公示期内实名提出，写明事实并附证据，留下联系方式。",
        f"受理地址和电话：{publicity.contact}。",
    ]


def _paragraph(document, words, *, font=BODY, size=16, align=None, indent=False):
    paragraph = document.add_paragraph()
    layout = paragraph.paragraph_format
    layout.line_spacing, layout.space_after = LINE if size == 16 else None, Pt(0)
    if align is not None:
        paragraph.alignment = align
    if indent:
        layout.first_line_indent = Pt(2 * size)
    _write(paragraph, words, font, size)


def _write(paragraph, words, font, size) -> None:
    run = paragraph.add_run(words)
    run.font.name, run.font.size = "Times New Roman", Pt(size)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _table(document, firms) -> None:
    table = document.add_table(rows=1, cols=3)
    table.style = "Table Grid"
    _cells(table.rows[0], ("序号", "企业名称", "所属县（市、区）"), HEAD)
    for number, (name, unit) in enumerate(firms, 1):
        _cells(table.add_row(), (str(number), name, unit), BODY)
    for row in table.rows:
        for cell, width in zip(row.cells, (Mm(16), Mm(92), Mm(48)), strict=True):
            cell.width = width


def _cells(row, texts, font) -> None:
    for cell, words in zip(row.cells, texts, strict=True):
        _write(cell.paragraphs[0], words, font, 14)
