# What the test scripts share: assertions, the machine's devices, the bus.
# Sourced by each; a script ends with `summary`.
passed=0 failed=0
service=vfio-migrationd.service bus_name=org.vfio.Migration1 root_path=/org/vfio/Migration1

# --- assertions

ok() { passed=$((passed + 1)); echo "ok - $*"; }
not_ok() { failed=$((failed + 1)); echo "not ok - $*"; }
note() { echo "# ${*//$'\n'/$'\n'# }"; }
summary() { echo "${0##*/}: $passed passed, $failed failed"; [ "$failed" = 0 ]; exit; }

check() {  # check WHAT COMMAND...: it succeeds (its output is shown if it does not)
        local what=$1 out; shift
        if out=$("$@" 2>&1); then ok "$what"; return; fi
        set -- "$?" "$@"
        not_ok "$what"; note "exit status $1: ${*:2}"; note "$out"; return 1
}
refute() {  # refute WHAT COMMAND...: it fails
        local what=$1 out; shift
        if out=$("$@" 2>&1); then not_ok "$what"; note "$*: unexpectedly succeeded"; note "$out"; return 1; else ok "$what"; fi
}
is() {  # is WHAT GOT WANTED
        if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1"; note "got:    $2"; note "wanted: $3"; return 1; fi
}
like() {  # like WHAT GOT EXTENDED-REGEX
        if [[ $2 =~ $3 ]]; then ok "$1"; else not_ok "$1"; note "got:    $2"; note "wanted: $3"; return 1; fi
}
now() { echo "${EPOCHREALTIME/[.,]/}"; }          # microseconds
try_for() {  # try_for SECONDS COMMAND...: again and again until it succeeds
        local end=$(( $(now) + $1 * 1000000 )); shift
        until "$@" > /dev/null 2>&1; do [ "$(now)" -lt "$end" ] || return 1; sleep 0.02; done
}
within() {  # within SECONDS WHAT COMMAND...: it succeeds by then; says after how long
        local limit=$1 what=$2 start t; shift 2
        start=$(now)
        if try_for "$limit" "$@"; then t=$(( ($(now) - start) / 1000 )); ok "$what (after $t ms)"
        else not_ok "$what (within $limit s)"; note "$("$@" 2>&1)"; return 1; fi
}
on_exit() { trap "$*" EXIT; }
show() { echo "\$ $*"; "$@" 2>&1 | sed 's/^/  /'; return "${PIPESTATUS[0]}"; }      # for the transcript

# --- mtty: 24 ports, mtty-1 takes one and mtty-2 two

