"""Every kind of spreadsheet that can be imported, by the dotted paths in settings.IMPORTERS.

Lower apps do not know higher ones: they meet their importers here.
"""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from core.errors import DomainError


@cache
def importers() -> dict:
    """kind → importer, in the order in which they are offered."""
    found = [import_string(path)() for path in settings.IMPORTERS]
    return {importer.kind: importer for importer in found}


def importer(kind):
    """The importer of a kind. Refuses an unknown one."""
    if kind not in importers():
        raise DomainError("没有这种导入，请从列表中选择要导入的内容。")
    return importers()[kind]


def kinds() -> list[tuple[str, str]]:
    """(kind, label) for forms and lists."""
    return [(one.kind, one.label) for one in importers().values()]


def guards() -> list:
    """What stands between a batch and its undoing in the apps above; each once."""
    return list({one.guard: None for one in importers().values() if one.guard})


def guess(book):
    """The importer whose table a workbook holds. Refuses a file that looks like none of them."""
    scores = [(one.fits(book), -place, one) for place, one in enumerate(importers().values())]
    score, _, best = max(scores, key=lambda scored: scored[:2])
    if not score:
        names = "、".join(label for _, label in kinds())
        raise DomainError(
            f"看不出这个文件是哪一种表（可以导入：{names}）。请对照模板补上表头后重新上传，或在上传时选择内容种类。"
        )
    return best
