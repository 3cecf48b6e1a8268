"""How forms look: labels, hints, error lines and the error summary come from templates/django/forms."""

from django.forms.renderers import TemplatesSetting


class PortalRenderer(TemplatesSetting):
    """Renders every form and field with the portal's own templates.

    Needs "django.forms" in INSTALLED_APPS, because the widgets still come from Django.
    """

    form_template_name = "django/forms/form.html"
    field_template_name = "django/forms/field.html"
