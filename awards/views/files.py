import io
from base64 import b64encode

from django.core.exceptions import PermissionDenied
from django.http import FileResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.enums import Role
from accounts.permissions import has_role
from awards.determine_file import Answer, determine_facts, document_of, result_workbook, summary_facts
from awards.enums import Outcome
from awards.facts_file import FactsError, read_workbook
from awards.facts_tables import TABLES
from awards.forms import DetermineFileForm, factors_of
from awards.places import Places
from core.errors import DomainError
from core.spreadsheets.guard import FileRefused

SHOWN_LINES = 200
# A larger file is chosen again for the download instead of being handed on in the page.
KEEP = 4 * 1024 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_http_methods(["GET", "POST"])
def determine_file(request):
    """Answer a FACTS workbook on a page or as a RESULT workbook. Nothing is stored."""
    if not has_role(request.user, Role.CITY):
        raise PermissionDenied
    city = request.user.region
    if request.method == "GET":
        return _page(request, DetermineFileForm(city=city))
    form = DetermineFileForm(request.POST, request.FILES, city=city)
    if not form.is_valid():
        return _page(request, form, status=422)
    cleaned = form.cleaned_data
    try:
        answer, notes = _answer(cleaned, factors_of(cleaned))
    except FactsError as error:
        return _page(request, form, status=422, problems=error.problems, problem_count=error.total)
    except (FileRefused, DomainError) as error:
        return _page(request, form, status=422, refusal=str(error))
    if request.POST.get("as") == "file":
        return _download(answer, cleaned["name"])
    again = b64encode(cleaned["content"]).decode() if len(cleaned["content"]) <= KEEP else ""
    return _page(request, form, answer=answer, notes=notes, again=again, again_name=cleaned["name"])


def _answer(cleaned, factors) -> tuple[Answer, list[str]]:
    document = document_of(cleaned["edition"].text)
    facts, notes = read_workbook(cleaned["content"], Places(document.policy.city_code))
    return determine_facts(facts, document, cleaned["year"], factors), notes


def _download(answer: Answer, name: str) -> FileResponse:
    buffer = io.BytesIO()
    result_workbook(answer).save(buffer)
    buffer.seek(0)
    stem = name.rpartition(".")[0] or name
    return FileResponse(
        buffer, as_attachment=True, filename=f"{stem}_{answer.year}测算结果.xlsx", content_type=XLSX
    )


def _page(request, form, *, status=200, answer=None, again="", again_name="", **more):
    context = {
        "form": form,
        "tables": TABLES,
        "answer": answer,
        "again": again,
        "again_name": again_name,
        **more,
    }
    if answer:
        items = answer.document.policy.items
        context |= {
            "summary": summary_facts(answer),
            "lines": answer.lines[:SHOWN_LINES],
            "shown": SHOWN_LINES,
            "readings": answer.readings(),
            "totals": [
                (items[item].name, item, outcome, rows, money)
                for (item, outcome), (rows, money) in answer.totals().items()
            ],
            "labels": dict(Outcome.choices),
            "sent": [(name, value) for name, value in form.data.items() if name not in SECRET and value],
        }
    return render(request, "awards/determine_file.html", context, status=status)


SECRET = {"csrfmiddlewaretoken", "file", "again", "again_name", "as"}
