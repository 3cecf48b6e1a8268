from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tiers.filters import RecognitionFilter
from tiers.models import Recognition


@require_GET
def recognition_list(request):
    """Titles on official lists, newest document first, 100 a page."""
    recognitions = Recognition.objects.visible_to(request.user).select_related("enterprise", "managing_unit")
    found = RecognitionFilter(request.GET, queryset=recognitions, request=request)
    page = Paginator(found.qs, per_page=100).get_page(request.GET.get("page"))
    return render(request, "tiers/recognition_list.html", {"filter": found, "page": page})
