#!/usr/bin/env bash
# Builds the firmware and runs it in QEMU: every item checked, no panic left in the image, flash and RAM told.
#
# It needs a compiler that can build the core library for a microcontroller, ld.lld and QEMU; .ci/install has the packages.
# RUSTC and CARGO name another compiler that has its own source beside it.
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

# At least so many items, from each image that counts them.
declare -A items=([pair]=100000 [shared]=100000 [swap]=100000 [mpsc]=100000 [fan_in]=100000 [conflated]=100000 [tasks]=40000)
# The small image of each ring, and of a channel.
rings=("spsc nopanic" "swap nopanic_swap" "mpsc nopanic_mpsc" "fan_in nopanic_fan_in" "conflated nopanic_conflated"
    "priority nopanic_priority" "channel nopanic_channel")

arm() { qemu-system-arm -M "$1" -icount shift=0,sleep=off -nographic -semihosting-config enable=on,target=native -kernel "$2"; }
riscv() { qemu-system-riscv32 -M "$1" -cpu rv32,a=off -bios none -icount shift=0,sleep=off -nographic -kernel "$2"; }
export -f arm riscv

failed=0
table=()

build() { # target profile, and what else to tell cargo
    "$CARGO" build --quiet --locked -Zbuild-std=core --config "target.$1.linker=\"ld.lld\"" \
        --target "$1" --profile "$2" "${@:3}" || { echo "firmware: $1 does not build" >&2; exit 1; }
}

# The bytes of an image in flash, and of its variables; both without debug information and without the stack.
flash() { size -A "$1" | awk '($3 > 0 || $1 == ".vector_table") && $1 !~ /^\.(bss|uninit|heap|stack|debug)/ { n += $2 } END { print n }'; }
ram() { size -A "$1" | awk '$1 ~ /^\.(data|bss)$/ { n += $2 } END { print n }'; }

run() { # target profile image emulator machine
    local image=$CARGO_TARGET_DIR/$1/$2/$3 log=$CARGO_TARGET_DIR/$1-$2-$3.log start=${EPOCHREALTIME/./} result=passed count
    if ! timeout 60 bash -c "$4 $5 $image" </dev/null >"$log" 2>&1; then
        result=FAILED
    fi
    count=$(sed -n 's/^items checked: //p' "$log")
    if ((${count:-0} < ${items[$3]:-0})); then
        result=FAILED
    fi
    if [[ $result == FAILED ]]; then
        failed=$((failed + 1))
        echo "--- $1 $2 $3:"
        tail -n 40 "$log"
    fi
    table+=("$(printf '%-28s %-8s %-20s %9s %7d %7d %6d  %s' "$1" "$2" "$3" "${count:--}" \
        "$(flash "$image")" "$(ram "$image")" $(((${EPOCHREALTIME/./} - start) / 1000)) "$result")")
}

board() { # target emulator machine, and how many bytes of flash push, pop and split of each ring may take at most, and a channel
    local at ring image price most=("${@:4}")
    echo "firmware: $1 on $3"
    build "$1" release
    for image in pair nopanic nopanic_batches bare; do
        run "$1" release $image "$2" "$3"
    done
    build "$1" release --features critical-section
    for image in shared swap mpsc fan_in conflated nopanic_swap nopanic_mpsc nopanic_mpsc_batches nopanic_fan_in \
        nopanic_conflated nopanic_priority nopanic_owners tasks nopanic_channel; do
        run "$1" release $image "$2" "$3"
    done

    for at in "${!rings[@]}"; do
        read -r ring image <<<"${rings[at]}"
        price=$(($(flash "$CARGO_TARGET_DIR/$1/release/$image") - $(flash "$CARGO_TARGET_DIR/$1/release/bare")))
        table+=("$(printf '%-28s %s itself: %d bytes of flash' "$1" "$ring" "$price")")
        if ((price > most[at])); then
            echo "firmware: $1: $ring takes $price bytes of flash, more than ${most[at]}"
            failed=$((failed + 1))
        fi
    done
}

board thumbv6m-none-eabi arm microbit 1024 4160 4032 4928 1600 6016 4736
board thumbv7m-none-eabi arm mps2-an385 1024 3520 3520 4224 1600 5440 4864
board riscv32imc-unknown-none-elf riscv virt 1344 4736 4224 5568 2368 6720 6016

# Once more with the checks of the language and its core library.
build thumbv6m-none-eabi checked --bin pair
build thumbv6m-none-eabi checked --features critical-section --bin swap --bin mpsc --bin fan_in --bin conflated --bin tasks
for image in pair swap mpsc fan_in conflated tasks; do
    run thumbv6m-none-eabi checked $image arm microbit
done

printf '%-28s %-8s %-20s %9s %7s %7s %6s\n' target profile image items flash RAM ms
printf '%s\n' "${table[@]}"
for image in pair swap mpsc fan_in conflated tasks; do
    sed -n 's/^bytes of RAM: //p' "$CARGO_TARGET_DIR/thumbv6m-none-eabi-release-$image.log"
done
if ((failed > 0)); then
    echo "firmware: $failed failed"
    exit 1
fi
