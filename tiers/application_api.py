"""The API of applications: reading in the person's own scope; the acts of review are plain serializers that call a
service."""

from django.db.models import F, OuterRef, Subquery
from django.db.models.fields.json import KT
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from accounts.enums import Role
from policies.enums import CaseKind
from tiers import permissions
from tiers.enums import ApplicationState, Origin, ReturnTarget, ReviewLevel, Title
from tiers.filters import ApplicationFilter
from tiers.models import Application, Submission
from tiers.services.decisions import recommend_application
from tiers.services.returns import NewPoint, return_application
from tiers.services.review import accept_application

ID = "[0-9]{1,18}"
POINTS_AT_MOST = 200
# What the offices ask of each other is not the enterprise's business.
FOR_FIRMS = {ApplicationState.RETURNED_TO_COUNTY: ApplicationState.COUNTY_REVIEW}


class ApplicationSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    number = serializers.CharField(allow_null=True)
    enterprise = serializers.IntegerField()
    uscc = serializers.CharField()
    name = serializers.CharField()
    unit = serializers.CharField(help_text="管理单位的代码")
    unit_name = serializers.CharField()
    intake = serializers.IntegerField()
    title = serializers.ChoiceField(choices=Title.choices)
    kind = serializers.ChoiceField(choices=CaseKind.choices)
    origin = serializers.ChoiceField(choices=Origin.choices)
    state = serializers.ChoiceField(choices=ApplicationState.choices)
    state_label = serializers.CharField(help_text="企业看到的和工作人员看到的说法不同")
    submitted_at = serializers.DateTimeField(allow_null=True)
    accepted_on = serializers.DateField(allow_null=True)
    due_on = serializers.DateField(allow_null=True, help_text="本步时限；退回企业时是修改期限")
    standard = serializers.CharField(allow_null=True, help_text="受理之日确定的标准的文号")
    verdict = serializers.CharField(allow_null=True, help_text="最近一次提交按标准自动核对的结论")
    points = serializers.CharField(allow_null=True, help_text="最近一次提交的评价得分，没有评分的为空")
    recommended_as = serializers.IntegerField(allow_null=True, help_text="本单位推荐排序；企业看不到")
    recognition = serializers.IntegerField(allow_null=True, help_text="认定记录，见 /api/recognitions/")
    result_points = serializers.ListField(
        child=serializers.CharField(), help_text="省级未通过时的扣分项，即培育短板"
    )


class OpinionSerializer(serializers.Serializer):
    opinion = serializers.CharField(max_length=2000, help_text="推荐意见")


class PointSerializer(serializers.Serializer):
    section = serializers.CharField(max_length=24, help_text="申报书的部分，如 figures")
    field = serializers.CharField(
        max_length=60, allow_blank=True, default="", help_text="其中的一项，如 revenue.2025；整个部分留空"
    )
    comment = serializers.CharField(max_length=1000)


class ReturnSerializer(serializers.Serializer):
    target = serializers.ChoiceField(choices=ReturnTarget.choices, default=ReturnTarget.ENTERPRISE.value)
    comment = serializers.CharField(max_length=1000)
    due_on = serializers.DateField(required=False, help_text="修改期限（含当天）；不给按标准规定的工作日")
    points = PointSerializer(many=True, default=list, max_length=POINTS_AT_MOST)


class ApplicationViewSet(viewsets.ReadOnlyModelViewSet):
    """申报：企业看自己的，工作人员看本辖区已提交的。"""

    queryset = Application.objects.none()
    serializer_class = ApplicationSerializer
    filterset_class = ApplicationFilter
    lookup_value_regex = ID

    def get_queryset(self):
        last = Submission.objects.filter(application=OuterRef("pk")).order_by("-round")
        return (
            Application.objects.visible_to(self.request.user)
            .order_by("-pk")
            .values(
                "id", "number", "enterprise", "intake", "title", "kind", "origin", "state", "submitted_at",
                "accepted_on", "due_on", "recommended_as", "recognition", "result_points",
                uscc=F("enterprise__uscc"), name=F("enterprise__name"), unit=F("managing_unit__code"),
                unit_name=F("managing_unit__name"), standard=F("edition__number"),
                verdict=Subquery(last.values(found=KT("snapshot__assessment__verdict"))[:1]),
                points=Subquery(last.values(found=KT("snapshot__assessment__points"))[:1]),
            )
        )  # fmt: skip

    def get_serializer(self, *args, **kwargs):
        """Rows get their words for the reader before they are written out."""
        if args:
            many = kwargs.get("many", False)
            rows = [self._told(row) for row in (args[0] if many else [args[0]])]
            args = (rows if many else rows[0], *args[1:])
        return super().get_serializer(*args, **kwargs)

    def _told(self, row: dict) -> dict:
        state = ApplicationState(row["state"])
        if self.request.user.role != Role.ENTERPRISE:
            return row | {"state_label": state.label}
        shown = FOR_FIRMS.get(state, state)
        due_on = row["due_on"] if state in ApplicationState.with_firm() else None
        return row | {
            "state": shown,
            "state_label": shown.public_label,
            "recommended_as": None,
            "due_on": due_on,
        }

    # ---- acts -------------------------------------------------------------------------------------------

    def _case(self) -> Application:
        cases = Application.objects.visible_to(self.request.user)
        return get_object_or_404(
            cases.select_related("managing_unit__parent", "enterprise"), pk=self.kwargs["pk"]
        )

    def _level(self, case) -> str:
        if permissions.is_county_of(self.request.user, case):
            return ReviewLevel.COUNTY
        if permissions.is_city_of(self.request.user, case):
            return ReviewLevel.CITY
        raise PermissionDenied("只有受理这份申报的工信部门可以办理。")

    def _county(self, case) -> None:
        if self._level(case) != ReviewLevel.COUNTY:
            raise PermissionDenied("这一步由县（市、区）工信部门办理。")

    def _given(self, serializer) -> dict:
        given = serializer(data=self.request.data)
        given.is_valid(raise_exception=True)
        return given.validated_data

    def _answer(self) -> Response:
        return Response(self.get_serializer(self.get_queryset().get(pk=self.kwargs["pk"])).data)

    @extend_schema(request=None, responses=ApplicationSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request, pk=None):
        """县级受理：当天为受理日期，适用的标准就此确定。"""
        case = self._case()
        self._county(case)
        accept_application(application=case, actor=request.user)
        return self._answer()

    @extend_schema(request=OpinionSerializer, responses=ApplicationSerializer)
    @action(detail=True, methods=["post"])
    def recommend(self, request, pk=None):
        """县级推荐：排在本单位推荐名单的最后。还有问题的，一次说明全部原因。"""
        case = self._case()
        self._county(case)
        opinion = self._given(OpinionSerializer)["opinion"]
        recommend_application(application=case, opinion=opinion, actor=request.user)
        return self._answer()

    @extend_schema(request=ReturnSerializer, responses=ApplicationSerializer)
    @action(detail=True, methods=["post"], url_path="return", url_name="return")
    def send_back(self, request, pk=None):
        """退回修改：只开放列出的内容，审核时限暂停。"""
        case = self._case()
        level = self._level(case)
        given = self._given(ReturnSerializer)
        return_application(
            application=case,
            level=level,
            target=given["target"],
            comment=given["comment"],
            due_on=given.get("due_on"),
            points=[NewPoint(**point) for point in given["points"]],
            actor=request.user,
        )
        return self._answer()
