"""Handing over the cases of an officer."""

from django import forms

from accounts.models import User
from tiers.queries.queue import officers_of, officers_with_cases


class _WithCases(forms.ModelChoiceField):
    def label_from_instance(self, officer):
        left = "" if officer.is_active else "，账号已停用"
        return f"{officer}（{officer.cases} 件{left}）"


class HandOverForm(forms.Form):
    """From whom (of the own office, also somebody who has left) to whom, and why."""

    officer = _WithCases(label="移交人", queryset=User.objects.none(), empty_label="请选择")
    to = forms.ModelChoiceField(label="接收人", queryset=User.objects.none(), empty_label="请选择")
    reason = forms.CharField(
        label="原因", max_length=200, help_text="如：岗位调整、休假。写入办理记录，接收人会看到。"
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["officer"].queryset = officers_with_cases(user)
        self.fields["to"].queryset = officers_of(user)
