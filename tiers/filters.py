"""Which recognitions a list shows: one filter set for page and API."""

import django_filters as filters

from accounts.queries import units_for
from enterprises.models import Enterprise
from tiers.enums import RecognitionKind, Title
from tiers.models import Recognition


class RecognitionFilter(filters.FilterSet):
    """`unit` is a region code, `year` the year of the document, `valid_on` a day inside the validity."""

    q = filters.CharFilter(method="search", label="企业名称或代码")
    title = filters.ChoiceFilter(choices=Title.choices, label="称号", empty_label="全部")
    kind = filters.ChoiceFilter(choices=RecognitionKind.choices, label="类型", empty_label="全部")
    unit = filters.ModelChoiceFilter(
        field_name="managing_unit",
        queryset=units_for,
        to_field_name="code",
        label="认定时管理单位",
        empty_label="全部",
    )
    year = filters.NumberFilter(field_name="documented_on", lookup_expr="year", label="成文年度")
    valid_on = filters.DateFilter(method="in_force", label="在这一天有效")

    class Meta:
        model = Recognition
        fields = []

    def search(self, queryset, name, value):
        return queryset.filter(enterprise__in=Enterprise.objects.search(value))

    def in_force(self, queryset, name, value):
        return queryset.valid_on(value)
