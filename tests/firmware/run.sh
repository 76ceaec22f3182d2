#!/usr/bin/env bash
# Builds the firmware and runs it in QEMU: every item checked, no panic left in the images, flash and RAM told. README.md says more.
#
# It needs a compiler that can build the core library for a microcontroller, ld.lld and QEMU; .ci/install has the packages.
# RUSTC and CARGO name another compiler that has its own source beside it. With names of machines it runs on those alone:
# tests/firmware/run.sh thumbv6m-none-eabi
set -euo pipefail
cd "$(dirname "$0")"

export RUSTC=${RUSTC:-/usr/bin/rustc} CARGO=${CARGO:-/usr/bin/cargo}
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}
# The core library is built from its source, which an unstable option of cargo does.
export RUSTC_BOOTSTRAP=1
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS

for tool in "$RUSTC" "$CARGO" ld.lld qemu-system-arm qemu-system-riscv32 size; do
    command -v "$tool" >/dev/null || { echo "firmware: $tool is not there; see .ci/install" >&2; exit 2; }
done

machines=(thumbv6m-none-eabi thumbv7m-none-eabi riscv32imc-unknown-none-elf)
declare -A board=([thumbv6m-none-eabi]=microbit [thumbv7m-none-eabi]=mps2-an385 [riscv32imc-unknown-none-elf]=virt)
for machine in "$@"; do
    [[ -v board[$machine] ]] || { echo "firmware: there is no $machine; there are: ${machines[*]}" >&2; exit 2; }
done
(($# == 0)) || machines=("$@")

# Of each image that counts them at least so many items, and on the machine that is the slowest in the emulator.
declare -A items=([pair]=1000000 [shared]=100000 [swap]=4000000 [mpsc]=1000000 [fan_in]=1000000 [conflated]=1000000 [latest]=1000000 [pressure]=2000000 [tasks]=40000)
declare -A fewer=([pair]=480000 [shared]=100000 [swap]=1000000 [mpsc]=200000 [fan_in]=160000 [conflated]=180000 [latest]=1000000 [pressure]=200000 [tasks]=40000)
# These need no compare-and-swap, and are built without the feature that brings it.
plain_core=(pair nopanic nopanic_batches nopanic_stages bare)
# What no panic is in: built without optimization at link time as well.
no_panics=(nopanic_swap nopanic_mpsc nopanic_mpsc_batches nopanic_fan_in nopanic_conflated nopanic_priority nopanic_latest
    nopanic_ends nopanic_owners nopanic_channel nopanic_waits)
others=(shared swap mpsc fan_in conflated latest pressure tasks sizes)
# Those that run twice, and have to do the same: short ones, as the others would take minutes more. Not `tasks` on riscv32: in the emulator
# of that machine, runs in which the core sleeps differ in their times.
declare -A twice=(
    [thumbv6m-none-eabi]="shared conflated tasks"
    [thumbv7m-none-eabi]="shared conflated tasks"
    [riscv32imc-unknown-none-elf]="shared conflated"
)
# With the checks of the language and its core library.
checked=(pair swap mpsc fan_in conflated latest pressure tasks)

# The small image of each ring, and of a channel, and how many bytes of flash its push, pop and split may take at most, by machine.
rings=("spsc nopanic" "latest nopanic_latest" "conflated nopanic_conflated" "mpsc nopanic_mpsc" "swap nopanic_swap"
    "fan_in nopanic_fan_in" "priority nopanic_priority" "channel nopanic_channel")
declare -A most=(
    [thumbv6m-none-eabi]="1024 448 1600 4032 4224 4928 6656 5248"
    [thumbv7m-none-eabi]="1024 448 1600 3520 3520 4224 6144 5248"
    [riscv32imc-unknown-none-elf]="1024 448 2368 4224 4736 5568 7424 6528"
)

failures=$(mktemp)
trap 'rm -f "$failures"' EXIT
failed() { echo "firmware: $*" | tee -a "$failures"; }

# --------------------------------------------------------------------------------------------------------------- build

build() { # machine profile, and what else to tell cargo
    "$CARGO" build --quiet --locked -Zbuild-std=core --config "target.$1.linker=\"ld.lld\"" \
        --target "$1" --profile "$2" "${@:3}"
}

images() { printf -- '--bin %s ' "$@"; }

build_for() { # machine
    echo "firmware: builds for $1"
    # The first images are kept from the next build, which has more in it.
    build "$1" release $(images "${plain_core[@]}")
    mkdir -p "$CARGO_TARGET_DIR/$1/core"
    (cd "$CARGO_TARGET_DIR/$1/release" && cp -f "${plain_core[@]}" ../core/)
    build "$1" release --features critical-section $(images "${no_panics[@]}" "${others[@]}")
    build "$1" plain --features critical-section $(images nopanic nopanic_batches nopanic_stages "${no_panics[@]}")
    # The same check on an image that has a panic.
    local said
    if said=$(build "$1" release --features panics --bin panics 2>&1) || [[ $said != *a_panic_is_left_in_this_image* ]]; then
        failed "$1: an image with a panic was linked"
    fi
}

for machine in "${machines[@]}"; do
    build_for "$machine" || { failed "$machine does not build"; exit 1; }
done
if [[ " ${machines[*]} " == *" thumbv6m-none-eabi "* ]]; then
    build thumbv6m-none-eabi checked --features critical-section $(images "${checked[@]}") || exit 1
fi

# ----------------------------------------------------------------------------------------------------------------- run

# The bytes of an image in flash, and of its variables; both without debug information and without the stack.
flash() { size -A "$1" | awk '($3 > 0 || $1 == ".vector_table") && $1 !~ /^\.(bss|uninit|heap|stack|debug)/ { n += $2 } END { print n }'; }
ram() { size -A "$1" | awk '$1 ~ /^\.(data|bss)$/ { n += $2 } END { print n }'; }

emulate() { # machine image
    local clock=(-icount shift=0,sleep=off -nographic)
    case $1 in
        thumb*) timeout 600 qemu-system-arm -M "${board[$1]}" "${clock[@]}" -semihosting-config enable=on,target=native -kernel "$2" ;;
        *) timeout 600 qemu-system-riscv32 -M "${board[$1]}" -cpu rv32,a=off -bios none "${clock[@]}" -kernel "$2" ;;
    esac </dev/null
}

