"""From a draft to the money, as people click it: enterprise, county, city, province, award run."""

import datetime
import re

import pytest
from django.db import connection

from demo.story import cast
from demo.story.answers import pdf
from tests.browser.conftest import work
from tests.browser.test_story import XLSX
from tiers.models import Application, Publicity, ReturnRequest

pytestmark = pytest.mark.browser

INTRODUCTION = "主要生产精密滚珠丝杠副，为三家龙头企业配套，计划两年内建成数字化车间。"
OTHER = {
    "legal_person": "yes",
    "on_blacklist": "no",
    "prohibited_product": "no",
    "has_serious_violation": "no",
    "fabricated_data": "no",
}
MARKET = "补充：按省行业协会 2025 年度统计表测算，统计表已附。"


def rows(read):
    """Look into the database beside the browser; the connection made for it is closed."""
    try:
        return read()
    finally:
        connection.close()


def case_of(pk):
    related = ("enterprise__managing_unit__parent", "managing_unit__parent", "intake", "recognition")
    return rows(lambda: Application.objects.select_related(*related).get(pk=pk))


def saved(page):
    page.locator("[data-save-text]", has_text=re.compile("^已保存")).wait_for()


# ---- the enterprise ---------------------------------------------------------------------------------------


def open_draft(page, shows):
    """From the home page to the one part that is left."""
    page.goto("/applications/")
    page.locator("main a", has_text="继续填写").first.click()
    shows("填报任务", "已完成 8 / 9", "未开始")
    pk = int(re.search(r"/applications/(\d+)/", page.url)[1])
    page.locator("main a", has_text="其他").first.click()
    return pk


def write_with_a_cut(page, shows):
    """Autosave, the network goes away in mid-sentence, comes back: nothing typed is lost."""
    introduction = page.get_by_label("企业总体情况简要介绍")
    introduction.fill(INTRODUCTION[:10])
    introduction.blur()
    saved(page)
    page.context.set_offline(True)
    introduction.fill(INTRODUCTION)
    introduction.blur()
    page.locator("[data-save-text]", has_text="网络断开").wait_for()
    page.complaints[:] = [text for text in page.complaints if "ERR_INTERNET_DISCONNECTED" not in text]
    page.context.set_offline(False)
    saved(page)
    page.reload()
    assert page.get_by_label("企业总体情况简要介绍").input_value() == INTRODUCTION


def fill_rest(page):
    for name, value in OTHER.items():
        page.locator(f"input[name={name}][value={value}]").check()
        saved(page)
    for place in ("“信用中国”信用报告", "国家企业信用信息公示系统报告"):
        page.get_by_label(f"选择文件：{place}").set_input_files(
            {"name": f"{place}.pdf", "mimeType": "application/pdf", "buffer": pdf(place)}
        )
        page.get_by_role("button", name=f"上传 {place}").click()
        page.locator("main", has_text=f"{place}.pdf").wait_for()
    page.get_by_role("button", name="保存并去核对").click()


def hand_in(page, shows, *words, button="提交申报"):
    shows(*words)
    page.get_by_label(re.compile("我已阅读|同意|承诺")).first.check()
    page.get_by_label(re.compile("承诺人|声明人|姓名")).first.fill("王伟")
    page.get_by_role("button", name=button).click()
    page.wait_for_load_state()


def correct_one_and_forget(page, shows, pk):
    """One of two places is changed; the bar stays on every page until it is handed in."""
    page.goto(f"/applications/{pk}/")
    shows("没有写明数据从哪里来", "研发团队人数与第二部分不一致", "2 处需要修改")
    page.goto(f"/applications/{pk}/parts/distinctive/")
    assert page.locator("[name=market_share]:enabled").count() == 0  # what was not marked stays closed
    page.get_by_label("市场占有率和排名的依据").fill(MARKET)
    page.get_by_label("市场占有率和排名的依据").blur()
    saved(page)
    for path in ("/", "/enterprises/", f"/applications/{pk}/"):
        page.goto(path)
        assert "您有 1 处修改尚未提交" in page.locator(".unsubmitted").inner_text()


