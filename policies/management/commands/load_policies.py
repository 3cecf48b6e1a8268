from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from core.errors import DomainError
from policies.models import PolicyEdition
from policies.services import publish_edition

DOCUMENTS = Path(__file__).resolve().parents[2] / "documents"


class Command(BaseCommand):
    help = "Publish the policy documents of the portal, or the files named. Safe to run again."

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="*", type=Path)

    def handle(self, *args, files, **options):
        for path in files or sorted(DOCUMENTS.glob("*.toml")):
            try:
                text = path.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise CommandError(f"{path} 读不出来：{error}") from error
            before = PolicyEdition.objects.count()
            try:
                edition = publish_edition(text=text, actor=None)
            except DomainError as error:
                raise CommandError(f"{path.name}：{error}") from error
            word = "已发布" if PolicyEdition.objects.count() > before else "早已发布"
            self.stdout.write(f"{word} {edition.slug} {edition.sha256[:12]}")
