"""A browser of a person without scripts, and what the script sends."""

from django.test import Client
from django.urls import reverse


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(name, application, *more):
    return reverse(f"tiers:{name}", args=[application.pk, *more])


def text_of(response) -> str:
    return response.content.decode()


def autosave(client, application, key, version=0, **answers):
    """Post as the script does: what changed, with what stood there before."""
    body = {"version": version, **{name: now for name, (_, now) in answers.items()}}
    body |= {f"seen.{name}": before for name, (before, _) in answers.items()}
    return client.post(url("application_section", application, key), body, headers={"X-Autosave": "1"})


def save(client, application, key, go="save", version=0, **answers):
    return client.post(
        url("application_section", application, key), {"go": go, "version": version, **answers}
    )
