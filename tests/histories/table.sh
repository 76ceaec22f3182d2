#!/usr/bin/env bash
# A table of the histories that were checked, from the records that the tests leave where FOREBAY_HISTORIES says (see `.ci/run`, step
# `stalls`): of each ring, how many histories, how many windows, how many of these are samples of a longer run, how many operations, and
# how many pairs of them overlapped. And how many faulty queues the checker has rejected; a test that finds none fails.
set -euo pipefail
LC_ALL=C sort "$1" | awk -F'\t' '
    $1 != "histories" { next }
    $4 == "found" { found++; next }
    {
        # Those of the checker itself are no evidence of a ring.
        if ($3 ~ /^(a queue as|lanes,)/) { own += $5; next }
        printf "%s| %s | %d | %d | %d | %d | %d |\n", rows++ ? "" : "| ring | histories | windows | of these sampled | operations | overlapping pairs |\n|---|---|---|---|---|---|\n", $3, $4, $5, $6, $7, $8
        histories += $4; windows += $5; sampled += $6; operations += $7; overlaps += $8
    }
    END {
        if (rows == 0 || found == 0) { print "there are no records" > "/dev/stderr"; exit 1 }
        printf "| all histories | %d | %d | %d | %d | %d |\n", histories, windows, sampled, operations, overlaps
        printf "%d faulty queues rejected; %d windows of right ones accepted\n", found, own
    }'
