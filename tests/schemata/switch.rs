//! How a program knows which mutant it is.

/// Names the number of the mutant, from 1 on. 0, or no such variable: the original.
pub const VARIABLE: &str = "FOREBAY_MUTANT";

/// What stands before the text of a crate, in its first line, so that the others keep their numbers, and after it. What the compiler
/// computes is never spoilt.
const FEATURES: &str = "#![feature(core_intrinsics, const_eval_select)] ";
const MODULE: &str = r#"
mod mutant {
    extern crate std;

    pub(crate) const fn which() -> usize {
        const fn none() -> usize {
            0
        }
        core::intrinsics::const_eval_select((), none, chosen)
    }

    fn chosen() -> usize {
        static CHOSEN: std::sync::OnceLock<usize> = std::sync::OnceLock::new();
        let read = |number: std::string::String| number.parse().expect("the number of a mutant");
        *CHOSEN.get_or_init(|| std::env::var("FOREBAY_MUTANT").map_or(0, read))
    }
}
"#;

/// The root of a crate with the module that each choice asks.
pub(crate) fn with_switch(root: &str) -> String {
    [FEATURES, root, MODULE].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_switch_reads_the_variable() {
        assert!(with_switch("").contains(&format!("\"{VARIABLE}\"")));
    }

    #[test]
    fn lines_keep_their_numbers() {
        let woven = with_switch("//! A crate.\n\nmod a;\n");
        assert_eq!(woven.lines().nth(2), Some("mod a;"));
    }
}
