#!/usr/bin/env bash
# Compares forebay with variants of itself: those in benches/variants, or the ones that are named.
#
#   benches/variants.sh --check               # whether each patch still applies: at once, nothing is built
#   benches/variants.sh --test [NAME...]      # each variant's tests, as the patch names them
#   benches/variants.sh [NAME...]             # speeds, in rounds in which variant and base take turns
#   FOREBAY_ROUNDS=101 benches/variants.sh swap-padded-words   # 25 rounds by default; 0: builds only
#
# A patch begins with a sentence, and with two lines: `turns:`, the contestants that are compared, by question, setting and
# name; and `tests:`, the tests of forebay-tests that the variant is to pass, or `none:` and why. They are applied to copies
# of the repository, in the target folder.
set -euo pipefail
cd "$(dirname "$0")/.."
repository=$PWD

what=measure
case ${1:-} in --check | --test) what=${1#--}; shift ;; esac
names=("$@")
if ((${#names[@]} == 0)); then
    for patch in benches/variants/*.patch; do names+=("$(basename "$patch" .patch)"); done
fi

patch_of() { echo "$repository/benches/variants/$1.patch"; }
field() { sed -n "s/^$2: //p;/^diff/q" "$(patch_of "$1")"; }

if [[ $what == check ]]; then
    failed=0
    for name in "${names[@]}"; do
        git apply --check "$(patch_of "$name")" || { echo "variants.sh: $name does not apply any more" >&2; failed=1; }
        [[ -n $(field "$name" turns) && -n $(field "$name" tests) ]] || { echo "variants.sh: $name lacks a line" >&2; failed=1; }
    done
    exit $failed
fi

export CARGO_INCREMENTAL=0 CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$repository/target}/variants
copy=$CARGO_TARGET_DIR/copy
log=$CARGO_TARGET_DIR/build.log
mkdir -p "$copy"

# Makes the copy of the repository what it is with a patch, or without one. There is one copy: cargo does not tell two of
# them apart that share a target folder. What stays as it was keeps its date, and is not compiled again.
change_to() { # name, or none
    local new=$copy.new file
    rm -rf "$new" && mkdir -p "$new"
    git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$new"
    # Within another repository `git apply` would look for its files there.
    [[ -z ${1:-} ]] || (cd "$new" && GIT_CEILING_DIRECTORIES=$CARGO_TARGET_DIR git apply "$(patch_of "$1")")
    (cd "$new" && find . -type f -print0) | while IFS= read -rd '' file; do
        cmp -s "$new/$file" "$copy/$file" || { mkdir -p "$copy/$(dirname "$file")" && cp "$new/$file" "$copy/$file"; }
    done
    (cd "$copy" && find . -type f -print0) | while IFS= read -rd '' file; do
        [[ -e $new/$file ]] || rm "$copy/$file"
    done
}

# Builds the copy's benchmarks without the peers, and keeps the program, with a sum of what it was made of.
build() { # where to keep it
    local program sum
    sum=$(cd "$copy" && find Cargo.toml Cargo.lock core std-ext benches/Cargo.toml benches/src -type f -print0 | sort -z |
        xargs -0 sha256sum | sha256sum)
    if [[ -x $1 && $(cat "$1.sum" 2>/dev/null) == "$sum" ]]; then return; fi
    (cd "$copy" && cargo bench -p forebay-benches --bench spsc --no-default-features --no-run) >"$log" 2>&1 ||
        { cat "$log" >&2; exit 1; }
    program=$(sed -n 's/.*Executable .*(\(.*\)).*/\1/p' "$log")
    case $program in /*) ;; *) program=$copy/$program ;; esac
    # Another one may be running.
    cp "$program" "$1.new" && mv "$1.new" "$1"
    echo "$sum" >"$1.sum"
}

if [[ $what == test ]]; then
    for name in "${names[@]}"; do
        tests=$(field "$name" tests)
        [[ $tests != none* ]] || { echo "$name: $tests"; continue; }
        change_to "$name"
        (cd "$copy" && timeout 600 cargo test -q -p forebay-tests --test "$tests") >"$log" 2>&1 ||
            { cat "$log" >&2; echo "variants.sh: $name fails $tests" >&2; exit 1; }
        echo "$name: passes $tests"
    done
    exit
fi

programs=$CARGO_TARGET_DIR/programs
mkdir -p "$programs"
change_to
build "$programs/base"
for name in "${names[@]}"; do
    change_to "$name"
    build "$programs/$name"
    ! cmp -s "$programs/base" "$programs/$name" || { echo "variants.sh: $name is no other program than the base" >&2; exit 1; }
    echo "built: $name" >&2
done
((${FOREBAY_ROUNDS:-25} > 0)) || exit 0
echo "load before: $(cut -d' ' -f1-3 /proc/loadavg 2>/dev/null || echo unknown)"

turns=$CARGO_TARGET_DIR/turns.csv
: >"$turns"
for ((round = 0; round < ${FOREBAY_ROUNDS:-25}; round++)); do
    for name in "${names[@]}"; do
        # In turns, and every other round the variant first.
        sides=(base variant)
        ((round % 2 == 0)) || sides=(variant base)
        for side in "${sides[@]}"; do
            program=$programs/$name
            [[ $side == variant ]] || program=$programs/base
            FOREBAY_BENCH_TURNS=$(field "$name" turns) timeout 120 "$program" | sed "s|^|$name,$side,$round,|" >>"$turns"
        done
    done
    echo "round $((round + 1)) done, load $(cut -d' ' -f1 /proc/loadavg 2>/dev/null || true)" >&2
done

echo
printf '%-26s %-42s %10s %10s   %s\n' variant asked "base, ns" variant "its speed as a multiple: median (quartiles)"
awk -F, '
    function quantile(list, count, part,    place, below) {
        place = part * (count - 1); below = int(place)
        return list[below + 1] + (list[below + (below + 1 < count) + 1] - list[below + 1]) * (place - below)
    }
    { key = $1 "," $4; if (!(key in seen)) { seen[key] = 1; keys[++n] = key } time[key, $2, $3] = $5; if ($3 > last) last = $3 }
    END {
        for (i = 1; i <= n; i++) {
            count = 0
            for (r = 0; r <= last; r++) {
                b = time[keys[i], "base", r]; v = time[keys[i], "variant", r]
                if (b == "" || v == "") continue
                count++; bases[count] = b; variants[count] = v; ratios[count] = b / v
            }
            sort(bases, count); sort(variants, count); sort(ratios, count)
            split(keys[i], part, ",")
            printf "%-26s %-42s %10.2f %10.2f   %.2f (%.2f to %.2f)\n", part[1], part[2], quantile(bases, count, 0.5),
                quantile(variants, count, 0.5), quantile(ratios, count, 0.5), quantile(ratios, count, 0.25), quantile(ratios, count, 0.75)
        }
    }
    function sort(list, count,    i, j, x) {
        for (i = 2; i <= count; i++) { x = list[i] + 0; for (j = i - 1; j >= 1 && list[j] + 0 > x; j--) list[j + 1] = list[j]; list[j + 1] = x }
    }' "$turns"
echo
echo "every turn: $turns"
echo "load after: $(cut -d' ' -f1-3 /proc/loadavg 2>/dev/null || echo unknown)"
