"""Starting a run, and determining from a file."""

import binascii
from base64 import b64decode
from collections.abc import Iterable
from decimal import Decimal

from django import forms
from django.core.validators import FileExtensionValidator
from django.utils import timezone

from policies.engine import Item
from policies.models import PolicyEdition
from policies.queries import edition_for, policy_of

MAX_FILE = 10 * 1024 * 1024


def factor_fields(items: Iterable[Item], help_text: str) -> dict[str, forms.DecimalField]:
    """One field for every item whose amount is "at most"; the name is "factor-" and the item's id."""
    return {
        f"factor-{item.id}": forms.DecimalField(
            label=f"核定系数：{item.name}",
            help_text=help_text,
            required=False,
            max_digits=5,
            decimal_places=4,
            min_value=Decimal("0.0001"),
            max_value=1,
            widget=forms.NumberInput(attrs={"step": "0.0001", "inputmode": "decimal"}),
        )
        for item in items
        if item.ceiling
    }


def factors_of(cleaned: dict) -> dict[str, Decimal]:
    """Item id → factor of those that were filled in."""
    return {
        name.removeprefix("factor-"): value
        for name, value in cleaned.items()
        if name.startswith("factor-") and value is not None
    }


class StartRunForm(forms.Form):
    """Which declaration year of a city to determine. A year shows the edition that applies to it."""

    year = forms.TypedChoiceField(label="申报年度", coerce=int)

    def __init__(self, *args, city, **kwargs):
        super().__init__(*args, **kwargs)
        self.editions = editions_by_year(city)
        self.fields["year"].choices = [
            (year, f"{year} 年度：{edition.number}") for year, edition in self.editions.items()
        ]
        items = {
            item.id: item
            for edition in {e.pk: e for e in self.editions.values()}.values()
            for item in policy_of(edition).items.values()
        }
        self.fields.update(
            factor_fields(items.values(), "大于 0、不超过 1。不填：沿用上次的系数，第一次按 1 计算。")
        )


def editions_by_year(city) -> dict[int, PolicyEdition]:
    """The years that can be determined, this year first, each with its edition; empty without any edition."""
    first = PolicyEdition.objects.filter(city_code=city.code).order_by("valid_from").first()
    if first is None:
        return {}
    this_year = timezone.localdate().year
    return {year: edition_for(city.code, year) for year in range(this_year, first.valid_from.year - 1, -1)}


class EditionField(forms.ModelChoiceField):
    def label_from_instance(self, edition):
        return f"{edition.number}，第 {edition.revision} 版"


class DetermineFileForm(forms.Form):
    """A FACTS workbook, chosen or handed on from the page before as text (`again`)."""

    file = forms.FileField(
        label="事实表",
        error_messages={"required": "请选择要测算的文件。"},
        help_text="xlsx 文件，不超过 10 MB。工作表名：认定、补助、考核、投资，没有的可以不放。",
        validators=[FileExtensionValidator(["xlsx"], "请选择 xlsx 格式的文件。")],
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
    )
    edition = EditionField(PolicyEdition.objects.none(), label="政策", empty_label=None)
    year = forms.IntegerField(label="申报年度", min_value=2000, max_value=2100)
    again = forms.CharField(required=False, widget=forms.HiddenInput)
    again_name = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    def __init__(self, *args, city, **kwargs):
        super().__init__(*args, **kwargs)
        editions = PolicyEdition.objects.filter(city_code=city.code)
        self.fields["file"].required = not self.data.get("again")
        self.fields["edition"].queryset = editions
        self.fields["year"].initial = timezone.localdate().year
        items = {item.id: item for edition in editions for item in policy_of(edition).items.values()}
        self.fields.update(factor_fields(items.values(), "大于 0、不超过 1。不填按 1 计算。"))

    def clean(self):
        cleaned = super().clean()
        file, again = cleaned.get("file"), cleaned.get("again")
        if file and file.size > MAX_FILE:
            self.add_error("file", "文件超过 10 MB，请分成几个文件，或删去不用的内容。")
        elif file:
            cleaned["content"], cleaned["name"] = file.read(), file.name
        elif again:
            try:
                cleaned["content"] = b64decode(again, validate=True)
            except binascii.Error:
                self.add_error("file", "请重新选择文件。")
            cleaned["name"] = cleaned.get("again_name") or "事实表.xlsx"
        return cleaned