# Runs it once more: the emulator counts instructions, so the image prints the same, how often it was interrupted and where included.
does_the_same() { # machine image log
    emulate "$1" "$2" >"$3.again" 2>&1 && cmp -s "$3" "$3.again"
}

run() { # number machine folder image
    local image=$CARGO_TARGET_DIR/$2/$3/$4 log=$CARGO_TARGET_DIR/$2-$3-$4.log start=${EPOCHREALTIME/./} result=passed count least
    emulate "$2" "$image" >"$log" 2>&1 || result=FAILED
    count=$(sed -n 's/^items checked: //p' "$log")
    if [[ $2 == thumbv6m* ]]; then least=${fewer[$4]:-0}; else least=${items[$4]:-0}; fi
    ((${count:-0} >= least)) || result=FAILED
    if [[ $result == FAILED ]]; then
        failed "$2 $3 $4 failed, or checked fewer than $least items"
        tail -n 40 "$log"
    elif [[ " ${twice[$2]} " == *" $4 "* ]] && ! does_the_same "$2" "$image" "$log"; then
        result=FAILED
        failed "$2 $3 $4 does something else when it runs again"
        diff "$log" "$log.again" | head -n 40 || true
    fi
    printf '%-28s %-8s %-20s %9s %7d %7d %6d  %s\n' "$2" "$3" "$4" "${count:--}" "$(flash "$image")" "$(ram "$image")" \
        $(((${EPOCHREALTIME/./} - start) / 1000)) "$result" >"$CARGO_TARGET_DIR/line-$1"
}

# As many at a time as there are cores, those that take long first.
rm -f "$CARGO_TARGET_DIR"/line-*
runs=()
for machine in "${machines[@]}"; do
    for image in "${others[@]}"; do runs+=("$machine release $image"); done
    [[ $machine != thumbv6m* ]] || for image in "${checked[@]}"; do runs+=("$machine checked $image"); done
    for image in "${plain_core[@]}"; do runs+=("$machine core $image"); done
    for image in "${no_panics[@]}"; do runs+=("$machine release $image"); done
    for image in nopanic nopanic_batches nopanic_stages "${no_panics[@]}"; do runs+=("$machine plain $image"); done
done
cores=$(nproc)
echo "firmware: runs ${#runs[@]} images, $cores at a time"
for at in "${!runs[@]}"; do
    while (($(jobs -rp | wc -l) >= cores)); do wait -n || true; done
    run "$(printf %03d "$at")" ${runs[at]} &
done
wait

printf '\n%-28s %-8s %-20s %9s %7s %7s %6s\n' machine build image items flash RAM ms
cat "$CARGO_TARGET_DIR"/line-*

# -------------------------------------------------------------------------------------------------------------- figures

image_of() { # machine image
    if [[ $2 == nopanic ]]; then echo "$CARGO_TARGET_DIR/$1/core/$2"; else echo "$CARGO_TARGET_DIR/$1/release/$2"; fi
}

printf '\nBytes of flash beyond an image that hands on a byte, and how many they may be; of RAM, for 64 items of one byte.\n'
printf '%-10s' ring
printf ' %19s' "${machines[@]%%-*}"
printf ' %6s %9s %9s\n' RAM producer consumer
for at in "${!rings[@]}"; do
    read -r ring image <<<"${rings[at]}"
    printf '%-10s' "$ring"
    for machine in "${machines[@]}"; do
        read -ra limits <<<"${most[$machine]}"
        bare=$CARGO_TARGET_DIR/$machine/core/bare small=$(image_of "$machine" "$image")
        price=$(($(flash "$small") - $(flash "$bare")))
        printf ' %10d of %5d' "$price" "${limits[at]}"
        ((price <= limits[at])) || failed "$machine: $ring takes $price bytes of flash, more than ${limits[at]}" >/dev/null
        # What is said of its size is what it takes.
        read -r bytes producer consumer < <(sed -n "s/^$ring //p" "$CARGO_TARGET_DIR/$machine-release-sizes.log") || true
        taken=$(($(ram "$small") - $(ram "$bare")))
        ((taken >= ${bytes:-0} && taken <= ${bytes:-0} + 16)) ||
            failed "$machine: $ring takes $taken bytes of RAM, and says ${bytes:-nothing}" >/dev/null
    done
    printf ' %6d %9d %9d\n' "$bytes" "$producer" "$consumer"
done

count=$(wc -l <"$failures")
if ((count > 0)); then
    echo
    cat "$failures"
    echo "firmware: $count failed"
    exit 1
fi
