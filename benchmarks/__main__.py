"""python -m benchmarks [a family …] [--sizes 100000 1000000]: needs DATABASE_URL (make bench gives one)."""

import argparse
import importlib

from benchmarks import database, report

FAMILIES = ("awards", "standards", "imports", "pages", "sections")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("families", nargs="*", choices=[[], *FAMILIES], help="default: all")
    parser.add_argument(
        "--sizes", nargs="+", type=int, help="claims, rows or enterprises instead of the full sizes"
    )
    parser.add_argument("--repeat", type=int, default=1, help="take the best of so many rounds")
    parser.add_argument("--dry", action="store_true", help="do not write results.md")
    options = parser.parse_args()
    tables = []
    with database.fresh():
        for name in options.families or FAMILIES:
            family = importlib.import_module(f"benchmarks.{name}")
            found = family.measure(tuple(options.sizes or family.SIZES), options.repeat)
            for table in found:
                report.show(table)
            tables += found
        [(server,)] = database.execute("SELECT 'PostgreSQL ' || current_setting('server_version')")
    if not options.dry:
        report.write(tables, server)
        print(f"\nwritten to {report.RESULTS.relative_to(report.RESULTS.parent.parent)}")


if __name__ == "__main__":
    main()
