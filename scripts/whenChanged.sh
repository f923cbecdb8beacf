#!/bin/sh
# Runs one step of the Makefile, unless its output exists and its inputs have the content they had after the last run.
# Content, not time stamps: a fresh clone on a machine with caches, or a switched branch, rebuilds only what differs.
# Arguments: name, output, inputs (files and folders, blank-separated), command.
set -eu
name=$1 output=$2 inputs=$3 command=$4

# The fingerprint of a set-up lives inside what was set up, so that removing the one removes the other.
case $name in
  python) stamp=.venv/datamark-fingerprint ;;
  node) stamp=node_modules/.datamark-fingerprint ;;
  link) stamp=.venv/datamark-link-fingerprint ;;
  *) stamp=.build/fingerprints/$name ;;
esac

fingerprint() {
  {
    printf '%s\n' "$command"
    # shellcheck disable=SC2086 -- the inputs are a list
    for input in $inputs; do
      if [ -e "$input" ]; then
        find "$input" -type f ! -path '*/__pycache__/*' ! -name '*.pyc' -print
      else
        printf 'missing %s\n' "$input" >&2
        exit 1
      fi
    done | LC_ALL=C sort | tr '\n' '\0' | xargs -0 -r sha256sum
  } | sha256sum
}

now=$(fingerprint)
if [ -e "$output" ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$now" ]; then
  exit 0
fi
echo "· $name"
sh -c "$command"
mkdir -p "$(dirname "$stamp")"
printf '%s\n' "$now" >"$stamp"
