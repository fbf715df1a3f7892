# Sourced by the tests of vfiomigctl: runs it, and compares exit status, output and complaints.
# shellcheck disable=SC2034,SC2154 # shared with the script that sources it
#
# UPDATE_GOLDEN=1 writes the golden files instead of comparing with them.
set -u
export LC_ALL=C.UTF-8 TZ=UTC
unset NO_COLOR COLUMNS
here=$(dirname "$(realpath "$0")")
data=$here/data
golden=$here/golden
work=$(mktemp -d)
failures=0
trap 'rm -rf "$work"' EXIT

fail() {
        echo "FAIL: $*"
        failures=$((failures + 1))
}

# expect STATUS ARGUMENTS...: what it prints is in $work/out and $work/err afterwards
expect() {
        local status=$1 got
        shift
        "$vfiomigctl" "$@" >"$work/out" 2>"$work/err" </dev/null
        got=$?
        [ "$got" = "$status" ] || fail "vfiomigctl $*: exit $got, expected $status: $(cat "$work/err")"
}

# What the last call printed is a golden file's content, paths aside.
same() {
        sed "s|$data/||g; s|$work/||g" "$work/out" >"$work/plain"
        if [ "${UPDATE_GOLDEN:-}" = 1 ]; then
                cp "$work/plain" "$golden/$1"
        else
                diff -u "$golden/$1" "$work/plain" || fail "golden file $1 differs"
        fi
}

# The last call's standard output (says) or error (complains) has a line with that text.
says() {
        grep -qF -- "$1" "$work/out" || fail "expected on standard output: $1, got: $(cat "$work/out")"
}

complains() {
        grep -qF -- "$1" "$work/err" || fail "expected on standard error: $1, got: $(cat "$work/err")"
}

silent() {
        [ ! -s "$work/out" ] || fail "expected nothing on standard output: $(cat "$work/out")"
}

finish() {
        [ "$failures" = 0 ] || echo "$failures failures"
        [ "$failures" = 0 ]
}
