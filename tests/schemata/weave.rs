//! The mutants of a file in its text.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::blocks::{blocks, body, contains, is_const};

/// A mutant: a text with something else at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The function, if it is in one: that part of the file's text, without what follows its brace.
    pub function: Option<Range<usize>>,
    /// What is replaced.
    pub place: Range<usize>,
    /// By what.
    pub replacement: String,
}

impl Change {
    /// A function that becomes another one, of the same head. `None`: one of them has no body.
    #[must_use]
    pub fn of_function(text: &str, function: Range<usize>, spoilt: &str) -> Option<Self> {
        let place = body(&blocks(text), &function)?.clone();
        let spoilt = spoilt.trim_end();
        let replacement = spoilt[body(&blocks(spoilt), &(0..spoilt.len()))?.clone()].to_string();
        Some(Self { function: Some(function), place, replacement })
    }

    /// Whether it can be woven in: it is in a body, and not of what the compiler computes.
    #[must_use]
    pub fn can_be_woven(&self, text: &str) -> bool {
        let blocks = blocks(text);
        self.body(&blocks).is_some()
            && !blocks.iter().any(|block| is_const(text, block) && contains(block, &self.place))
    }

    /// The body of its function.
    fn body<'b>(&self, blocks: &'b [Range<usize>]) -> Option<&'b Range<usize>> {
        body(blocks, self.function.as_ref()?)
    }

    /// A piece of the file that contains its place, spoilt.
    #[must_use]
    pub fn spoil(&self, text: &str, piece: Range<usize>) -> String {
        let (before, after) = (&text[piece.start..self.place.start], &text[self.place.end..piece.end]);
        [before, &self.replacement, after].concat()
    }
}

/// A text with mutants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Woven {
    /// The text.
    pub text: String,
    /// The lines of each mutant, from 1 on, with its number.
    pub lines: Vec<(Range<usize>, usize)>,
}

/// Weaves mutants of a file, each with its number, into its text; those that [can't be](Change::can_be_woven) are not there.
#[must_use]
pub fn weave(text: &str, changes: &[(usize, &Change)]) -> Woven {
    let blocks = blocks(text);
    let bodies_of_all: Vec<_> = changes.iter().filter_map(|(_, change)| change.body(&blocks)).collect();
    // By the body of the function, the outermost one if it is in another.
    let mut bodies = BTreeMap::<usize, (Range<usize>, Vec<(usize, &Change)>)>::new();
    for &(number, change) in changes.iter().filter(|(_, change)| change.can_be_woven(text)) {
        let Some(own) = change.body(&blocks) else { continue };
        let outer = bodies_of_all.iter().filter(|other| contains(other, own)).min_by_key(|block| block.start);
        let outer: &Range<usize> = outer.map_or(own, |outer| outer);
        bodies.entry(outer.start).or_insert_with(|| (outer.clone(), Vec::new())).1.push((number, change));
    }
    let mut woven = Woven { text: String::new(), lines: Vec::new() };
    let (mut done, mut line) = (0, 1);
    let mut add = |woven: &mut Woven, piece: &str| {
        woven.text += piece;
        line += piece.matches('\n').count();
        line
    };
    for (body, changes) in bodies.into_values() {
        add(&mut woven, &text[done..body.start]);
        let mut first = add(&mut woven, "{ match crate::mutant::which() {\n");
        for (number, change) in changes {
            let arm = format!("{number} => {}\n", change.spoil(text, body.clone()));
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

#[cfg(test)]
mod tests {
    use super::*;

    /// One by the head of its function, and what is replaced in it.
    fn change(text: &str, function: &str, from: &str, to: &str) -> Change {
        let begin = text.find(function).unwrap();
        let end = begin + text[begin..].find("\n}").unwrap() + 2;
        let place = begin + text[begin..].find(from).unwrap();
        Change { function: Some(begin..end), place: place..place + from.len(), replacement: to.to_string() }
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
        let (equal, sum) = (change(TEXT, "fn a", "==", "!="), change(TEXT, "fn c", "+", "-"));
        let woven = weave(TEXT, &[(7, &equal), (8, &sum)]);
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
        let (computed, sum) = (change(TEXT, "fn c", "<", ">"), change(TEXT, "fn c", "+", "-"));
        assert!(sum.can_be_woven(TEXT));
        assert!(!computed.can_be_woven(TEXT));
        assert_eq!(weave(TEXT, &[(1, &computed)]), Woven { text: TEXT.to_string(), lines: vec![] });
    }

    #[test]
    fn a_function_becomes_another_one() {
        let text = "fn f()\nwhere\n    T: U,\n{\n    one();\n}\n\nfn b() {}\n";
        let end = text.find("\n\n").unwrap();
        let spoilt = "fn f()\nwhere\n    T: U,\n{\n    two();\n}\n";
        let change = Change::of_function(text, 0..end, spoilt).unwrap();
        assert_eq!(change.replacement, "{\n    two();\n}");
        let expected = "fn f()\nwhere\n    T: U,\n{ match crate::mutant::which() {\n2 => {\n    two();\n}\n\
            _ => {\n    one();\n}\n} }\n\nfn b() {}\n";
        assert_eq!(weave(text, &[(2, &change)]).text, expected);
        assert_eq!(Change::of_function(text, 0..end, "fn f();"), None);
    }

    #[test]
    fn a_function_within_another_one_is_in_its_choice() {
        let text = "fn a() {\n    fn b() { 1; }\n    2;\n}\n";
        let outer = Change::of_function(text, 0..text.len() - 1, "fn a() { 3; }").unwrap();
        let begin = text.find("fn b").unwrap();
        let inner = Change::of_function(text, begin..text.find("\n    2").unwrap(), "fn b() { 4; }").unwrap();
        let woven = weave(text, &[(1, &inner), (2, &outer)]);
        assert_eq!(woven.text.matches("which()").count(), 1);
        assert!(woven.text.contains("1 => {\n    fn b() { 4; }\n    2;\n}\n2 => { 3; }\n_ =>"));
    }
}
