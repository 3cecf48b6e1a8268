from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from core.models import Job


@require_GET
def job_detail(request, pk):
    """Progress of one background job; htmx polls the fragment, without JavaScript the page is reloaded by hand."""
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    template = "core/_job_progress.html" if request.htmx else "core/job_detail.html"
    return render(request, template, {"job": job})


@require_GET
def job_file(request, pk):
    """The file a job made, for the person who asked for it."""
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    if not job.file:
        raise Http404
    return FileResponse(job.file.open("rb"), as_attachment=True, filename=job.file_name)


def csrf_failure(request, reason=""):
    return render(request, "403_csrf.html", status=403)