# ---- the offices ------------------------------------------------------------------------------------------


def send_back(page, shows, pk):
    page.goto(f"/applications/{pk}/return/")
    page.get_by_label("总的意见").fill("请补充市场占有率的依据，核对研发团队人数。")
    for section, name, words in (
        ("5. 特色化", "distinctive:market_note", "没有写明数据从哪里来，请补充。"),
        ("6. 创新能力", "innovation:innovation_note", "研发团队人数与第二部分不一致，请核对。"),
    ):
        page.locator("summary", has_text=section).click()
        page.locator(f"input[name=point][value='{name}']").check()
        page.locator(f"textarea[name='comment-{name}']").fill(words)
    page.get_by_role("button", name="预览通知").click()
    shows("关于修改申报材料的通知", "没有写明数据从哪里来", "期间审核时限暂停")
    page.get_by_role("button", name="确认退回").click()
    page.wait_for_url(f"**/applications/{pk}/review/**")
    shows("退回企业修改")


def settle_and_check(page, shows, pk):
    """Old and new beside each comment, ticks, the criterion that only a person can judge, the visit."""
    page.goto(f"/applications/{pk}/review/")
    shows(MARKET, "已补正", "没有改动")
    for _ in range(2):
        page.get_by_role("button", name="确认解决").first.click()
        page.wait_for_load_state()
    judge(page, shows)
    page.goto(f"/applications/{pk}/visit/")
    page.get_by_label("核查人二").fill("赵建国")
    for item in page.get_by_role("radio", name="一致", exact=True).all():
        item.check()
    page.get_by_role("button", name=re.compile("^保存")).last.click()
    page.wait_for_url(f"**/applications/{pk}/review/**")


def judge(page, shows):
    row = page.locator("tr", has_text="主导产品市场地位").first
    row.get_by_role("radio", name="符合", exact=True).check()
    row.locator("textarea").fill("查阅省行业协会年度排名，国内第四。")
    page.get_by_role("button", name="保存审核结论").click()
    page.wait_for_load_state()
    shows("已保存 1 项审核结论")


def recommend(page, shows, pk):
    page.goto(f"/applications/{pk}/recommend/")
    page.locator("main textarea").first.fill("材料齐全，经实地核查与申报一致，同意推荐。")
    page.get_by_role("button", name=re.compile("^确认推荐|^推荐")).click()
    page.wait_for_load_state()
    shows("待市级审核")


def publish(page, shows, pk, intake):
    page.goto(f"/applications/{pk}/review/")
    page.get_by_role("button", name="开始审核").click()
    page.wait_for_load_state()
    judge(page, shows)
    page.goto(f"/intakes/{intake}/publicity/")
    name = case_of(pk).enterprise.name
    for box in page.locator("main input[type=checkbox]").all():
        box.set_checked(name in (box.get_attribute("aria-label") or ""))
    page.get_by_role("button", name="发布公示").click()
    page.wait_for_url("**/publicities/**")
    shows(name, "公示")


def end_of_notice(pk):
    """Two weeks pass."""
    today = datetime.date.today()

    def move():
        notice = Publicity.objects.filter(applications=pk)
        notice.update(
            starts_on=today - datetime.timedelta(days=14), ends_on=today - datetime.timedelta(days=7)
        )

    rows(move)


def report(page, shows, pk, intake, width):
    page.goto(f"/intakes/{intake}/report/")
    name = case_of(pk).enterprise.name
    for box in page.locator("main input[type=checkbox]").all():
        box.set_checked(name in (box.get_attribute("aria-label") or ""))
    number = 501 if width == "desktop" else 502
    page.get_by_label("上报文号").fill(f"郑工信企业〔{datetime.date.today().year}〕{number}号")
    page.get_by_role("button", name="确认上报").click()
    page.wait_for_url("**/reports/**")
    shows(name)


