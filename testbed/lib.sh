# shellcheck shell=bash disable=SC2034
# Settings and functions of the bed's commands; sourced, never run.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(dirname "$HERE")
[ ! -x "$ROOT/.venv/bin/node" ] || PATH=$ROOT/.venv/bin:$PATH

# One bed per checkout, and one more for each DATAMARK_BED_FOR; all that has a name on the machine has the hash in it.
hash() { sha256sum | cut -c1-"$1"; }
DIR=${DATAMARK_BED_DIR:-/var/tmp/datamark-bed-$(printf %s "$HERE${DATAMARK_BED_FOR:-}" | hash 6)}
CACHE=${DATAMARK_BED_CACHE:-$HOME/.cache/datamark-testbed}
POOL_SIZE=${DATAMARK_BED_POOL_SIZE:-8G}
CNI_BIN=${DATAMARK_BED_CNI_BIN:-/usr/lib/cni}
ID=$(printf %s "$DIR" | hash 6)
LINK=dmbed-$ID
CGROUP=datamark-bed-$ID
SETTINGS=(POOL_SIZE CNI_BIN SUBNET BUILD)

BUILD_FLAGS=(-mod=readonly -trimpath -buildvcs=false -pgo=off)
LDFLAGS="-s -w"
BUILD=$CACHE/$( (cd "$HERE/go" && cat ./*/go.mod ./*/go.sum ./*/*.go 2>/dev/null; echo "${BUILD_FLAGS[*]} $LDFLAGS") | hash 12)
# What `up` began with stays true until `down`, whatever the environment says later.
SUBNET=
# shellcheck source=/dev/null
[ ! -f "$DIR/settings" ] || . "$DIR/settings"

# Inside the bed all addresses are its own; only the link to the host has one that must be free on the machine.
HOST_IP=$SUBNET.1
NODE_IP=$SUBNET.2
NODE=node0
POD_CIDR=10.88.0.0/16
SERVICE_CIDR=10.96.0.0/16
SERVICE_IP=10.96.0.1
DRIVER=cow.csi.test
PLUGIN=$DIR/kubelet/plugins/$DRIVER
SOCK=$DIR/containerd/containerd.sock
COMPONENTS=(etcd apiserver controller-manager scheduler containerd kubelet kube-proxy csi-driver snapshot-controller csi-snapshotter csi-provisioner)
BIN=$BUILD/bin
MANIFESTS=$BUILD/manifests
export KUBECONFIG=$DIR/kubeconfig

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }
need_root() { [ "$(id -u)" = 0 ] || die "must run as root"; }
need_up() {
  pid_of bed >/dev/null || die "the bed is not up ($DIR): make cluster-up"
  timeout 10 "$BIN/kubectl" get --raw /readyz >/dev/null 2>&1 || die "the API server does not answer; see $DIR/logs/apiserver.log"
}
# alone: no other command works on this bed meanwhile.
alone() {
  exec 9<"$DIR"
  flock -n 9 || die "another command works on $DIR"
}
kubectl() { "$BIN/kubectl" --request-timeout=20s "$@"; }

# started_at PID: when it was started, in ticks since boot; fails when there is no such process.
started_at() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  stat=${stat##*) } # the name before it may hold spaces
  [ "${stat:0:1}" != Z ] || return 1
  cut -d' ' -f20 <<<"$stat"
}
# record NAME PID: notes a process by pid and start time, as pids are reused.
record() {
  local started
  started=$(started_at "$2") || return 1
  echo "$2 $started" >"$DIR/run/$1.pid"
}
# pid_of NAME: its pid, if that process is still the one that was noted.
pid_of() {
  local pid started
  { read -r pid started <"$DIR/run/$1.pid"; } 2>/dev/null || return 1
  [ "$(started_at "$pid")" = "$started" ] || return 1
  echo "$pid"
}

# inside COMMAND...: in the bed's network, mounts and processes.
inside() { nsenter --target "$(pid_of bed)" --net --mount --pid -- "$@"; }

# start NAME COMMAND...: inside the bed, log in logs/NAME.log, pid in run/NAME.pid; nothing when it runs already.
# Its environment is clean: a proxy or a KUBECONFIG (csi-provisioner prefers it to its flag) would lead it astray.
start() {
  local name=$1 bed entered pid end=$((SECONDS + 5))
  shift
  ! pid_of "$name" >/dev/null || return 0
  bed=$(pid_of bed)
  setsid nsenter --target "$bed" --net --mount --pid -- env -i PATH="$PATH" HOME="$HOME" LC_ALL=C.UTF-8 "$@" \
    </dev/null >>"$DIR/logs/$name.log" 2>&1 9>&- &
  entered=$!
  until pid=$(pgrep -P "$entered") && record "$name" "$pid"; do
    kill -0 "$entered" 2>/dev/null && ((SECONDS < end)) || die "$name did not start; see $DIR/logs/$name.log"
    sleep 0.02
  done
}

# wait_for SECONDS NAME COMMAND...: until COMMAND succeeds; fails when the time is up or component NAME has died.
wait_for() {
  local seconds=$1 name=$2 end=$((SECONDS + $1)) why
  shift 2
  until timeout 10 "$@" >/dev/null 2>&1; do
    sleep 0.2
    if ! pid_of "$name" >/dev/null; then why="$name has died"
    elif ((SECONDS >= end)); then why="$name is not ready after $seconds s (waited for: $*)"
    else continue; fi
    tail -n 5 "$DIR/logs/$name.log" >&2 || true
    die "$why; see $DIR/logs/$name.log"
  done
}

# stop NAME...: a signal each (the snapshot sidecars end cleanly on SIGINT only), 5 seconds together, then SIGKILL.
stop() {
  local name pid end=$((SECONDS + 5)) signal
  for name; do
    case $name in snapshot-controller | csi-snapshotter) signal=INT ;; *) signal=TERM ;; esac
    if pid=$(pid_of "$name"); then kill -"$signal" "$pid" 2>/dev/null || true; fi
  done
  for name; do
    while pid=$(pid_of "$name"); do
      if ((SECONDS >= end)); then kill -KILL "$pid" 2>/dev/null || true; fi
      sleep 0.1
    done
    rm -f "$DIR/run/$name.pid"
  done
}

# kubeconfig FILE CREDENTIALS: for one user; CREDENTIALS is YAML inside { }.
kubeconfig() {
  (umask 077 && cat >"$1") <<Y
apiVersion: v1
kind: Config
clusters: [{name: testbed, cluster: {server: "https://$NODE_IP:6443", certificate-authority-data: $(base64 -w0 "$DIR/pki/ca.crt")}}]
users: [{name: user, user: {$2}}]
contexts: [{name: testbed, context: {cluster: testbed, user: user}}]
current-context: testbed
Y
}
# sa_kubeconfig FILE NAMESPACE NAME: kubeconfig with a year's token of a ServiceAccount.
sa_kubeconfig() {
  local token
  token=$(kubectl -n "$2" create token "$3" --duration=8760h) || die "no token for ServiceAccount $2/$3"
  kubeconfig "$1" "token: $token"
}

# render FILE: the template with its @NAMES@ filled in.
render() {
  sed -e "s|@DIR@|$DIR|g; s|@NODE@|$NODE|g; s|@NODE_IP@|$NODE_IP|g; s|@POD_CIDR@|$POD_CIDR|g; s|@CGROUP@|$CGROUP|g" \
    -e "s|@CNI_BIN@|$CNI_BIN|g; s|@SOCK@|$SOCK|g; s|@DRIVER@|$DRIVER|g; s|@NAMESPACE@|${NAMESPACE:-}|g" "$1"
}
