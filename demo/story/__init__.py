"""Cases at every step, so that each page has something to show and every role something to do.

All of it is done by the services that the pages call. Only the calendar is helped along: what took weeks is dated back
at the end (history.py).
"""

from datetime import date, timedelta

from django.utils import timezone

from accounts.models import Region, User
from demo.story import cast
from demo.story.history import age, end_notice, years_pass
from demo.story.steps import Teller
from policies.enums import CaseKind
from tiers.enums import Title
from tiers.models import Application, Intake
from tiers.services import cases, city, queue

FREE = 3  # enterprises of a unit that are left to whoever plays
PUBLIC_CONTACT = "郑州市工业和信息化局企业服务处，0371-67180000"


def tell(import_file, say) -> None:
    """Once: nothing happens where cases exist. `import_file(file, username)` imports a list as a person would."""
    if Application.objects.exists():
        return
    today = timezone.localdate()
    zhengzhou, xinxiang = cast.firms_of("410105"), cast.firms_of("410702")
    titles(import_file, [*zhengzhou, *xinxiang], today)
    years_pass(today)
    join_people(zhengzhou, xinxiang)
    for code, firms, county in (("410100", zhengzhou, "zz_xianqu"), ("410700", xinxiang, "xianqu")):
        people = User.objects.in_bulk(
            [county, "zz_shiji" if code == "410100" else "shiji"], field_name="username"
        )
        county_officer, city_officer = people.values()
        if county_officer.username != county:
            county_officer, city_officer = city_officer, county_officer
        intakes = open_intakes(Region.objects.get(code=code), city_officer, today)
        teller = Teller(intakes[0], county_officer, city_officer)
        if code == "410100":
            whole_story(teller, firms, import_file, today)
            innovative(Teller(intakes[1], county_officer, city_officer), firms[-FREE - 2 : -FREE])
        else:
            short_story(teller, firms)
    say(f"  申报：{Application.objects.count()} 件，每个环节都有")


CONTACTS = {
    "410105": "金水区科技和工业信息化局 0371-63520000",
    "410702": "红旗区工业和信息化局 0373-3050000",
    "410100": "郑州市工业和信息化局 0371-67180000",
    "410700": "新乡市工业和信息化局 0373-3696000",
}


def join_people(zhengzhou, xinxiang) -> None:
    """The enterprise logins of the demo belong to the first firms, which are left to play with; whom they may call."""
    for code, contact in CONTACTS.items():
        Region.objects.filter(code=code).update(contact=contact)
    cast.join(User.objects.get(username="zz_qiye"), zhengzhou[0])
    cast.join(User.objects.get(username="hq_qiye"), xinxiang[0])


def titles(import_file, firms, today) -> None:
    """Last year's innovative list for those who go on; one that ends next month; a high-tech one."""
    last = today.year - 1
    holders, ending = firms[:-2], firms[-2:]
    three_years_ago = today.replace(year=today.year - 3, day=1)
    lists = [
        cast.title_list(
            Title.INNOVATIVE, [f for f in holders if f not in firms[20:22]], number=f"豫工信企业〔{last}〕31号",
            documented_on=date(last, 5, 20), valid_from=date(last, 5, 20), valid_until=date(last + 3, 5, 19),
        ),
        cast.title_list(
            Title.INNOVATIVE, ending, number=f"豫工信企业〔{today.year - 3}〕88号",
            documented_on=three_years_ago, valid_from=three_years_ago,
            valid_until=today + timedelta(days=30),
        ),
        cast.title_list(
            Title.HIGH_TECH, [firms[20]], number=f"豫高企〔{last}〕6号",
            documented_on=date(last, 12, 1), valid_from=date(last, 12, 1), valid_until=date(last + 3, 11, 30),
        ),
    ]  # fmt: skip
    for file in lists:
        import_file(file)


