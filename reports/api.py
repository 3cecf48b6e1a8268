"""The API of the enterprise list, beside its page: its filters look at titles too."""

from django.db.models import F
from rest_framework import serializers, viewsets
from rest_framework.pagination import BasePagination
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from accounts.enums import Role
from accounts.permissions import has_role
from core.templatetags.portal import mask_phone
from enterprises.models import Enterprise
from reports.filters import EnterpriseFilter
from reports.pages import keyset_page

PAGE_SIZE = 100
CALLERS = (Role.ENTERPRISE, Role.COUNTY, Role.CITY)  # an enterprise sees its own number


class EnterpriseSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    uscc = serializers.CharField()
    name = serializers.CharField()
    unit = serializers.CharField(help_text="管理单位代码")
    unit_name = serializers.CharField()
    established_on = serializers.DateField(allow_null=True)
    industry_code = serializers.CharField()
    phone = serializers.SerializerMethodField(
        help_text="县、市工作人员和本企业可见全号，其他人只见前后几位。"
    )

    def get_phone(self, row) -> str:
        user = self.context["request"].user
        return row.phone if not row.phone or has_role(user, *CALLERS) else mask_phone(row.phone)


class KeysetPagination(BasePagination):
    """The pages of the enterprise list: counted up to a thousand, and as quick at the end as at the start."""

    def paginate_queryset(self, queryset, request, view=None):
        written = request.query_params.get("page", "")
        self.page = keyset_page(queryset, written, key=("managing_unit_id", "uscc"), size=PAGE_SIZE)
        self.url = request.build_absolute_uri()
        return self.page.rows

    def get_paginated_response(self, data):
        page = self.page
        body = {"count": page.count, "count_is_capped": page.count_is_capped}
        body |= {"next": self._link(page.next_query), "previous": self._link(page.previous_query)}
        return Response(body | {"results": data})

    def _link(self, query):
        return replace_query_param(self.url, "page", query["page"]) if query else None

    def get_paginated_response_schema(self, schema):
        link = {"type": "string", "format": "uri", "nullable": True}
        properties = {
            "count": {"type": "integer", "description": "符合条件的行数，最多数到 1000"},
            "count_is_capped": {"type": "boolean"},
            "next": link,
            "previous": link,
            "results": schema,
        }
        return {"type": "object", "required": list(properties), "properties": properties}

    def get_schema_operation_parameters(self, view):
        description = "取自上一页答复的 next 或 previous。"
        return [{"name": "page", "in": "query", "description": description, "schema": {"type": "string"}}]


class EnterpriseViewSet(viewsets.ReadOnlyModelViewSet):
    """企业库。"""

    queryset = Enterprise.objects.none()
    serializer_class = EnterpriseSerializer
    filterset_class = EnterpriseFilter
    pagination_class = KeysetPagination
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self):
        visible = Enterprise.objects.visible_to(self.request.user)
        named = visible.annotate(unit=F("managing_unit__code"), unit_name=F("managing_unit__name"))
        return named.values_list(
            "id", "uscc", "name", "managing_unit_id", "established_on", "industry_code", "phone", "unit", "unit_name",
            named=True,
        )  # fmt: skip
