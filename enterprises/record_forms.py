"""Forms of the record, made from its questions. What is wrong stays in the form, what is right is kept."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django import forms
from django.conf import settings

from core.fields import FieldError
from enterprises.fields import ItemKind, Kind, RecordField, answer_key, fields_of
from enterprises.models import Evidence
from enterprises.queries import Held
from enterprises.queries.record import input_text
from enterprises.services.record import PROOFS

NUMBERS = {
    Kind.MONEY: "decimal",
    Kind.PERCENT: "decimal",
    Kind.DECIMAL: "decimal",
    Kind.INT: "numeric",
    Kind.YEAR: "numeric",
}


class AnswerField(forms.Field):
    """One question. Nothing said is always allowed in the record; an entry of a list has its required ones."""

    def __init__(self, question: RecordField, year: int | None = None):
        self.question, self.year, self.unit = question, year, question.unit
        super().__init__(
            label=question.label_in(year),
            help_text=question.help_in(year) if not year or "{year}" in question.help else "",
            required=question.required,
            widget=_widget(question),
            show_hidden_initial=True,
        )

    def clean(self, value):
        try:
            cleaned = self.question.clean(value)
        except FieldError as refusal:
            raise forms.ValidationError(str(refusal)) from None
        if cleaned is None and self.required:
            raise forms.ValidationError("请填写这一项。")
        return cleaned

    def initial_of(self, shown: str) -> Any:
        """What Django's widget wants for the text that stands in the input."""
        return shown.split(",") if shown and self.question.kind is Kind.MULTICHOICE else shown


def _widget(question: RecordField) -> forms.Widget:
    if question.kind is Kind.YESNO:
        return forms.RadioSelect(choices=(("yes", "是"), ("no", "否"), ("", "暂不填")))
    if question.kind is Kind.CHOICE:
        return forms.Select(choices=(("", "请选择"), *question.choices))
    if question.kind is Kind.MULTICHOICE:
        return forms.CheckboxSelectMultiple(choices=question.choices)
    if question.kind is Kind.MULTILINE:
        return forms.Textarea(attrs={"rows": 4})
    if question.kind is Kind.DATE:
        return forms.DateInput(attrs={"type": "date"})
    attrs = {"autocomplete": "off"}
    if question.kind in NUMBERS:
        attrs |= {"inputmode": NUMBERS[question.kind]}
    return forms.TextInput(attrs=attrs)


class AnswersForm(forms.Form):
    """Questions by their keys. `shown`: what stands in the inputs, by key."""

    def __init__(self, questions: Mapping[str, AnswerField], shown: Mapping[str, str], data=None, files=None):
        super().__init__(data.copy() if data is not None else None, files)
        self.fields.update(questions)
        self.initial = {key: field.initial_of(shown.get(key, "")) for key, field in questions.items()}
        self.questions = dict(questions)

    def typed(self) -> dict[str, str]:
        """The answers as they stand in the inputs now, by key."""
        return {
            key: _text(self[key].data if self._was_sent(key) else self.initial[key]) for key in self.questions
        }

    def _was_sent(self, key: str) -> bool:
        """A question that was not on the page is not an answer taken back (an unticked box leaves its mark)."""
        return self.is_bound and (key in self.data or self[key].html_initial_name in self.data)

    def seen(self) -> dict[str, str]:
        """What stood in the inputs when the page was made."""
        names = {key: self[key].html_initial_name for key in self.questions}
        return {key: ",".join(self.data.getlist(name)) for key, name in names.items() if name in self.data}

    def changed_answers(self) -> dict[str, Any]:
        """Clean values of the questions that were answered otherwise than they were shown."""
        seen = self.seen()
        return {
            key: self.cleaned_data[key]
            for key, field in self.questions.items()
            if key in self.cleaned_data
            and self._was_sent(key)
            and field.question.show(self.cleaned_data[key]) != seen.get(key)
        }  # fmt: skip

    def settle(self, now: Mapping[str, str]) -> None:
        """From here on these answers count as what was shown."""
        for key, shown in now.items():
            multiple = self.questions[key].question.kind is Kind.MULTICHOICE
            self.data.setlist(
                self[key].html_initial_name, shown.split(",") if multiple and shown else [shown]
            )

    def say_stale(self, now: Mapping[str, str]) -> None:
        """Somebody else was faster: say what stands there now; saving once more is knowing better."""
        self.settle(now)
        for key, shown in now.items():
            question = self.questions[key].question
            words = question.words(question.clean(shown))
            self.add_error(key, f"刚刚有人把这一项改为“{words}”。如以您的为准，请再保存一次。")


