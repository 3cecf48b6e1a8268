from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from policies.models import PolicyEdition
from policies.queries import policy_of


@require_GET
def edition_list(request):
    """The published rules; public documents, so everybody who is signed in may read them."""
    return render(request, "policies/edition_list.html", {"editions": PolicyEdition.objects.all()})


@require_GET
def edition_detail(request, pk):
    """What one edition says: items, readings in use and the others, and the text with its hash."""
    edition = get_object_or_404(PolicyEdition, pk=pk)
    policy = policy_of(edition)
    context = {
        "edition": edition,
        "policy": policy,
        "parameters": [_reading(parameter) for parameter in policy.parameters.values()],
        "crumbs": [("政策依据", reverse("policies:edition_list"))],
    }
    return render(request, "policies/edition_detail.html", context)


def _reading(parameter) -> dict:
    return {
        "question": parameter.question,
        "meaning": parameter.options.get(parameter.value, parameter.value),
        "others": [meaning for value, meaning in parameter.options.items() if value != parameter.value],
        "since": parameter.since,
        "decided_by": parameter.decided_by,
    }
