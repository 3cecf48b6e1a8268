"""The life of titles for other programs: read only, in the scope and under the filters of the pages."""

from django.db.models import F
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.exceptions import ValidationError

from enterprises.models import Enterprise
from tiers.enums import ChangeKind, ChangeState, ObjectionKind, ObjectionState, RevocationReason, Title
from tiers.models import MajorChange, Objection, Recognition, Revocation
from tiers.queries.lifecycle import outlooks, update_state_of
from tiers.queries.titles import Documents
from tiers.title_filters import (
    UPDATE_STATES,
    VERDICTS,
    AppealFilter,
    ChangeFilter,
    RevocationFilter,
    radar_rows,
    update_rows,
)


class FirmSerializer(serializers.Serializer):
    enterprise = serializers.IntegerField()
    uscc = serializers.CharField()
    name = serializers.CharField()
    unit = serializers.CharField(help_text="管理单位的代码")


def firm_values(prefix="enterprise__"):
    """Columns of a FirmSerializer for .values()."""
    return {
        "uscc": F(f"{prefix}uscc"),
        "name": F(f"{prefix}name"),
        "unit": F(f"{prefix}managing_unit__code"),
    }


def _firm(enterprise) -> dict:
    return {
        "enterprise": enterprise.pk,
        "uscc": enterprise.uscc,
        "name": enterprise.name,
        "unit": enterprise.managing_unit.code,
    }


# ---- lists that are worked out --------------------------------------------------------------------------
class RadarSerializer(FirmSerializer):
    recognition = serializers.IntegerField()
    title = serializers.ChoiceField(choices=Title.choices)
    valid_from = serializers.DateField()
    valid_until = serializers.DateField()
    days_left = serializers.IntegerField(help_text="今天以后还有效的天数，过期为负")
    verdict = serializers.ChoiceField(choices=VERDICTS, allow_blank=True, help_text="今天复核的结论")
    reasons = serializers.ListField(child=serializers.CharField())
    review_lost = serializers.ListField(child=serializers.CharField(), help_text="为什么不能复核")
    review_from = serializers.DateField(allow_null=True)
    review_until = serializers.DateField(allow_null=True)
    update_due = serializers.DateField(allow_null=True)
    updated_on = serializers.DateField(allow_null=True)


WINDOW = OpenApiParameter("window", str, description="到期时间：天数（如 180），或 expired（已过期）")
UPDATE_STATE = OpenApiParameter("state", str, enum=[value for value, _ in UPDATE_STATES])
OTHERS = [OpenApiParameter(name, str) for name in ("q", "title", "unit")]


class TitleRadarViewSet(viewsets.GenericViewSet):
    """到期预警：即将到期、后面没有接续的称号，和今天复核能不能过。"""

    queryset = Recognition.objects.none()
    serializer_class = RadarSerializer
    filter_backends = ()

    @extend_schema(parameters=[WINDOW, *OTHERS])
    def list(self, request):
        today, documents = timezone.localdate(), Documents()
        found = radar_rows(request.query_params, request, today, documents)
        if not found.is_valid():
            raise ValidationError(found.errors)
        page = self.paginate_queryset(found.qs)
        rows = [self._row(outlook) for outlook in outlooks(page, today, documents)]
        return self.get_paginated_response(RadarSerializer(rows, many=True).data)

    @staticmethod
    def _row(outlook) -> dict:
        title, window = outlook.recognition, outlook.window or (None, None)
        return {
            **_firm(title.enterprise),
            "recognition": title.pk,
            "title": title.title,
            "valid_from": title.valid_from,
            "valid_until": title.valid_until,
            "days_left": outlook.days_left,
            "verdict": outlook.verdict,
            "reasons": outlook.reasons,
            "review_lost": outlook.review_lost,
            "review_from": window[0],
            "review_until": window[1],
            "update_due": outlook.update_due,
            "updated_on": outlook.updated_on,
        }


