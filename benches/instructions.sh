#!/bin/sh
# Counts the instructions of a one-thread pair (a push and a pop of a u64), and of a push that evicts, under valgrind: the
# same figure on every run, whatever else the machine does. Takes a minute the first time, as the peers are compiled.
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
trap 'rm -f "$out" "$out.log" "$out.name"' EXIT

# count FUNCTION INSIDE [HIGH LOW | STAGE RING]: instructions per pair, with a decimal; with watermarks, or without any.
count() {
    valgrind --tool=callgrind --callgrind-out-file="$out" --collect-atstart=no --toggle-collect="$1" \
        "$program" "$@" >"$out.log" 2>&1 || { cat "$out.log" >&2; exit 1; }
    # The function does it a thousand times.
    awk '/^(summary|totals):/ { printf "%.1f", $2 / 1000; exit }' "$out"
}

printf '%-22s %10s %10s   %s\n' "instructions per pair" "at empty" "half full" "over heapless at empty (goal: not above 0)"
goal=$(count pairs_heapless 0)
for function in pairs_heapless pairs_rtrb pairs_forebay_heap pairs_forebay_array pairs_flagged_heap pairs_flagged_array \
    pairs_mpsc_heap pairs_nexus pairs_array_queue pairs_swap_heap pairs_fan_in_heap pairs_priority_heap pairs_conflated_heap; do
    empty=$(count $function 0)
    half=$(count $function 512)
    over=$(awk -v a="$empty" -v b="$goal" 'BEGIN { printf "%+.1f", a - b }')
    printf '%-22s %10s %10s   %s\n' "${function#pairs_}" "$empty" "$half" "$over"
done

printf '\n%-22s %10s %10s\n' "of ends that may wait" "at empty" "half full"
for function in pairs_mpsc_heap pairs_channel pairs_channel_tries pairs_channel_tasks pairs_channel_lanes pairs_kanal pairs_kanal_tasks \
    pairs_crossbeam_channel; do
    printf '%-22s %10s %10s\n' "${function#pairs_}" "$(count $function 0)" "$(count $function 512)"
done
printf '%-22s %10s %10s\n' "... another one waits" "$(count pairs_channel_lanes 0 1)" "$(count pairs_channel_lanes 512 1)"

printf '\n%-22s %10s\n' "receiver is called"
for function in called_channel called_kanal; do
    printf '%-22s %10s\n' "${function#called_}" "$(count $function 0)"
done

printf '\n%-22s %10s %10s\n' "with watermarks" "at empty" "half full"
for function in pairs_forebay_heap pairs_forebay_array pairs_flagged_heap pairs_flagged_array pairs_mpsc_heap pairs_swap_heap \
    pairs_fan_in_heap pairs_priority_heap; do
    printf '%-22s %10s %10s\n' "${function#pairs_}" "$(count $function 0 900 100)" "$(count $function 512 900 100)"
done

printf '\n%-22s %10s %10s\n' "with looks at the level" "at empty" "half full"
for function in looked_forebay_heap looked_mpsc_heap looked_swap_heap; do
    printf '%-22s %10s %10s\n' "${function#looked_}" "$(count $function 0 900 100)" "$(count $function 512 900 100)"
done

printf '\n%-22s %10s %10s %10s %10s\n' "with rules" "spsc" "half full" "mpsc" "half full"
stage=1
while "$program" pairs_staged 0 $stage spsc >"$out.name" 2>/dev/null; do
    printf '%-22s' "$(cat "$out.name")"
    for ring in spsc mpsc; do
        printf ' %10s %10s' "$(count pairs_staged 0 $stage $ring)" "$(count pairs_staged 512 $stage $ring)"
    done
    echo
    stage=$((stage + 1))
done

printf '\n%-22s %10s %10s\n' "per push that evicts" "u64" "64 bytes"
for function in evicting_forebay evicting_array_queue evicting_conflated; do
    small=$(count $function 0)
    block=$(count ${function}_block 0)
    printf '%-22s %10s %10s\n' "${function#evicting_}" "$small" "$block"
done
printf '%-22s %10s\n' priority "$(count evicting_priority 0)"
