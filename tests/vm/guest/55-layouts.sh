#!/bin/bash
# Every layout in which a driver can say what its device is, on a real kernel
# with our own driver: for each a device that fits, one that does not, and one
# of which that cannot be told.  Sources are on the first PCI parent, and their
# descriptors are what Describe says of them; targets are on three others.
. ./lib.sh
check "our own driver is loaded" have_vmt
on_exit 'vmt_gone; vmt_models_gone'
vmt_models
need_daemon

layouts=(attributes params-dir info-json self-compatible type-compatible migration-version model-file)
columns=(compatible incompatible unknown)
source=0000:00:10.0 targets=(0000:00:11.0 0000:00:12.0 0000:00:13.0)
src() { uuid $((200 + $1)); }                   # src LAYOUT-NUMBER
target() { uuid $((200 + ($2 + 1) * 10 + $1)); } # target LAYOUT-NUMBER COLUMN-NUMBER
for i in "${!layouts[@]}"; do
        vmt_create "$source" "${layouts[i]}" "$(src "$i")"
        for c in 0 1 2; do vmt_create "${targets[c]}" "${layouts[i]}" "$(target "$i" "$c")"; done
done

# --- what is wrong with the second, and with the third; and what is said of it
no=${targets[1]} dark=${targets[2]} wanted=()
differs() { control "$no" "$1 $2"; }
wanted+=("metadata" "param-value" "param-unreadable")
control "$no" "$(target 0 1) rss value off";                    control "$dark" "$(target 0 2) rss fail 5"
wanted+=("metadata" "param-value" "param-unreadable")
control "$no" "$(target 1 1) migration/params/rss value off";   control "$dark" "$(target 1 2) migration/params/rss fail 5"
wanted+=("metadata" "param-value" "migration-unknown model-missing")
control "$no" "$(target 2 1) migration/rss value off";          control "$dark" "info-json migration_info.json value {\"models\":"
wanted+=("metadata" "software-version" "software-version")
control "$no" "$(target 3 1) migration/self/software_version value 1.1.9"
control "$dark" "$(target 3 2) migration/self/software_version fail 5"
wanted+=("metadata" "software-version" "software-version")
control "$no" "type-compatible software_version value 2.0.0";   control "$dark" "type-compatible software_version fail 5"
wanted+=("driver" "migration-version-rejected" "migration-unknown migration-version-missing params-incomplete")
control "$no" "$(target 5 1) migration_version value vendor-vfio_mig_test-migration-version-1.1"
control "$dark" "$(target 5 2) migration_version write-sleep 60000"
wanted+=("metadata" "param-value" "param-unreadable")
control "$no" "$(target 6 1) vendor/lanes value 8";             control "$dark" "$(target 6 2) vendor/lanes fail 5"
check "all are looked at again" manager Rescan

