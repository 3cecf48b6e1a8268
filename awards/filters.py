"""Which determinations a list shows: the same filters for page, export and API."""

import django_filters as filters
from django import forms

from accounts.queries import units_for
from awards.enums import Outcome
from awards.models import AwardRun, Determination
from enterprises.models import Enterprise
from policies import engine
from policies.models import PolicyEdition
from policies.queries import policy_of

ALL = ("", "全部")


class DeterminationFilter(filters.FilterSet):
    """`unit` is a region code, `item` an award item's id, `reason` a reason code."""

    q = filters.CharFilter(
        method="search",
        label="企业名称或代码",
        widget=forms.TextInput(attrs={"placeholder": "可用拼音首字母，如 xxrl"}),
    )
    year = filters.NumberFilter(label="申报年度", widget=forms.Select)
    unit = filters.ModelChoiceFilter(
        field_name="managing_unit",
        queryset=units_for,
        to_field_name="code",
        label="管理单位",
        empty_label="全部",
    )
    item = filters.CharFilter(label="条款", widget=forms.Select)
    reason = filters.ChoiceFilter(
        method="because", choices=list(engine.LABELS.items()), label="原因", empty_label="全部"
    )
    state = filters.ChoiceFilter(
        method="in_state",
        choices=[("draft", "草稿"), ("decided", "已决定")],
        label="状态",
        empty_label="全部",
    )
    outcome = filters.ChoiceFilter(choices=Outcome.choices, label="结果", widget=forms.HiddenInput)

    class Meta:
        model = Determination
        fields = []

    def search(self, queryset, name, value):
        return queryset.filter(enterprise__in=Enterprise.objects.search(value))

    def because(self, queryset, name, value):
        return queryset.filter(reasons__contains=[value])

    def in_state(self, queryset, name, value):
        return queryset.drafts() if value == "draft" else queryset.decided()


class DeterminationPageFilter(DeterminationFilter):
    """The same with the years and items to choose from, for a person."""

    @property
    def form(self):
        if not hasattr(self, "_form"):
            form = super().form
            _offer(form.fields["year"], _years())
            _offer(form.fields["item"], _items(self.request.user))
        return self._form


def _offer(field, choices):
    field.choices = field.widget.choices = [ALL, *choices]


def _years():
    years = AwardRun.objects.order_by("-year").values_list("year", flat=True).distinct()
    return [(str(year), f"{year} 年度") for year in years]


def _items(user):
    """Award items of the reader's city, or of every city for a reader without one."""
    editions = PolicyEdition.objects.order_by("city_code", "valid_from", "pk")
    if user.region_id:
        editions = editions.filter(city_code=user.region.city.code)
    items = {item.id: item.name for edition in editions for item in policy_of(edition).items.values()}
    return [(code, f"{name}（{code}）") for code, name in items.items()]
