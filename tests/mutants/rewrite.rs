//! The mutants that need to know what the code is for: steps in the wrong order, looks and claims left out.

use std::fs;
use std::path::Path;

use crate::source::Source;
use crate::{Mutant, Result};

/// A mutant by the texts that it replaces in a function, one after another. Each must be there exactly once.
struct Rewriting {
    ids: &'static str,
    what: &'static str,
    file: &'static str,
    function: &'static str,
    edits: &'static [(&'static str, &'static str)],
}

const PRODUCER: &str = "core/src/spsc/producer.rs";
const CONSUMER: &str = "core/src/spsc/consumer.rs";
const SYNC: &str = "core/src/sync.rs";

const REWRITINGS: &[Rewriting] = &[
    Rewriting {
        ids: "P1 P2",
        what: "published before it is written",
        file: PRODUCER,
        function: "push",
        edits: &[
            ("unsafe { ring.write(tail, value) };", ""),
            (
                "unsafe { self.tx.commit_at(ring, tail) };",
                "unsafe { self.tx.commit_at(ring, tail) }; unsafe { ring.write(tail, value) };",
            ),
        ],
    },
    Rewriting {
        ids: "P2",
        what: "published before it is written",
        file: PRODUCER,
        function: "fill",
        edits: &[
            (
                "unsafe { self.tx.commit(self.count) };",
                "if !View::<T, L>::FLAGGED { unsafe { self.tx.commit(self.count) }; }",
            ),
            ("unsafe { ring.write(at, item) };", "unsafe { filled.tx.commit(1) }; unsafe { ring.write(at, item) };"),
        ],
    },
    Rewriting {
        ids: "P1",
        what: "published before they are written",
        file: PRODUCER,
        function: "fill",
        edits: &[
            (
                "unsafe { self.tx.commit(self.count) };",
                "if View::<T, L>::FLAGGED { unsafe { self.tx.commit(self.count) }; }",
            ),
            (
                "ring.watch_run(tail, max, View::watch_write);",
                "let max = items.size_hint().1.map_or(max, |most| max.min(most));
                unsafe { filled.tx.commit(max) };
                ring.watch_run(tail, max, View::watch_write);",
            ),
        ],
    },
    Rewriting {
        ids: "P1 P2",
        what: "published before it is written",
        file: PRODUCER,
        function: "copy_in",
        edits: &[
            ("unsafe { self.commit(values.len()) };", "unsafe { self.ring.copy_in(at, values) };"),
            (
                "unsafe { self.ring.copy_in(self.tail, values) };",
                "let at = self.tail; unsafe { self.commit(values.len()) };",
            ),
        ],
    },
    Rewriting {
        ids: "P1 P2",
        what: "counted before it is flagged",
        file: PRODUCER,
        function: "commit_at",
        edits: &[
            ("ring.mark(tail).fill();", ""),
            (
                "ring.ctl().tail.store(self.tail.to_word(), Ordering::Release);",
                "ring.ctl().tail.store(self.tail.to_word(), Ordering::Release); ring.mark(tail).fill();",
            ),
        ],
    },
    Rewriting {
        ids: "P1 P2",
        what: "all flagged before any is counted",
        file: PRODUCER,
        function: "commit",
        edits: &[
            (
                "unsafe { self.commit_one() };",
                "self.ring.mark(self.tail).fill(); self.tail = self.tail.next(self.ring.capacity());",
            ),
            ("return;", "self.ring.ctl().tail.store(self.tail.to_word(), Ordering::Release); return;"),
        ],
    },
    Rewriting {
        ids: "P3 P8",
        what: "count loaded before the flag",
        file: PRODUCER,
        function: "len",
        edits: &[
            ("if View::<T, L>::FLAGGED && !", "let head = load_head(&self.ring); if View::<T, L>::FLAGGED && !"),
            ("capacity.distance(load_head(&self.ring), self.tail)", "capacity.distance(head, self.tail)"),
        ],
    },
    Rewriting {
        ids: "P3 P8",
        what: "count that lags not corrected",
        file: PRODUCER,
        function: "len",
        edits: &[("len.min(capacity.get() - 1)", "len")],
    },
    Rewriting {
        ids: "P3 P4",
        what: "second look forgotten",
        file: PRODUCER,
        function: "claim_at",
        edits: &[("self.limit = look_again(", "look_again(")],
    },
    Rewriting {
        ids: "P3 P4",
        what: "no second look",
        file: PRODUCER,
        function: "look_again",
        edits: &[("if tail == limit {", "if tail == limit || true {")],
    },
    Rewriting {
        ids: "P3 P4",
        what: "second look before the end is seen to be gone",
        file: PRODUCER,
        function: "look_again",
        edits: &[
            ("let limit = load_head(&ring).lap_later();", ""),
            ("if ring.ctl().ends", "let limit = load_head(&ring).lap_later(); if ring.ctl().ends"),
        ],
    },
    Rewriting {
        ids: "C3 C8",
        what: "released before it is read",
        file: CONSUMER,
        function: "take_at",
        edits: &[
            ("self.release_at(ring, head);", ""),
            (
                "let item = unsafe { ring.read(head) };",
                "self.release_at(ring, head); let item = unsafe { ring.read(head) };",
            ),
        ],
    },
    Rewriting {
        ids: "C3 C8",
        what: "released before they are read",
        file: CONSUMER,
        function: "copy_out",
        edits: &[
            ("self.release(values.len());", "unsafe { self.ring.copy_out(at, values) };"),
            ("unsafe { self.ring.copy_out(self.head, values) };", "let at = self.head; self.release(values.len());"),
        ],
    },
    Rewriting {
        ids: "C3 C8",
        what: "released before they are dropped",
        file: CONSUMER,
        function: "discard",
        edits: &[(
            "unsafe { released.rx.ring.drop_items(released.rx.head, count) };",
            "let (ring, at) = (released.rx.ring, released.rx.head); drop(released); unsafe { ring.drop_items(at, count) };",
        )],
    },
    Rewriting {
        ids: "C3 C8",
        what: "counted before its flag is cleared",
        file: CONSUMER,
        function: "release_at",
        edits: &[
            ("ring.mark(head).free();", ""),
            (
                "ring.ctl().head.store(self.head.to_word(), Ordering::Release);",
                "ring.ctl().head.store(self.head.to_word(), Ordering::Release); ring.mark(head).free();",
            ),
        ],
    },
    Rewriting {
        ids: "C3 C8",
        what: "all flags cleared before any is counted",
        file: CONSUMER,
        function: "release",
        edits: &[
            (
                "self.release_at(self.ring, self.head);",
                "self.ring.mark(self.head).free(); self.head = self.head.next(self.ring.capacity());",
            ),
            ("return;", "self.ring.ctl().head.store(self.head.to_word(), Ordering::Release); return;"),
        ],
    },
    Rewriting {
        ids: "C1 C2",
        what: "count loaded before the flag",
        file: CONSUMER,
        function: "len",
        edits: &[
            ("if View::<T, L>::FLAGGED && !", "let tail = load_tail(&self.ring); if View::<T, L>::FLAGGED && !"),
            ("distance(self.head, load_tail(&self.ring))", "distance(self.head, tail)"),
        ],
    },
    Rewriting {
        ids: "C1 C2",
        what: "count that lags not corrected",
        file: CONSUMER,
        function: "len",
        edits: &[("len.max(1)", "len")],
    },
    Rewriting {
        ids: "C1",
        what: "items counted and not claimed",
        file: CONSUMER,
        function: "drain",
        edits: &[("self.rx.claim_up_to(usize::MAX)", "self.rx.len()")],
    },
    Rewriting {
        ids: "C1",
        what: "items counted and not claimed",
        file: CONSUMER,
        function: "clear",
        edits: &[("self.rx.claim_up_to(usize::MAX)", "self.rx.len()")],
    },
    Rewriting {
        ids: "C1 C4",
        what: "second look forgotten",
        file: CONSUMER,
        function: "claim_at",
        edits: &[("self.known = look_again(", "look_again(")],
    },
    Rewriting {
        ids: "C1 C4",
        what: "no second look",
        file: CONSUMER,
        function: "look_again",
        edits: &[("if tail == head {", "if tail == head || true {")],
    },
    Rewriting {
        ids: "C1 C4",
        what: "second look before the end is seen to be gone",
        file: CONSUMER,
        function: "look_again",
        edits: &[
            ("let tail = load_tail(&ring);", ""),
            ("if ring.ctl().ends", "let tail = load_tail(&ring); if ring.ctl().ends"),
        ],
    },
    Rewriting {
        ids: "K1",
        what: "a load and a store for the exchange",
        file: SYNC,
        function: "with",
        edits: &[(
            "self.held.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_err()",
            "self.held.load(Ordering::Acquire) || { self.held.store(true, Ordering::Relaxed); false }",
        )],
    },
    Rewriting {
        ids: "K2",
        what: "released before the decision",
        file: SYNC,
        function: "with",
        edits: &[("let decided = decide();", "self.held.store(false, Ordering::Release); let decided = decide();")],
    },
];

