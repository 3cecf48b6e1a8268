"""Forms of the life of a title: yearly update, major change, revocation, appeal."""

from django import forms

from accounts.models import Region
from core.errors import DomainError
from enterprises.models import Enterprise
from tiers.enums import ChangeKind, RevocationReason
from tiers.review_forms import DayField, WordsField
from tiers.services.revocations import clean_document

YES_NO = (("yes", "是"), ("no", "否"))


class OwnUpdateForm(forms.Form):
    """The enterprise says that its record is right."""

    confirmed = forms.BooleanField(
        label="以上信息已核对，真实、完整",
        error_messages={"required": "请核对后勾选确认。"},
    )
    note = WordsField(label="说明", max_length=200, required=False, help_text="需要主管部门知道的情况。")


class RegisteredUpdateForm(forms.Form):
    """An officer registers what was done elsewhere."""

    completed_on = DayField(label="完成日期")
    note = WordsField(label="说明", max_length=200, help_text="在哪里完成的，例如“已在国家平台更新”。")


class ChangeForm(forms.Form):
    kind = forms.ChoiceField(label="变化类型", choices=[("", "请选择"), *ChangeKind.choices])
    happened_on = DayField(label="发生日期", help_text="以登记机关核准或协议生效的日期为准。")
    new_name = WordsField(
        label="变更后名称", max_length=100, required=False, help_text="更名的填写，与营业执照一致。"
    )
    new_unit = forms.ModelChoiceField(
        Region.objects.none(),
        label="迁入单位",
        required=False,
        empty_label="不变或不在本市",
        help_text="迁移的选择，由市级核实。",
    )
    detail = WordsField(label="变化情况", lines=4, max_length=2000)
    file = forms.FileField(label="证明材料", required=False, help_text="PDF 或图片，例如变更登记通知书。")

    def __init__(self, *args, enterprise: Enterprise, **kwargs):
        super().__init__(*args, **kwargs)
        unit = enterprise.managing_unit
        units = Region.objects.units().filter(parent=unit.city).exclude(pk=unit.pk)
        self.fields["new_unit"].queryset = units

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("kind") == ChangeKind.RENAME and not cleaned.get("new_name"):
            self.add_error("new_name", "更名请填写变更后的名称。")
        return cleaned


class ChangeDecisionForm(forms.Form):
    accepted = forms.ChoiceField(
        label="核实结论",
        choices=(("yes", "情况属实，称号保留"), ("no", "不再符合条件，建议撤销称号")),
        widget=forms.RadioSelect,
        error_messages={"required": "请选择核实结论。"},
    )
    opinion = WordsField(label="核实意见", lines=3, max_length=2000)
    new_unit = forms.ModelChoiceField(
        Region.objects.none(),
        label="迁入单位",
        required=False,
        empty_label="不变",
        help_text="企业由哪个单位管理；保存后立即迁入。",
    )
    cancels_review = forms.BooleanField(label="取消本次到期的复核资格（逾期报告）", required=False)

    def __init__(self, *args, change, **kwargs):
        super().__init__(*args, initial={"new_unit": change.new_unit_id}, **kwargs)
        if change.kind == ChangeKind.MOVE:
            city = change.enterprise.managing_unit.city
            self.fields["new_unit"].queryset = Region.objects.units().filter(parent=city)
        else:
            del self.fields["new_unit"]
        if not change.is_late:
            del self.fields["cancels_review"]


class RevokeForm(forms.Form):
    reason = forms.ChoiceField(label="撤销原因", choices=[("", "请选择"), *RevocationReason.choices])
    document_number = WordsField(
        label="撤销文号", max_length=60, help_text="如 豫工信企业〔2026〕12号，或“2026年5月10日公告”。"
    )
    revoked_on = DayField(label="撤销日期", help_text="从这一天起称号无效。")
    banned_until = DayField(
        label="不得申报至", required=False, help_text="含当日。不填：按办法规定的年限计算。"
    )
    detail = WordsField(label="情况", lines=4, max_length=2000)

    def clean_document_number(self):
        try:
            return clean_document(self.cleaned_data["document_number"])
        except DomainError as problem:
            raise forms.ValidationError(str(problem)) from problem


class NoteForm(forms.Form):
    note = WordsField(label="补充或更正说明", lines=3, max_length=1000)


class AppealForm(forms.Form):
    raised_by = WordsField(label="申诉人", max_length=40, help_text="经办人姓名，实名提出。")
    contact = WordsField(label="联系方式", max_length=100, help_text="电话，便于核实情况。")
    content = WordsField(label="申诉理由和依据", lines=6, max_length=2000)


class AppealDecisionForm(forms.Form):
    upheld = forms.ChoiceField(
        label="处理结论",
        choices=(("yes", "申诉成立"), ("no", "申诉不成立")),
        widget=forms.RadioSelect,
        error_messages={"required": "请选择处理结论。"},
    )
    decision = WordsField(label="理由", lines=4, max_length=2000)