def _text(value) -> str:
    return ",".join(value) if isinstance(value, list | tuple) else str(value or "")


class Cell(NamedTuple):
    """One input with what stands around it."""

    bound: forms.BoundField
    held: Held | None = None
    notes: Sequence[str] = ()
    warnings: Sequence[str] = ()

    @property
    def question(self) -> RecordField:
        return self.bound.field.question

    @property
    def notes_id(self) -> str:
        return f"notes_{self.bound.name.replace('.', '_')}"

    @property
    def is_wide(self) -> bool:
        return self.question.kind in (Kind.MULTILINE, Kind.MULTICHOICE)


class PartForm(AnswersForm):
    """One part of the record; figures stand side by side by year."""

    def __init__(self, part: str, years: tuple[int, ...], held: Mapping[str, Held], data=None):
        self.held = held
        self.asked = fields_of(part)
        self.years = years
        questions = {
            answer_key(field, year): AnswerField(field, year)
            for field in self.asked
            for year in (years if field.per_year else (None,))
        }
        super().__init__(questions, {key: input_text(key, one) for key, one in held.items()}, data)

    @property
    def earlier(self) -> dict[str, str]:
        """What is on record, of the year before the form's years too, as it stands in inputs."""
        return {key: input_text(key, one) for key, one in self.held.items()}

    def groups(self, notes: Mapping[str, list[str]], warnings: Mapping[str, list[str]]):
        """(heading, rows) in order; a row is the cells of one question: one, or one for each year."""
        groups: dict[str, list[list[Cell]]] = {}
        for field in self.asked:
            keys = [answer_key(field, year) for year in (self.years if field.per_year else (None,))]
            row = [
                Cell(self[key], self.held.get(key), notes.get(key, []), warnings.get(key, [])) for key in keys
            ]
            groups.setdefault(field.group, []).append(row)
        return list(groups.items())


class EvidenceChoice(forms.ModelChoiceField):
    """A file that the enterprise has already uploaded."""

    def __init__(self, enterprise, label="佐证材料"):
        files = Evidence.objects.filter(enterprise=enterprise)
        super().__init__(files, label=label, required=False, empty_label="未选择")


class ItemForm(AnswersForm):
    """An entry of a list, with the file that proves it: one that is there, or a new one."""

    def __init__(self, kind: ItemKind, enterprise, item=None, data=None, files=None):
        questions = {field.key: AnswerField(field) for field in kind.fields}
        super().__init__(questions, kind.shown(item) if item else {}, data, files)
        self.fields["evidence"] = EvidenceChoice(enterprise)
        self.fields["evidence"].initial = item.evidence_id if item else None
        self.fields["file"] = EvidenceFileField(label="或上传新文件", required=False)

    def answers(self) -> dict[str, Any]:
        return {key: self.cleaned_data.get(key) for key in self.questions}


class EvidenceFileField(forms.FileField):
    """The bytes are judged by the service; an empty file too, in its own words."""

    widget = forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg"})

    def __init__(self, **more):
        hint = f"PDF、PNG 或 JPG，单个不超过 {settings.EVIDENCE_MAX_MB} MB。"
        super().__init__(help_text=hint, allow_empty_file=True, **more)


class SeveralFiles(forms.FileInput):
    allow_multiple_selected = True


class EvidenceFilesField(EvidenceFileField):
    """Several files at once, as a list."""

    widget = SeveralFiles(attrs={"accept": ".pdf,.png,.jpg,.jpeg"})

    def clean(self, data, initial=None):
        return [super(EvidenceFilesField, self).clean(file) for file in data or [None]]


class EvidenceForm(forms.Form):
    files = EvidenceFilesField(label="选择文件，可一次选多个")


class ProofsForm(forms.Form):
    """Which files prove the figures of the years."""

    def __init__(self, enterprise, years, rows, data=None):
        super().__init__(data)
        self.years = years
        for year in years:
            for name, label in PROOFS.items():
                field = EvidenceChoice(enterprise, f"{year} 年{label}")
                field.initial = getattr(rows.get(year), f"{name}_id", None)
                self.fields[f"{name}.{year}"] = field

    def proofs(self, year: int) -> dict[str, Evidence | None]:
        return {name: self.cleaned_data[f"{name}.{year}"] for name in PROOFS}
