"""The API of award runs and what they found; writes are plain serializers that call a service."""

from django.db.models import F
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from awards import queries, services
from awards.enums import Outcome, RunState
from awards.filters import DeterminationFilter
from awards.models import AwardRun, Determination
from awards.permissions import can_decide, can_start_run
from policies.engine import reason_label

ID = "[0-9]{1,18}"


def money(**options):
    return serializers.DecimalField(max_digits=16, decimal_places=2, **options)


# ---- runs -----------------------------------------------------------------------------------------------
class AwardRunSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    city_code = serializers.CharField()
    city_name = serializers.CharField()
    year = serializers.IntegerField()
    edition = serializers.IntegerField()
    edition_number = serializers.CharField()
    factors = serializers.DictField(child=serializers.CharField())
    state = serializers.ChoiceField(choices=RunState.choices)
    round = serializers.IntegerField()
    started_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class StartRunSerializer(serializers.Serializer):
    year = serializers.IntegerField()
    factors = serializers.DictField(
        child=serializers.CharField(max_length=12),
        required=False,
        allow_null=True,
        help_text='条款 → 核定系数，如 {"ZZ-NAT": "0.8"}；不给则沿用',
    )


class DecideRunSerializer(serializers.Serializer):
    basis = serializers.CharField(max_length=200, help_text="决定依据，如会议纪要文号")
    outcomes = serializers.MultipleChoiceField(
        choices=[(outcome.value, outcome.label) for outcome in services.DECIDABLE], required=False
    )


class DecidedSerializer(serializers.Serializer):
    decided = serializers.IntegerField(help_text="本次决定的行数")


class TotalSerializer(serializers.Serializer):
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    rows = serializers.IntegerField()
    total = money(help_text="采用口径下给予的金额（元）")
    other_total = money(help_text="另一口径下给予的金额（元）")


class ItemTotalSerializer(TotalSerializer):
    item = serializers.CharField()


class UnitTotalSerializer(TotalSerializer):
    unit = serializers.CharField(source="managing_unit__code", help_text="管理单位代码")
    unit_name = serializers.CharField(source="managing_unit__name")


class ReadingSerializer(serializers.Serializer):
    id = serializers.CharField()
    meaning = serializers.CharField()


class RunTotalsSerializer(serializers.Serializer):
    reading = ReadingSerializer(help_text="就高口径（采用）")
    other_reading = ReadingSerializer(help_text="另一口径")
    by_outcome = TotalSerializer(many=True)
    by_item = ItemTotalSerializer(many=True)
    by_unit = UnitTotalSerializer(many=True)


class AwardRunViewSet(viewsets.ReadOnlyModelViewSet):
    """测算批次：一个市、一个申报年度。"""

    queryset = AwardRun.objects.none()
    serializer_class = AwardRunSerializer
    lookup_value_regex = ID

    def get_queryset(self):
        return AwardRun.objects.visible_to(self.request.user).values(
            "id", "year", "edition", "factors", "state", "round", "started_at", "finished_at",
            city_code=F("city__code"), city_name=F("city__name"), edition_number=F("edition__number"),
        )  # fmt: skip

    def _run(self) -> AwardRun:
        visible = AwardRun.objects.visible_to(self.request.user).select_related("edition", "city")
        return get_object_or_404(visible, pk=self.kwargs["pk"])

    @extend_schema(request=StartRunSerializer, responses={201: AwardRunSerializer})
    def create(self, request):
        """为本市发起（或重新）测算；在后台进行。"""
        city = request.user.region
        if city is None or not can_start_run(request.user, city):
            raise PermissionDenied("只有市级工作人员可以发起测算。")
        given = StartRunSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        run = services.start_run(
            city=city,
            year=given.validated_data["year"],
            factors=given.validated_data.get("factors"),
            actor=request.user,
        )
        row = self.get_queryset().get(pk=run.pk)
        return Response(AwardRunSerializer(row).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=DecideRunSerializer, responses=DecidedSerializer)
    @action(detail=True, methods=["post"])
    def decide(self, request, pk=None):
        """决定：给予、就高吸收和不符合的测算此后不再变化。"""
        run = self._run()
        if not can_decide(request.user, run):
            raise PermissionDenied("只有本市的市级工作人员可以决定。")
        given = DecideRunSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        decided = services.decide_run(
            run=run,
            actor=request.user,
            basis=given.validated_data["basis"],
            outcomes=sorted(given.validated_data.get("outcomes") or services.DECIDABLE),
        )
        return Response({"decided": decided})

    @extend_schema(responses=RunTotalsSerializer)
    @action(detail=True)
    def totals(self, request, pk=None):
        """按结果、条款、管理单位合计，两种就高口径都列。"""
        run = self._run()
        reading, other = queries.readings(run)
        by_unit = queries.totals_by_unit(run).values(
            "managing_unit__code", "managing_unit__name", "outcome", "rows", "total", "other_total"
        )
        body = {
            "reading": reading,
            "other_reading": other,
            "by_outcome": queries.totals_by_outcome(run),
            "by_item": queries.totals_by_item(run),
            "by_unit": by_unit,
        }
        return Response(RunTotalsSerializer(body).data)


