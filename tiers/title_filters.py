"""Which rows the lists of the life of titles show: one filter set for page, export and API."""

import django_filters as filters
from django.db.models import F, Q
from django.utils import timezone

from accounts.queries import units_for
from enterprises.models import Enterprise
from policies.engine.standards import Verdict
from tiers.enums import ChangeKind, ChangeState, ObjectionState, RevocationReason, Title
from tiers.models import MajorChange, Objection, Recognition, Revocation
from tiers.queries.lifecycle import EXPIRED, in_window, lapsing, update_duties, update_states, windows
from tiers.queries.titles import Documents

TIERS = [(title.value, title.label) for title in reversed(Title.tiers())]
VERDICTS = [
    (Verdict.MET, "达标"),
    (Verdict.NOT_MET, "达不到"),
    (Verdict.MISSING, "缺数据"),
    (Verdict.PERSON, "需人工核实"),
]


def by_firm(prefix):
    """A filter method: name, former name, code or initials of the enterprise behind a row."""

    def search(self, queryset, name, value):
        return queryset.filter(**{f"{prefix}__in": Enterprise.objects.search(value)})

    return search


def unit_choice(field_name):
    return filters.ModelChoiceFilter(
        field_name=field_name, queryset=units_for, to_field_name="code", label="管理单位", empty_label="全部"
    )


class RadarFilter(filters.FilterSet):
    """`window` is a number of days or "expired"; `verdict` is what a review would say today, applied by whoever has
    assessed the rows (it stands in no column)."""

    q = filters.CharFilter(method="search", label="企业名称或代码")
    title = filters.ChoiceFilter(choices=TIERS, label="称号", empty_label="全部")
    unit = unit_choice("enterprise__managing_unit")
    window = filters.ChoiceFilter(method="end_in", label="到期时间", empty_label=None)
    verdict = filters.ChoiceFilter(choices=VERDICTS, method="later", label="今天复核", empty_label="全部")

    class Meta:
        model = Recognition
        fields = []

    def __init__(self, data=None, *args, windows, today, **kwargs):
        data = data.copy() if data is not None else {}
        data.setdefault("window", windows[0])
        super().__init__(data, *args, **kwargs)
        self.today = today
        self.filters["window"].extra["choices"] = [
            (window, "已过期" if window == EXPIRED else f"{window} 天内") for window in windows
        ]

    search = by_firm("enterprise")

    def end_in(self, queryset, name, value):
        return in_window(queryset, value, self.today)

    def later(self, queryset, name, value):
        return queryset


UPDATE_STATES = [("open", "未完成"), ("overdue", "已逾期"), ("done", "按期完成"), ("late", "逾期完成")]


class UpdateFilter(filters.FilterSet):
    """On `update_duties`: `state` compares what was done with the deadline."""

    q = filters.CharFilter(method="search", label="企业名称或代码")
    title = filters.ChoiceFilter(choices=TIERS, method="holding", label="称号", empty_label="全部")
    unit = unit_choice("managing_unit")
    state = filters.ChoiceFilter(
        choices=UPDATE_STATES, method="in_state", label="更新情况", empty_label="全部"
    )

    class Meta:
        model = Enterprise
        fields = []

    def search(self, queryset, name, value):
        return queryset.filter(pk__in=Enterprise.objects.search(value))

    def holding(self, queryset, name, value):
        """Of those that owe an update, holders of this title on its deadline."""
        due = Documents().update_due(value, timezone.localdate().year)
        held = Recognition.objects.filter(title=value).valid_on(due) if due else Recognition.objects.none()
        return queryset.filter(pk__in=held.values("enterprise"))

    def in_state(self, queryset, name, value):
        return queryset.filter(update_states(timezone.localdate())[value])


class ChangeFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", label="企业名称或代码")
    kind = filters.ChoiceFilter(choices=ChangeKind.choices, label="变化类型", empty_label="全部")
    unit = unit_choice("enterprise__managing_unit")
    state = filters.ChoiceFilter(choices=ChangeState.choices, label="状态", empty_label="全部")
    late = filters.ChoiceFilter(
        choices=[("yes", "逾期报告"), ("no", "按期报告")],
        method="is_late",
        label="是否按期",
        empty_label="全部",
    )

    class Meta:
        model = MajorChange
        fields = []

    search = by_firm("enterprise")

    def is_late(self, queryset, name, value):
        late = Q(reported_on__gt=F("due_on"))
        return queryset.filter(late if value == "yes" else ~late)


class RevocationFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", label="企业名称或代码")
    title = filters.ChoiceFilter(
        field_name="recognition__title", choices=Title.choices, label="称号", empty_label="全部"
    )
    unit = unit_choice("recognition__enterprise__managing_unit")
    reason = filters.ChoiceFilter(choices=RevocationReason.choices, label="原因", empty_label="全部")

    class Meta:
        model = Revocation
        fields = []

    search = by_firm("recognition__enterprise")


class AppealFilter(filters.FilterSet):
    state = filters.ChoiceFilter(choices=ObjectionState.choices, label="状态", empty_label="全部")

    class Meta:
        model = Objection
        fields = []


# ---- the rows of a list: scope, order, filters ----------------------------------------------------------
def radar_rows(data, request, today, documents) -> RadarFilter:
    """Titles that lapse, soonest first; those that have lapsed, latest first."""
    order = "-valid_until" if data.get("window") == EXPIRED else "valid_until"
    rows = lapsing(Recognition.objects.visible_to(request.user)).order_by(order, "pk")
    rows = rows.select_related("enterprise__managing_unit")
    return RadarFilter(data, rows, request=request, windows=windows(today, documents), today=today)


def update_rows(data, request, today, documents) -> UpdateFilter:
    """Enterprises that owe an update this year, soonest deadline first."""
    rows = update_duties(Enterprise.objects.visible_to(request.user), today.year, documents)
    rows = rows.order_by("due_on", "managing_unit_id", "uscc").select_related("managing_unit")
    return UpdateFilter(data, rows, request=request)


def change_rows(data, request) -> ChangeFilter:
    """Reported changes, those to be checked first, then the newest."""
    rows = MajorChange.objects.visible_to(request.user).annotate(waits=Q(state=ChangeState.REPORTED))
    rows = rows.order_by("-waits", "-reported_on", "-pk").select_related("enterprise__managing_unit")
    return ChangeFilter(data, rows, request=request)
