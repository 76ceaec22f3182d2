#!/bin/sh
# Counts the instructions of a one-thread pair (a push and a pop of a u64) under valgrind: the same figure on every run,
# whatever else the machine does. Takes a minute the first time, as the peers are compiled.
set -eu
cd "$(dirname "$0")"

if ! command -v valgrind >/dev/null; then
    echo "instructions.sh: valgrind is not installed, so nothing was counted" >&2
    # Whoever runs this by hand may do without it; a continuous check may not pass for want of a tool.
    [ "${CI:-}" = true ] && exit 1
    exit 0
fi

# Cargo says where the program is: "Executable instructions.rs (path)", the path seen from the workspace.
build=$(cargo bench --bench instructions --no-run 2>&1) || { echo "$build" >&2; exit 1; }
program=$(echo "$build" | sed -n 's/.*Executable .*(\(.*\)).*/\1/p')
case $program in /*) ;; *) program=../$program ;; esac
out=$(mktemp)
trap 'rm -f "$out" "$out.log"' EXIT

# count FUNCTION INSIDE: instructions per pair, with a decimal.
count() {
    valgrind --tool=callgrind --callgrind-out-file="$out" --collect-atstart=no --toggle-collect="$1" \
        "$program" "$1" "$2" >"$out.log" 2>&1 || { cat "$out.log" >&2; exit 1; }
    # The function does a thousand pairs.
    awk '/^(summary|totals):/ { printf "%.1f", $2 / 1000; exit }' "$out"
}

printf '%-22s %10s %10s   %s\n' "instructions per pair" "at empty" "half full" "over heapless at empty (goal: not above 0)"
goal=$(count pairs_heapless 0)
for function in pairs_heapless pairs_rtrb pairs_forebay_heap pairs_forebay_array pairs_flagged_heap pairs_flagged_array \
    pairs_mpsc_heap pairs_mpsc_array; do
    empty=$(count $function 0)
    half=$(count $function 512)
    over=$(awk -v a="$empty" -v b="$goal" 'BEGIN { printf "%+.1f", a - b }')
    printf '%-22s %10s %10s   %s\n' "${function#pairs_}" "$empty" "$half" "$over"
done
