#!/usr/bin/env bash
# Fuzzes for long: `fuzz/hours.sh MINUTES [TARGET...]` runs each target for so many minutes, with AddressSanitizer, and prints what
# that came to. New inputs go into the corpus; `fuzz/hours.sh --tidy` leaves the fewest there that reach the same code.
set -euo pipefail
cd "$(dirname "$0")"
export RUSTC_BOOTSTRAP=1

mapfile -t all < <(cargo fuzz list)
if [[ ${1:-} == --tidy ]]; then
    for name in "${all[@]}"; do
        cargo fuzz cmin --sanitizer none "$name"
    done
    exit
fi
[[ ${1:-} =~ ^[1-9][0-9]*$ ]] || { echo "usage: fuzz/hours.sh MINUTES [TARGET...] | --tidy; targets: ${all[*]}" >&2; exit 2; }
minutes=$1
shift
(($# > 0)) || set -- "${all[@]}"

log=$(mktemp)
trap 'rm -f "$log"' EXIT
total=0
for name in "$@"; do
    cargo fuzz run "$name" -- -max_total_time=$((minutes * 60)) -print_final_stats=1 2>"$log" || { cat "$log" >&2; exit 1; }
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    total=$((total + minutes))
    echo "$name: $runs runs in $minutes minutes, nothing found"
done
awk "BEGIN { printf \"%d targets, %.2f hours\\n\", $#, $total / 60 }"
