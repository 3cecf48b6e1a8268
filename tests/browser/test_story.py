"""The main story as people click it: a list comes in, awards are determined, decided and seen by the right people."""

import io
import re
from decimal import Decimal
from typing import NamedTuple

import pytest
from openpyxl import load_workbook

from tests.browser.conftest import work
from tests.makers import full_width, uscc, workbook

pytestmark = pytest.mark.browser

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AWARD = Decimal(500_000)  # 元 for becoming a 小巨人 of 新乡
BAD_ROW = 5


class Recognised(NamedTuple):
    """A messy official list: two new firms of 新乡, one with a wrong code, one of 郑州. Unique per seed."""

    file_name: str
    data: bytes
    document: str
    hongqi: str
    weibin: str
    wrong: str


def recognised(seed: int, year: int = 2024) -> Recognised:
    document = f"工信部企业函〔{year}〕{seed}号"
    names = [f"故事{seed}{word}科技有限公司" for word in ("红旗", "错码", "卫滨", "金水")]
    codes = [uscc(seed * 10 + n, region) for n, region in enumerate(("410702", "410702", "410703", "410105"))]
    wrong = codes[1][:-1] + ("0" if codes[1][-1] != "0" else "1")
    rows = [
        [f"{year}年国家级专精特新“小巨人”企业名单（第{seed}批）"],
        [f"文号：{document}  成文日期：{year}年9月2日"],  # the period of validity is on another page
        ["序号", "省辖市", "县（市、区）", "企业名称", "统一社会信用代码", "备注"],
        [1, "新乡市", "红旗区", f"{names[0]}\u3000", f" {codes[0].lower()}", None],
        [2, "新乡市", None, names[1], wrong, None],
        [3, "新乡市", "卫滨区", names[2], full_width(codes[2]), "首次"],
        [4, "郑州市", "金水区", names[3], codes[3], None],
        ["合计", None, None, "4家", None, None],
    ]
    data = workbook(rows, merge=["A1:F1", "C4:C5"])
    return Recognised(f"小巨人名单{seed}.xlsx", data, document, names[0], names[2], wrong)


def upload(page, name, data):
    page.goto("/imports/")
    page.get_by_role("link", name="上传文件").first.click()
    page.set_input_files("input[type=file]", {"name": name, "mimeType": XLSX, "buffer": data})
    page.get_by_role("button", name="上传并试读").click()


def heading(page, name):
    """Wait for a part of the page; a running job's page comes back by itself."""
    page.get_by_role("heading", name=name, exact=True).wait_for()


def correct_header(page):
    page.get_by_label("有效期起").fill("2024-07-01")
    page.get_by_label("有效期止").fill("2027-06-30")
    page.get_by_role("button", name="保存并重新核对").click()


def bring_in(page, shows, listed):
    """Upload, look at the dry run, correct, confirm; returns the path of the batch."""
    upload(page, listed.file_name, listed.data)
    shows("读取中", "可以离开本页", "已处理")
    work()
    heading(page, "核对结果")
    shows(
        "待确认",
        listed.document,
        "文件里没有写明：有效期起、有效期止",
        f"工作表「Sheet1」第 {BAD_ROW} 行 E 列「统一社会信用代码」：",
        "校验位不对，至少有一位写错，请对照营业执照逐位核对。",
        listed.wrong,
    )
    tabs = page.get_by_role("navigation", name="按核对结果筛选").get_by_role("link")
    assert [re.sub(r"\s", "", tab) for tab in tabs.all_inner_texts()] == ["新增2", "不在本辖区1", "有错误1"]
    assert page.get_by_role("button", name="确认导入").count() == 0  # not before the header is complete
    correct_header(page)
    work()
    heading(page, "核对结果")
    shows("2024-07-01", "2027-06-30", "正确 2 行")
    return page.url


def confirm(page, shows):
    page.get_by_role("button", name="确认导入（仅正确行）").click()
    shows("写入中")
    work()
    page.get_by_text("已导入", exact=True).first.wait_for()
    shows("已导入", "仅正确行")


def look_at_tabs(page, shows, listed):
    page.get_by_role("link", name=re.compile("^新增")).click()
    shows(listed.hongqi, listed.weibin, "红旗区", "卫滨区", "登记认定，同时建立企业档案。")
    page.get_by_role("link", name=re.compile("^不在本辖区")).click()
    shows("不在上传单位的辖区内，不会写入")


def check_marked_workbook(page):
    with page.expect_download() as download:
        page.get_by_role("link", name="下载标注文件").click()
    sheet = load_workbook(io.BytesIO(download.value.path().read_bytes()))["Sheet1"]
    assert "校验位不对" in sheet[f"E{BAD_ROW}"].comment.text
    reasons = [cell.value for cell in sheet["G"]]
    assert reasons[2] == "错误原因"  # in the head row, wherever the first bad row is
    assert "校验位不对" in reasons[BAD_ROW - 1]
    assert not any(reasons[BAD_ROW:])


