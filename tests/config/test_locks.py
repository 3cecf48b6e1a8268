"""The lock files hold every direct dependency, with hashes and without addresses."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ["requirements.txt", "requirements-dev.txt"]
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)(?: ; (.*?))? \\$")


def locked(name: str) -> dict[str, tuple[str, str]]:
    """Package → (version, marker) of a lock file."""
    pins = (PIN.match(line) for line in (ROOT / name).read_text().splitlines())
    return {canonicalize_name(pin[1]): (pin[2], pin[3] or "") for pin in pins if pin}


def direct(*, dev: bool) -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    lines = project["project"]["dependencies"] + (project["dependency-groups"]["dev"] if dev else [])
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize(("name", "dev"), [(LOCKS[0], False), (LOCKS[1], True)])
def test_lock_holds_every_direct_dependency(name, dev):
    pins = locked(name)
    for requirement in direct(dev=dev):
        version, marker = pins[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), requirement
        assert bool(requirement.marker) <= bool(marker), f"{requirement} lost its platform marker"


@pytest.mark.parametrize("name", LOCKS)
def test_lock_has_hashes_and_no_address(name):
    text = (ROOT / name).read_text()
    blocks = re.split(r"\n(?=[A-Za-z])", text.strip())
    assert all("--hash=sha256:" in block for block in blocks)
    assert "http" not in text
    assert "file:" not in text
    assert not re.search(r"^-", text, re.MULTILINE), "no index, constraint or find-links option"


def test_dev_lock_agrees_with_runtime_lock():
    runtime, dev = locked(LOCKS[0]), locked(LOCKS[1])
    assert {name: dev[name][0] for name in runtime} == {name: pin[0] for name, pin in runtime.items()}


def test_lock_serves_early_python_3_11():
    """redis needs async-timeout before Python 3.11.3, which Debian 12 still ships."""
    assert "3.11.3" in locked(LOCKS[0])["async-timeout"][1]
