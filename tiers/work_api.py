from rest_framework import mixins, serializers, viewsets
from rest_framework.permissions import BasePermission, IsAuthenticated

from policies.enums import CaseKind
from tiers.enums import ApplicationState, Title
from tiers.filters import WorkFilter
from tiers.models import Application
from tiers.permissions import can_work
from tiers.queries.queue import in_order, work_rows


class LimitSerializer(serializers.Serializer):
    due_on = serializers.DateField(allow_null=True)
    left = serializers.IntegerField(allow_null=True, help_text="还剩的工作日，负数为已超期")
    words = serializers.CharField()


class PersonSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField(source="full_name")


class LastSerializer(serializers.Serializer):
    at = serializers.DateTimeField()
    action = serializers.CharField()
    actor = serializers.CharField(source="actor_name")


class WorkRowSerializer(serializers.Serializer):
    id = serializers.IntegerField(source="case.pk")
    number = serializers.CharField(source="case.number", allow_null=True)
    uscc = serializers.CharField(source="case.enterprise.uscc")
    name = serializers.CharField(source="case.enterprise.name")
    title = serializers.ChoiceField(source="case.title", choices=Title.choices)
    kind = serializers.ChoiceField(source="case.kind", choices=CaseKind.choices)
    intake = serializers.IntegerField(source="case.intake_id")
    unit = serializers.CharField(source="case.managing_unit.code")
    state = serializers.ChoiceField(source="case.state", choices=ApplicationState.choices)
    submitted_at = serializers.DateTimeField(source="case.submitted_at", allow_null=True)
    limit = LimitSerializer()
    verdict = serializers.CharField(help_text="提交时按标准核对的结论")
    missing = serializers.IntegerField(help_text="提交时缺数据的条件数")
    officer = PersonSerializer(source="case.assigned_to", allow_null=True)
    handler = PersonSerializer(allow_null=True, help_text="正在处理的人")
    last = LastSerializer(allow_null=True)


class Officers(BasePermission):
    def has_permission(self, request, view):
        return can_work(request.user)


class WorkViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """待办：本单位看得到的申报，与页面同样的分类和筛选，急的在前。"""

    queryset = Application.objects.none()
    serializer_class = WorkRowSerializer
    filterset_class = WorkFilter
    permission_classes = (IsAuthenticated, Officers)

    def get_queryset(self):
        cases = Application.objects.visible_to(self.request.user)
        return in_order(
            cases.select_related("enterprise", "managing_unit", "assigned_to", "handled_by"),
            self.request.query_params.get("tab"),
        )

    def paginate_queryset(self, queryset):
        """The page as rows: what a row says is asked for the whole page at once."""
        return work_rows(super().paginate_queryset(queryset))
