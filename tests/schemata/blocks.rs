//! Just enough understanding of a Rust source: what is between braces.

use std::ops::Range;

/// What is between braces, with them, each after those within it. Those in comments, in strings and in characters are none.
pub(crate) fn blocks(text: &str) -> Vec<Range<usize>> {
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

/// The body of a function: the block that ends where it does.
pub(crate) fn body<'b>(blocks: &'b [Range<usize>], function: &Range<usize>) -> Option<&'b Range<usize>> {
    blocks.iter().find(|block| block.end == function.end && block.start > function.start)
}

/// Whether a place is in a block.
pub(crate) fn contains(block: &Range<usize>, place: &Range<usize>) -> bool {
    block.start <= place.start && place.end <= block.end
}

/// Whether the compiler computes a block.
pub(crate) fn is_const(text: &str, block: &Range<usize>) -> bool {
    text[..block.start].trim_end().ends_with("const")
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

    #[test]
    fn braces_of_texts_are_none() {
        let text = "fn a<'a>() { // }\n  \"}\\\"\"; r#\"\"}\"#; '}'; '\\''; '\\u{7d}'; /* } */ { μ } }";
        let found: Vec<_> = blocks(text).into_iter().map(|block| &text[block]).collect();
        assert_eq!(found, ["{ μ }", &text[text.find('{').unwrap()..]]);
    }
}
