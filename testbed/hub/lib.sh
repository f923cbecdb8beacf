# shellcheck shell=bash disable=SC2034
# What the hub's commands share; sourced after ../lib.sh.
STATE=$DIR/hub
HUB_URL=http://$NODE_IP:8000

# stop_hub: the hub, and its proxy should the hub have been killed before it could stop that.
stop_hub() {
  stop hub
  # The pid is the one inside the bed, where no process but the bed's own has a number.
  # shellcheck disable=SC2016
  [ ! -s "$STATE/proxy.pid" ] || inside sh -c 'p=$(cat "$1"); ! grep -q configurable-http-proxy "/proc/$p/cmdline" 2>/dev/null || kill -KILL "$p"' - "$STATE/proxy.pid"
}
