"""Refusals that a person can act on. The message is a Chinese sentence that says what to do."""


class DomainError(Exception):
    """The request cannot be done as asked (pages show it, the API answers 400, tasks log it)."""

    status = 400


class Conflict(DomainError):
    """Somebody or something was faster, or the record has moved on (409)."""

    status = 409
