"""POST /api/determine/: a FACTS workbook or the same facts as JSON in, explained awards out. Stores nothing."""

import json
from datetime import timedelta
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers, viewsets
from rest_framework.exceptions import ParseError, Throttled
from rest_framework.response import Response

from awards.api import ReasonSerializer, StepSerializer, money
from awards.determine_file import Answer, Document, Line, determine_facts, document_of, shipped_document
from awards.enums import Outcome
from awards.facts_file import Facts, FactsError, read_json, read_workbook
from awards.facts_tables import TABLES, clean_factor
from awards.places import Places
from core import limits
from core.api import TITLES
from core.errors import DomainError
from core.parsers import check_json
from core.spreadsheets.table import CellError
from policies.engine import reason_label
from policies.models import PolicyEdition

MAX_ROWS = 20_000  # an answer within a web request; more goes through manage.py determine
TRIES, WINDOW = 60, timedelta(minutes=10)


class DetermineSerializer(serializers.Serializer):
    policy = serializers.SlugField(max_length=64, help_text="政策标识，如 xinxiang-2022-8")
    year = serializers.IntegerField(min_value=1949, max_value=2100, help_text="申报年度")
    factors = serializers.DictField(
        child=serializers.CharField(max_length=12),
        required=False,
        help_text='条款 → 核定系数，如 {"ZZ-NAT": "0.8"}',
    )


class FactsField(serializers.ListField):
    child = serializers.DictField()


class DetermineJSONSerializer(DetermineSerializer):
    """For the schema; the rows themselves are checked by the rules of the workbook."""

    titles = FactsField(required=False, help_text=f"认定：{'、'.join(c.key for c in TABLES[0].columns)}")
    subsidies = FactsField(required=False, help_text=f"补助：{'、'.join(c.key for c in TABLES[1].columns)}")
    assessments = FactsField(required=False, help_text=f"考核：{'、'.join(c.key for c in TABLES[2].columns)}")
    investments = FactsField(required=False, help_text=f"投资：{'、'.join(c.key for c in TABLES[3].columns)}")


class DetermineFileSerializer(DetermineSerializer):
    file = serializers.FileField(help_text="FACTS 工作簿（.xlsx）")
    factors = serializers.CharField(required=False, help_text='JSON 对象，如 {"ZZ-NAT": "0.8"}')


class AnswerLineSerializer(serializers.Serializer):
    uscc = serializers.CharField()
    item = serializers.CharField()
    event_on = serializers.DateField()
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    worth = money()
    amount = money()
    other_amount = money()
    reasons = ReasonSerializer(many=True)
    absorbed_by = serializers.CharField()
    cite = serializers.CharField()
    steps = StepSerializer(many=True)
    arithmetic = serializers.CharField()
    conclusion = serializers.CharField()


ANSWER = inline_serializer(
    "DetermineAnswer",
    {
        "policy": serializers.CharField(),
        "number": serializers.CharField(),
        "sha256": serializers.CharField(),
        "year": serializers.IntegerField(),
        "notes": serializers.ListField(child=serializers.CharField()),
        "readings": serializers.ListField(child=serializers.DictField(), help_text="两种就高口径的合计"),
        "totals": serializers.ListField(child=serializers.DictField(), help_text="按条款和结果合计"),
        "results": AnswerLineSerializer(many=True),
    },
)


class DetermineViewSet(viewsets.ViewSet):
    """文件测算：按一份政策测算给出的事实，不读写库中数据。"""

    @extend_schema(
        request={"application/json": DetermineJSONSerializer, "multipart/form-data": DetermineFileSerializer},
        responses={200: ANSWER, (400, "application/problem+json"): OpenApiTypes.OBJECT},
    )
    def create(self, request):
        """每个事项、每条条款一行，并给出合计和计算过程；有错误时只列错误。"""
        if not limits.take(f"determine:{request.user.pk}", limit=TRIES, window=WINDOW):
            raise Throttled(WINDOW.total_seconds(), "测算太频繁，请稍后再试。")
        data = _fields(request)
        given = DetermineSerializer(data=data)
        given.is_valid(raise_exception=True)
        document = _document(given.validated_data["policy"])
        factors = {
            item: clean_factor(value) for item, value in given.validated_data.get("factors", {}).items()
        }
        try:
            facts, notes = _facts(request, data, Places(document.policy.city_code))
        except FactsError as error:
            return _refusal(error)
        answer = determine_facts(facts, document, given.validated_data["year"], factors)
        return Response(_body(answer, notes))


