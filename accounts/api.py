from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from accounts import services
from accounts.enums import MessageKind
from accounts.filters import MessageFilter
from accounts.models import Message


class MessageSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=MessageKind.choices)
    title = serializers.CharField()
    body = serializers.CharField()
    url = serializers.CharField(help_text="平台内的页面地址")
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)


class ReadSerializer(serializers.Serializer):
    upto = serializers.IntegerField(
        min_value=0, max_value=2**63 - 1, help_text="把编号不大于它的消息都标为已读"
    )


class CountSerializer(serializers.Serializer):
    read = serializers.IntegerField(help_text="标为已读的条数")


class MessageViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """站内信：本人的消息，新的在前。"""

    queryset = Message.objects.none()
    serializer_class = MessageSerializer
    filterset_class = MessageFilter
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self):
        return Message.objects.visible_to(self.request.user)

    @extend_schema(request=None, responses=MessageSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def read(self, request, pk=None):
        """把一条消息标为已读。"""
        message = self.get_object()
        services.read_message(message=message)
        message.refresh_from_db()
        return Response(MessageSerializer(message).data)

    @extend_schema(request=ReadSerializer, responses=CountSerializer)
    @action(detail=False, methods=["post"], url_path="read-all", filterset_class=None)
    def read_all(self, request):
        """把看到的消息都标为已读；之后新到的仍为未读。"""
        asked = ReadSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return Response({"read": services.read_messages(user=request.user, **asked.validated_data)})