def granted(page) -> tuple[int, Decimal]:
    """Rows and yuan that the run's page says are granted."""
    foot = page.get_by_role("region", name="按条款和结果").locator("tfoot td")
    count, money = foot.nth(1).text_content(), foot.last.text_content()
    return int(count.replace(",", "")), Decimal(money.replace(",", ""))


def open_run(page, year=2024):
    page.goto("/awards/runs/")
    page.get_by_role("link", name=f"{year} 年度").click()
    return page.url


def run_again(page, shows):
    page.get_by_role("button", name="重新测算").click()
    shows("已开始，可以离开本页", "正在测算")
    work()
    page.get_by_role("heading", name="正在测算").wait_for(state="detached")
    shows("两种就高口径", "本次测算的变化")


def open_determination(page, shows, firm):
    """From the run's 给予 to the row of a firm, and its replay."""
    page.get_by_role("link", name=re.compile("^全部给予")).first.click()
    page.get_by_label("企业名称或代码").fill(firm)
    page.get_by_label("企业名称或代码").press("Enter")
    row = page.get_by_role("link", name=firm, exact=True)
    row.wait_for()
    shows("共 1 项，给予 1 项")
    row.click()
    shows("首次认定奖励", "500,000", firm, "草稿")
    page.get_by_role("button", name="重算核对").click()
    page.get_by_text("重算结果一致").wait_for()
    shows("重算结果一致", "结果、金额和原因都相同")
    return page.url


def decide(page):
    page.get_by_label("决定依据").fill("市政府常务会议纪要〔2025〕3号")
    page.get_by_role("button", name=re.compile("^对 .* 项出具决定")).click()


def decide_twice(reader, width, page, shows):
    """Another window still shows the form; going back does not."""
    late, late_shows = reader("shiji", width)
    late.goto(page.url)
    decide(page)
    shows("项出具决定，不再随事实变化", "没有待决定的草稿")
    page.go_back()
    shows("没有待决定的草稿")
    decide(late)
    late_shows("没有待决定的测算。", "没有待决定的草稿")


@pytest.mark.parametrize(("width", "seed"), [("desktop", 901), ("phone", 902)])
def test_list_becomes_decided_awards(reader, width, seed):
    page, shows = reader("shiji", width)
    listed = recognised(seed)
    batch = bring_in(page, shows, listed)
    look_at_tabs(page, shows, listed)
    check_marked_workbook(page)
    confirm(page, shows)
    upload(page, listed.file_name, listed.data)
    shows("这个文件已由", "不能重复导入", "请先撤销原来的批次", status=422)

    run = open_run(page)
    rows, money = granted(page)
    run_again(page, shows)
    assert granted(page) == (rows + 2, money + 2 * AWARD)
    determination = open_determination(page, shows, listed.hongqi)

    page.goto(run)
    decide_twice(reader, width, page, shows)
    assert granted(page) == (rows + 2, money + 2 * AWARD)

    page.goto(determination)
    shows("已决定", "张丽")
    seen_by_the_right_people(reader, width, determination, batch, listed.hongqi)
    page.goto(batch)
    page.get_by_role("button", name="撤销导入").click()
    shows("不能撤销：已有 2 项已确定的奖励测算以它为依据", "已导入")


def seen_by_the_right_people(reader, width, determination, batch, firm):
    """The county of the unit sees the result; the user of another firm and another city do not."""
    page, shows = reader("xianqu", width)
    page.goto(determination)
    shows(firm, "500,000", "已决定")
    for username, paths in {"qiye": [determination], "zz_shiji": [determination, batch]}.items():
        page, shows = reader(username, width)
        for path in paths:
            assert page.goto(path).status == 404
            assert firm not in page.content()
            shows(status=404)


@pytest.mark.parametrize("width", ["desktop", "phone"])
def test_rubbish_is_refused_in_a_sentence(reader, width):
    page, shows = reader("shiji", width)
    upload(page, "名单.xlsx", "企业名称,统一社会信用代码\n".encode())
    shows("这不是 .xlsx 工作簿", "请用 Excel 或 WPS 打开后另存为 .xlsx 格式再上传。", status=422)


def test_list_comes_in_without_javascript(reader):
    page, shows = reader("shiji", javascript=False)
    listed = recognised(903, 2025)
    upload(page, listed.file_name, listed.data)
    work()
    page.get_by_role("link", name="刷新看进度").click()
    shows("文件里没有写明：有效期起、有效期止", f"第 {BAD_ROW} 行 E 列")
    correct_header(page)
    work()
    page.get_by_role("link", name="刷新看进度").click()
    page.get_by_role("button", name="确认导入（仅正确行）").click()
    work()
    page.get_by_role("link", name="刷新看进度").click()
    shows("已导入", "仅正确行")
    page.get_by_role("button", name="撤销导入").click()
    shows("已撤销，平台恢复到导入之前")
