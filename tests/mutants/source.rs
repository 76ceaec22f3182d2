//! Just enough understanding of a formatted Rust source: comments, statements, functions.

use std::ops::Range;

use forebay_schemata::Result;

/// The lines of a file.
pub(crate) struct Source<'t> {
    lines: Vec<&'t str>,
}

/// Some lines: a function; a statement, or the head of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span {
    /// The first line.
    pub(crate) first: usize,
    /// The line after the last one.
    pub(crate) after: usize,
}

impl Span {
    fn has(self, line: usize) -> bool {
        (self.first..self.after).contains(&line)
    }
}

impl<'t> Source<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { lines: text.lines().collect() }
    }

    /// The lines with their numbers, from 0, without what is commented out, up to the tests.
    pub(crate) fn code(&self) -> impl Iterator<Item = (usize, &'t str)> + '_ {
        let is_head = |pair: &[&str]| pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod ");
        let tests = self.lines.windows(2).position(is_head).unwrap_or(self.lines.len());
        self.lines.iter().copied().enumerate().take(tests).filter(|(_, line)| !is_comment(line))
    }

    /// The statement, or the head of a block, of which a line is part.
    pub(crate) fn statement(&self, line: usize) -> Span {
        let ends = |line: &str| line.ends_with([';', '{', '}']) || is_comment(line) || line.trim().is_empty();
        let first = (1..=line).rev().find(|&at| ends(self.lines[at - 1])).unwrap_or(0);
        let last = (line..self.lines.len()).find(|&at| ends(self.lines[at])).unwrap_or(line);
        Span { first, after: last + 1 }
    }

    /// The id with which the comment above a statement begins.
    pub(crate) fn id(&self, statement: Span) -> Option<&'t str> {
        let above = (0..statement.first).rev().take_while(|&at| is_comment(self.lines[at])).last()?;
        let (id, _) = self.lines[above].trim_start().strip_prefix("// [")?.split_once(']')?;
        Some(id)
    }

    /// The name of the function around a line, and the outermost one, if it lies within others.
    pub(crate) fn function(&self, line: usize) -> Option<(&'t str, Span)> {
        let (name, inner) = self.functions().filter(|(_, span)| span.has(line)).last()?;
        Some((name, self.outermost(inner)))
    }

    /// The outermost function around a function.
    pub(crate) fn outermost(&self, inner: Span) -> Span {
        self.functions().map(|(_, span)| span).find(|span| span.has(inner.first)).unwrap_or(inner)
    }

    /// The functions that have a body, by their names.
    pub(crate) fn functions(&self) -> impl Iterator<Item = (&'t str, Span)> + '_ {
        self.code()
            .filter_map(|(first, line)| Some((function_name(line)?, Span { first, after: self.end_of_block(first)? })))
    }

    fn end_of_block(&self, head: usize) -> Option<usize> {
        let opens = (head..self.lines.len()).find(|&at| self.lines[at].ends_with([';', '{', '}']))?;
        match self.lines[opens].chars().last()? {
            ';' => return None,
            '}' => return Some(opens + 1),
            _ => {}
        }
        let indent = |line: &str| line.len() - line.trim_start().len();
        let end = format!("{}}}", " ".repeat(indent(self.lines[head])));
        (opens..self.lines.len()).find(|&at| self.lines[at] == end).map(|at| at + 1)
    }

    /// The text of some lines.
    pub(crate) fn text(&self, span: Span) -> String {
        self.lines[span.first..span.after].iter().flat_map(|line| [line, "\n"]).collect()
    }

    /// Where some lines are in the text, without the end of the last one.
    pub(crate) fn range(&self, span: Span) -> Range<usize> {
        let length = |lines: &[&str]| -> usize { lines.iter().map(|line| line.len() + 1).sum() };
        let first = length(&self.lines[..span.first]);
        first..first + length(&self.lines[span.first..span.after]) - 1
    }

    /// The text of some lines, with a part of them replaced.
    pub(crate) fn with(&self, span: Span, part: Span, replacement: &str) -> String {
        let (before, behind) = (Span { after: part.first, ..span }, Span { first: part.after, ..span });
        self.text(before) + replacement + &self.text(behind)
    }

    /// Fails if a statement can't be taken out without the rest falling apart.
    pub(crate) fn check_deletable(&self, statement: Span) -> Result<()> {
        let last = self.lines[statement.after - 1];
        if last.ends_with(';') { Ok(()) } else { Err(format!("this is no statement to be deleted: {last}")) }
    }
}

pub(crate) fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

fn function_name(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("fn ")?;
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    (end > 0).then(|| &rest[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
impl A {
    fn first(&self) {
        // Nothing.
    }

    fn second(&self) {
        let a = 1;
        // [X1] Release: pairs with [Y1].
        // Orders: this.
        self.word
            .store(a, Ordering::Release);
        done();
    }
}
";

    #[test]
    fn a_statement_of_several_lines_has_the_id_above_it() {
        let source = Source::new(TEXT);
        let statement = source.statement(10);
        assert_eq!(statement, Span { first: 9, after: 11 });
        assert_eq!(source.id(statement), Some("X1"));
        assert_eq!(source.function(10), Some(("second", Span { first: 5, after: 13 })));
        assert_eq!(source.id(source.statement(11)), None);
    }

    #[test]
    fn lines_are_replaced() {
        let source = Source::new(TEXT);
        let second = Span { first: 5, after: 13 };
        assert!(source.functions().eq([("first", Span { first: 1, after: 4 }), ("second", second)]));
        assert_eq!(source.with(Span { first: 0, after: 14 }, Span { first: 0, after: 13 }, ""), "}\n");
        assert!(
            TEXT[source.range(second)].starts_with("    fn second")
                && TEXT[source.range(second)].ends_with("();\n    }")
        );
        assert_eq!(source.with(second, Span { first: 6, after: 12 }, ""), "    fn second(&self) {\n    }\n");
    }

    #[test]
    fn a_function_may_lie_within_another_one() {
        let text =
            "trait A {\n    fn a(&self);\n    fn b() {}\n}\nfn c() {\n    fn d() {\n        1;\n    }\n    2;\n}\n";
        let source = Source::new(text);
        let outer = Span { first: 4, after: 10 };
        assert_eq!(source.function(6), Some(("d", outer)));
        assert_eq!(source.function(8), Some(("c", outer)));
        assert_eq!(source.function(1), None);
        assert_eq!(source.function(2), Some(("b", Span { first: 2, after: 3 })));
    }
}
