//! Just enough understanding of a formatted Rust source: comments, statements, functions.

use crate::Result;

/// The lines of a file.
pub(crate) struct Source<'t> {
    lines: Vec<&'t str>,
}

/// A statement, or the head of a block, by its first and its last line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    /// Its first line.
    pub(crate) first: usize,
    /// Its last line.
    pub(crate) last: usize,
}

impl<'t> Source<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { lines: text.lines().collect() }
    }

    /// The lines with their numbers, from 0, without what is commented out.
    pub(crate) fn code(&self) -> impl Iterator<Item = (usize, &'t str)> + '_ {
        self.lines.iter().copied().enumerate().filter(|(_, line)| !is_comment(line))
    }

    /// The statement, or the head of a block, of which a line is part.
    pub(crate) fn statement(&self, line: usize) -> Statement {
        let ends = |line: &str| line.ends_with([';', '{', '}']) || is_comment(line) || line.trim().is_empty();
        let first = (1..=line).rev().find(|&at| ends(self.lines[at - 1])).unwrap_or(0);
        let last = (line..self.lines.len()).find(|&at| ends(self.lines[at])).unwrap_or(line);
        Statement { first, last }
    }

    /// The id with which the comment above a statement begins.
    pub(crate) fn id(&self, statement: &Statement) -> Option<&'t str> {
        let above = (0..statement.first).rev().take_while(|&at| is_comment(self.lines[at])).last()?;
        let (id, _) = self.lines[above].trim_start().strip_prefix("// [")?.split_once(']')?;
        Some(id)
    }

    /// The name of the function around a line.
    pub(crate) fn function(&self, line: usize) -> &'t str {
        let head = self.lines[..=line].iter().rev().filter(|line| !is_comment(line));
        head.filter_map(|line| function_name(line)).next().unwrap_or("?")
    }

    /// The functions of a name, each by its first line and the line after its last.
    pub(crate) fn functions(&self, name: &str) -> Vec<(usize, usize)> {
        let heads = self.code().filter(|(_, line)| function_name(line) == Some(name));
        heads.map(|(head, _)| (head, self.end_of_block(head))).collect()
    }

    fn end_of_block(&self, head: usize) -> usize {
        let indent = |line: &str| line.len() - line.trim_start().len();
        let end = format!("{}}}", " ".repeat(indent(self.lines[head])));
        (head..self.lines.len()).find(|&at| self.lines[at] == end).map_or(self.lines.len(), |at| at + 1)
    }

    /// The text of some lines.
    pub(crate) fn text(&self, first: usize, after: usize) -> String {
        self.lines[first..after].iter().flat_map(|line| [line, "\n"]).collect()
    }

    /// The whole text.
    pub(crate) fn whole(&self) -> String {
        self.text(0, self.lines.len())
    }

    /// The whole text with some lines replaced.
    pub(crate) fn with(&self, first: usize, after: usize, replacement: &str) -> String {
        self.text(0, first) + replacement + &self.text(after, self.lines.len())
    }

    /// Fails if a statement can't be taken out without the rest falling apart.
    pub(crate) fn check_deletable(&self, statement: &Statement) -> Result<()> {
        let last = self.lines[statement.last];
        if last.ends_with(';') { Ok(()) } else { Err(format!("this is no statement to be deleted: {last}")) }
    }
}

fn is_comment(line: &str) -> bool {
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
        assert_eq!(statement, Statement { first: 9, last: 10 });
        assert_eq!(source.id(&statement), Some("X1"));
        assert_eq!(source.function(10), "second");
        assert_eq!(source.id(&source.statement(11)), None);
    }

    #[test]
    fn lines_are_replaced() {
        let source = Source::new(TEXT);
        assert_eq!(source.functions("second"), [(5, 13)]);
        assert_eq!(source.with(0, 13, ""), "}\n");
        assert_eq!(source.with(14, 14, ""), TEXT);
    }
}