def open_intakes(region, officer, today) -> list[Intake]:
    """What the city takes applications for now: the provincial title, the innovative one, a review."""
    wanted = (
        (Title.PROVINCIAL_SRDI, CaseKind.NEW, "省级专精特新中小企业（第二批）"),
        (Title.INNOVATIVE, CaseKind.NEW, "创新型中小企业"),
        (Title.PROVINCIAL_SRDI, CaseKind.REVIEW, "省级专精特新中小企业复核"),
    )
    return [
        cases.save_intake(
            intake=Intake(
                city=region, title=title, kind=kind, name=f"{today.year} 年{name}", year=today.year,
                opens_on=today - timedelta(days=40), closes_on=today + timedelta(days=40),
            ),
            actor=officer,
        )
        for title, kind, name in wanted
    ]  # fmt: skip


def whole_story(teller, firms, import_file, today) -> None:
    """One case or more at every step of the provincial title."""
    teller.draft(firms[0], parts=8)  # for whoever plays the enterprise: one part and the signature are left
    teller.draft(firms[-FREE], parts=8)
    teller.draft(firms[1], parts=3)
    teller.submitted(firms[2])
    one_point_short(teller, firms[3])
    queue.take_case(application=teller.accepted(firms[4]), actor=teller.county)
    once = teller.send_back(teller.accepted(firms[5]))
    answered = teller.correct(teller.send_back(teller.accepted(firms[6])))
    twice = teller.send_back(
        teller.correct(teller.send_back(teller.accepted(firms[7]))), comment="统计表没有盖章，请重新上传。"
    )
    recommended = teller.recommended(firms[8])
    to_county = teller.to_county(teller.taken_up(firms[9]))
    taken_up = teller.taken_up(firms[10])
    rejected = teller.reject(teller.accepted(firms[11]))
    cases.abandon_application(application=teller.draft(firms[12], parts=1), actor=cast.person_of(firms[12]))
    ended = publish(teller, [teller.ready(firm) for firm in firms[13:18]], "第一次")
    end_notice(ended[0].publicity, today)
    answered_by_province = report(teller, ended[1:], today)
    import_file(
        cast.result_list(
            [
                (answered_by_province[0], ""),
                (answered_by_province[1], "研发费用占比不足；专精特新发展评价得分不足"),
                (answered_by_province[2], ""),
            ],
            today=today,
        )
    )
    running = publish(teller, [teller.ready(firm) for firm in firms[18:20]], "第二次")
    city.raise_objection(
        application=running[1], raised_by="周某某", contact="13700000000", raised_on=today,
        content="反映主导产品市场占有率不实，附材料。", actor=teller.city_officer,
    )  # fmt: skip
    for case in (once, answered, twice, recommended, to_county, taken_up, rejected, *ended, *running):
        age(case)


def one_point_short(teller, firm) -> None:
    """Everything is there but one point of the national score."""
    last_year = teller.intake.year - 1
    teller.submitted(firm, **{f"dev_score.{last_year}": "49"})


def publish(teller, ready, word) -> list[Application]:
    city.publish_publicity(
        intake=teller.intake, applications=ready, title=f"{teller.intake}拟推荐名单公示（{word}）",
        starts_on=teller.today, contact=PUBLIC_CONTACT, actor=teller.city_officer,
    )  # fmt: skip
    return [teller.again(case) for case in ready]


def report(teller, ended, today) -> list[Application]:
    city.report_to_province(
        intake=teller.intake, region=teller.intake.city, applications=ended, actor=teller.city_officer,
        document_number=f"郑工信企业〔{today.year}〕45号", reported_on=today,
    )  # fmt: skip
    return [teller.again(case) for case in ended]


def innovative(teller, firms) -> None:
    """One passes by a direct route with a poor score, one does not reach the score."""
    poor = {f"rd_expense.{teller.intake.year - 1}": "20", "strategic_field": "no"}
    teller.submitted(firms[0], **poor)
    teller.submitted(firms[1], **poor)


def short_story(teller, firms) -> None:
    """Enough for the people of another city."""
    teller.draft(firms[0], parts=8)
    teller.submitted(firms[1])
    age(teller.recommended(firms[2]))