def _fields(request) -> dict[str, Any]:
    """The top-level fields of JSON, or of a form where `factors` is JSON text."""
    if not isinstance(request.data, dict):
        raise ParseError("应提交一个 JSON 对象。")
    if request.content_type.startswith("application/json"):
        return request.data
    data = {key: request.data.get(key) for key in ("policy", "year") if key in request.data}
    if text := request.data.get("factors"):
        try:
            data["factors"] = json.loads(text)
        except (ValueError, TypeError, RecursionError):
            raise ParseError('factors 应是 JSON 对象，如 {"ZZ-NAT": "0.8"}。') from None
        check_json(data["factors"])
    return data


def _document(slug: str) -> Document:
    """The latest published revision, else the document as shipped."""
    edition = PolicyEdition.objects.filter(slug=slug).order_by("-revision").first()
    return document_of(edition.text) if edition else shipped_document(slug)


def _facts(request, data: dict[str, Any], places: Places) -> tuple[Facts, list[str]]:
    if request.content_type.startswith("application/json"):
        facts, notes = read_json(data, places), []
    else:
        file = request.FILES.get("file")
        if file is None:
            raise DomainError("请用 file 字段上传 FACTS 工作簿（.xlsx）。")
        facts, notes = read_workbook(file, places)
    rows = sum(len(kind) for entity in facts.values() for kind in entity.history[:4])
    if rows > MAX_ROWS:
        raise DomainError(
            f"共 {rows} 行，超过 {MAX_ROWS} 行，请拆成几个文件，或用 manage.py determine 测算。"
        )
    return facts, notes


def _refusal(error: FactsError) -> Response:
    body = {"type": "about:blank", "title": TITLES[400], "status": 400, "detail": str(error)}
    errors = [_problem(problem) for problem in error.problems]
    return Response(body | {"errors": errors}, status=400, content_type="application/problem+json")


def _problem(problem: CellError) -> dict[str, Any]:
    """Where and what: sheet, row, column (head and letter) of a workbook; list, number and field of JSON."""
    return {
        "sheet": problem.sheet,
        "row": problem.row or None,
        "column": problem.head,
        "letter": problem.column,
        "value": problem.value,
        "message": problem.message,
    }


def _body(answer: Answer, notes: list[str]) -> dict[str, Any]:
    policy, sha256 = answer.document
    return {
        "policy": policy.slug,
        "number": policy.number,
        "sha256": sha256,
        "year": answer.year,
        "notes": notes,
        "readings": [
            {"id": name, "meaning": meaning, "in_use": used, "total": f"{total:.2f}"}
            for name, meaning, used, total in answer.readings()
        ],
        "totals": [
            {"item": item, "outcome": outcome, "rows": rows, "amount": f"{total:.2f}"}
            for (item, outcome), (rows, total) in answer.totals().items()
        ],
        "results": [
            _line(line, f"{policy.number} {policy.items[line.result.claim.item].cite}")
            for line in answer.lines
        ],
    }


def _line(line: Line, cite: str) -> dict[str, Any]:
    claim, outcome, worth, amount, other, reasons, _ = line.result
    return {
        "uscc": line.uscc,
        "item": claim.item,
        "event_on": claim.on.isoformat(),
        "outcome": str(outcome),
        "worth": f"{worth:.2f}",
        "amount": f"{amount:.2f}",
        "other_amount": f"{other:.2f}",
        "reasons": [{"code": str(code), "label": reason_label(code)} for code in reasons],
        "absorbed_by": line.absorbed_by,
        "cite": cite,
        "steps": [step._asdict() for step in line.explanation.steps],
        "arithmetic": line.explanation.arithmetic,
        "conclusion": line.explanation.conclusion,
    }