mtty=/sys/class/mdev_bus/mtty
uuid() { printf '%08x-0000-4000-8000-%012x' "$1" "$1"; }                     # a small number's
have_mtty() {
        modprobe -a vfio_iommu_type1 mtty && try_for 5 test -d "$mtty/mdev_supported_types/mtty-2"
}
mdev_create() { echo "$2" > "$mtty/mdev_supported_types/$1/create"; }       # mdev_create TYPE UUID
mdev_remove() { echo 1 > "/sys/bus/mdev/devices/$1/remove"; }
mdev_clear() {
        local d
        for d in /sys/bus/mdev/devices/*; do [ ! -e "$d" ] || echo 1 > "$d/remove"; done
}
available() { cat "$mtty/mdev_supported_types/$1/available_instances"; }

group_of() { basename "$(readlink "/sys/bus/mdev/devices/$1/iommu_group")"; }

# --- our own driver: parents are four PCI devices, and two virtual ones; a type for each layout; see ../driver

vmt_parents=(0000:00:10.0 0000:00:11.0 0000:00:12.0 0000:00:13.0 vmt0 vmt1)
vmt_parent() { echo "/sys/class/mdev_bus/$1"; }
vmt_type() { echo "/sys/class/mdev_bus/$1/mdev_supported_types/vfio_mig_test-$2"; }                    # vmt_type PARENT TYPE
vmt_create() { echo "$3" > "$(vmt_type "$1" "$2")/create"; }                                            # vmt_create PARENT TYPE UUID
control() { printf '%s\n' "$2" > "$(vmt_parent "$1")/control"; }        # control PARENT 'TYPE|UUID FILE VERB [ARGUMENT]', or wake
asked() { cat /sys/module/vfio_mig_test/parameters/asked; }              # how often a migration_version was written
have_vmt() { modprobe -a vfio_iommu_type1 vfio_mig_test && try_for 5 test -e "$(vmt_parent 0000:00:13.0)/control"; }
vmt_gone() {  # other scripts count the machine's devices and types
        [ -d /sys/module/vfio_mig_test ] || return 0
        control vmt0 wake
        mdev_clear
        rmmod vfio_mig_test
}

# What a model file says of the driver's models: how they migrate, and their
# parameters where the layout cannot list them.  Dirty tracking is not asked
# for: Debian's kernel cannot do it.
vmt_models() {
        mkdir -p /etc/vfio-migration/{models.d,vfio-migrationd.conf.d}
        cp data/models.d/vmt-*.json /etc/vfio-migration/models.d/
        printf '[Policy]\nRequireDirtyTracking=no\n' > /etc/vfio-migration/vfio-migrationd.conf.d/50-vmt.conf
        systemctl -q is-active "$service" && systemctl reload "$service"
}
vmt_models_gone() {
        rm -f /etc/vfio-migration/models.d/vmt-*.json /etc/vfio-migration/vfio-migrationd.conf.d/50-vmt.conf
        rmdir --ignore-fail-on-non-empty /etc/vfio-migration/{models.d,vfio-migrationd.conf.d}
        systemctl -q is-active "$service" && systemctl reload "$service"
}

# --- two virtual functions of the NVMe controller, bound to vfio-pci

pf=0000:01:00.0 vfs=(0000:01:00.1 0000:01:00.2)
bound_to() { [ "$(readlink "/sys/bus/pci/devices/$1/driver")" = "../../../../bus/pci/drivers/$2" ]; }
vf_bind() {
        echo vfio-pci > "/sys/bus/pci/devices/$1/driver_override" && echo "$1" > /sys/bus/pci/drivers_probe &&
                bound_to "$1" vfio-pci
}
vf_unbind() { echo "$1" > "/sys/bus/pci/devices/$1/driver/unbind"; }
have_vfs() {
        local vf
        modprobe -a nvme vfio-pci && try_for 10 bound_to "$pf" nvme || return
        if [ "$(cat "/sys/bus/pci/devices/$pf/sriov_numvfs")" = 0 ]; then
                echo 0 > "/sys/bus/pci/devices/$pf/sriov_drivers_autoprobe" &&
                        echo "${#vfs[@]}" > "/sys/bus/pci/devices/$pf/sriov_numvfs" || return
        fi
        for vf in "${vfs[@]}"; do bound_to "$vf" vfio-pci || vf_bind "$vf" || return; done
}

# --- the daemon on the bus

manager() { busctl --json=short call "$bus_name" "$root_path" "$bus_name.Manager" "$@"; }
as_nobody() { setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; }
main_pid() { systemctl show -P MainPID "$service"; }
unit() { systemctl show -P "$1" "$service"; }
describe() { manager Describe ast 0 "${1:-0}" | jq -r '.data[0]'; }          # of all devices; 1: of the host
listed() { [[ $(busctl call "$bus_name" "$root_path" "$bus_name.Manager" ListDevices) == *"\"$1\" \"/"* ]]; }
not_listed() {
        local all
        all=$(busctl call "$bus_name" "$root_path" "$bus_name.Manager" ListDevices) && [[ $all != *"\"$1\" \"/"* ]]
}
ids() { manager ListDevices | jq -r '[.data[0][][0]] | sort | .[]'; }
path_of() {
        local reply
        reply=$(busctl call "$bus_name" "$root_path" "$bus_name.Manager" GetDevice s "$1") || return
        reply=${reply#o \"}; echo "${reply%\"}"
}
properties() { busctl call "$bus_name" "$1" org.freedesktop.DBus.Properties GetAll s "$bus_name.Device"; }
value() {  # value PROPERTIES NAME: of a string property, as `properties` printed it
        [[ $1 =~ \"$2\"\ s\ \"([^\"]*)\" ]] && echo "${BASH_REMATCH[1]}"
}
property() { value "$(properties "$1")" "$2"; }
creatable() { describe 1 | jq -r '[.creatable // [] | sort_by(.mdevType)[] | "\(.mdevType) \(.available // 0)"] | join(" ")'; }
can_create() { [ "$(creatable)" = "$*" ] || { creatable; return 1; }; }      # can_create TYPE NUMBER...: these and no others
need_daemon() {  # the scripts that talk to it begin with this
        try_for 10 manager ListDevices && return
        not_ok "the daemon answers"; note "$(manager ListDevices 2>&1)"; summary
}

# --- signals: `watch_start`, do something, then ask `seen`

watch_start() {
        watch_file=$(mktemp) watch_pid=
        busctl --json=short monitor "$bus_name" > "$watch_file" 2> "$watch_file.err" & watch_pid=$!
        try_for 5 grep -q . "$watch_file.err" || true   # "Monitoring bus message stream."
}
watch_stop() { kill "$watch_pid"; wait "$watch_pid"; } 2> /dev/null
seen() {  # seen MEMBER PATH: when the signal that names that object came, in microseconds
        jq -r --arg m "$1" --arg p "$2" \
                'select(.type == "signal" and .member == $m and .payload.data[0] == $p) | .["timestamp-realtime"]' "$watch_file" |
                head -n 1 | grep .
}
signal_within() {  # signal_within SECONDS WHAT SINCE MEMBER PATH
        local t
        try_for "$1" seen "$4" "$5"
        t=$(seen "$4" "$5") || { not_ok "$2"; note "no $4 for $5"; return 1; }
        t=$(( t - $3 ))
        if [ "$t" -lt $(( $1 * 1000000 )) ]; then ok "$2 (after $(( t / 1000 )) ms)"
        else not_ok "$2 (after $(( t / 1000 )) ms, wanted within $1 s)"; return 1; fi
}
signals() {  # what came, for the transcript
        jq -r 'select(.type == "signal") | .payload.data as $d | "\(.["timestamp-realtime"] / 1e6 | tostring | .[:14]) \(.member) \($d[0]) \(
                $d[1] | if type == "object" then .["org.vfio.Migration1.Device"] // {} | map_values(.data) else . end | tostring)"' "$watch_file"
}
