"""The return of a case as an officer writes it: what is ticked, the comments, the deadline, the letter of it all."""

from django.core.exceptions import ValidationError
from django.utils import timezone

from core.workdays import workdays_left
from tiers.enums import PointState, ReturnTarget, ReviewLevel
from tiers.queries import review as queries
from tiers.queries.content import flat
from tiers.queries.criteria import newest
from tiers.queries.dossier import place_label
from tiers.review_forms import DayField
from tiers.services.returns import NewPoint, default_due


class ReturnForm:
    """A form with one tick and one comment for every place of the application; too many for a Django form.

    `errors`: name of the field, or “part:place”, → sentence. Points of earlier rounds that were opened again come
    ticked.
    """

    def __init__(self, case, level, data=None):
        self.case, self.level, self.data = case, level, data
        self.today = timezone.localdate()
        self.errors: dict[str, str] = {}
        self.earlier = {
            f"{point.section}:{point.field}": point.comment
            for point in queries.unsettled(case, level).filter(state=PointState.OPEN)
        }
        both = level == ReviewLevel.CITY and not case.managing_unit.provincial_direct
        self.targets = ReturnTarget.choices if both else [(ReturnTarget.ENTERPRISE.value, "企业")]
        self.target = self._typed("target", ReturnTarget.ENTERPRISE.value)
        self.comment = self._typed("comment", "").strip()
        self.due_on = default_due(case, self.today)
        self.due_text = self._typed("due_on", f"{self.due_on:%Y-%m-%d}")
        if self.is_bound:
            self._check()

    @property
    def is_bound(self) -> bool:
        return self.data is not None

    def _typed(self, name, default):
        return self.data.get(name, default) if self.data is not None else default

    def _check(self) -> None:
        if self.target not in dict(self.targets):
            self.errors["target"] = "请选择退回给谁。"
        if not self.comment:
            self.errors["comment"] = "请写明退回意见。"
        try:
            self.due_on = DayField().clean(self.due_text)
        except ValidationError as problem:
            self.errors["due_on"] = "；".join(problem.messages)
        else:
            if self.due_on <= self.today:
                self.errors["due_on"] = "修改期限应晚于今天。"
        for point in self.points:
            if not point.comment.strip():
                self.errors[f"{point.section}:{point.field}"] = "请写明要怎样修改。"
        if not self.points and self.target == ReturnTarget.ENTERPRISE:
            self.errors["points"] = "请至少勾选一处要修改的内容，企业只能修改勾选的部分。"

    def refuse(self, refusal) -> None:
        """Keep what a service refused, beside the fields it speaks of."""
        self.errors |= getattr(refusal, "errors", {"": str(refusal)})

    @property
    def points(self) -> list[NewPoint]:
        ticked = self.data.getlist("point") if self.data is not None else []
        return [
            NewPoint(*name.partition(":")[::2], self._typed(f"comment-{name}", ""))
            for name in dict.fromkeys(ticked)
        ]

    def named_points(self) -> list[tuple[str, str]]:
        """(what, comment) as the letter lists them."""
        return [(place_label(point.section, point.field), point.comment) for point in self.points]

    def days(self) -> int:
        """Working days until the deadline."""
        return workdays_left(self.today, self.due_on)

    def parts(self) -> list[dict]:
        """Every part of the form with its places: what was handed in, what is ticked and written."""
        ticked = set(self.data.getlist("point")) if self.data is not None else set(self.earlier)
        given = newest(self.case).snapshot["sections"]
        found = []
        for section, named in queries.parts_of(self.case):
            said = flat(given.get(section.key, {}))
            places = [
                self._place(f"{section.key}:{name}", label, ticked) | {"said": said.get(name, "")}
                for name, label in [("", "整个部分"), *named]
            ]
            count = sum(place["ticked"] for place in places)
            found.append({"section": section, "places": places, "ticked": count})
        return found

    def _place(self, name, label, ticked) -> dict:
        return {
            "name": name,
            "label": label,
            "ticked": name in ticked,
            "comment": self._typed(f"comment-{name}", self.earlier.get(name, "")),
            "error": self.errors.get(name, ""),
        }
