"""The API of an enterprise's record: what is on it, exact, each answer with its source and day. Read only."""

from rest_framework import mixins, serializers, viewsets
from rest_framework.response import Response

from core.templatetags.portal import mask_phone
from enterprises.fields import FIELDS, ITEMS, Store, split_key
from enterprises.models import Enterprise
from enterprises.permissions import can_see_personal
from enterprises.queries.record import answers_in, profile_of


class AnswerSerializer(serializers.Serializer):
    value = serializers.JSONField(
        help_text="金额为元，占比为小数（0.125 即 12.5%），日期为 2025-10-31，多选为代码列表"
    )
    source = serializers.CharField(help_text="registry、roster、firm、staff 或 audit")
    as_of = serializers.DateField(allow_null=True)


class YearSerializer(serializers.Serializer):
    year = serializers.IntegerField()
    answers = serializers.DictField(child=AnswerSerializer())


class RecordSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    uscc = serializers.CharField()
    name = serializers.CharField()
    facts = serializers.DictField(child=AnswerSerializer())
    figures = YearSerializer(many=True)
    items = serializers.DictField(child=serializers.ListField(child=serializers.DictField()))
    complete_lists = serializers.ListField(
        child=serializers.CharField(), help_text="已填完的清单，空清单表示“没有”"
    )


class RecordViewSet(mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """企业档案。"""

    queryset = Enterprise.objects.none()
    serializer_class = RecordSerializer
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self):
        return Enterprise.objects.visible_to(self.request.user)

    def retrieve(self, request, *args, **kwargs):
        enterprise = self.get_object()
        return Response(RecordSerializer(_record(enterprise, personal=can_see_personal(request.user))).data)


def _record(enterprise, *, personal: bool) -> dict:
    profile = profile_of(enterprise)
    held = answers_in(enterprise, profile, {row.year: row for row in enterprise.yearly_figures.all()})
    facts, years = {}, {}
    for key, one in held.items():
        field, year = split_key(key)
        value = field.pack(one.value)
        if field.personal and not personal:
            value = mask_phone(value)
        answer = {"value": value, "source": one.source, "as_of": one.as_of}
        (years.setdefault(year, {}) if field.store is Store.FIGURES else facts)[field.key] = answer
    return {
        "id": enterprise.pk,
        "uscc": enterprise.uscc,
        "name": enterprise.name,
        "facts": {key: facts[key] for key in FIELDS if key in facts},
        "figures": [{"year": year, "answers": years[year]} for year in sorted(years, reverse=True)],
        "items": {key: _items(kind, enterprise) for key, kind in ITEMS.items()},
        "complete_lists": profile.complete_lists,
    }


def _items(kind, enterprise) -> list[dict]:
    return [
        {field.key: field.pack(kind.value(item, field)) for field in kind.fields}
        | {"id": item.pk, "source": item.source, "as_of": item.as_of, "evidence": item.evidence_id}
        for item in kind.model._default_manager.filter(enterprise=enterprise)
    ]
