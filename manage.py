#!/usr/bin/env python
"""Django's command line for the portal."""

import os
import sys


def main():
    if sys.version_info < (3, 11):  # noqa: UP036 — whoever starts an old Python should read why it does not work
        sys.exit("需要 Python 3.11 或更高版本。/ Python 3.11 or newer is needed.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit(
            "尚未安装依赖：请先运行 make install，再用 .venv/bin/python manage.py。/ Run make install first."
        )
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
