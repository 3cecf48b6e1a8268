import os
import tempfile
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Region
from awards.exports import facts_workbook


class Command(BaseCommand):
    help = "把一个市的全部测算事实写成 FACTS 工作簿；manage.py determine 读它，结果与测算批次一致。"

    def add_arguments(self, parser):
        parser.add_argument("city", help="市的代码或名称，如 410700")
        parser.add_argument("-o", "--output", type=Path, required=True, metavar="FACTS.xlsx")

    def handle(self, *args, city, output, **options):
        cities = {name: region for region in Region.objects.cities() for name in (region.code, region.name)}
        if city not in cities:
            raise CommandError(
                f"没有“{city}”这个市，可用的是：{'、'.join(r.code + ' ' + r.name for r in Region.objects.cities())}。"
            )
        if not output.parent.is_dir():
            raise CommandError(f"没有文件夹 {output.parent}，请先建好。")
        handle, temporary = tempfile.mkstemp(dir=output.parent, suffix=".tmp")
        try:
            with os.fdopen(handle, "w+b") as file:
                counts = facts_workbook(city=cities[city], target=file)
            os.replace(temporary, output)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        shown = "、".join(f"{sheet} {rows} 行" for sheet, rows in counts.items())
        self.stdout.write(f"{cities[city].name}：{shown}，已写入 {output}")
