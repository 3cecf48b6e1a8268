"""Pages of the lists of a record: an entry new, changed, deleted; and that a list is complete."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import Conflict, DomainError
from enterprises.enums import Source
from enterprises.permissions import source_of
from enterprises.record_forms import Cell, ItemForm
from enterprises.record_views import crumbs_of, editable_or_403, kind_or_404, record_crumb
from enterprises.services import add_evidence, complete_list, delete_item, save_item


def way_back(request, enterprise, kind):
    """Where the person came from (next), else the part the list belongs to."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return reverse("enterprises:record_section", args=[enterprise.pk, kind.part]) + f"#list-{kind.key}"


@require_http_methods(["GET", "POST"])
def record_item_new(request, pk, kind):
    """Add an entry to a list."""
    enterprise = editable_or_403(request, pk)
    return _edit(request, enterprise, kind_or_404(kind), None)


@require_http_methods(["GET", "POST"])
def record_item_edit(request, pk, kind, item):
    """Change an entry of a list."""
    enterprise = editable_or_403(request, pk)
    kind = kind_or_404(kind)
    entry = get_object_or_404(kind.model, enterprise=enterprise, pk=item)
    return _edit(request, enterprise, kind, entry)


def _edit(request, enterprise, kind, entry):
    back, status = way_back(request, enterprise, kind), 200
    posted = request.method == "POST"
    form = ItemForm(
        kind, enterprise, entry, request.POST if posted else None, request.FILES if posted else None
    )
    if posted and form.is_valid():
        try:
            _save(request, enterprise, kind, entry, form)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
            status = 409 if isinstance(refusal, Conflict) else 200
        else:
            messages.success(request, f"已{'修改' if entry else '登记'}：{form.cleaned_data['name']}。")
            another = request.POST.get("then") == "another"
            return redirect(f"{request.path}?next={back}" if another else back)
    context = {
        "enterprise": enterprise,
        "kind": kind,
        "entry": entry,
        "form": form,
        "cells": [Cell(form[key]) for key in form.questions],
        "back": back,
        "by_staff": source_of(request.user) == Source.STAFF,
        "crumbs": crumbs_of(request, enterprise, record_crumb(enterprise), (kind.label, back)),
    }
    return render(request, "enterprises/record_item_form.html", context, status=status)


def _save(request, enterprise, kind, entry, form):
    evidence = form.cleaned_data["evidence"]
    if file := form.cleaned_data["file"]:
        try:
            evidence = add_evidence(enterprise=enterprise, file=file, actor=request.user)
        except DomainError as refusal:
            raise DomainError(f"{file.name[:60]}：{refusal}") from None
    save_item(
        enterprise=enterprise,
        kind=kind.key,
        answers=form.answers(),
        source=source_of(request.user),
        as_of=timezone.localdate(),
        actor=request.user,
        item=entry,
        evidence=evidence,
        seen=form.seen() if entry else None,
    )


@require_http_methods(["GET", "POST"])
def record_item_delete(request, pk, kind, item):
    """Ask, then take an entry out of a list."""
    enterprise = editable_or_403(request, pk)
    kind = kind_or_404(kind)
    entry = get_object_or_404(kind.model.objects.select_related("evidence"), enterprise=enterprise, pk=item)
    back = way_back(request, enterprise, kind)
    if request.method == "POST":
        delete_item(enterprise=enterprise, kind=kind.key, item=entry, actor=request.user)
        messages.success(request, f"已删除：{entry}。")
        return redirect(back)
    words = kind.words(entry)
    context = {
        "enterprise": enterprise,
        "kind": kind,
        "entry": entry,
        "facts": [(field.label, words[field.key]) for field in kind.fields if words[field.key] != "—"],
        "back": back,
        "crumbs": crumbs_of(request, enterprise, record_crumb(enterprise), (kind.label, back)),
    }
    return render(request, "enterprises/record_item_delete.html", context)


@require_POST
def record_list_done(request, pk, kind):
    """Say that a list holds all there is (complete=yes), or take that back."""
    enterprise = editable_or_403(request, pk)
    kind = kind_or_404(kind)
    complete = request.POST.get("complete") == "yes"
    complete_list(enterprise=enterprise, kind=kind.key, complete=complete, actor=request.user)
    messages.success(request, f"{kind.label}清单{'已标为填完' if complete else '改为未填完，可以继续登记'}。")
    return redirect(way_back(request, enterprise, kind))
