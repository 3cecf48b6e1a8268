"""The plan of the house (docs/architecture.md), checked on the source itself."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BELOW = {
    "core": set(),
    "policies": {"core"},
    "accounts": {"core", "policies"},
    "enterprises": {"core", "policies", "accounts"},
    "tiers": {"core", "policies", "accounts", "enterprises"},
    "awards": {"core", "policies", "accounts", "enterprises", "tiers"},
    "financing": {"core", "policies", "accounts", "enterprises", "tiers"},
    "reports": {"core", "policies", "accounts", "enterprises", "tiers", "awards", "financing"},
    "config": set(),  # on top: may import everything
    "demo": set(),
}
ON_TOP = {"config", "demo"}
SHARED = {"models", "enums", "fields", "queries", "services"}  # what one app may import of another
OPEN_APPS = {"core", "policies"}  # libraries of the house: any module may be imported
LAYERS = ["enums", "models", "fields", "queries", "services", "middle", "edge", "urls"]
MIDDLE = {"forms", "filters", "tasks", "imports", "exports", "permissions"}
EDGE = {"views", "api", "admin"}
# Why an import may stand inside a function. The comment beside the import names one of these.
REASONS = ("import this module", "heavy", "optional", "child process")


def sources(*folders):
    return [
        path
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "migrations" not in path.parts
    ]


@cache
def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def imported_modules(path):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (names if node.module in BELOW else [node.module])
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("app", [app for app in BELOW if app not in ON_TOP])
def test_app_imports_only_apps_below_it(app):
    offenders = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources(app)
        for name in imported_modules(path)
        if (top := name.split(".")[0]) in BELOW and top != app and top not in BELOW[app]
    }
    assert offenders == set()


@pytest.mark.parametrize("app", [app for app in BELOW if app not in ON_TOP])
def test_app_imports_only_the_shared_modules_of_other_apps(app):
    offenders = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources(app)
        for name in imported_modules(path)
        if len(parts := name.split(".")) > 1
        and parts[0] in BELOW
        and parts[0] not in OPEN_APPS | {app}
        and parts[1] not in SHARED
        and not (parts[1] == "imports" and path.name in {"imports.py", "investments.py"})
        and not (parts[1] == "permissions")
    }
    assert offenders == set()


def layer(module):
    if module in LAYERS:
        return LAYERS.index(module)
    if module in MIDDLE:
        return LAYERS.index("middle")
    return LAYERS.index("edge") if module in EDGE else None


@pytest.mark.parametrize("app", [app for app in BELOW if app not in ON_TOP | {"core"}])
def test_module_imports_only_lower_layers_of_its_app(app):
    offenders = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources(app)
        for name in imported_modules(path)
        if (parts := name.split("."))[0] == app and len(parts) > 1
        if layer(path.stem) is not None and layer(parts[1]) is not None
        if layer(parts[1]) > layer(path.stem)
    }
    assert offenders == set()


def test_engine_does_not_know_django():
    offenders = {
        f"{path.name} imports {name}"
        for path in sources("policies/engine")
        for name in imported_modules(path)
        if name.split(".")[0] in {"django", *BELOW} and not name.startswith("policies.engine")
    }
    assert offenders == set()


def test_imports_inside_functions_say_why():
    offenders = set()
    for path in sources(*BELOW):
        lines = path.read_text(encoding="utf-8").splitlines()
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for inner in ast.walk(node):
                if isinstance(inner, ast.Import | ast.ImportFrom):
                    line = lines[inner.lineno - 1]
                    if not any(reason in line for reason in REASONS):
                        offenders.add(f"{path.relative_to(ROOT)}:{inner.lineno} {line.strip()}")
    assert offenders == set()


def test_functions_stay_short():
    lengths = sorted(
        (node.end_lineno - node.lineno + 1, f"{path.relative_to(ROOT)}:{node.name}")
        for path in sources(*BELOW)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    assert [name for length, name in lengths if length > 60] == []
    assert lengths[int(len(lengths) * 0.95)][0] <= 40


def test_files_stay_short():
    lengths = sorted(
        (len(path.read_text(encoding="utf-8").splitlines()), str(path.relative_to(ROOT)))
        for path in sources(*BELOW)
    )
    assert [name for length, name in lengths if length > 500] == []
    assert lengths[int(len(lengths) * 0.95)][0] <= 300
    assert len((ROOT / "config" / "settings.py").read_text(encoding="utf-8").splitlines()) <= 250


def test_no_signal_receivers():
    offenders = {
        str(path.relative_to(ROOT))
        for path in sources(*BELOW)
        if "@receiver" in path.read_text(encoding="utf-8")
        or "django.dispatch" in path.read_text(encoding="utf-8")
    }
    assert offenders == set()


def test_migrations_are_named():
    offenders = [path.name for path in ROOT.glob("*/migrations/0*.py") if "_auto_" in path.name]
    assert offenders == []


def test_migrations_need_no_extension():
    offenders = {
        str(path.relative_to(ROOT))
        for path in ROOT.glob("*/migrations/*.py")
        if "Extension" in path.read_text(encoding="utf-8")
        or "CREATE EXTENSION" in path.read_text(encoding="utf-8")
    }
    assert offenders == set()


def test_templates_carry_no_inline_style_or_script():
    offenders = set()
    for path in sorted((ROOT / "templates").rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        if " style=" in text or "<style" in text or "onclick=" in text or "<script>" in text:
            offenders.add(str(path.relative_to(ROOT)))
    assert offenders == set()
