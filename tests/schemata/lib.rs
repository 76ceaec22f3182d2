//! Many mutants in one build: mutant schemata, after R. H. Untch, A. J. Offutt and M. J. Harrold, *Mutation analysis using mutant
//! schemata* (ISSTA 1993). A build takes far longer than a test that fails, so all mutants are compiled at once, and a variable of the
//! environment says which one a program is. Without it, the program is the original.
//!
//! Deviation: it is the body of the function that is there once per mutant, and not the expression, so that only brackets have to be
//! understood.
//!
//! ```text
//! fn f(a: u32) -> u32 { a + 1 }
//!
//! fn f(a: u32) -> u32 { match crate::mutant::which() {
//! 7 => { a - 1 }
//! 8 => { a * 1 }
//! _ => { a + 1 }
//! } }
//! ```
//!
//! Which mutants there are, and which tests judge them, is for those to say who use this: `tests/mutants` and `tests/plain-mutants`. The
//! steps are theirs too: [`Copies::furnish`], then [`weave`] each file, then [`Copies::lay`], then [`Copies::cargo`], then the programs with
//! [`VARIABLE`].

#![forbid(unsafe_code)]

mod blocks;
mod copies;
mod switch;
mod weave;

pub use copies::Copies;
pub use switch::VARIABLE;
pub use weave::{Change, Woven, weave};

/// What it led to, or what went wrong.
pub type Result<T> = std::result::Result<T, String>;

/// The text of a file.
///
/// # Errors
/// With its path.
pub fn read(path: &std::path::Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}