class UpdateDutySerializer(FirmSerializer):
    due_on = serializers.DateField()
    done_on = serializers.DateField(allow_null=True)
    state = serializers.ChoiceField(choices=UPDATE_STATES)


class UpdateDutyViewSet(viewsets.GenericViewSet):
    """年度信息更新：今年应更新信息的企业和完成情况。"""

    queryset = Enterprise.objects.none()
    serializer_class = UpdateDutySerializer
    filter_backends = ()

    @extend_schema(parameters=[UPDATE_STATE, *OTHERS])
    def list(self, request):
        today = timezone.localdate()
        found = update_rows(request.query_params, request, today, Documents())
        if not found.is_valid():
            raise ValidationError(found.errors)
        rows = [
            {
                **_firm(firm),
                "due_on": firm.due_on,
                "done_on": firm.done_on,
                "state": update_state_of(firm.due_on, firm.done_on, today),
            }
            for firm in self.paginate_queryset(found.qs)
        ]
        return self.get_paginated_response(UpdateDutySerializer(rows, many=True).data)


# ---- lists of rows --------------------------------------------------------------------------------------
class ReadOnlyViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    lookup_value_regex = "[0-9]{1,18}"


class MajorChangeSerializer(FirmSerializer):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=ChangeKind.choices)
    happened_on = serializers.DateField()
    due_on = serializers.DateField()
    reported_on = serializers.DateField()
    detail = serializers.CharField()
    new_name = serializers.CharField()
    state = serializers.ChoiceField(choices=ChangeState.choices)
    opinion = serializers.CharField()
    cancels_review = serializers.BooleanField()


class MajorChangeViewSet(ReadOnlyViewSet):
    """重大变化：报告、期限和核实结论。"""

    queryset = MajorChange.objects.none()
    serializer_class = MajorChangeSerializer
    filterset_class = ChangeFilter

    def get_queryset(self):
        return MajorChange.objects.visible_to(self.request.user).values(
            "id", "enterprise", "kind", "happened_on", "due_on", "reported_on", "detail", "new_name", "state",
            "opinion", "cancels_review", **firm_values(),
        )  # fmt: skip


class RevocationSerializer(FirmSerializer):
    id = serializers.IntegerField()
    recognition = serializers.IntegerField()
    title = serializers.ChoiceField(choices=Title.choices)
    reason = serializers.ChoiceField(choices=RevocationReason.choices)
    document_number = serializers.CharField()
    revoked_on = serializers.DateField()
    banned_until = serializers.DateField(allow_null=True, help_text="含当日")
    restored_on = serializers.DateField(allow_null=True)


class RevocationViewSet(ReadOnlyViewSet):
    """称号撤销：文件、原因、不得申报的期限。"""

    queryset = Revocation.objects.none()
    serializer_class = RevocationSerializer
    filterset_class = RevocationFilter

    def get_queryset(self):
        return Revocation.objects.visible_to(self.request.user).values(
            "id", "recognition", "reason", "document_number", "revoked_on", "banned_until", "restored_on",
            title=F("recognition__title"), enterprise=F("recognition__enterprise"),
            **firm_values("recognition__enterprise__"),
        )  # fmt: skip


class AppealSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    application = serializers.IntegerField(allow_null=True)
    recognition = serializers.IntegerField(allow_null=True)
    raised_on = serializers.DateField()
    due_on = serializers.DateField(allow_null=True)
    state = serializers.ChoiceField(choices=ObjectionState.choices)
    content = serializers.CharField()
    decision = serializers.CharField()


class AppealViewSet(ReadOnlyViewSet):
    """申诉：事项、期限和处理结果；不含申诉人姓名和联系方式。"""

    queryset = Objection.objects.none()
    serializer_class = AppealSerializer
    filterset_class = AppealFilter

    def get_queryset(self):
        rows = Objection.objects.visible_to(self.request.user).filter(kind=ObjectionKind.APPEAL)
        return rows.values(
            "id", "application", "recognition", "raised_on", "due_on", "state", "content", "decision"
        )
