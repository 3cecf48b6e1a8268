"""Which recognitions and cases a list shows: one filter set each for page and API."""

import django_filters as filters
from django import forms
from django.db.models import Q
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from accounts.queries import units_for
from enterprises.models import Enterprise
from policies.enums import CaseKind
from tiers.enums import ApplicationState, RecognitionKind, Title
from tiers.models import Application, Intake, Recognition
from tiers.queries.queue import WorkTab, officers_of, tab_conditions


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


def _intakes_for(request):
    return Intake.objects.visible_to(request.user) if request else Intake.objects.none()


def _officers_for(request):
    return officers_of(request.user) if request else User.objects.none()


class WorkFilter(filters.FilterSet):
    """The work list of an office. `tab` is one of its tabs; without it: every case in sight."""

    q = filters.CharFilter(
        method="search",
        label="企业、代码或申报编号",
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
        choices=[(title.value, title.label) for title in Title.tiers()], label="申报称号", empty_label="全部"
    )
    kind = filters.ChoiceFilter(choices=CaseKind.choices, label="申报类型", empty_label="全部")
    intake = filters.ModelChoiceFilter(queryset=_intakes_for, label="申报批次", empty_label="全部")
    state = filters.ChoiceFilter(choices=ApplicationState.choices, label="状态", empty_label="全部")
    officer = filters.ModelChoiceFilter(
        field_name="assigned_to",
        queryset=_officers_for,
        label="经办人",
        empty_label="全部",
        null_label="未指派",
        null_value="none",
    )
    tab = filters.ChoiceFilter(
        method="in_tab", choices=WorkTab.choices, label="分类", widget=forms.HiddenInput
    )

    class Meta:
        model = Application
        fields = []

    def search(self, queryset, name, value):
        text = value.strip()
        firms = Q(enterprise__in=Enterprise.objects.search(text))
        return queryset.filter(firms | Q(number__icontains=text))

    def in_tab(self, queryset, name, value):
        return queryset.filter(tab_conditions(self.request.user, timezone.localdate())[value])


class ApplicationFilter(filters.FilterSet):
    """Applications by enterprise, title, kind, state, unit (its code) and intake."""

    q = filters.CharFilter(method="search", label="企业、代码或申报编号")
    title = filters.ChoiceFilter(
        choices=[(title.value, title.label) for title in Title.tiers()], label="申报称号"
    )
    kind = filters.ChoiceFilter(choices=CaseKind.choices, label="申报类型")
    state = filters.ChoiceFilter(method="in_state", choices=ApplicationState.choices, label="状态")
    unit = filters.ModelChoiceFilter(
        field_name="managing_unit", queryset=units_for, to_field_name="code", label="管理单位"
    )
    intake = filters.ModelChoiceFilter(queryset=_intakes_for, label="申报批次")

    class Meta:
        model = Application
        fields = []

    def search(self, queryset, name, value):
        text = value.strip()
        return queryset.filter(Q(enterprise__in=Enterprise.objects.search(text)) | Q(number__icontains=text))

    def in_state(self, queryset, name, value):
        """An enterprise does not learn by filtering what its offices ask of each other."""
        if self.request.user.role == Role.ENTERPRISE and value == ApplicationState.COUNTY_REVIEW:
            return queryset.filter(state__in=[value, ApplicationState.RETURNED_TO_COUNTY])
        if self.request.user.role == Role.ENTERPRISE and value == ApplicationState.RETURNED_TO_COUNTY:
            return queryset.none()
        return queryset.filter(state=value)
