from django.db.models import F
from rest_framework import serializers, viewsets

from tiers.enums import RecognitionKind, Title
from tiers.filters import RecognitionFilter
from tiers.models import Recognition


class RecognitionSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    enterprise = serializers.IntegerField()
    uscc = serializers.CharField()
    name = serializers.CharField()
    title = serializers.ChoiceField(choices=Title.choices)
    kind = serializers.ChoiceField(choices=RecognitionKind.choices)
    document_number = serializers.CharField()
    documented_on = serializers.DateField()
    valid_from = serializers.DateField()
    valid_until = serializers.DateField()
    label_year = serializers.IntegerField(allow_null=True)
    unit = serializers.CharField(help_text="认定时管理单位的代码")
    unit_name = serializers.CharField()


class RecognitionViewSet(viewsets.ReadOnlyModelViewSet):
    """认定名单：每行是一家企业在一份正式文件上的一个称号。"""

    queryset = Recognition.objects.none()
    serializer_class = RecognitionSerializer
    filterset_class = RecognitionFilter
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self):
        return Recognition.objects.visible_to(self.request.user).values(
            "id", "enterprise", "title", "kind", "document_number", "documented_on", "valid_from", "valid_until",
            "label_year", uscc=F("enterprise__uscc"), name=F("enterprise__name"), unit=F("managing_unit__code"),
            unit_name=F("managing_unit__name"),
        )  # fmt: skip
