#!/bin/sh
# Installs the Debian packages that tests, benchmarks and screenshots need, if any is missing; with the argument `cluster`
# those of the test bed. Called by the Makefile.
set -eu

# chromium: the browser of the UI tests. fonts-*: text as wide as on a desktop. rsync, btrfs-progs: what speed is
# compared with. procps: processes of a test are looked up by `ps`. git: exclude patterns are compared with its own.
packages='chromium fonts-dejavu-core fonts-liberation rsync btrfs-progs procps git'

missing=''
if [ "${1:-}" = cluster ]; then
  # What the test bed needs, by program: containerd may be another package's, which Debian's would remove.
  while read -r program package; do
    command -v "$program" >/dev/null 2>&1 || [ -x "/usr/sbin/$program" ] || missing="$missing $package"
  done <<'END'
containerd containerd
runc runc
mkfs.btrfs btrfs-progs
mkfs.ext4 e2fsprogs
/usr/lib/cni/bridge containernetworking-plugins
nft nftables
iptables iptables
conntrack conntrack
ip iproute2
openssl openssl
sysctl procps
nsenter util-linux
python3 python3
curl curl
END
else
  for package in $packages; do
    if [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)" != installed ]; then
      missing="$missing $package"
    fi
  done
fi
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "These Debian packages are needed:$missing" >&2
  echo "Run: sudo apt-get install$missing" >&2
  exit 1
fi
# Two suites on a cluster begin at the same time: the second one waits, and installs again what is there.
exec 9>/run/lock/datamark-packages
flock 9
echo "· Debian packages:$missing"
apt-get update -qq
# shellcheck disable=SC2086 -- a list of names
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
