from django.core.management.base import BaseCommand

from tiers import imports


class Command(BaseCommand):
    help = "Import official lists of titles. The options correct what a file says above its table."

    def add_arguments(self, parser):
        imports.add_arguments(parser)

    def handle(self, *args, **options):
        imports.import_lists(self, options)
