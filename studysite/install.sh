#!/usr/bin/env bash
# Sets this checkout up: Debian packages that are missing, a virtual environment in .venv and the
# locked Python packages in it. `install.sh run` is for running the study, `install.sh dev` adds
# what tests and checks need. Run again it does nothing; a stamp in .venv says what is installed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

wanted=${1:-run}
# Pango and harfbuzz-subset draw the PDF's text (without the latter a Chinese page takes 20 times
# as long), the fonts hold Latin and Chinese, EGL and Mesa let VTK draw without a display.
run_packages=(libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk fonts-dejavu-core
  libegl1 libgl1-mesa-dri)
# Chromium is driven by the browser tests, poppler reads our PDFs, PostgreSQL and Redis are the
# production pair and are started by the tests in folders of their own, gettext checks translations.
# dcmtk are the peers that our DICOM network is tried with, dicom3tools checks what leaves.
# libfaketime gives a process a wrong clock.
dev_packages=(chromium poppler-utils postgresql redis-server gettext dcmtk dicom3tools libfaketime)

say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 3; }

require_own_checkout() {
  mkdir -p "$folder" 2>/dev/null && [[ -w . && -w $folder ]] ||
    fail "$PWD cannot be written to by this account ($(id -un)): set it up as the account it belongs to."
}

find_python() {
  local name
  for name in python3.11 python3 python3.12 python3.13; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      python=$name
      return
    fi
  done
  fail "Python 3.11 or newer was not found: install it (on Debian 12: apt-get install python3 python3-venv) and run make again."
}

# Names the packages that are wanted and not installed, in `missing`.
find_missing() {
  local name installed
  missing=()
  installed=$(dpkg-query --show --showformat '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || true)
  for name in "$@"; do
    [[ $'\n'$installed$'\n' == *$'\n'"$name installed"$'\n'* ]] || missing+=("$name")
  done
}

install_packages() {
  local as_root=() log=$folder/apt.log
  if ! command -v dpkg-query >/dev/null; then
    say "This is not Debian or Ubuntu: the libraries of ${packages[*]} are taken to be installed."
    return
  fi
  find_missing "${packages[@]}"
  [[ ${#missing[@]} -gt 0 ]] || return 0
  require_own_checkout
  if [[ $(id -u) -ne 0 ]]; then
    { command -v sudo >/dev/null && sudo -v; } ||
      fail "These Debian packages are missing and installing them needs root or sudo: ask an administrator to run apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  say "Installing Debian packages: ${missing[*]}"
  # RUNLEVEL=1 keeps Debian from starting the servers: the tests start their own.
  { "${as_root[@]}" apt-get update &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
      apt-get install --yes --no-install-recommends "${missing[@]}"; } </dev/null >"$log" 2>&1 ||
    fail "The Debian packages ${missing[*]} could not be installed; $log says why."
}

# What .venv must hold, as one digest: the lock files, this script, and where the checkout lies.
stamp_of() { { cat "requirements-uv.lock" "$1" studysite/install.sh; pwd -P; } | sha256sum; }

installed_already() { # run|dev
  [[ -x .venv/bin/python && -f .venv/stamp-$1 && $(stamp_of "$(lock_of "$1")") == "$(<.venv/stamp-"$1")" ]]
}

lock_of() { if [[ $1 == dev ]]; then say requirements-dev.lock; else say requirements.lock; fi; }

make_environment() {
  [[ -x .venv/bin/python && -x .venv/uv/bin/uv && -f .venv/place && $(<.venv/place) == "$(pwd -P)" ]] && return
  if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    packages=("$("$python" -c 'import sys; print(f"python3.{sys.version_info.minor}-venv")')")
    install_packages
  fi
  say "Making the virtual environment in .venv with $("$python" --version)"
  "$python" -m venv --clear .venv >"$folder/venv.log" 2>&1 ||
    fail "The virtual environment could not be made; $folder/venv.log says why."
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
    --target .venv/uv --requirement requirements-uv.lock >"$folder/pip.log" 2>&1 ||
    fail "The Python package registry did not answer, so nothing could be installed; $folder/pip.log says why."
  pwd -P >.venv/place
}

install_requirements() { # run|dev
  local lock
  lock=$(lock_of "$1")
  say "Installing the Python packages of $lock"
  rm -f .venv/stamp-run .venv/stamp-dev
  # Bytecode once here, not anew by each process: some accounts never write it.
  .venv/uv/bin/uv pip sync --compile-bytecode --python .venv/bin/python --require-hashes --no-build "$lock" \
    </dev/null >"$folder/uv.log" 2>&1 ||
    fail "The Python packages of $lock could not be installed; $folder/uv.log says why."
  stamp_of "$lock" >".venv/stamp-$1"
}

folder=var/setup
packages=("${run_packages[@]}")
[[ $wanted == dev ]] && packages+=("${dev_packages[@]}")
begun=$SECONDS
install_packages
# What tests need holds all that the study needs, and is not taken away again by `run`.
if installed_already dev || { [[ $wanted == run ]] && installed_already run; }; then
  exit 0
fi
[[ -f .venv/stamp-dev ]] && wanted=dev
require_own_checkout
find_python
make_environment
install_requirements "$wanted"
say "Set up in $((SECONDS - begun)) s."
