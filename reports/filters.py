"""Which enterprises a list shows."""

import django_filters as filters
from django import forms
from django.utils import timezone

from accounts.queries import units_for
from enterprises.models import Enterprise
from tiers.enums import Title
from tiers.models import Recognition


class EnterpriseFilter(filters.FilterSet):
    q = filters.CharFilter(
        method="search",
        label="企业名称或代码",
        widget=forms.TextInput(attrs={"placeholder": "可用拼音首字母，如 xxrl"}),
    )
    unit = filters.ModelChoiceFilter(
        field_name="managing_unit",
        queryset=units_for,
        to_field_name="code",
        label="管理单位",
        empty_label="全部",
    )
    title = filters.ChoiceFilter(
        method="holding",
        choices=[*Title.choices, ("none", "没有有效称号")],
        label="当前称号",
        empty_label="全部",
    )

    class Meta:
        model = Enterprise
        fields = []

    def search(self, queryset, name, value):
        return queryset.search(value)

    def holding(self, queryset, name, value):
        """Titles in force today, on any list."""
        valid = Recognition.objects.valid_on(timezone.localdate())
        if value == "none":
            return queryset.exclude(pk__in=valid.values("enterprise"))
        return queryset.filter(pk__in=valid.filter(title=value).values("enterprise"))
