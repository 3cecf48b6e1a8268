"""Cases moved on by the people of the demo, each through the services that the pages call."""

from datetime import date, timedelta

from django.core.files.base import ContentFile
from django.utils import timezone

from demo.story.answers import Answers, pdf
from demo.story.cast import person_of
from enterprises.enums import Source
from enterprises.fields import ITEMS
from enterprises.services import add_evidence, complete_list, save_item
from tiers.enums import CheckVerdict, RejectReason, ReturnTarget, ReviewLevel, VisitItem
from tiers.models import Application
from tiers.queries.cases import load_case
from tiers.queries.criteria import criterion_rows
from tiers.sections import FORM
from tiers.services import cases, city, decisions, drafts, returns, review, submission

AGREES = {item.value: (True, "") for item in VisitItem}
CORRECTED = "market_note"


class Teller:
    """Acts for one unit: `county` and `city_officer` are its people, `intake` what is applied for."""

    def __init__(self, intake, county, city_officer):
        self.intake, self.county, self.city_officer = intake, county, city_officer
        self.today = timezone.localdate()

    # ---- the enterprise -----------------------------------------------------------------------------

    def draft(self, enterprise, *, parts=9, **changes) -> Application:
        """A draft with so many parts filled in; all its lists are complete."""
        user = person_of(enterprise)
        self._lists(enterprise, user)
        case = cases.start_application(intake=self.intake, enterprise=enterprise, actor=user)
        answers = Answers(enterprise, **changes)
        for section in FORM[:parts]:
            self._fill(case, section, answers, user)
        return case

    def _lists(self, enterprise, user) -> None:
        for number in range(1, 6):
            right = {
                "kind": "invention", "name": f"一种{Answers(enterprise).product}的加工方法（{number}）",
                "number": f"ZL20{18 + number}1{enterprise.pk:05d}{number}.X", "granted_on": date(2018 + number, 5, 20),
                "origin": "self", "holder_rank": 1, "for_lead_product": True, "applied": True,
                "high_value": False,
            }  # fmt: skip
            self._item(enterprise, "ip", right, user)
        quality = {"kind": "management_system", "name": "ISO9001 质量管理体系认证", "number": f"Q{enterprise.pk:06d}",
                   "valid_from": self.today - timedelta(days=400),
                   "valid_until": self.today + timedelta(days=600)}  # fmt: skip
        self._item(enterprise, "certificates", quality, user)
        centre = {
            "name": "企业技术中心",
            "level": "city",
            "number": "",
            "recognised_on": date(2022, 9, 1),
            "partner": "",
        }
        self._item(enterprise, "institutions", centre, user)
        for kind in ITEMS:
            complete_list(enterprise=enterprise, kind=kind, complete=True, actor=user)

    def _item(self, enterprise, kind, answers, user) -> None:
        save_item(
            enterprise=enterprise,
            kind=kind,
            answers={key: value for key, value in answers.items() if value != ""},
            source=Source.FIRM,
            as_of=self.today,
            actor=user,
        )

    def _fill(self, application, section, answers, user) -> None:
        case = load_case(application)
        for place in case.places(section):
            if place.required:
                name = f"{place.label}-{application.enterprise.uscc[-6:]}"
                file = ContentFile(pdf(name), name=f"{name}.pdf")
                evidence = add_evidence(enterprise=application.enterprise, file=file, actor=user)
                drafts.attach_evidence(
                    application=application, slot=place.name, evidence=evidence, actor=user
                )
        last_year = self.intake.year - 1
        drafts.save_section(
            application=application,
            key=section.key,
            raw={question.name: answers.typed(question, last_year) for question in case.questions(section)},
            version=case.rows[section.key].version,
            actor=user,
            done=True,
        )

    def submitted(self, enterprise, **changes) -> Application:
        case = self.draft(enterprise, **changes)
        return self.submit(case)

    def submit(self, case) -> Application:
        user = person_of(case.enterprise)
        boss = Answers(case.enterprise).boss
        submission.submit_application(application=case, actor=user, declared_by=boss)
        return self.again(case)

    def correct(self, case) -> Application:
        """The enterprise changes what was marked and hands it in again."""
        user = person_of(case.enterprise)
        row = load_case(case).rows["distinctive"]
        text = f"补充：附省行业协会 {self.today.year - 1} 年度统计表，第 {row.version} 版。"
        drafts.save_section(
            application=case,
            key="distinctive",
            raw={CORRECTED: text},
            version=row.version,
            actor=user,
            done=True,
        )
        return self.submit(case)

    # ---- the county ---------------------------------------------------------------------------------

    def accepted(self, enterprise, **changes) -> Application:
        case = self.submitted(enterprise, **changes)
        review.accept_application(application=case, actor=self.county)
        return self.again(case)

    def send_back(self, case, *, level=ReviewLevel.COUNTY, comment="请补充市场占有率的依据，附上统计表。"):
        """To the enterprise: two places to correct."""
        officer = self.county if level == ReviewLevel.COUNTY else self.city_officer
        returns.return_application(
            application=case,
            level=level,
            target=ReturnTarget.ENTERPRISE,
            comment=comment,
            points=[
                returns.NewPoint("distinctive", CORRECTED, "没有写明数据从哪里来，请补充。"),
                returns.NewPoint("innovation", "innovation_note", "研发团队人数与第二部分不一致，请核对。"),
            ],
            actor=officer,
        )
        return self.again(case)

    def check(self, case, level=ReviewLevel.COUNTY) -> None:
        """Every criterion is ticked, with a note where the machine cannot say."""
        officer = self.county if level == ReviewLevel.COUNTY else self.city_officer
        ticks = [
            review.Tick(row.key, CheckVerdict.MET, "已核对审计报告和证书原件。")
            for row in criterion_rows(case, level)
        ]
        review.check_criteria(application=case, level=level, ticks=ticks, actor=officer)

    def visit(self, case, level=ReviewLevel.COUNTY) -> None:
        officer = self.county if level == ReviewLevel.COUNTY else self.city_officer
        review.record_visit(
            application=case, level=level, visited_on=self.today, first_officer=officer.full_name,
            second_officer="赵建国", findings=AGREES, actor=officer, companion=Answers(case.enterprise).boss,
        )  # fmt: skip

    def recommended(self, enterprise, **changes) -> Application:
        case = self.accepted(enterprise, **changes)
        self.check(case)
        self.visit(case)
        return self.recommend(case)

    def recommend(self, case) -> Application:
        opinion = "材料齐全，经实地核查与申报一致，同意推荐。"
        decisions.recommend_application(application=case, opinion=opinion, actor=self.county)
        return self.again(case)

    def reject(self, case) -> Application:
        decisions.reject_application(
            application=case,
            level=ReviewLevel.COUNTY,
            reason=RejectReason.offered()[0],
            words="实地核查时主导产品已停产，不具备申报条件。",
            actor=self.county,
        )
        return self.again(case)

    # ---- the city -----------------------------------------------------------------------------------

    def taken_up(self, enterprise, **changes) -> Application:
        case = self.recommended(enterprise, **changes)
        city.take_up_application(application=case, actor=self.city_officer)
        return self.again(case)

    def to_county(self, case) -> Application:
        returns.return_application(
            application=case, level=ReviewLevel.CITY, target=ReturnTarget.COUNTY, points=[], actor=self.city_officer,
            comment="实地核查记录没有写明核查的设备，请补充后重新推荐。",
        )  # fmt: skip
        return self.again(case)

    def ready(self, enterprise, **changes) -> Application:
        """Checked by the city, may be published."""
        case = self.taken_up(enterprise, **changes)
        self.check(case, ReviewLevel.CITY)
        return case

    @staticmethod
    def again(case) -> Application:
        related = ("enterprise__managing_unit__parent", "managing_unit__parent", "intake__city", "edition")
        return Application.objects.select_related(*related).get(pk=case.pk)
