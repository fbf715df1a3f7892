#!/bin/bash
# CheckCompatible, as root and as nobody, and what vfiomigctl makes of it.
. ./lib.sh
have_mtty && have_vfs || not_ok "the devices are there"
mdev_clear
need_daemon
vm=$(mktemp -d); chmod 755 "$vm"

# The source is a hand-written file; what the model file says of mtty-1 (its
# model above all) is taken from this host, as an equal host would say it.
host=$(describe 1)
for type in mtty-1 mtty-2; do
        jq --argjson host "$host" --arg type "$type" \
                '(first($host.creatable[] | select(.mdevType == $type)) | {mdevType, model, version, softwareVersion, params, paramsComplete, facts, origin}
                  | with_entries(select(.value != null))) as $like
                 | .devices[0] += $like' data/mtty.json > "$vm/$type.json"
done
many() { jq --argjson n "$1" '.devices[0] as $d | .devices = [range($n) | $d + {id: "hostdev\(.)", address: "mdev:\(.)"}]' "$vm/mtty-1.json" > "$vm/$1.json"; }
many 3; many 24; many 25
jq 'del(.devices[0].model)' "$vm/mtty-1.json" > "$vm/no-model.json"
jq '.devices[0].migration.dmaLogging = false | .host.iommuDirtyTracking = false' "$vm/mtty-1.json" > "$vm/no-dirty-tracking.json"
echo '{"schema":"org.vfio.Migration1.descriptor/1","devices":[]}' > "$vm/empty.json"
cp data/other-model.json "$vm/"
note "the source: $(jq -c . "$vm/mtty-1.json")"

judge() {  # judge WHAT FILE FLAGS VERDICT [JQ-FILTER-ON-THE-REPORT WANTED]
        local reply lines
        reply=$(manager CheckCompatible st "$(< "$vm/$2.json")" "$3" 2>&1)
        mapfile -t lines < <(jq -rc ".data[0], (.data[1] | fromjson | (${5:-0}), .summary,
                (.devices[:2][] | {target, actions, reasons: [.reasons[]? | \"\(.code) \(.result): \(.message)\"]}))" <<< "$reply" 2>&1)
        is "$1: $4" "${lines[0]:-$reply}" "$4"
        [ $# -lt 5 ] || is "$1: $5" "${lines[1]:-}" "$6"
        for reply in "${lines[@]:2}"; do note "$reply"; done
}
nobody() {  # nobody FILE FLAGS VERDICT: an unprivileged user is told the same
        local reply
        reply=$(as_nobody busctl call "$bus_name" "$root_path" "$bus_name.Manager" CheckCompatible st "$(< "$vm/$1.json")" "$2" 2>&1)
        is "an unprivileged user is told $3, too" "${reply:0:$((${#3} + 5))}" "ss \"$3\""
}
cli() {  # cli WHAT FILE STATUS [OPTION...]
        local what=$1 file=$2 want=$3; shift 3
        show vfiomigctl --no-pager check "$@" "$vm/$file.json"
        is "$what: vfiomigctl check exits with $want" $? "$want"
}

judge "no mdev there, one can be created" mtty-1 0 needs-configuration \
        '[.devices[0].target.kind, .devices[0].target.mdevType, .devices[0].actions[0].action]' '["creatable","mtty-1","create"]'
nobody mtty-1 0 needs-configuration
cli "no mdev there" mtty-1 6
judge "existing devices only, and there is none" mtty-1 8 incompatible
u=$(uuid 70)
mdev_create mtty-1 "$u"
within 2 "an mtty-1 was created" listed "mdev:$u"
judge "onto the free mtty-1" mtty-1 8 compatible '.devices[0].target.address' "mdev:$u"
nobody mtty-1 8 compatible
# the tie: a device whose use is unknown is worth less than one still to be made
if [ "$(property "$(path_of "mdev:$u")" InUse)" = no ]; then verdict=compatible status=0; else verdict=needs-configuration status=6; fi
judge "free mtty-1 or a new one" mtty-1 0 "$verdict"
cli "free mtty-1 or a new one" mtty-1 "$status" --explain
jq --arg u "mdev:$u" '.devices[0].pin = $u' "$vm/mtty-1.json" > "$vm/pin.json"
judge "pinned to the free mtty-1" pin 0 compatible '.devices[0].target.address' "mdev:$u"
cli "pinned to the free mtty-1" pin 0
judge "an mtty-2 does not fit onto the mtty-1" mtty-2 8 incompatible
judge "one existing, two to be created" 3 0 needs-configuration '[.devices[].actions[0].action // "none"] | contains(["create", "create"])' true
judge "only one existing device for three" 3 8 incompatible
judge "another vendor's device" other-model 0 incompatible '.devices[0].reasons | any(.code == "model-mismatch")' true
nobody other-model 0 incompatible
cli "another vendor's device" other-model 3
judge "no model known" no-model 0 unknown
nobody no-model 0 unknown
cli "no model known" no-model 4
judge "a source that cannot track dirty pages" no-dirty-tracking 0 incompatible '.devices[0].reasons | any(.code == "dirty-tracking")' true
judge "a VM without devices" empty 0 compatible
mdev_clear
within 2 "the mtty-1 was removed" not_listed "mdev:$u"
judge "24 devices fill it" 24 0 needs-configuration
judge "25 are too many" 25 0 incompatible .fitsIfFree true
cli "25 are too many" 25 5

refute "a document that is none is refused" manager CheckCompatible st '{"schema":' 0
broken=$(busctl call "$bus_name" "$root_path" "$bus_name.Manager" CheckCompatible st '{"schema":"org.vfio.Migration1.descriptor/1","devices":[{"id":7}]}' 0 2>&1)
like "and told where it is wrong" "$broken" 'devices\[0\]\.id'
summary
