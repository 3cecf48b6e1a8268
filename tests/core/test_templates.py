"""Every template of the portal, read as source and as compiled: parts resolve, the content policy holds."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.forms import CharField, Form
from django.template.base import TextNode
from django.template.loader import get_template

ROOT = Path(settings.BASE_DIR) / "templates"
NAMES = sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*.html"))
ICONS = set(re.findall(r'id="([\w-]+)"', (Path(settings.BASE_DIR) / "static/img/icons.svg").read_text()))


@pytest.mark.parametrize("name", NAMES)
def test_template_compiles_with_every_component_resolved(name):
    texts = "".join(node.s for node in get_template(name).template.nodelist.get_nodes_by_type(TextNode))
    assert "<c-" not in texts
    assert "</c-" not in texts
    assert "{#" not in texts, "comments must stand on one line"


@pytest.mark.parametrize("name", NAMES)
def test_template_keeps_the_content_policy(name):
    source = (ROOT / name).read_text()
    assert not re.search(r"\sstyle\s*=", source), "no inline style"
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", source), "no inline handler"
    assert not re.search(r"<script(?![^>]*\ssrc=)[^>]*>", source), "no inline script"
    assert "<style" not in source
    assert not re.search(r"(?:src|href)=[\"'](?:https?:)?//", source), "nothing from outside"


@pytest.mark.parametrize("name", NAMES)
def test_template_uses_icons_that_exist(name):
    source = (ROOT / name).read_text()
    used = re.findall(r'{% icon "([\w-]+)"', source) + re.findall(r'\sicon="([\w-]+)"', source)
    assert set(used) <= ICONS


def test_components_used_exist():
    used = {tag for name in NAMES for tag in re.findall(r"<c-([a-z][\w.-]*)", (ROOT / name).read_text())}
    files = {path.stem.replace("_", "-") for path in (ROOT / "cotton").glob("*.html")}
    assert used - {"vars", "slot"} <= files


class Sample(Form):
    name = CharField(label="名称", help_text="全称")


def test_field_ties_label_hint_and_error_to_the_input():
    html = str(Sample({"name": ""}))
    assert '<label for="id_name">名称' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html
    assert '<a href="#id_name">名称：' in html


def test_valid_form_has_no_error_summary():
    assert "error-summary" not in str(Sample({"name": "甲"}))
    assert "error-summary" not in str(Sample())
