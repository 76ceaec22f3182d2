#!/usr/bin/env bash
# A table of what the stall tests tried, from the records that they leave where FOREBAY_STALLS says (see `.ci/run`, step `stalls`):
# for each ring the tests, how often an operation was tried, at how many of its steps a thread stood still and an interrupt came, and
# how many steps it took at most then. What is in it was survived: a test that fails fails the run.
set -euo pipefail
sort "$1" | awk -F'\t' '
    $1 ~ /^stalls_/ {
        ring = substr($1, 8)
        key = ring "\t" $2
        if (!(key in seen)) { seen[key] = 1; order[++n] = key }
        tried[key]++
        if ($3 == "frozen") { frozen[key] += $4; all_frozen += $4 } else { interrupted[key] += $4; all_interrupted += $4 }
        if ($5 > most[key]) most[key] = $5
        operations++
    }
    END {
        if (n == 0) { print "there are no records" > "/dev/stderr"; exit 1 }
        print "| ring | test | operations | stood still at | interrupted at | steps at most |"
        print "|---|---|---|---|---|---|"
        for (i = 1; i <= n; i++) {
            key = order[i]
            split(key, part, "\t")
            printf "| %s | `%s` | %d | %d | %d | %d |\n", part[1], part[2], tried[key], frozen[key], interrupted[key], most[key]
        }
        printf "| all | %d tests | %d | %d | %d | |\n", n, operations, all_frozen, all_interrupted
    }'
