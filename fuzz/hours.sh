#!/usr/bin/env bash
# Fuzzes for long, with AddressSanitizer: `fuzz/hours.sh MINUTES [TARGET...]` runs each target for so many minutes, one after another, and
# then leaves the few inputs in `corpus/` that reach all that was reached. What that came to is printed, and added to `hours.tsv`. The
# others that were found stay beside the build, for the next time.
#
# `NARROW=1` builds with counts of laps that come around at once, as they do after a long time with 32-bit words. `git add --force`
# takes what is worth keeping from `corpus/`.
set -euo pipefail
cd "$(dirname "$0")"

mapfile -t all < <(sed -n 's/^name = "\(.*\)"/\1/p' Cargo.toml | tail -n +2)
[[ ${1:-} =~ ^[1-9][0-9]*$ ]] || { echo "usage: fuzz/hours.sh MINUTES [TARGET...]; targets: ${all[*]}" >&2; exit 2; }
seconds=$(($1 * 60))
shift
(($# > 0)) || set -- "${all[@]}"

kind=address
[[ -z ${NARROW:-} ]] || { kind=address-narrow; export RUSTFLAGS="--cfg forebay_narrow"; }
build=${CARGO_TARGET_DIR:-$PWD/target}/fuzz-$kind
# The sanitizer of a stable compiler, which comes with it.
RUSTC_BOOTSTRAP=1 cargo fuzz build --target-dir "$build"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The greatest length that all targets read to its end.
options=(-max_len=603 -rss_limit_mb=2048 -timeout=20)
found=0 spent=0

for name in "$@"; do
    program=$build/x86_64-unknown-linux-gnu/release/$name
    mkdir -p "corpus/$name" "artifacts/$name" "$build/found/$name"
    code=0
    # The seconds of processor time, in user mode and in the kernel.
    TIMEFORMAT='%U %S'
    { time "$program" "${options[@]}" -max_total_time=$seconds -print_final_stats=1 "-artifact_prefix=artifacts/$name/" \
        "$build/found/$name" "corpus/$name" 2>"$work/log" || code=$?; } 2>"$work/time"
    cpu=$(awk '{ printf "%d", $1 + $2 }' "$work/time")
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/log")
    result="nothing found"
    if ((code != 0)); then
        result="FAILED" found=$((found + 1))
        tail -n 60 "$work/log" >&2
    else
        mkdir "$work/least"
        "$program" "${options[@]}" -merge=1 -use_counters=0 "$work/least" "corpus/$name" "$build/found/$name" 2>"$work/log"
        rm -rf "corpus/$name"
        mv "$work/least" "corpus/$name"
    fi
    inputs=$(find "corpus/$name" -type f | wc -l)
    spent=$((spent + cpu))
    printf '%s\t%s\t%s\t%d\t%d\t%d\t%s\n' "$(date -u +%F)" "$name" "$kind" "$cpu" "${runs:-0}" "$inputs" "$result" | tee -a hours.tsv
done
echo "$# targets, $spent seconds of processor time; $found have failed"
awk -F'\t' '{ cpu += $4; runs += $5 } END { printf "in hours.tsv: %.2f hours of processor time, %d million runs\n", cpu / 3600, runs / 1e6 }' hours.tsv
((found == 0))
