from rest_framework import serializers, viewsets

from policies.models import PolicyEdition, StandardEdition


class PolicyEditionSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    slug = serializers.CharField()
    revision = serializers.IntegerField()
    city_code = serializers.CharField()
    number = serializers.CharField()
    title = serializers.CharField()
    sha256 = serializers.CharField()
    valid_from = serializers.DateField()
    valid_until = serializers.DateField()
    published_at = serializers.DateTimeField()


class PolicyTextSerializer(PolicyEditionSerializer):
    text = serializers.CharField(help_text="规则文本（TOML）")


class PolicyEditionViewSet(viewsets.ReadOnlyModelViewSet):
    """已发布的政策版本，登录即可查看；单个版本带规则文本。"""

    queryset = PolicyEdition.objects.all()
    lookup_value_regex = "[0-9]{1,18}"

    def get_serializer_class(self):
        return PolicyEditionSerializer if self.action == "list" else PolicyTextSerializer

    def get_queryset(self):
        return super().get_queryset().values(*self.get_serializer_class()().fields)


class PeriodSerializer(serializers.Serializer):
    kind = serializers.CharField(help_text="new 新申报，review 复核")
    valid_from = serializers.DateField()
    valid_until = serializers.DateField(allow_null=True, help_text="空表示至今有效")


class StandardEditionSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    slug = serializers.CharField()
    revision = serializers.IntegerField()
    tier = serializers.CharField()
    number = serializers.CharField()
    title = serializers.CharField()
    sha256 = serializers.CharField()
    published_at = serializers.DateTimeField()
    periods = PeriodSerializer(many=True, help_text="适用的受理日期，首尾两天都算")


class StandardTextSerializer(StandardEditionSerializer):
    text = serializers.CharField(help_text="标准文本（TOML）")


class StandardEditionViewSet(viewsets.ReadOnlyModelViewSet):
    """已发布的认定标准，登录即可查看；单个标准带标准文本。"""

    queryset = StandardEdition.objects.prefetch_related("periods")
    lookup_value_regex = "[0-9]{1,18}"

    def get_serializer_class(self):
        return StandardEditionSerializer if self.action == "list" else StandardTextSerializer
