# What the tests of the whole daemon share: a bus and a daemon of their own, and words for what is expected.
# Wants $DAEMON, $CLIENT, $RUN_BROKER and $HERE (this directory). To be sourced.
# shellcheck shell=bash disable=SC2034,SC2154
set -u
dir=$(mktemp -d /tmp/vfio-e2e-XXXXXX)
chmod 755 "$dir"
tree=$dir/root
address=unix:path=$dir/bus
bus_pid='' daemon_pid='' failed=0 n=0
# shellcheck source-path=SCRIPTDIR source=tree.sh
. "$HERE/tree.sh"

cleanup() {
        stop_daemon
        if [ -n "$bus_pid" ]; then kill "$bus_pid"; wait "$bus_pid"; fi 2> /dev/null
        rm -rf "$dir"
}
trap cleanup EXIT

ok() { n=$((n + 1)); echo "ok $n - $1"; }
not_ok() { n=$((n + 1)); failed=$((failed + 1)); echo "not ok $n - $1"; }
is() { if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1"; printf '# is:     %s\n# should: %s\n' "$2" "$3"; fi; }
like() { if [[ $2 =~ $3 ]]; then ok "$1"; else not_ok "$1"; printf '# is:      %s\n# no match: %s\n' "${2:0:1500}" "$3"; fi; }
unlike() { if [[ $2 =~ $3 ]]; then not_ok "$1"; printf '# is:    %s\n# matches: %s\n' "${2:0:1500}" "$3"; else ok "$1"; fi; }
check() { local what=$1; shift; if "$@" > "$dir/check.out" 2>&1; then ok "$what"; else not_ok "$what"; sed 's/^/# /' "$dir/check.out"; fi; }
refute() { local what=$1; shift; if "$@" > "$dir/check.out" 2>&1; then not_ok "$what"; sed 's/^/# /' "$dir/check.out"; else ok "$what"; fi; }
skip() { n=$((n + 1)); echo "ok $n - $1 # SKIP $2"; }
# TIMES COMMAND...: until it succeeds, ten times a second
wait_until() { local i times=$1; shift; for ((i = 0; i < times; i++)); do "$@" > /dev/null 2>&1 && return; sleep 0.1; done; return 1; }
now_ms() { local t=${EPOCHREALTIME/./}; echo $((t / 1000)); }
summary() {
        if [ -n "$daemon_pid" ]; then end_daemon_well; fi
        echo "1..$n"
        [ "$failed" = 0 ] || { echo "# $failed failed; the daemon said:"; sed 's/^/# /' "$dir/daemon.log"; exit 1; }
        exit 0
}

# $BUS: daemon (dbus-daemon) or broker (dbus-broker)
start_bus() {
        if [ "${BUS:-daemon}" = broker ]; then
                "$RUN_BROKER" "$dir/bus" 2> "$dir/bus.log" &
                bus_pid=$!
                wait_until 100 busctl list || { echo "Bail out! no broker"; cat "$dir/bus.log"; exit 1; }
                return
        fi
        sed "s#@DIR@#$dir#" "$HERE/bus.conf.in" > "$dir/bus.conf"
        dbus-daemon --nofork --config-file="$dir/bus.conf" 2> "$dir/bus.log" &
        bus_pid=$!
        wait_until 100 test -S "$dir/bus" || { echo "Bail out! no bus"; exit 1; }
}

start_daemon() { # OPTION...
        : > "$dir/daemon.log"
        "$DAEMON" --root="$tree" --bus="$address" --log-level=debug "$@" 2> "$dir/daemon.log" &
        daemon_pid=$!
        wait_until 200 grep -q "ready: " "$dir/daemon.log" || { echo "Bail out! the daemon did not start"; cat "$dir/daemon.log"; exit 1; }
}
stop_daemon() {
        [ -n "$daemon_pid" ] || return 0
        kill "$daemon_pid" 2> /dev/null
        wait "$daemon_pid" 2> /dev/null
        daemon_status=$?
        daemon_pid=
}
# It lives, and SIGTERM ends it with success (a sanitizer's complaint would be another status).
end_daemon_well() {
        check "the daemon still lives" kill -0 "$daemon_pid"
        stop_daemon
        is "and SIGTERM ends it well" "$daemon_status" 0
        unlike "without a complaint" "$(cat "$dir/daemon.log")" 'Sanitizer|runtime error'
}
readers() { pgrep -P "$daemon_pid" -x reader; }

busctl() { command busctl --address="$address" "$@"; }
root=/org/vfio/Migration1
manager() { busctl call org.vfio.Migration1 $root org.vfio.Migration1.Manager "$@"; }
device_path() { manager GetDevice s "$1" | sed 's/^o "\(.*\)"$/\1/'; }
property() { busctl get-property org.vfio.Migration1 "$(device_path "$1")" org.vfio.Migration1.Device "$2"; }
ask() { manager CheckCompatible st "$1" "${2:-6}" 2>&1; } # DESCRIPTOR [FLAGS]
verdict() { ask "$@" | sed -n 's/^ss "\([a-z-]*\)".*/\1/p'; }

# A VM of one device that fits those of sample(). PIN is optional, and VALUE of its parameter.
vm() { # [VALUE [PIN]]
        echo '{"schema":"org.vfio.Migration1.descriptor/1","devices":[{"id":"a","driver":"mlx5_vfio_pci","model":"https://vendor-a.com/my-nic",'\
'"params":{"rx-filter-size":"'"${1:-64}"'"},"paramsComplete":true,'"${2:+\"pin\":\"$2\",}"\
'"migration":{"protocol":"v2","flags":["stop-copy","p2p"],"dmaLogging":true},"origin":{"model":"sysfs:model"}}]}'
}
# The model file that makes an answer of it: what the driver can do.
model_file() {
        mkdir -p "$tree/etc/vfio-migration/models.d"
        echo '{"schema":"org.vfio.Migration1.model/1","model":"https://vendor-a.com/my-nic","params":{"rx-filter-size":{"type":"int"}},'\
'"migration":{"driver":"mlx5_vfio_pci","protocol":"v2","flags":["stop-copy","p2p"],"dmaLogging":true}}' > "$tree/etc/vfio-migration/models.d/my-nic.json"
}
