"""The API of imports: upload a workbook, read the dry run, confirm, undo."""

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from enterprises import permissions, registry, services
from enterprises.enums import BatchState, ImportMode, RowOutcome
from enterprises.models import ImportBatch, ImportRow


class BatchSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    kind = serializers.CharField()
    file_name = serializers.CharField()
    sha256 = serializers.CharField()
    region_code = serializers.CharField(source="region.code")
    uploaded_by = serializers.CharField(allow_null=True)
    uploaded_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=BatchState.choices)
    header = serializers.DictField()
    missing = serializers.SerializerMethodField(help_text="确认之前必须补全的文件信息")
    counts = serializers.DictField(child=serializers.IntegerField())
    notes = serializers.ListField(child=serializers.CharField())
    error = serializers.CharField()
    mode = serializers.CharField()
    confirmed_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_missing(self, batch):
        reviewing = batch.kind and batch.state == BatchState.REVIEW
        return registry.importer(batch.kind).missing(batch.header) if reviewing else []


class RowSerializer(serializers.Serializer):
    sheet = serializers.CharField()
    number = serializers.IntegerField()
    outcome = serializers.ChoiceField(choices=RowOutcome.choices)
    uscc = serializers.CharField()
    name = serializers.CharField()
    data = serializers.DictField()
    errors = serializers.ListField(child=serializers.DictField())
    note = serializers.CharField()


class UploadSerializer(serializers.Serializer):
    file = serializers.FileField(help_text=".xlsx 工作簿")
    kind = serializers.ChoiceField(choices=[], required=False, allow_blank=True, help_text="不给则按内容识别")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = registry.kinds()


class ConfirmSerializer(serializers.Serializer):
    mode = serializers.ChoiceField(choices=ImportMode.choices, help_text="good：仅正确行；all：含有冲突的行")


class HeaderSerializer(serializers.Serializer):
    """Key → value as the header of the batch names them; only what is to be corrected."""

    values = serializers.DictField(child=serializers.CharField(max_length=60, allow_blank=True))


class ImportBatchViewSet(viewsets.GenericViewSet):
    serializer_class = BatchSerializer
    lookup_value_regex = "[0-9]{1,18}"
    queryset = ImportBatch.objects.none()

    def get_queryset(self):
        if not permissions.can_see_imports(self.request.user):
            return ImportBatch.objects.none()
        return ImportBatch.objects.visible_to(self.request.user).select_related("region", "uploaded_by")

    def own(self):
        batch = self.get_object()
        if not permissions.can_change_batch(self.request.user, batch):
            raise PermissionDenied("只有上传单位的工作人员可以操作这个批次。")
        return batch

    def answer(self, batch, code=status.HTTP_200_OK):
        return Response(BatchSerializer(batch).data, status=code)

    def list(self, request):
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(BatchSerializer(page, many=True).data)

    def retrieve(self, request, pk):
        return self.answer(self.get_object())

    @extend_schema(request={"multipart/form-data": UploadSerializer}, responses={202: BatchSerializer})
    def create(self, request):
        """Upload a workbook; it is read in the background (202)."""
        if not permissions.can_import(request.user):
            raise PermissionDenied("只有县级和市级工作人员可以导入。")
        given = UploadSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        batch = services.upload_batch(
            file=given.validated_data["file"],
            kind=given.validated_data.get("kind", ""),
            region=request.user.region,
            actor=request.user,
        )
        return self.answer(batch, status.HTTP_202_ACCEPTED)

    @extend_schema(responses=RowSerializer(many=True))
    @action(detail=True)
    def rows(self, request, pk):
        """The dry run, row by row; ?outcome=bad for one outcome."""
        rows = ImportRow.objects.filter(batch=self.get_object()).order_by("number")
        if request.query_params.get("outcome") in RowOutcome.values:
            rows = rows.filter(outcome=request.query_params["outcome"])
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(RowSerializer(page, many=True).data)

    @extend_schema(request=ConfirmSerializer, responses={202: BatchSerializer})
    @action(detail=True, methods=["post"])
    def confirm(self, request, pk):
        """Have the rows written in the background (202)."""
        batch = self.own()
        given = ConfirmSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        batch = services.confirm_batch(batch=batch, mode=given.validated_data["mode"], actor=request.user)
        return self.answer(batch, status.HTTP_202_ACCEPTED)

    @extend_schema(request=HeaderSerializer, responses={202: BatchSerializer})
    @action(detail=True, methods=["post"])
    def header(self, request, pk):
        """Correct what the file says of all rows; it is read again (202)."""
        batch = self.own()
        given = HeaderSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        batch = services.correct_header(
            batch=batch, values=given.validated_data["values"], actor=request.user
        )
        return self.answer(batch, status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses=BatchSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request, pk):
        """Take the batch back; 409 with reasons while something rests on it."""
        return self.answer(services.undo_batch(batch=self.own(), actor=request.user))
