#!/usr/bin/env bash
# Tables of what the stall tests tried, from the records that they leave where FOREBAY_STALLS says (see `.ci/run`, step `stalls`):
# `tests/stalls/table.sh RECORDS operations` by operation, as it is committed in `tests/stalls/table.md`; `... tests` by test; and
# `... check` compares the first with what is committed. How often something was survived is counted after the
# checks of each trial; and a test that fails fails the run.
set -euo pipefail
export LC_ALL=C

operations() {
    echo "# Stalls, by operation"
    echo
    cat <<'END'
Each public operation of each ring's ends, of the stages before and behind them, and of the channels where nobody waits, as it begins in
some states of a small ring (empty, half full, full; with each policy; with watermarks): the atomic steps that it takes by itself, from
the fewest to the most; at most, whatever came in between; how many locks it takes, if any; at how many of its steps a thread stood
still while the others worked; and at how many an interrupt came that worked. `survived` is where the others went on, in a bounded
number of steps and without a lock, and all was right afterwards. `-`: it has no atomic step. What is tried is in
`tests/stalls/operations`; `.ci/run stalls` makes this table anew, and fails where it differs. The steps are those of a 64-bit machine, and of
Linux with membarrier(2).

END
    echo "| ring | operation | steps | at most | locks | stood still | survived | interrupted | survived |"
    echo "|---|---|---|---|---|---|---|---|---|"
    sort "$1" | awk -F'\t' '
        $7 == "" || $3 == "held up" || $3 == "no barrier" { next }
        {
            key = $7 "\t" $8
            if (!(key in least)) { order[++n] = key; least[key] = 1e9 }
            if ($3 == "nothing") next
            if ($3 == "locks") { if ($4 > locks[key]) locks[key] = $4; next }
            tried[key] = 1
            if ($4 < least[key]) least[key] = $4
            if ($4 > most_alone[key]) most_alone[key] = $4
            if ($5 > most[key]) most[key] = $5
            if ($3 == "frozen") { frozen[key] += $4; frozen_survived[key] += $6 }
            else { interrupted[key] += $4; interrupted_survived[key] += $6 }
        }
        END {
            if (n == 0) { print "there are no records" > "/dev/stderr"; exit 1 }
            for (i = 1; i <= n; i++) {
                key = order[i]
                split(key, part, "\t")
                head = "| " part[1] " | `" part[2] "` | "
                if (!(key in tried)) { print "1\t" part[1] "\t" part[2] "\t" head "- | | | | | | |"; continue }
                span = least[key] == most_alone[key] ? least[key] : least[key] "–" most_alone[key]
                line = sprintf("%s | %d | %s| %d | %d |", span, most[key], locks[key] ? locks[key] " " : "", frozen[key], frozen_survived[key])
                line = line sprintf(" %d | %d |", interrupted[key], interrupted_survived[key])
                print "1\t" part[1] "\t" part[2] "\t" head line
                f += frozen[key]; fs += frozen_survived[key]; s += interrupted[key]; ss += interrupted_survived[key]
            }
            printf "2\t\t\t| all | %d operations | | | | %d | %d | %d | %d |\n", n, f, fs, s, ss
        }' | sort -t$'\t' -k1,3 | cut -f4
    cat <<'END'

# Stalls, of who waits

An operation by which somebody waits at a channel may take a lock. It stands still before each of its steps, and somebody else does
something meanwhile: at how many steps, in how many of them it holds the lock, and in how many of these the other one has to wait until
it goes on. Where that is none though a lock is held, the other one has not brought what is waited for, and takes no lock either.

END
    echo "| who stands still | meanwhile | steps | with the lock | the other waits |"
    echo "|---|---|---|---|---|"
    awk -F'\t' '$3 == "held up" && $7 != "" { split($8, part, "` while `"); printf "| `%s` | `%s` | %d | %d | %d |\n", part[1], part[2], $4, $5, $6 }' "$1" | sort
}

tests() {
    sort "$1" | awk -F'\t' '
        $1 ~ /^stalls_/ && ($3 == "frozen" || $3 == "interrupted") {
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
}

case $2 in
operations) operations "$1" ;;
tests) tests "$1" ;;
check)
    # Where the system has no such barrier as waiting makes use of, channels take fewer steps.
    same='' which=everything
    if grep -q $'\tno barrier\t' "$1"; then same='^| channel,\|^| `\|^| all' which='all but channels, as there is no membarrier(2)'; fi
    compared() { if [[ $same ]]; then grep -v "$same"; else cat; fi; }
    diff -u <(compared <"$(dirname "$0")/table.md") <(operations "$1" | compared) || {
        echo "tests/stalls/table.md differs: see why, and make it anew: tests/stalls/table.sh $1 operations >tests/stalls/table.md" >&2
        exit 1
    }
    echo "compared with tests/stalls/table.md: $which"
    grep '^| all |' "$(dirname "$0")/table.md" | awk -F' *[|] *' '{ printf "%s by name: stood still at %d steps, %d survived; interrupted at %d, %d survived\n", $3, $7, $8, $9, $10 }'
    ;;
*) exit 2 ;;
esac
