"""The key that signs sessions, for an installation that was given none."""

import contextlib
import os
import secrets
from pathlib import Path


def kept_secret(folder: Path) -> str:
    """A random key, made once and kept in the installation's own directory. Safe to call from many processes."""
    kept = folder / "secret_key"
    if kept.exists():
        return kept.read_text()
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"secret_key.{os.getpid()}"
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_urlsafe(50))
    with contextlib.suppress(FileExistsError):  # whoever is first decides
        os.link(draft, kept)
    draft.unlink()
    return kept.read_text()
