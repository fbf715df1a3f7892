#!/bin/bash
# A vendor's check in its own unit: its yes, its no, what it knows of a device; and the labels for a cluster's scheduler.
. ./lib.sh
check "mtty is loaded" have_mtty
checks=/etc/vfio-migration/checks.d patch=/etc/vfio-migration/models.d/mtty-1.json.d features=/etc/kubernetes/node-feature-discovery
on_exit 'rm -rf "$checks" "$patch" "$features"; systemctl reload "$service"; mdev_clear'
mdev_clear
u=$(uuid 90)
mdev_create mtty-1 "$u"
need_daemon

says() {  # says VERDICT: installs a check that does, with the user as whom it runs
        mkdir -p "$checks"
        cat > "$checks/says" <<C
#!/bin/sh
case \$1 in
--capabilities) echo '{"schema":"org.vfio.Migration1.check/1","verbs":["check","describe"]}' ;;
check) echo '{"verdict":"$1","code":"uid-'\$(id -u)'","message":"of the vendor"}' ;;
describe) echo '{"facts":{"vendor.slot":"7"}}' ;;
esac
C
        chmod 755 "$checks/says"
        systemctl reload "$service"
}
mkdir -p "$patch"
echo '{"checks":["says"]}' > "$patch/50-says.json"
says compatible
# The source's IOMMU is said to do what Debian's kernel cannot: else nobody would have to be asked.
source=$(describe | jq -c --arg u "mdev:$u" '.host.iommuDirtyTracking = true | .devices |= map(select(.address == $u) | .pin = $u)')
answer() { manager CheckCompatible st "$source" 0 | jq -r '.data[1] | fromjson | .devices[0] |
        "\(.verdict) \(.evidence) \([.reasons[] | select(.code | startswith("vendor-")) | "\(.code): \(.message)"] | join(" "))"'; }

is "its yes is evidence: vendor" "$(answer)" "compatible vendor "
slot() { [ "$(describe | jq -r --arg u "mdev:$u" '.devices[] | select(.address == $u) | "\(.facts["vendor.slot"]) \(.origin["facts.vendor.slot"])"')" = "7 check:says" ]; }
within 10 "and what it knows of the device is a fact" slot

says incompatible
reply=$(answer)
like "its no is no" "$reply" '^incompatible .*vendor-rejected: .*says no \(uid-[0-9]+\): of the vendor'
uid=$(sed -n 's/.*(uid-\([0-9]*\)).*/\1/p' <<< "$reply")
check "said by nobody that exists otherwise ($uid)" test "${uid:-0}" -ge 61184 -a "${uid:-0}" -le 65519
refute "who is gone now" getent passwd "$uid"

says compatible
chmod 777 "$checks/says"
systemctl reload "$service"
like "one that anybody may write to is not run" "$(answer)" '^unknown .*vendor-unavailable: .*is not trusted'

# The labels: one for the free mtty-1, one for each type that can be created.
refute "without the folder there is nothing to do" test -e "$features"
systemctl start vfio-migration-nfd.service
is "and that is no failure" "$(systemctl show -P Result vfio-migration-nfd.service)" success
mkdir -p "$features/features.d"
check "with it the unit runs in its sandbox" systemctl start vfio-migration-nfd.service
labels=$(grep -v '^#' "$features/features.d/vfio-migration")
note "$labels"
is "and writes labels, each a class and a number" "$(grep -vcE '^vfio-migration\.io/class-[0-9a-f]{16}=[0-9]+$' <<< "$labels")" 0
is "of as many classes as vfiomigctl says" "$(wc -l <<< "$labels")" \
        "$(vfiomigctl --json=short classes | jq '[.[].class // empty] | unique | length')"
is "and nothing else" "$(ls -A "$features/features.d")" vfio-migration
summary
