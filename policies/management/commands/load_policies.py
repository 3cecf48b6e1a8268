import tomllib
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from core.errors import DomainError
from policies.models import PolicyEdition, StandardEdition
from policies.services import publish_edition, publish_standard

DOCUMENTS = Path(__file__).resolve().parents[2] / "documents"


class Command(BaseCommand):
    help = (
        "Publish the award schemes and tier standards of the portal, or the files named. Safe to run again."
    )

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="*", type=Path)

    def handle(self, *args, files, **options):
        for path in files or sorted(DOCUMENTS.rglob("*.toml")):
            try:
                text = path.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise CommandError(f"{path} 读不出来：{error}") from error
            model, publish = (
                (StandardEdition, publish_standard)
                if _is_standard(text)
                else (PolicyEdition, publish_edition)
            )
            before = model.objects.count()
            try:
                edition = publish(text=text, actor=None)
            except DomainError as error:
                raise CommandError(f"{path.name}：{error}") from error
            word = "已发布" if model.objects.count() > before else "早已发布"
            self.stdout.write(f"{word} {edition.slug} {edition.sha256[:12]}")


def _is_standard(text: str) -> bool:
    """A standard names the tier it is for; what cannot be read is refused where it is published."""
    try:
        return "tier" in tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
