//! Many mutants in one text: mutant schemata, after R. H. Untch, A. J. Offutt and M. J. Harrold, *Mutation analysis using mutant
//! schemata* (1993). Deviation: it is the body of the function that is there once per mutant, and not the expression, so that only
//! brackets have to be understood.
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

use std::collections::BTreeMap;
use std::ops::Range;

use crate::mutant::Mutant;

/// The module that each crate gets. What the compiler computes is never spoilt.
pub(crate) const SWITCH: &str = r#"//! Which mutant this process is.
extern crate std;

pub(crate) const fn which() -> usize {
    const fn none() -> usize {
        0
    }
    core::intrinsics::const_eval_select((), none, chosen)
}

fn chosen() -> usize {
    static CHOSEN: std::sync::OnceLock<usize> = std::sync::OnceLock::new();
    *CHOSEN.get_or_init(|| std::env::var("FOREBAY_MUTANT").map_or(0, |number| number.parse().unwrap()))
}
"#;
/// What stands before the text of a crate, and after it.
pub(crate) const FEATURES: &str = "#![feature(core_intrinsics, const_eval_select)]\n";
pub(crate) const MODULE: &str = "\nmod mutant;\n";
/// Where a program reads which mutant it is: a number, from 1 on.
pub(crate) const VARIABLE: &str = "FOREBAY_MUTANT";

/// A text, and the lines of each mutant in it, from 1 on.
pub(crate) struct Woven {
    pub(crate) text: String,
    pub(crate) lines: Vec<(Range<usize>, usize)>,
}

/// Which mutants can be woven in, and which are of what the compiler computes.
pub(crate) fn can_be_woven(text: &str, mutant: &Mutant) -> bool {
    let blocks = blocks(text);
    body(&blocks, mutant).is_some()
        && !blocks.iter().any(|block| is_const(text, block) && contains(block, &mutant.place))
}

/// Weaves numbered mutants of a file into its text.
pub(crate) fn weave(text: &str, mutants: &[(usize, &Mutant)]) -> Woven {
    let blocks = blocks(text);
    // By the body of the function, the outermost one if it is in another.
    let mut bodies = BTreeMap::<usize, (Range<usize>, Vec<(usize, &Mutant)>)>::new();
    for &(number, mutant) in mutants {
        let Some(own) = body(&blocks, mutant) else { continue };
        let outer = mutants.iter().filter_map(|(_, other)| body(&blocks, other)).filter(|other| contains(other, own));
        let outer = outer.min_by_key(|block| block.start).unwrap_or(own);
        bodies.entry(outer.start).or_insert_with(|| (outer.clone(), Vec::new())).1.push((number, mutant));
    }
    let mut woven = Woven { text: String::new(), lines: Vec::new() };
    let (mut done, mut line) = (0, 1);
    let mut add = |woven: &mut Woven, piece: &str| {
        woven.text += piece;
        line += piece.matches('\n').count();
        line
    };
    for (body, mutants) in bodies.into_values() {
        add(&mut woven, &text[done..body.start]);
        let mut first = add(&mut woven, "{ match crate::mutant::which() {\n");
        for (number, mutant) in mutants {
            let arm = format!("{number} => {}\n", mutant.spoil(text, body.clone()));
            let after = add(&mut woven, &arm);
            woven.lines.push((first..after, number));
            first = after;
        }
        add(&mut woven, &format!("_ => {}\n}} }}", &text[body.clone()]));
        done = body.end;
    }
    add(&mut woven, &text[done..]);
    woven
}

/// The body of its function.
fn body<'b>(blocks: &'b [Range<usize>], mutant: &Mutant) -> Option<&'b Range<usize>> {
    let function = mutant.function.as_ref()?;
    blocks.iter().find(|block| block.end == function.end && block.start > function.start)
}

fn contains(block: &Range<usize>, place: &Range<usize>) -> bool {
    block.start <= place.start && place.end <= block.end
}

/// Whether the compiler computes a block.
fn is_const(text: &str, block: &Range<usize>) -> bool {
    text[..block.start].trim_end().ends_with("const")
}

/// What is between braces, with them. Those in comments, in strings and in characters are none.
fn blocks(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let (mut blocks, mut open, mut at) = (Vec::new(), Vec::new(), 0);
    while at < bytes.len() {
        let rest = &text[at..];
        let length = |end: &str| rest[1..].find(end).map_or(rest.len(), |length| 1 + length + end.len());
        at += match bytes[at] {
            b'/' if rest.starts_with("//") => length("\n"),
            b'/' if rest.starts_with("/*") => length("*/"),
            b'"' => string(rest),
            b'r' if rest.starts_with("r#\"") => length("\"#"),
            b'\'' => character(rest),
            b'{' => {
                open.push(at);
                1
            }
            b'}' => {
                if let Some(start) = open.pop() {
                    blocks.push(start..at + 1);
                }
                1
            }
            _ => 1,
        };
        while !text.is_char_boundary(at) {
            at += 1;
        }
    }
    blocks
}

/// The length of the string with which a text begins.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of the character with which a text begins, or of the quote before a lifetime.
fn character(text: &str) -> usize {
    let mut characters = text.char_indices().skip(1);
    match (characters.next(), characters.next()) {
        (Some((_, '\\')), Some(_)) => 3 + text[3..].find('\'').map_or(0, |length| length + 1),
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mutant(text: &str, function: &str, from: &str, to: &str) -> Mutant {
        let begin = text.find(function).unwrap();
        let end = begin + text[begin..].find("\n}").unwrap() + 2;
        let place = begin + text[begin..].find(from).unwrap();
        Mutant {
            name: String::new(),
            file: String::new(),
            part: 0,
            function: Some(begin..end),
            place: place..place + from.len(),
            replacement: to.to_string(),
        }
    }

    const TEXT: &str = "\
fn a<'a>(b: &'a str) -> bool {
    b == \"}\\\"\" // {
}

fn c(d: u32) -> u32 {
    const { assert!(1 < 2) };
    d + 1
}
";

    #[test]
    fn each_mutant_has_a_body_of_its_own() {
        let mutants = [mutant(TEXT, "fn a", "==", "!="), mutant(TEXT, "fn c", "+", "-")];
        let numbered: Vec<_> = (7..).zip(&mutants).collect();
        let woven = weave(TEXT, &numbered);
        let expected = "\
fn a<'a>(b: &'a str) -> bool { match crate::mutant::which() {
7 => {
    b != \"}\\\"\" // {
}
_ => {
    b == \"}\\\"\" // {
}
} }

fn c(d: u32) -> u32 { match crate::mutant::which() {
8 => {
    const { assert!(1 < 2) };
    d - 1
}
_ => {
    const { assert!(1 < 2) };
    d + 1
}
} }
";
        assert_eq!(woven.text, expected);
        assert_eq!(woven.lines, [(2..5, 7), (11..15, 8)]);
    }

    #[test]
    fn what_the_compiler_computes_is_not_woven() {
        assert!(can_be_woven(TEXT, &mutant(TEXT, "fn c", "+", "-")));
        assert!(!can_be_woven(TEXT, &mutant(TEXT, "fn c", "<", ">")));
    }
}