# --- 21 questions: one source, pinned to one target
mapfile -t sources < <(busctl --json=short call "$bus_name" "$root_path" "$bus_name.Manager" Describe ast ${#layouts[@]} \
        $(for i in "${!layouts[@]}"; do echo "mdev:$(src "$i")"; done) 0 |
        jq -r '.data[0]' | jq -c '. as $d | .devices[] | . as $v | $d | .devices = [$v]')
is "each source is described" "${#sources[@]}" ${#layouts[@]}
ask() { manager CheckCompatible st "$1" "${2:-0}" | jq -c '{verdict: .data[0], report: (.data[1] | fromjson)}'; }
replies=$(mktemp)
for i in "${!layouts[@]}"; do
        for c in 0 1 2; do
                ask "${sources[i]%\}]*},\"pin\":\"mdev:$(target "$i" "$c")\"}]${sources[i]##*\}]}"
        done
done > "$replies"
mapfile -t cells < <(jq -r '.verdict as $v | .report.devices[0] | if $v == "compatible" or $v == "needs-configuration" then "\($v) \(.evidence)"
        else "\($v) \([.reasons[] | select(.result == (if $v == "incompatible" then "fail" else "unknown" end)) | .code] | unique | join(" "))" end' "$replies")
note "| layout | ${columns[0]} | ${columns[1]} | ${columns[2]} |"
note "| --- | --- | --- | --- |"
for i in "${!layouts[@]}"; do
        note "| ${layouts[i]} | ${cells[3 * i]#* } | ${cells[3 * i + 1]#* } | ${cells[3 * i + 2]#* } |"
done
for i in "${!layouts[@]}"; do
        for c in 0 1 2; do
                n=$((3 * i + c))
                is "${layouts[i]}: ${columns[c]}, ${wanted[n]}" "${cells[n]}" "${columns[c]} ${wanted[n]}" ||
                        note "$(sed -n "$((n + 1))p" "$replies")"
        done
done

# --- the driver's word, and its errno
say() {  # say WHAT DESCRIPTOR FLAGS VERDICT EXTENDED-REGEX-FOR-THE-REASON
        local reply
        reply=$(ask "$2" "$3")
        is "$1: $4" "$(jq -r .verdict <<< "$reply")" "$4" || note "$reply"
        like "$1: the reason" "$(jq -r '.report.devices[0] | [.evidence] + [.reasons[] | "\(.code) \(.result): \(.message)"] | join("; ")' <<< "$reply")" "$5"
}
forgotten() { sleep 1.1; }                      # what a driver said holds for a second
token() { control "$no" "$(target 5 1) migration_version $*"; }
pinned() { echo "${sources[5]%\}]*},\"pin\":\"mdev:$(target 5 "$1")\"}]${sources[5]##*\}]}"; }
say "a newer version" "$(pinned 1)" 0 incompatible 'migration-version-rejected fail: [^;]*EINVAL'
forgotten
token value other-vfio_mig_test-migration-version-1.2
say "another vendor's" "$(pinned 1)" 0 incompatible 'migration-version-rejected fail: [^;]*ENODEV'
token reset
token write-fail 1
forgotten
say "for a reason of its own" "$(pinned 1)" 0 incompatible 'migration-version-rejected fail: [^;]*EPERM'
token reset
before=$(asked)
say "not to be asked" "$(pinned 1)" 2 unknown 'migration-version-missing note: [^;]*not asked'
is "the driver was not asked" "$(asked)" "$before"
control "$source" "$(src 5) migration_version fail 5"
text=$(manager Describe ast 1 "mdev:$(src 5)" 0 | jq -r '.data[0]' | jq -c --arg p "mdev:$(target 5 1)" '.devices[0].pin = $p')
say "a source that cannot read it" "$text" 0 unknown 'params-incomplete unknown'
is "then the target's driver is not asked either" "$(asked)" "$before"

# --- a type is asked before its mdev exists
control "${targets[0]}" wake
control "$dark" "info-json migration_info.json reset"
mdev_clear
manager Rescan > /dev/null
before=$(asked)
say "a type's word" "${sources[5]}" 0 unknown '^driver;.*params-incomplete unknown'
check "the type was asked" test "$(asked)" -gt "$before"
cp data/vmt-migration-version.json /etc/vfio-migration/models.d/        # there are no parameters to be set later
systemctl reload "$service"
vmt_create "$source" migration-version "$(src 5)"
within 2 "the source is there once more" listed "mdev:$(src 5)"
text=$(manager Describe ast 1 "mdev:$(src 5)" 0 | jq -r '.data[0]')
mdev_remove "$(src 5)"
within 2 "and away" not_listed "mdev:$(src 5)"
reply=$(ask "$text")
is "where all parameters are known, it is a yes" "$(jq -r '[.verdict, .report.evidence, .report.devices[0].target.mdevType] | join(" ")' <<< "$reply")" \
        "needs-configuration driver vfio_mig_test-migration-version" || note "$reply"
for p in "${vmt_parents[@]}"; do control "$p" "migration-version migration_version value vendor-vfio_mig_test-migration-version-1.1"; done
manager Rescan > /dev/null
forgotten
reply=$(ask "$text" 1)
is "no parent's type takes it: each says why" "$(jq -r '[.report.devices[0].candidates[] | select(any(.reasons[]; .code == "migration-version-rejected")) |
        "\(.verdict) \(.reasons[] | select(.code == "migration-version-rejected") | .message | test("EINVAL"))"] | unique | join(", ")' <<< "$reply")" \
        "incompatible true" || note "$reply"
is "and nothing else does" "$(jq -r '[.report.devices[0].candidates[].verdict] | unique | join(" ")' <<< "$reply")" "incompatible unknown"
summary
