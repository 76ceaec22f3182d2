//! Hands the memory layout and the linker script to the linker.

use std::{env, fs, path::PathBuf};

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap());
    let (layout, arguments): (_, &[&str]) = match env::var("CARGO_CFG_TARGET_ARCH").unwrap().as_str() {
        "arm" => ("memory-arm.x", &["--nmagic", "-Tlink.x"]),
        "riscv32" => ("memory-riscv.x", &["-Tmemory.x", "-Tlink.x"]),
        other => panic!("no board for {other}"),
    };
    println!("cargo:rerun-if-changed={layout}");
    println!("cargo:rustc-check-cfg=cfg(slowest)");
    // Each compare-and-swap is a critical section there.
    if env::var("TARGET").unwrap().starts_with("thumbv6m") {
        println!("cargo:rustc-cfg=slowest");
    }
    fs::copy(layout, out.join("memory.x")).unwrap();
    println!("cargo:rustc-link-search={}", out.display());
    for argument in arguments {
        println!("cargo:rustc-link-arg-bins={argument}");
    }
}
