# Needs Python ≥ 3.11 and make. No root, no Docker, no Node, no running server.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PORT ?= 8000
ARGS ?=
PY := .venv/bin/python
EMBEDDED := $(PY) -m config.embedded
# The first interpreter that is new enough; PYTHON=/path/to/python decides otherwise.
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13 python3.14 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v $$p && break; done)
# Make looks at a target's age before it makes the environment anew, so forget the stamps of a broken one now.
FORGET := $(shell $(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || rm -f .venv/.installed*)
CHROMIUM := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)

.PHONY: help install install-dev venv demo smoke test test-browser bench lint lock clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*##/\1 —/' | sort

install: .venv/.installed  ## prepare .venv with what the portal needs
install-dev: .venv/.installed-dev  ## the same with the tools for tests

demo: .venv/.installed  ## the whole portal with a believable world: make demo PORT=8000
	@PORTAL_DEMO=1 $(PY) manage.py demo --port $(PORT) $(ARGS)

smoke: .venv/.installed  ## start a demo of its own, visit every menu entry as every role, stop
	@PORTAL_DEMO=1 $(PY) manage.py smoke $(ARGS)

test: .venv/.installed-dev  ## the suite on a real PostgreSQL and Redis: make test ARGS="-k import"
	@$(EMBEDDED) --data var/test -- $(PY) -m pytest -n 2 -m "not browser and not bench" $(ARGS)

test-browser: .venv/.installed-dev  ## pages in headless Chromium: keyboard, width, print, axe
	@if [ -z "$(CHROMIUM)" ]; then echo "没有找到 Chromium，请先安装（Debian/Ubuntu：apt-get install chromium fonts-noto-cjk）。" \
		"/ Chromium is not on the path." >&2; exit 1; fi
	@CHROMIUM="$(CHROMIUM)" $(EMBEDDED) --data var/test -- $(PY) -m pytest -n 2 --dist loadfile -m browser $(ARGS)

bench: .venv/.installed-dev  ## measure against SQL, OpenFisca and django-import-export
	@$(EMBEDDED) --data var/bench -- $(PY) -m benchmarks $(ARGS)

lint: .venv/.installed-dev  ## ruff and mypy --strict on the engine
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check --quiet .
	@$(PY) -m mypy

lock:  ## compile the lock files from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --quiet $(ARGS) -o requirements.txt
	uv pip compile pyproject.toml --group dev -c requirements.txt --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --quiet $(ARGS) -o requirements-dev.txt

clean:  ## remove the data of tests, benchmarks and smoke checks (var/demo stays)
	rm -rf var/test var/bench var/smoke .pytest_cache .mypy_cache .ruff_cache staticfiles

# A virtual environment that is missing, broken (its Python is gone) or too old is made anew.
venv:
	@if ! $(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
		if [ -z "$(PYTHON)" ]; then \
			echo "需要 Python 3.11 或更高版本，可用 make PYTHON=/路径/python3.11 指定。/ Python 3.11 or newer is needed." >&2; \
			exit 1; fi; \
		echo "正在建立 .venv（$(PYTHON)）……"; rm -rf .venv; \
		if command -v uv >/dev/null; then uv venv --quiet --python "$(PYTHON)" .venv; \
		else "$(PYTHON)" -m venv .venv || { rm -rf .venv; \
			echo "无法建立虚拟环境：Debian/Ubuntu 请先安装 python3-venv。/ Install python3-venv first." >&2; exit 1; }; fi; fi

define install_from
	@echo "正在安装 $(1)……"
	@if command -v uv >/dev/null; then uv pip install --quiet --python $(PY) --require-hashes -r $(1); \
	else $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1); fi \
	|| { echo "安装依赖失败：请检查网络或软件源设置后重试。/ Could not install $(1)." >&2; exit 1; }
	@touch $@
endef

.venv/.installed: requirements.txt | venv
	$(call install_from,$<)

.venv/.installed-dev: requirements-dev.txt | venv
	$(call install_from,$<)
	@touch .venv/.installed