def import_result(page, shows, pk):
    case = case_of(pk)
    file = cast.result_list([(case, "")], today=datetime.date.today())
    page.goto("/imports/new/")
    page.set_input_files(
        "input[type=file]", {"name": f"结果{pk}.xlsx", "mimeType": XLSX, "buffer": file.read()}
    )
    page.get_by_label("内容种类").select_option("results")
    page.get_by_role("button", name="上传并试读").click()
    work()
    page.get_by_role("heading", name="核对结果", exact=True).wait_for()
    shows("转为已认定")
    page.get_by_role("button", name=re.compile("确认导入")).first.click()
    work()
    page.get_by_text("已导入", exact=True).first.wait_for()


def award(page, shows, pk):
    """The run of this year grants what the city's plan gives for a first provincial title."""
    case = case_of(pk)
    year = case.recognition.documented_on.year
    page.goto("/awards/runs/")
    page.get_by_role("radio", name=re.compile(str(year))).or_(
        page.get_by_label(re.compile("年度"))
    ).first.click()
    page.get_by_role("button", name="开始测算").click()
    work()
    page.goto(f"/awards/determinations/?year={year}&q={case.enterprise.uscc}")
    shows(case.enterprise.name, "给予", "500,000.00")


@pytest.mark.parametrize("width", ["desktop", "phone"])
def test_application_goes_from_draft_to_the_award(reader, width):
    login = "zz_qiye" if width == "desktop" else rows(lambda: cast.firms_of("410105")[-3].uscc)
    firm, firm_shows = reader(login, width)
    pk = open_draft(firm, firm_shows)
    write_with_a_cut(firm, firm_shows)
    fill_rest(firm)
    hand_in(firm, firm_shows, "各部分都已填完", "预计结果", "以审核为准")
    firm_shows("待受理" if width == "none" else "等待受理")
    county, county_shows = reader("zz_xianqu", width)
    county.goto(f"/applications/{pk}/review/")
    county.get_by_role("button", name="受理").first.click()
    county.wait_for_load_state()
    send_back(county, county_shows, pk)
    correct_one_and_forget(firm, firm_shows, pk)
    firm.locator(".unsubmitted a").first.click()
    hand_in(firm, firm_shows, "这次改了 1 处", "还有 1 处意见没有改", button="重新提交")
    settle_and_check(county, county_shows, pk)
    recommend(county, county_shows, pk)
    city, city_shows = reader("zz_shiji", width)
    intake = case_of(pk).intake_id
    publish(city, city_shows, pk, intake)
    end_of_notice(pk)
    report(city, city_shows, pk, intake, width)
    import_result(city, city_shows, pk)
    firm.goto(f"/applications/{pk}/")
    firm_shows("已认定")
    award(city, city_shows, pk)
    assert rows(lambda: ReturnRequest.objects.filter(application=pk).count()) == 1


def test_part_is_saved_and_sent_back_without_javascript(reader):
    """The firm saves by the button, the county returns by links and buttons alone."""
    firm, firm_shows = reader("hq_qiye", javascript=False)
    firm.goto("/applications/")
    firm.locator("main a", has_text="继续填写").first.click()
    firm.locator("main a", has_text="其他").first.click()
    firm.locator("textarea[name=introduction]").fill(INTRODUCTION)
    firm.get_by_role("button", name="保存", exact=True).click()
    firm_shows("已保存")
    firm.goto(firm.url)
    assert firm.locator("textarea[name=introduction]").input_value() == INTRODUCTION
    county, county_shows = reader("xianqu", javascript=False)
    county.goto("/queue/?tab=new")
    county.locator("main tbody a[href*='/applications/']").first.click()
    pk = int(re.search(r"/applications/(\d+)/", county.url)[1])
    county.get_by_role("button", name="受理").first.click()
    send_back(county, county_shows, pk)


def test_part_is_filled_in_by_keyboard(visit):
    """Tab reaches the answers in their order, space chooses, and what was chosen is saved."""
    page = visit("hq_qiye")
    page.goto("/applications/")
    page.locator("main a", has_text="继续填写").first.click()
    page.locator("main a", has_text="其他").first.click()
    page.locator("input[name=legal_person]").first.focus()
    page.keyboard.press("Space")
    saved(page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "on_blacklist"
    page.reload()
    assert page.locator("input[name=legal_person][value=yes]").is_checked()
