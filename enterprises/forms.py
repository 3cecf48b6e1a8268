"""Uploading a workbook, and correcting what its top rows say."""

from django import forms
from django.core.validators import FileExtensionValidator

from core.errors import DomainError
from enterprises import registry

WRONG_ENDING = "只能上传 .xlsx 文件，请用 Excel 或 WPS 另存为 .xlsx 后再上传。"


class UploadForm(forms.Form):
    file = forms.FileField(
        label="文件",
        help_text="Excel 工作簿（.xlsx），不超过 30 MB，不带宏和密码。",
        validators=[FileExtensionValidator(["xlsx"], message=WRONG_ENDING)],
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
    )
    kind = forms.ChoiceField(
        label="内容种类", required=False, help_text="一般不用选，读取时按表头和标题识别。"
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "自动识别"), *registry.kinds()]


class HeaderForm(forms.Form):
    """The header fields of one kind, each cleaned as the importer cleans them."""

    def __init__(self, batch, *args, **kwargs):
        importer = registry.importer(batch.kind)
        self.cleaners = {field.key: field for field in importer.header}
        super().__init__(*args, initial={key: batch.header.get(key) for key in self.cleaners}, **kwargs)
        missing = importer.missing(batch.header)
        for key, field in self.cleaners.items():
            required, help_text = field.label in missing, field.hint
            if required:
                help_text = f"文件里没有写明，请按正式文件填写。{help_text}"
            options = {"label": field.label, "required": required, "help_text": help_text}
            if field.choices:
                self.fields[key] = forms.ChoiceField(choices=[("", "以文件为准"), *field.choices], **options)
            elif field.kind == "date":
                self.fields[key] = forms.CharField(widget=forms.DateInput(attrs={"type": "date"}), **options)
            else:
                self.fields[key] = forms.CharField(max_length=60, **options)

    def clean(self):
        for key, value in list(self.cleaned_data.items()):
            if value:
                try:
                    self.cleaners[key].clean(value)
                except DomainError as problem:
                    self.add_error(key, str(problem))
        return self.cleaned_data
