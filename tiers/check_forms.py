"""Forms of the self-assessment: the acceptance date, and the questions of the public calculator."""

from django import forms

from core.fields import FieldError, clean_date
from enterprises.fields import Kind
from tiers.calculator import GROUPS, NOTHING, OWNED, Question

YES_OR_NO = (("", "请选择"), ("yes", "是"), ("no", "否"))


class DayField(forms.Field):
    """A day between 1949 and 2100, as people write it."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def clean(self, value):
        if not value:
            return None
        try:
            return clean_date(value)
        except FieldError as error:
            raise forms.ValidationError(str(error)) from None


class DayForm(forms.Form):
    on = DayField(label="按这一天受理", required=False)


class AnswerField(forms.Field):
    """An answer as the record's own question checks it. Blank is always allowed: not known is an answer."""

    def __init__(self, question: Question):
        self.question = question
        self.unit = question.field.unit
        super().__init__(
            label=question.label, help_text=question.hint, required=False, widget=_widget(question.field)
        )

    def clean(self, value):
        try:
            return self.question.field.clean(value)
        except FieldError as error:
            raise forms.ValidationError(str(error)) from None


def _widget(field) -> forms.Widget:
    if field.kind is Kind.YESNO:
        return forms.Select(choices=YES_OR_NO)
    if field.kind is Kind.CHOICE:
        return forms.Select(choices=(("", "请选择"), *field.choices))
    if field.kind is Kind.MULTICHOICE:
        return forms.CheckboxSelectMultiple(choices=field.choices)
    if field.kind is Kind.DATE:
        return forms.DateInput(attrs={"type": "date"})
    return forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "maxlength": 30})


class CalculatorForm(forms.Form):
    """The questions of one standard; `parts` groups them for the page."""

    def __init__(self, questions: tuple[Question, ...], data=None, initial=None):
        super().__init__(data, initial=initial)
        self.questions = questions
        for question in questions:
            self.fields[question.name] = AnswerField(question)

    def parts(self):
        """(heading, bound fields) in the order of the page."""
        for title, parts in GROUPS:
            mine = [self[question.name] for question in self.questions if question.field.part in parts]
            if mine:
                yield title, mine

    def clean(self):
        answers = super().clean()
        owned = answers.get(OWNED) or ()
        if NOTHING in owned and len(owned) > 1:
            self.add_error(OWNED, "选了“以上都没有”，就不要再选别的。")
        if not self.errors and all(answer is None for answer in answers.values()):
            raise forms.ValidationError("请至少回答一项，没有回答的按“缺数据”处理，不算不符合。")
        return answers
