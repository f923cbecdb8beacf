#!/bin/sh
# Installs the Debian packages that tests, benchmarks and screenshots need, if any is missing. Called by the Makefile.
set -eu

# chromium: the browser of the UI tests. fonts-*: text as wide as on a desktop. rsync, btrfs-progs: what speed is
# compared with. procps: processes of a test are looked up by `ps`. git: exclude patterns are compared with its own.
packages='chromium fonts-dejavu-core fonts-liberation rsync btrfs-progs procps git'

missing=''
for package in $packages; do
  if [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)" != installed ]; then
    missing="$missing $package"
  fi
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "These Debian packages are needed:$missing" >&2
  echo "Run: sudo apt-get install$missing" >&2
  exit 1
fi
echo "· Debian packages:$missing"
apt-get update -qq
# shellcheck disable=SC2086 -- a list of names
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
