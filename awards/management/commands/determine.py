from decimal import Decimal
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from awards.determine_file import Answer, determine_facts, shipped_document, write_result
from awards.facts_file import FactsError, problem_text, read_workbook
from awards.facts_tables import clean_factor
from awards.places import Places
from core.errors import DomainError
from core.fields import clean_year
from core.money import format_yuan


class Command(BaseCommand):
    help = "按政策测算一个 FACTS 工作簿（工作表 认定、补助、考核、投资），结果写入新的工作簿；不用数据库，也不保存。"
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("facts", type=Path, metavar="FACTS.xlsx")
        parser.add_argument("--policy", required=True, help="政策标识，如 xinxiang-2022-8")
        parser.add_argument("--year", required=True, help="申报年度，如 2024")
        parser.add_argument("-o", "--output", type=Path, required=True, metavar="RESULT.xlsx")
        parser.add_argument(
            "--factor", action="append", default=[], metavar="条款=系数", help="如 ZZ-NAT=0.8，可多次"
        )

    def handle(self, *args, facts, policy, year, output, factor, **options):
        try:
            if not output.parent.is_dir():
                raise DomainError(f"没有文件夹 {output.parent}，请先建好。")
            if output.exists() and facts.exists() and output.samefile(facts):
                raise DomainError("结果不能写回 FACTS 文件，请换一个文件名。")
            document = shipped_document(policy)
            found, notes = read_workbook(facts, Places(document.policy.city_code))
            answer = determine_facts(found, document, clean_year(year), factors_of(factor))
            write_result(answer, output)
        except FactsError as error:
            lines = [problem_text(problem) for problem in error.problems]
            raise CommandError("\n".join([*lines, str(error), "没有写出结果。"])) from error
        except DomainError as error:
            raise CommandError(f"{error}\n没有写出结果。") from error
        except OSError as error:
            raise CommandError(f"{error.filename or ''}：{error.strerror}。没有写出结果。") from error
        for note in notes:
            self.stdout.write(f"注意：{note}")
        self.stdout.write("\n".join(summary(answer, output)))


def factors_of(pairs: list[str]) -> dict[str, Decimal]:
    """["ZZ-NAT=0.8"] → {"ZZ-NAT": Decimal("0.8")}."""
    factors = {}
    for pair in pairs:
        item, equals, value = pair.partition("=")
        if not equals:
            raise DomainError(f"核定系数要写成“条款=系数”，如 ZZ-NAT=0.8，现在是“{pair}”。")
        factors[item.strip()] = clean_factor(value)
    return factors


def summary(answer: Answer, output: Path) -> list[str]:
    policy = answer.document.policy
    granted = sum(line.result.outcome == "granted" for line in answer.lines)
    lines = [
        f"{policy.number}（{answer.year} 年度）：{answer.entities} 家单位，{len(answer.lines)} 行，给予 {granted} 项。"
    ]
    for _, meaning, used, total in answer.readings():
        name = "采用口径" if used else "另一口径"
        lines.append(f"{name}（{meaning}）给予合计 {format_yuan(total)} 元")
    return [*lines, f"结果已写入 {output}"]
