# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
#
# make demo     plays the desk with an embedded mail server (ONCE=1: once, then leaves)
# make test     installs what the tests need, and runs them (PYTEST_ARGS="-k intake")
# make test-days runs them as if today were another day, for six days that may make trouble (DAY=drawn: for any other one; DAY="2028-02-29 10:00")
# make torture  breaks maildesk everywhere for half an hour, and prints what became of the mail (TORTURE_ARGS="--minutes 5 --seed 7")
# make check    style, types, licences
# make figures  prints rooms and arrows of the core, lines, and how long functions are
# make lock     writes the pinned requirements anew (UV_FLAGS=--upgrade: newer versions)
# make clean    takes away everything that the above made in this folder

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help demo test test-days torture check figures lock clean debian-packages

VENV := .venv
TOOLS := .venv-tools
PYTHON := $(VENV)/bin/python
PYTEST := $(PYTHON) -m pytest -n 3 --dist worksteal
DEBIAN_PACKAGES := dovecot-imapd dovecot-lmtpd postfix procps strace systemd
# Hashes cover everything, also what builds the project itself: nothing is fetched that no lock names.
PIP_INSTALL := $(PYTHON) -m pip install --quiet --disable-pip-version-check --no-input
INSTALL_PROJECT := $(PIP_INSTALL) --no-deps --no-build-isolation --editable .
UV_COMPILE := $(TOOLS)/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-annotate --no-header $(UV_FLAGS)

help:
	@sed -n 's/^# \(make [a-z]\)/\1/p' Makefile

demo: $(VENV)/.runtime
	@$(PYTHON) -m maildesk demo $(if $(ONCE),--once)

test test-days torture: export PYTHONDONTWRITEBYTECODE :=  # else each process that a test starts compiles all of maildesk
test: debian-packages $(VENV)/.dev
	@$(PYTEST) $(PYTEST_ARGS)

test-days: DEBIAN_PACKAGES += datefudge
test-days: debian-packages $(VENV)/.dev
	@$(PYTHON) -m tests.other_days "$(or $(DAY),all)" $(PYTEST) $(PYTEST_ARGS)

torture: debian-packages $(VENV)/.dev
	@$(if $(TORTURE_ARGS),,MAILDESK_SAMPLES=all $(PYTHON) -m pytest -q -n 2 --dist worksteal -m "sampled or long")
	$(PYTHON) -m tests.torture $(TORTURE_ARGS)

check: $(VENV)/.dev
	@$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m mypy
	$(PYTHON) -m reuse lint --lines
	echo "maildesk: style, types and licences are in order"

figures: $(VENV)/.made
	@$(PYTHON) -m tests.figures

lock: $(TOOLS)/bin/uv
	@$(UV_COMPILE) --extra demo --group build --output-file requirements.lock
	$(UV_COMPILE) --extra demo --extra outlook --group dev --constraint requirements.lock --output-file requirements-dev.lock
	if grep -nE 'https?:|file:|index-url|find-links' requirements.lock requirements-dev.lock; then
		echo "maildesk: a lock names where it came from" >&2
		exit 1
	fi

clean:
	@rm -rf $(VENV) $(TOOLS) dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# One environment serves demo and tests: the development lock holds the versions of the other one, and more.
$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/.made
	@echo "maildesk: installing the pinned libraries into $(VENV) (once, half a minute or so)"
	$(PIP_INSTALL) --require-hashes --requirement requirements.lock
	$(INSTALL_PROJECT)
	touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(VENV)/.made
	@echo "maildesk: installing the pinned libraries and test tools into $(VENV) (once, a minute or so)"
	$(PIP_INSTALL) --require-hashes --requirement requirements-dev.lock
	$(INSTALL_PROJECT)
	touch $@ $(VENV)/.runtime

$(VENV)/.made:
	@$(functions)
	python=$$(find_python)
	"$$python" -c 'import ensurepip' 2>/dev/null || debian_install python3-venv
	"$$python" -m venv --clear $(VENV)
	touch $@

$(TOOLS)/bin/uv:
	@$(functions)
	python=$$(find_python)
	"$$python" -m venv --clear $(TOOLS)
	$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check uv

debian-packages:
	@$(functions)
	missing=()
	for package in $(DEBIAN_PACKAGES); do
		[[ $$(dpkg-query --show --showformat='$${db:Status-Status}' "$$package" 2>/dev/null) == installed ]] || missing+=("$$package")
	done
	(( $${#missing[@]} == 0 )) || debian_install "$${missing[@]}"

define functions
find_python() {
	local candidate
	for candidate in python3.11 python3.12 python3.13 python3; do
		if "$$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null; then
			echo "$$candidate"
			return
		fi
	done
	echo "maildesk: Python 3.11, 3.12 or 3.13 is needed and was not found; on Debian 12: apt-get install python3" >&2
	return 1
}

# Debian starts a server as soon as it is installed, unless policy-rc.d says no; the tests start their own.
debian_install() {
	policy=/usr/sbin/policy-rc.d root=(env DEBIAN_FRONTEND=noninteractive)
	if ! command -v apt-get >/dev/null; then
		echo "maildesk: not Debian, so please install by hand what is missing: $$*" >&2
		return
	fi
	if (( EUID != 0 )); then
		command -v sudo >/dev/null || { echo "maildesk: please run as root: apt-get install $$*" >&2; return 1; }
		root=(sudo "$${root[@]}")
	fi
	echo "maildesk: installing $$* with apt-get (once)"
	if [[ ! -e $$policy ]]; then
		trap '"$${root[@]}" rm -f "$$policy"' EXIT
		printf '#!/bin/sh\nexit 101\n' | "$${root[@]}" install --mode 755 /dev/stdin "$$policy"
	fi
	"$${root[@]}" apt-get update -qq
	# Postfix is run by the tests from folders of their own: it gets no configuration for the system.
	if [[ " $$* " == *" postfix "* ]] && command -v debconf-set-selections >/dev/null; then
		echo 'postfix postfix/main_mailer_type select No configuration' | "$${root[@]}" debconf-set-selections
	fi
	"$${root[@]}" apt-get install -y -qq --no-install-recommends "$$@" >/dev/null
}
endef
