//! All mutants in one build: each function that has some becomes a choice between itself and them.
//!
//! A build takes far longer than a model that fails. So every mutant is compiled at once, and a variable of the environment says which one
//! a program is. Without the variable it is the original, and that the models hold then is looked at too. (Mutant schemata: Untch, Offutt
//! and Harrold, "Mutation analysis using mutant schemata", ISSTA 1993.)

use std::collections::BTreeMap;

use crate::source::{Source, Span, is_comment};
use crate::{Mutant, Result};

/// The variable with the number of the mutant.
pub(crate) const CHOSEN: &str = "FOREBAY_MUTANT";

/// What is added to the root of each crate.
pub(crate) const CHOICE: &str = r#"
pub(crate) mod mutant {
    extern crate std;

    pub(crate) fn is(number: usize) -> bool {
        static CHOSEN: std::sync::OnceLock<Option<usize>> = std::sync::OnceLock::new();
        let read = || Some(std::env::var("FOREBAY_MUTANT").ok()?.parse().expect("the number of a mutant"));
        *CHOSEN.get_or_init(read) == Some(number)
    }
}
"#;

/// A file with all its mutants, each by its number.
pub(crate) fn weave(file: &str, text: &str, mutants: &[(usize, &Mutant)]) -> Result<String> {
    let source = Source::new(text);
    let mut functions: BTreeMap<Span, Vec<(usize, &Mutant)>> = BTreeMap::new();
    for (number, mutant) in mutants {
        functions.entry(mutant.span).or_default().push((*number, mutant));
    }
    let (mut woven, mut at) = (String::new(), 0);
    for (span, mutants) in functions {
        if span.first < at {
            return Err(format!("{file}:{}: a function with mutants within another one", span.first + 1));
        }
        let whole = source.text(span);
        let (head, body) =
            split(&whole).ok_or_else(|| format!("{file}:{}: a function without a body", span.first + 1))?;
        woven += &source.text(Span { first: at, after: span.first });
        // Nobody needs them in a constant.
        woven += &head.replace("const fn ", "fn ");
        for (number, mutant) in mutants {
            let (_, body) = split(&mutant.spoilt).ok_or_else(|| format!("{}: no body", mutant.name()))?;
            woven += &format!("if crate::mutant::is({number}) {{\n{body} else ");
        }
        woven += &format!("{{\n{body}\n}}\n");
        at = span.after;
    }
    Ok(woven + &source.text(Span { first: at, after: source.all().after }))
}

/// The head of a function, up to its brace, and the rest.
fn split(function: &str) -> Option<(&str, &str)> {
    let mut end = 0;
    for line in function.split_inclusive('\n') {
        end += line.len();
        if !is_comment(line) && line.trim_end().ends_with('{') {
            return Some((&function[..end], function[end..].trim_end()));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_becomes_a_choice() {
        let text = "fn a() {}\n\nfn f()\nwhere\n    T: U,\n{\n    one();\n}\n\nfn b() {}\n";
        let spoilt = |body: &str| Mutant {
            ids: String::new(),
            file: "a.rs".to_string(),
            function: "f".to_string(),
            ordering: String::new(),
            what: String::new(),
            span: Span { first: 2, after: 8 },
            original: String::new(),
            spoilt: format!("fn f()\nwhere\n    T: U,\n{{\n    {body}\n}}\n"),
        };
        let (two, three) = (spoilt("two();"), spoilt("three();"));
        let woven = weave("a.rs", text, &[(2, &two), (3, &three)]).unwrap();
        let expected = "fn a() {}\n\nfn f()\nwhere\n    T: U,\n{\nif crate::mutant::is(2) {\n    two();\n} \
            else if crate::mutant::is(3) {\n    three();\n} else {\n    one();\n}\n}\n\nfn b() {}\n";
        assert_eq!(woven, expected);
    }

    #[test]
    fn the_choice_reads_the_variable() {
        assert!(CHOICE.contains(CHOSEN));
    }
}
