#!/usr/bin/env bash
# Says what this machine lacks, and installs it with apt where the user may.
#   scripts/system.sh python     Python 3.11+ that can make an environment (prints its path)
#   scripts/system.sh sandbox    bubblewrap; without it the hub still starts on loopback, so this never fails
#   scripts/system.sh browser    a Chromium for the tests (prints its path)
# A line that starts with "Thiếu" names the command that mends it.
set -u

say() { echo "$*" >&2; }

# The way this user may install packages: as root, by sudo without a question, or not at all.
apt_as() {
  command -v apt-get >/dev/null || return 1
  if [ "$(id -u)" = 0 ]; then echo env; elif sudo -n true 2>/dev/null; then echo sudo; else return 1; fi
}

install_packages() {
  local as
  as=$(apt_as) || return 1
  say "Đang cài $* (apt)…"
  # An old package list is the usual reason why an installation fails, so it is renewed once, and only then.
  "$as" DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >/dev/null 2>&1 && return 0
  "$as" apt-get update -q >/dev/null 2>&1
  "$as" DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >&2
}

suitable() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
makes_environments() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

find_python() {
  local name path
  # The environment's own Python may be first on the path; a new environment must not hang on an old one.
  PATH=$(tr ':' '\n' <<<"$PATH" | grep -v '/\.venv/bin$' | paste -sd:)
  for name in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
    path=$(command -v "$name") && suitable "$path" && echo "$path" && return 0
  done
  return 1
}

case "${1:-}" in
  python)
    path=$(find_python) || { install_packages python3 python3-venv && path=$(find_python); } || {
      say "Thiếu Python 3.11 trở lên. Cài bằng: sudo apt-get install python3 python3-venv"
      exit 1
    }
    if ! makes_environments "$path"; then
      # Debian keeps this part in a package of its own, named by version.
      package=$("$path" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
      install_packages "$package" >&2
      makes_environments "$path" || { say "Thiếu $package. Cài bằng: sudo apt-get install $package"; exit 1; }
    fi
    echo "$path"
    ;;
  sandbox)
    command -v bwrap >/dev/null || install_packages bubblewrap ||
      say "Thiếu bubblewrap (cách ly người học với nhau). Cài bằng: sudo apt-get install bubblewrap"
    exit 0
    ;;
  browser)
    for name in ${BDHAI_CHROMIUM:-} chromium chromium-browser google-chrome google-chrome-stable; do
      # Ubuntu's chromium-browser is a script that only asks to install a snap: it must really run.
      path=$(command -v "$name") && "$path" --version >/dev/null 2>&1 && echo "$path" && exit 0
    done
    # Playwright's own, from an earlier run of this script.
    own() { .venv/bin/python -c 'from playwright.sync_api import sync_playwright as s
with s() as p: print(p.chromium.executable_path)' 2>/dev/null; }
    path=$(own) && [ -x "$path" ] && "$path" --version >/dev/null 2>&1 && echo "$path" && exit 0
    install_packages chromium >/dev/null 2>&1
    path=$(command -v chromium) && "$path" --version >/dev/null 2>&1 && echo "$path" && exit 0
    say "Đang tải Chromium của Playwright…"
    .venv/bin/python -m playwright install chromium >/dev/null 2>&1
    path=$(own) && [ -x "$path" ] && "$path" --version >/dev/null 2>&1 && echo "$path" && exit 0
    if [ -x "${path:-}" ]; then
      say "Thiếu thư viện cho Chromium. Cài bằng: sudo .venv/bin/python -m playwright install-deps chromium"
    else
      say "Thiếu Chromium để kiểm thử. Cài bằng: sudo apt-get install chromium"
    fi
    exit 1
    ;;
  *)
    say "Cách dùng: scripts/system.sh python|sandbox|browser"
    exit 2
    ;;
esac