# ---- determinations -------------------------------------------------------------------------------------
class ReasonSerializer(serializers.Serializer):
    code = serializers.CharField()
    label = serializers.CharField()


class DeterminationSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    run = serializers.IntegerField()
    enterprise = serializers.IntegerField()
    uscc = serializers.CharField()
    name = serializers.CharField()
    unit = serializers.CharField(help_text="管理单位代码")
    unit_name = serializers.CharField()
    year = serializers.IntegerField()
    item = serializers.CharField()
    source = serializers.CharField(help_text="事项来源，如 recognition:17")
    event_on = serializers.DateField()
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    worth = money(help_text="条款金额（元）")
    amount = money(help_text="给予金额（元）")
    other_amount = money(help_text="另一就高口径下的金额（元）")
    reasons = serializers.SerializerMethodField()
    absorbed_by = serializers.CharField(help_text="吸收它的一项，如 XX-NAT@recognition:17")
    decided_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(ReasonSerializer(many=True))
    def get_reasons(self, row):
        return [{"code": code, "label": reason_label(code)} for code in row["reasons"]]


class StepSerializer(serializers.Serializer):
    passed = serializers.BooleanField(allow_null=True, help_text="空表示由人判断或仅作说明")
    text = serializers.CharField()
    cite = serializers.CharField(help_text="出处")


class ExplanationSerializer(serializers.Serializer):
    steps = StepSerializer(many=True)
    conclusion = serializers.CharField()
    arithmetic = serializers.CharField()


class DifferenceSerializer(serializers.Serializer):
    name = serializers.CharField()
    stored = serializers.CharField()
    now = serializers.CharField()


class ReplaySerializer(serializers.Serializer):
    equal = serializers.BooleanField(help_text="重新计算与保存的结果相同")
    differences = DifferenceSerializer(many=True)


class DeterminationViewSet(viewsets.ReadOnlyModelViewSet):
    """奖励测算：一个事项对一条条款的结果。"""

    queryset = Determination.objects.none()
    serializer_class = DeterminationSerializer
    filterset_class = DeterminationFilter
    lookup_value_regex = ID

    def get_queryset(self):
        return Determination.objects.visible_to(self.request.user).values(
            "id", "run", "enterprise", "year", "item", "source", "event_on", "outcome", "worth", "amount",
            "other_amount", "reasons", "absorbed_by", "decided_at", uscc=F("enterprise__uscc"),
            name=F("enterprise__name"), unit=F("managing_unit__code"), unit_name=F("managing_unit__name"),
        )  # fmt: skip

    def _determination(self) -> Determination:
        visible = Determination.objects.visible_to(self.request.user).select_related("run__edition")
        return get_object_or_404(visible, pk=self.kwargs["pk"])

    @extend_schema(responses=ExplanationSerializer)
    @action(detail=True)
    def explanation(self, request, pk=None):
        """逐步说明：查了什么、依据哪一条、金额怎么算。"""
        explanation = queries.explanation(self._determination())
        return Response(ExplanationSerializer(explanation).data)

    @extend_schema(request=None, responses=ReplaySerializer)
    @action(detail=True, methods=["post"])
    def replay(self, request, pk=None):
        """用保存的事实和同一政策版本重新计算并比较；不改变任何数据。"""
        return Response(ReplaySerializer(services.replay(determination=self._determination())).data)
