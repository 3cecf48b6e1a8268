"""Forms around an application: starting it, the declaration, giving it up; and that of an intake."""

from django import forms

from tiers.models import Intake


class DeclarationForm(forms.Form):
    agreed = forms.BooleanField(
        label="我已阅读并作出以上声明和承诺",
        error_messages={"required": "请先阅读并勾选声明和承诺。"},
    )
    declared_by = forms.CharField(
        label="法定代表人姓名",
        max_length=40,
        help_text="由法定代表人本人确认后填写，会写进回执。",
        error_messages={"required": "请填写法定代表人姓名。"},
    )
    words = forms.CharField(
        label="给审核人员的说明",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class StartForm(forms.Form):
    """`firms`: enterprises the person may start for; `previous`: earlier cases of the same title."""

    enterprise = forms.ModelChoiceField(
        label="申报企业", queryset=None, empty_label=None, error_messages={"required": "请选择申报企业。"}
    )
    previous = forms.ModelChoiceField(
        label="沿用以前的填报",
        queryset=None,
        required=False,
        empty_label="不沿用，从企业档案带入",
        help_text="企业档案里有的以档案为准，其余从以前的申报带入，上传过的材料一并带入。请逐项核对。",
    )
    unit_confirmed = forms.BooleanField(
        error_messages={"required": "请确认管理单位；不对的，先不要开始填报。"}
    )

    def __init__(self, *args, firms, previous, unit, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["enterprise"].queryset = firms
        self.fields["previous"].queryset = previous
        self.fields["previous"].label_from_instance = lambda case: (
            f"沿用 {case.intake.year} 年填报（{case.intake}）"
        )
        self.fields["unit_confirmed"].label = f"本企业由{unit}管理，由它审核"


class IntakeForm(forms.ModelForm):
    class Meta:
        model = Intake
        fields = ["title", "kind", "name", "year", "opens_on", "closes_on", "document_number", "note"]
        widgets = {
            "opens_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "closes_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "note": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {
            "name": "如“2026 年第一批省级专精特新申报”，企业看到的就是这个名称。",
            "year": "表格里要填的是这一年之前三年的数据。",
            "opens_on": "含当天。",
            "closes_on": "含当天，24 时截止。",
            "document_number": "如“豫工信企业〔2026〕12号”。",
            "note": "写给企业看的说明，如联系电话、注意事项。",
        }
