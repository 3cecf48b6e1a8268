"""The API of the facts besides titles: subsidies, assessments and investments, read only."""

import django_filters as filters
from django.db.models import F
from rest_framework import serializers, viewsets

from accounts.models import Region
from awards.api import ID, money
from awards.models import EquipmentInvestment, PlatformAssessment, ProvincialSubsidy
from enterprises.models import Enterprise


def _units(request):
    return Region.objects.units().visible_to(request.user) if request else Region.objects.none()


class FactFilter(filters.FilterSet):
    """`unit` is a region code; a subclass says which date `year` looks at."""

    q = filters.CharFilter(method="search", label="企业名称或代码")
    unit = filters.ModelChoiceFilter(
        field_name="enterprise__managing_unit", queryset=_units, to_field_name="code", label="管理单位"
    )

    def search(self, queryset, name, value):
        return queryset.filter(enterprise__in=Enterprise.objects.search(value))


class SubsidyFilter(FactFilter):
    year = filters.NumberFilter(field_name="allocated_on", lookup_expr="year", label="下达年度")


class AssessmentFilter(FactFilter):
    year = filters.NumberFilter(field_name="published_on", lookup_expr="year", label="公布年度")


class InvestmentFilter(FactFilter):
    year = filters.NumberFilter(field_name="reported_on", lookup_expr="year", label="申报年度")


class FactSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    enterprise = serializers.IntegerField()
    uscc = serializers.CharField()
    name = serializers.CharField()
    document_number = serializers.CharField()


class SubsidySerializer(FactSerializer):
    allocated_on = serializers.DateField()
    invested_from = serializers.DateField(allow_null=True)
    invested_until = serializers.DateField(allow_null=True)
    approved_investment = money(allow_null=True)
    amount = money()


class AssessmentSerializer(FactSerializer):
    year = serializers.IntegerField()
    grade = serializers.CharField()
    published_on = serializers.DateField()


class InvestmentSerializer(FactSerializer):
    reported_on = serializers.DateField()
    invested_from = serializers.DateField(allow_null=True)
    invested_until = serializers.DateField(allow_null=True)
    amount = money()
    subsidised = serializers.BooleanField()


class FactViewSet(viewsets.ReadOnlyModelViewSet):
    """What the three kinds of facts share: the scope of the enterprise, and rows of the listed fields."""

    lookup_value_regex = ID

    def get_queryset(self):
        own = {"uscc": F("enterprise__uscc"), "name": F("enterprise__name")}
        fields = [field for field in self.serializer_class().fields if field not in own]
        return self.queryset.model.objects.visible_to(self.request.user).values(*fields, **own)


class SubsidyViewSet(FactViewSet):
    """省级设备软件补助。"""

    queryset = ProvincialSubsidy.objects.none()
    serializer_class = SubsidySerializer
    filterset_class = SubsidyFilter


class AssessmentViewSet(FactViewSet):
    """示范平台省考核结果。"""

    queryset = PlatformAssessment.objects.none()
    serializer_class = AssessmentSerializer
    filterset_class = AssessmentFilter


class InvestmentViewSet(FactViewSet):
    """设备软件投资。"""

    queryset = EquipmentInvestment.objects.none()
    serializer_class = InvestmentSerializer
    filterset_class = InvestmentFilter
