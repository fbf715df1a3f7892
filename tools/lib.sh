# What tools/demo and tools/test share: installing packages, and saying what goes on. Sourced by bash.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '\n== %s [%ss]\n' "$*" "$SECONDS"; }
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# packages_of KIND: demo and test are in tools/packages, what the VM needs is the VM's own list.
packages_of() {
        if [ "$1" = vm ]; then cat "$top/tests/vm/packages"; else sed -n "s/^$1 //p" "$top/tools/packages"; fi
}

# install_packages KIND...: as far as they are missing.
install_packages() {
        local kind wanted=() missing=()
        for kind; do
                mapfile -t -O "${#wanted[@]}" wanted < <(packages_of "$kind")
        done
        mapfile -t missing < <(for p in "${wanted[@]}"; do
                dpkg-query -W -f '${db:Status-Status}\n' "$p" 2>/dev/null | grep -qx installed || echo "$p"
        done)
        [ "${#missing[@]}" -gt 0 ] || return 0
        [ "$(id -u)" = 0 ] || die "run as root once, or install: ${missing[*]}"
        say "installing ${missing[*]}"
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq
        apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
}

# build_in DIR [MESON-OPTION...]: configures once, then compiles.
build_in() {
        local dir=$1; shift
        [ -e "$dir/build.ninja" ] || meson setup "$dir" "$top" "$@" > "$dir.log" 2>&1 || { cat "$dir.log" >&2; die "meson setup failed"; }
        meson compile -C "$dir" > "$dir.log" 2>&1 || { tail -n 60 "$dir.log" >&2; die "the build in $dir failed"; }
        ! grep -n 'warning:' "$dir.log" || die "the build in $dir has warnings"
}
