"""Self-assessment as an API: of a record that is sent along (nothing is stored), and of an enterprise's own."""

from datetime import timedelta

from django.http import Http404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.exceptions import Throttled
from rest_framework.response import Response

from core import limits
from core.errors import DomainError
from enterprises.models import Enterprise
from policies.engine.standards import Verdict
from policies.enums import CaseKind, StandardTier
from tiers.queries.assessments import ASSESSED, Assessed, assess_firm, titled_record, yardstick
from tiers.record_json import DayField, RecordSerializer, Strict
from tiers.verdicts import conclusion

TRIES, WINDOW = 600, timedelta(minutes=10)
PROBLEM = {(400, "application/problem+json"): OpenApiTypes.OBJECT}
VERDICTS = [str(verdict) for verdict in Verdict]


def tier_field(**options):
    return serializers.ChoiceField(choices=[(tier.value, tier.label) for tier in ASSESSED], **options)


class WantedSerializer(Strict):
    tier = tier_field()
    kind = serializers.ChoiceField(choices=CaseKind.choices, default=CaseKind.NEW)
    on = DayField(required=False, help_text="受理日期，默认今天")


class SelfAssessSerializer(WantedSerializer):
    record = RecordSerializer()


class QuerySerializer(serializers.Serializer):
    tier = tier_field(required=False)
    kind = serializers.ChoiceField(choices=CaseKind.choices, default=CaseKind.NEW)
    on = DayField(required=False)


class PlainDecimal(serializers.DecimalField):
    def __init__(self, **options):
        super().__init__(max_digits=None, decimal_places=None, **options)


@extend_schema_field(OpenApiTypes.STR)
class ValueField(serializers.Field):
    """A number as text ("3.20") or the answer in words; null when it is not known."""

    def to_representation(self, value):
        return str(value)


class InputSerializer(serializers.Serializer):
    label = serializers.CharField()
    value = serializers.CharField()


class FindingSerializer(serializers.Serializer):
    key = serializers.CharField()
    name = serializers.CharField()
    group = serializers.CharField()
    verdict = serializers.ChoiceField(choices=VERDICTS)
    value = ValueField(allow_null=True, help_text="数值或文字，单位见 unit")
    unit = serializers.CharField()
    needed = serializers.CharField()
    period = serializers.CharField()
    source = serializers.CharField()
    cite = serializers.CharField()
    gist = serializers.CharField()
    points = PlainDecimal(allow_null=True)
    most = PlainDecimal()
    band = serializers.CharField()
    missing = serializers.ListField(child=serializers.CharField())
    inputs = serializers.SerializerMethodField()
    note = serializers.CharField()
    fields_used = serializers.ListField(child=serializers.CharField(), source="fields")

    def get_inputs(self, finding) -> list[dict[str, str]]:
        return [{"label": label, "value": value} for label, value in finding.inputs]


class GroupScoreSerializer(serializers.Serializer):
    group = serializers.CharField()
    points = PlainDecimal()
    most = PlainDecimal()
    least = PlainDecimal(allow_null=True)


class ScoreSerializer(serializers.Serializer):
    points = PlainDecimal()
    possible = PlainDecimal(help_text="补齐缺的数据还可能得的分")
    most = PlainDecimal()
    least = PlainDecimal()
    verdict = serializers.ChoiceField(choices=VERDICTS)
    groups = GroupScoreSerializer(many=True)


class RouteSerializer(serializers.Serializer):
    key = serializers.CharField()
    name = serializers.CharField()
    replaces = serializers.CharField()
    finding = FindingSerializer()


class LiftSerializer(serializers.Serializer):
    criterion = serializers.CharField()
    sentence = serializers.CharField()
    distance = PlainDecimal(allow_null=True)
    unit = serializers.CharField()
    gains = PlainDecimal(allow_null=True)
    needs = serializers.CharField(help_text="要改的数据项")
    year = serializers.IntegerField(allow_null=True)


class AssessedSerializer(serializers.Serializer):
    tier = serializers.CharField(source="assessment.tier")
    kind = serializers.CharField(source="assessment.kind")
    on = serializers.DateField(source="assessment.on")
    standard = serializers.CharField(source="edition.slug")
    revision = serializers.IntegerField(source="edition.revision")
    number = serializers.CharField(source="edition.number")
    title = serializers.CharField(source="edition.title")
    sha256 = serializers.CharField(source="edition.sha256")
    verdict = serializers.ChoiceField(choices=VERDICTS, source="assessment.verdict")
    conclusion = serializers.SerializerMethodField()
    passed_by = serializers.CharField(source="assessment.passed_by")
    gates = FindingSerializer(many=True, source="assessment.gates")
    scored = FindingSerializer(many=True, source="assessment.scored")
    score = ScoreSerializer(allow_null=True, source="assessment.score")
    routes = RouteSerializer(many=True, source="assessment.routes")
    lifts = LiftSerializer(many=True)

    def get_conclusion(self, assessed) -> str:
        return conclusion(assessed.assessment)


def _no_standard(tier, kind, on) -> DomainError:
    what = f"{StandardTier(tier).label}{CaseKind(kind).label}"
    return DomainError(f"{on} 没有适用于{what}的标准，请换一个受理日期、层级或申报类型。")


class SelfAssessViewSet(viewsets.ViewSet):
    """条件自测：对照标准核对提交的数据，不读写库中企业数据。"""

    @extend_schema(request=SelfAssessSerializer, responses={200: AssessedSerializer, **PROBLEM})
    def create(self, request):
        """金额用元，比例用小数。没有给出的数据按“缺数据”处理，不算不符合。"""
        if not limits.take(f"self-assess:{request.user.pk}", limit=TRIES, window=WINDOW):
            raise Throttled(WINDOW.total_seconds(), "测算太频繁，请稍后再试。")
        asked = SelfAssessSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        on = wanted.get("on") or timezone.localdate()
        stick = yardstick(wanted["tier"], wanted["kind"], on)
        if stick is None:
            raise _no_standard(wanted["tier"], wanted["kind"], on)
        return Response(AssessedSerializer(stick.measure(wanted["record"])).data)


class EnterpriseSelfAssessmentViewSet(viewsets.ViewSet):
    """企业的条件自测：按已登记的数据，对照某一天的标准。"""

    @extend_schema(
        parameters=[
            OpenApiParameter("tier", enum=[str(tier) for tier in ASSESSED], description="层级，默认全部"),
            OpenApiParameter("kind", enum=CaseKind.values, description="申报类型，默认新申报"),
            OpenApiParameter("on", OpenApiTypes.DATE, description="受理日期，默认今天"),
            OpenApiParameter("enterprise_pk", OpenApiTypes.INT, OpenApiParameter.PATH),
        ],
        responses={200: AssessedSerializer(many=True), **PROBLEM},
    )
    def list(self, request, enterprise_pk):
        """每个层级一项；这一天没有标准的层级不列出。"""
        enterprise = Enterprise.objects.visible_to(request.user).filter(pk=enterprise_pk).first()
        if enterprise is None:
            raise Http404
        asked = QuerySerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        on = wanted.get("on") or timezone.localdate()
        record = titled_record(enterprise)
        found: list[Assessed] = [
            assessed
            for tier in ([wanted["tier"]] if "tier" in wanted else ASSESSED)
            if (assessed := assess_firm(enterprise, tier, kind=wanted["kind"], on=on, record=record))
        ]
        return Response(AssessedSerializer(found, many=True).data)
