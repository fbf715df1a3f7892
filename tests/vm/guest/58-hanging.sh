#!/bin/bash
# While a vendor's check and a write to migration_version hang for a minute,
# others are answered as before, and those who asked for them in time.
. ./lib.sh
check "mtty and our own driver are loaded" eval 'have_mtty && have_vmt'
checks=/etc/vfio-migration/checks.d
on_exit 'wake; rm -rf "$checks" /etc/vfio-migration/models.d/vmt-model-file.json.d; vmt_gone; vmt_models_gone'
wake() { [ ! -d /sys/module/vfio_mig_test ] || control vmt0 wake; }
mdev_clear
mkdir -p "$checks" /etc/vfio-migration/models.d/vmt-model-file.json.d
cat > "$checks/hangs" <<'C'
#!/bin/sh
[ "$1" = --capabilities ] && echo '{"schema":"org.vfio.Migration1.check/1","verbs":["check"]}' && exit
exec sleep 60
C
chmod 755 "$checks/hangs"
echo '{"checks":["hangs"]}' > /etc/vfio-migration/models.d/vmt-model-file.json.d/50-hangs.json
vmt_models
printf '[Vendor]\nTimeoutSec=12\nTotalTimeoutSec=12\n' >> /etc/vfio-migration/vfio-migrationd.conf.d/50-vmt.conf
if systemctl -q is-active "$service"; then systemctl reload "$service"; fi
for i in 0 1; do
        vmt_create "0000:00:1$i.0" migration-version "$(uuid $((400 + i)))"
        vmt_create "0000:00:1$i.0" model-file "$(uuid $((410 + i)))"
done
m=$(uuid 420)
mdev_create mtty-1 "$m"
need_daemon
manager Rescan > /dev/null
control 0000:00:11.0 "$(uuid 401) migration_version write-sleep 60000"

question() {  # question SOURCE TARGET
        manager Describe ast 1 "mdev:$1" 0 | jq -r '.data[0]' | jq -c --arg pin "mdev:$2" '.devices[0].pin = $pin'
}
question "$m" "$m" > /tmp/quick.json
question "$(uuid 400)" "$(uuid 401)" > /tmp/version.json
question "$(uuid 410)" "$(uuid 411)" > /tmp/check.json
# One that is answered from what is known; and one whose device is looked at
# again each second, which starts a helper: its figures are told only.
cp data/other-model.json /tmp/other.json
load() { ../client load unix:path=/run/dbus/system_bus_socket "$2" 1 0 "/tmp/$1.json"; }
field() { [[ $1 =~ $2=([0-9]+) ]] && echo "${BASH_REMATCH[1]}"; }

before=$(load other 2) read_before=$(load quick 1.5)
asked_before=$(asked) replies=$(mktemp -d) pids=()
asked_at=$(now)
for i in 1 2 3; do
        for q in version check; do
                { as_nobody timeout 30 busctl --timeout=30 --json=short call "$bus_name" "$root_path" "$bus_name.Manager" CheckCompatible st "$(< /tmp/$q.json)" 0 \
                        > "$replies/$q.$i" 2>&1
                  now > "$replies/$q.$i.at"; } & pids+=($!)
        done
done
# all that is started for them has been started
hanging() { [ "$(asked)" -gt "$asked_before" ] && grep -qsx sleep /proc/[0-9]*/comm; }
within 10 "the driver and the check were asked, and hang" hanging
is "nobody has been answered yet" "$(find "$replies" -name '*.at')" ""
during=$(load other 2)
is "the driver's are still not" "$(find "$replies" -name 'version.*.at')" ""
read_during=$(load quick 1.5)
wait "${pids[@]}"
note "nothing hangs:    $before"
note "6 questions hang: $during"
note "a device is read, nothing hangs:    $read_before"
note "a device is read, 6 questions hang: $read_during"
is "no error" "$(for l in "$before" "$during" "$read_before" "$read_during"; do field "$l" errors; done | xargs)" "0 0 0 0"
p=$(field "$before" p99) q=$(field "$during" p99)
check "others' p99, $q us, is within three times what it was, $p us (and a scheduler's tick)" test "$q" -le $((3 * p + 10000))
for q in version check; do
        for i in 1 2 3; do
                t=$(( ($(< "$replies/$q.$i.at") - asked_at) / 1000 ))
                check "$q $i was answered in time (after $t ms)" test "$t" -lt 20000
        done
done
code() { jq -r '.data[0], (.data[1] | fromjson | [.devices[0].reasons[] | select(.result == "unknown") | .code] | join(" "))' "$replies/$1.1" | xargs; }
like "the driver's word: unknown" "$(code version)" '^unknown .*migration-version-missing'
like "the vendor's: unknown" "$(code check)" '^unknown .*vendor-unavailable'
wake
mdev_clear
summary
