#!/bin/sh
# Makes .venv with the pinned Python packages; one of them brings Node 24 and npm. Called by the Makefile.
set -eu

python=''
for candidate in python3.11 python3.12 python3.13 python3; do
  if command -v "$candidate" >/dev/null 2>&1 &&
    "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python=$candidate
    break
  fi
done
if [ -z "$python" ]; then
  echo 'Python 3.11 or newer is needed. On Debian 12: sudo apt-get install python3 python3-venv' >&2
  exit 1
fi

if [ ! -x .venv/bin/python ] || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
  # Debian splits ensurepip, without which a virtual environment has no pip, off into python3-venv.
  if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
      apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null
    else
      echo 'This Python can make no virtual environment. Run: sudo apt-get install python3-venv' >&2
      exit 1
    fi
  fi
  rm -rf .venv
  "$python" -m venv .venv
fi
.venv/bin/python -m pip install --quiet --requirement requirements/development.txt
