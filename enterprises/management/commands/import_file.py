from django.core.management.base import BaseCommand

from enterprises import registry
from enterprises.imports import console


class Command(BaseCommand):
    help = "Import spreadsheets of any kind: rosters, lists of titles, subsidies, assessments, investments."

    def add_arguments(self, parser):
        console.add_arguments(parser)
        parser.add_argument("--kind", default="", choices=["", *(kind for kind, _ in registry.kinds())])

    def handle(self, *args, **options):
        console.import_files(self, options, kind=options["kind"])