/// All those mutants.
pub(crate) fn mutants(root: &Path) -> Result<Vec<Mutant>> {
    REWRITINGS.iter().map(|rewriting| rewriting.apply(root)).collect()
}

impl Rewriting {
    fn apply(&self, root: &Path) -> Result<Mutant> {
        let text = fs::read_to_string(root.join(self.file)).map_err(|error| format!("{}: {error}", self.file))?;
        let source = Source::new(&text);
        // Several types may have a method of that name; one of them has the texts.
        let mut fitting = source.functions(self.function).into_iter().filter_map(|(first, after)| {
            let body = self.edit(source.text(first, after))?;
            Some(source.with(first, after, &body))
        });
        let (Some(text), None) = (fitting.next(), fitting.next()) else {
            return Err(format!("{}: {}: \"{}\" does not fit any more", self.file, self.function, self.what));
        };
        Ok(Mutant {
            ids: self.ids.to_string(),
            file: self.file.to_string(),
            function: self.function.to_string(),
            what: self.what.to_string(),
            original: source.whole(),
            text,
        })
    }

    fn edit(&self, mut body: String) -> Option<String> {
        for (from, to) in self.edits {
            if body.matches(from).count() != 1 {
                return None;
            }
            body = body.replace(from, to);
        }
        Some(body)
    }
}
