"""Forms of the offices: visits, decisions, draws, notices, objections, reports."""

from django import forms
from django.utils import timezone

from core.errors import DomainError
from core.fields import clean_document_number, clean_text
from tiers.enums import RejectReason, VisitItem

AGREES = (("yes", "一致"), ("no", "不一致"))


class WordsField(forms.CharField):
    """Text without control characters; `lines` gives it several."""

    def __init__(self, *, lines=0, **options):
        self.lines = lines
        widget = forms.Textarea(attrs={"rows": lines}) if lines else forms.TextInput()
        super().__init__(widget=widget, **options)

    def to_python(self, value):
        value = super().to_python(value)
        if not value:
            return ""
        try:
            return clean_text(value, max_length=self.max_length, multiline=bool(self.lines))
        except DomainError as problem:
            raise forms.ValidationError(str(problem)) from problem


class DayField(forms.DateField):
    def __init__(self, **options):
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files; the check of each is the service's."""

    widget = FilesInput

    def clean(self, data, initial=None):
        files = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(FilesField, self).clean(file, initial) for file in files]


def add_refusals(form, refusal) -> None:
    """A refusal of a service beside the fields it speaks of."""
    for name, sentence in getattr(refusal, "errors", {None: str(refusal)}).items():
        form.add_error(name if name in form.fields else None, sentence)


class VisitForm(forms.Form):
    visited_on = DayField(label="核查日期")
    companion = WordsField(label="企业陪同人", max_length=40, required=False)
    first_officer = WordsField(label="核查人一", max_length=40)
    second_officer = WordsField(label="核查人二", max_length=40, help_text="由两名工作人员进行。")

    def __init__(self, *args, officer="", **kwargs):
        initial = {"visited_on": timezone.localdate(), "first_officer": officer}
        super().__init__(*args, initial=initial, **kwargs)
        for item in VisitItem:
            self.fields[item.value] = forms.ChoiceField(
                label=item.label,
                choices=AGREES,
                widget=forms.RadioSelect,
                error_messages={"required": f"请选择“{item.label}”是否一致。"},
            )
            self.fields[f"{item.value}_note"] = WordsField(
                label=f"{item.label}情况", max_length=300, required=False
            )
        self.fields["problems"] = WordsField(
            label="其他问题", lines=3, max_length=1000, required=False, help_text="逐项以外还发现的问题。"
        )
        self.fields["photos"] = FilesField(
            label="照片",
            required=False,
            help_text="可选多张，jpg 或 png。",
            widget=FilesInput(attrs={"accept": "image/jpeg,image/png"}),
        )

    def item_fields(self):
        """(choice, note) of each item, for the table of the page."""
        return [(self[item.value], self[f"{item.value}_note"]) for item in VisitItem]

    def details(self) -> dict:
        """The cleaned answers as record_visit takes them."""
        data = self.cleaned_data
        plain = ("visited_on", "first_officer", "second_officer", "companion", "problems", "photos")
        return {key: data[key] for key in plain} | {
            "findings": {
                item.value: (data[item.value] == "yes", data[f"{item.value}_note"]) for item in VisitItem
            }
        }


class OpinionForm(forms.Form):
    opinion = WordsField(label="推荐意见", lines=4, max_length=2000, help_text="企业能看到，也写入上报材料。")


class RejectForm(forms.Form):
    reason = forms.ChoiceField(
        label="原因", choices=[(one.value, one.label) for one in RejectReason.offered()]
    )
    words = WordsField(
        label="具体说明", lines=4, max_length=2000, help_text="写明哪一条、差在哪里。企业能看到。"
    )

    def __init__(self, *args, overdue=False, **kwargs):
        super().__init__(*args, **kwargs)
        if overdue:
            del self.fields["reason"]


class NoteForm(forms.Form):
    text = WordsField(label="内部备注", lines=2, max_length=1000, help_text="只有工作人员能看到。")


class DrawForm(forms.Form):
    purpose = WordsField(label="用途", max_length=60, initial="市级实地抽查")
    size = forms.IntegerField(label="抽取数量", min_value=1, max_value=32_000)
    seed = WordsField(
        label="种子",
        max_length=60,
        help_text="用事先约定、事后人人可查的数字，如当日某个公开的开奖号码或指数。抽取后不能重抽。",
    )


class CasesForm(forms.Form):
    """A choice among cases; the page lists them, the form checks the ticks."""

    cases = forms.ModelMultipleChoiceField(
        queryset=None, label="企业", error_messages={"required": "请至少勾选一家企业。"}
    )

    def __init__(self, *args, cases, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["cases"].queryset = cases

    def others(self):
        return [field for field in self if field.name != "cases"]


class PublicityForm(CasesForm):
    title = WordsField(label="标题", max_length=100)
    starts_on = DayField(label="公示开始", help_text="截止日按工作日计算，首尾两天都算。")
    contact = WordsField(label="受理异议的地址和电话", max_length=200)


class ReportForm(CasesForm):
    document_number = WordsField(label="上报文号", max_length=60, help_text="如 新工信〔2026〕12号。")
    reported_on = DayField(label="上报日期")

    def clean_document_number(self):
        try:
            return clean_document_number(self.cleaned_data["document_number"])
        except DomainError as problem:
            raise forms.ValidationError(str(problem)) from problem


class ObjectionForm(forms.Form):
    raised_by = WordsField(label="提出人", max_length=40, help_text="实名；单位提出的写单位名称。")
    contact = WordsField(label="联系方式", max_length=100, help_text="电话或地址。")
    raised_on = DayField(label="提出日期", help_text="应在公示期内。")
    due_on = DayField(label="办理期限", required=False)
    content = WordsField(label="内容和依据", lines=5, max_length=2000)


class DecisionForm(forms.Form):
    upheld = forms.TypedChoiceField(
        label="结论",
        choices=(("no", "不成立，恢复公示"), ("yes", "成立，不予推荐")),
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    decision = WordsField(label="理由", lines=4, max_length=2000, help_text="企业能看到。")
