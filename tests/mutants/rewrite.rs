//! The mutants that need to know what the code is for: steps in the wrong order, looks and claims left out.

use std::path::Path;

use forebay_schemata::{Result, read};

use crate::Mutant;
use crate::source::Source;

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
const FAN_IN_CONSUMER: &str = "core/src/fan_in/consumer.rs";
const FAN_IN_PRODUCER: &str = "core/src/fan_in/producer.rs";
const FAN_IN_VIEW: &str = "core/src/fan_in/view.rs";
const GAUGE: &str = "core/src/gauge.rs";
const PRIORITY_CONSUMER: &str = "core/src/priority/consumer.rs";
const PRIORITY_PRODUCER: &str = "core/src/priority/producer.rs";
const PRIORITY_VIEW: &str = "core/src/priority/view.rs";
const SYNC: &str = "core/src/sync.rs";
const WAIT: &str = "std-ext/src/wait.rs";
const HOME: &str = "std-ext/src/wait/home.rs";
const WAKER_CELL: &str = "core/src/waker_cell.rs";
const LINE: &str = "std-ext/src/wait/line.rs";
const TOLD: &str = "std-ext/src/sync/told.rs";
const SENDER: &str = "std-ext/src/channel/sender.rs";
const PLACE: &str = "std-ext/src/channel/place.rs";
const RECEIVER: &str = "std-ext/src/channel/receiver.rs";

const REWRITINGS: &[Rewriting] = &[
    Rewriting {
        ids: "W1",
        what: "before the place in the line",
        file: WAIT,
        function: "wait_by",
        edits: &[
            ("self.order(waker, items);", ""),
            ("let kept = waker.clone();", "let kept = waker.clone(); self.order(waker, items);"),
        ],
    },
    Rewriting {
        ids: "W1",
        what: "before the receiver's place",
        file: PLACE,
        function: "wait_for_item",
        edits: &[
            ("self.place.order(cx.waker(), items);", ""),
            (
                "self.place.register_for_item(cx.waker());",
                "if !meets::<C>() { self.place.order(cx.waker(), 0); } self.place.register_for_item(cx.waker());",
            ),
        ],
    },
    Rewriting {
        ids: "MC8",
        what: "meets the producers before the receiver's place",
        file: PLACE,
        function: "wait_for_item",
        edits: &[
            ("self.end.meet()", "is_met"),
            (
                "self.place.register_for_item(cx.waker());",
                "let is_met = self.end.meet(); self.place.register_for_item(cx.waker());",
            ),
        ],
    },
    Rewriting {
        ids: "",
        what: "a push under way is not ordered",
        file: RECEIVER,
        function: "wait_and_look",
        edits: &[("self.party.order_all(cx);", "")],
    },
    Rewriting {
        ids: "",
        what: "no look after that is ordered",
        file: RECEIVER,
        function: "wait_and_look",
        edits: &[("self.party.order_all(cx);", "self.party.order_all(cx); return None;")],
    },
    Rewriting {
        ids: "",
        what: "a push that meets the receiver makes no light fence",
        file: WAIT,
        function: "awaited_met",
        edits: &[("barrier::light();", "")],
    },
    Rewriting {
        ids: "",
        what: "who waits for another pressure does not order all",
        file: PLACE,
        function: "poll_pressure",
        edits: &[("self.order_all(cx);", "")],
    },
    Rewriting {
        ids: "W2",
        what: "a pop that brings nobody anything goes by the ring's fence",
        file: PLACE,
        function: "tell_senders",
        edits: &[("has_taken => self.tell_changed_pressure()", "has_taken => self.tell_pressure()")],
    },
    Rewriting {
        ids: "WC3",
        what: "the waker is not replaced",
        file: WAKER_CELL,
        function: "register",
        edits: &[(".will_wake(waker))", ".will_wake(waker) || true)")],
    },
    Rewriting {
        ids: "WC4",
        what: "a waker is written while it is being called",
        file: WAKER_CELL,
        function: "unregister",
        edits: &[("Err(state) => state == IDLE,", "Err(_) => true,")],
    },
    Rewriting {
        ids: "",
        what: "no call is owed",
        file: WAIT,
        function: "may_be_in_line",
        edits: &[("& kind.owed() != 0", "& kind.owed() == 255")],
    },
    Rewriting {
        ids: "",
        what: "a call is settled although somebody comes first",
        file: WAIT,
        function: "owed",
        edits: &[("self.bit() | FIRST_COME", "self.bit()")],
    },
    Rewriting {
        ids: "",
        what: "no call is settled",
        file: LINE,
        function: "settle_if_empty",
        edits: &[("(line.called, line.settled) = (0, calls);", "")],
    },
    Rewriting {
        ids: "W1",
        what: "no second look",
        file: RECEIVER,
        function: "poll_in_line",
        edits: &[("else { look(this) }", "else { None }")],
    },
    Rewriting {
        ids: "W1",
        what: "no second look",
        file: SENDER,
        function: "poll_in_line",
        edits: &[("match self.attempt(unsent) {", "match Err::<Result<P::Sent, _>, _>(unsent) {")],
    },
    Rewriting {
        ids: "",
        what: "the seat is given back after the lane",
        file: PLACE,
        function: "drop",
        edits: &[("self.place.leave();", "")],
    },
    Rewriting {
        ids: "",
        what: "the last one goes in silence",
        file: PLACE,
        function: "tell_of_end",
        edits: &[("waiting.call(Kind::Item);", "")],
    },
    Rewriting {
        ids: "",
        what: "who waits in a lane does not see the end",
        file: PLACE,
        function: "call_senders",
        edits: &[(", Kind::Lane]", "]")],
    },
    Rewriting {
        ids: "",
        what: "a call that was not used is lost",
        file: LINE,
        function: "stop_waiting",
        edits: &[("debt = Some(kind).filter(|kind| kind.is_for_one());", "")],
    },
    Rewriting {
        ids: "",
        what: "one that came back owes nothing",
        file: LINE,
        function: "stop_waiting",
        edits: &[("debt = Some(kind).filter(|_| self.seat(seat).late > 0);", "")],
    },
    Rewriting {
        ids: "",
        what: "one that came first still does",
        file: LINE,
        function: "stop_waiting",
        edits: &[("self.first_come = NONE;", ""), ("self.kinds &= !FIRST_COME;", "")],
    },
    Rewriting {
        ids: "",
        what: "the one that comes first is called in its turn",
        file: LINE,
        function: "call",
        edits: &[("if first_come != NONE && waits(self) {", "if first_come != NONE && waits(self) && false {")],
    },
    Rewriting {
        ids: "",
        what: "who waits behind one that comes first does not see the end",
        file: PLACE,
        function: "call_senders",
        edits: &[("awaited.has_line(kind)", "awaited.has(kind)")],
    },
    Rewriting {
        ids: "W1",
        what: "who was first does not call the next one",
        file: WAIT,
        function: "stop_waiting",
        edits: &[("Some(called)", "Some(called).filter(|_| false)")],
    },
    Rewriting {
        ids: "HO1",
        what: "who was first does not come home",
        file: WAIT,
        function: "stop_waiting",
        edits: &[("if self.home.come(0) {", "if true {")],
    },
    Rewriting {
        ids: "",
        what: "who was first calls nobody without a barrier",
        file: WAIT,
        function: "stop_waiting",
        edits: &[("self.call(kind);", "")],
    },
    Rewriting {
        ids: "",
        what: "back to the front",
        file: LINE,
        function: "link_in_turn",
        edits: &[("self.seat(after).turn < turn", "self.seat(after).turn < turn && false")],
    },
    Rewriting {
        ids: "",
        what: "another waker has no effect",
        file: LINE,
        function: "wait",
        edits: &[(
            "left.waker = self.seat(seat).waker.replace(waker).or(left.waker);",
            "left.waker = Some(waker); if self.seat(seat).waker.is_none() { self.seat(seat).waker = left.waker.take(); }",
        )],
    },
    Rewriting {
        ids: "",
        what: "the first alone",
        file: WAIT,
        function: "call_all",
        edits: &[("while self.call_up_to(kind, latest) {}", "self.call_up_to(kind, latest);")],
    },
    Rewriting {
        ids: "",
        what: "those who are called for are not counted",
        file: SENDER,
        function: "stop_waiting",
        edits: &[("> called", "> 0 * called")],
    },
    Rewriting {
        ids: "W2",
        what: "after the look at who waits",
        file: WAIT,
        function: "awaited",
        edits: &[
            ("self.home.fence(lull);", ""),
            ("self.who_waits(kinds)", "let seen = self.who_waits(kinds); self.home.fence(lull); seen"),
        ],
    },
    Rewriting {
        ids: "HO1",
        what: "all are at home where another thread is",
        file: HOME,
        function: "after_a_lull",
        edits: &[("if word == home_of(number_in(word)) {", "if word == home_of(ALL) {")],
    },
    Rewriting {
        ids: "HO1",
        what: "no heavy fence",
        file: HOME,
        function: "leave",
        edits: &[("let is_fenced = barrier::heavy();", "let is_fenced = true;")],
    },
    Rewriting {
        ids: "HO1",
        what: "a heavy fence before the home is left",
        file: HOME,
        function: "leave",
        edits: &[
            ("self.word.compare_exchange(word", "let is_fenced = barrier::heavy(); self.word.compare_exchange(word"),
            ("let is_fenced = barrier::heavy();\n", "\n"),
        ],
    },
    Rewriting {
        ids: "HO1",
        what: "the heavy fence of another one is relied on",
        file: HOME,
        function: "come",
        edits: &[("return barrier::heavy();", "return true;")],
    },
    Rewriting {
        ids: "HO1",
        what: "at home by one wait",
        file: HOME,
        function: "first_of",
        edits: &[("| 1", "| TRIAL")],
    },
    Rewriting {
        ids: "",
        what: "looked at before the light fence",
        file: HOME,
        function: "find",
        edits: &[
            ("barrier::light();", "let word = self.word.load(Ordering::Acquire); barrier::light();"),
            ("let word = self.word.load(Ordering::Acquire);\n", "\n"),
        ],
    },
    Rewriting {
        ids: "",
        what: "the home is not left",
        file: WAIT,
        function: "order",
        edits: &[("if !self.home.come(items) {", "if false {")],
    },
    Rewriting {
        ids: "P1 P2",
        what: "published before it is written",
        file: PRODUCER,
        function: "push",
        edits: &[
            ("unsafe { ring.write(tail, value) };", ""),
            (
                "unsafe { self.commit_at(ring, tail) };",
                "unsafe { self.commit_at(ring, tail) }; unsafe { ring.write(tail, value) };",
            ),
        ],
    },
    Rewriting {
        ids: "P1 P2",
        what: "published before it is written",
        file: PRODUCER,
        function: "push_at_gate",
        edits: &[
            ("unsafe { self.ring.write(self.tail, value) };", "let (ring, at) = (self.ring, self.tail);"),
            (
                "unsafe { self.commit_at(self.ring, self.tail) };",
                "unsafe { self.commit_at(ring, at) }; unsafe { ring.write(at, value) };",
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
                "reaches_gate |= self.tail == self.gate;
                self.ring.mark(self.tail).fill();
                self.tail = self.tail.next(self.ring.capacity());",
            ),
            ("for _ in 0..count {", "let mut reaches_gate = false; for _ in 0..count {"),
            (
                "return;",
                "self.ring.ctl().tail.store(self.tail.to_word(), Ordering::Release);
                if reaches_gate {
                    self.watch();
                }
                return;",
            ),
        ],
    },
    Rewriting {
        ids: "P3 P8",
        what: "count loaded before the flag",
        file: PRODUCER,
        function: "len",
        edits: &[
            ("if View::<T, L>::FLAGGED && !", "let head = self.ring.ctl().load_head(); if View::<T, L>::FLAGGED && !"),
            ("capacity.distance(self.ring.ctl().load_head(), self.tail)", "capacity.distance(head, self.tail)"),
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
        function: "claim",
        edits: &[("Ok(limit) => self.limit = limit,", "Ok(_) => {}")],
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
            ("let limit = ring.ctl().load_head().lap_later();", ""),
            (
                "if ring.ctl().has_consumer()",
                "let limit = ring.ctl().load_head().lap_later(); if ring.ctl().has_consumer()",
            ),
        ],
    },
    Rewriting {
        ids: "P3 P4",
        what: "head looked at before the end is seen to be gone",
        file: PRODUCER,
        function: "claim_at_gate",
        edits: &[
            ("let may_pop = self.ring.ctl().has_consumer();", ""),
            (
                "self.limit = self.look_at_head();",
                "self.limit = self.look_at_head(); let may_pop = self.ring.ctl().has_consumer();",
            ),
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
                "self.release_at(self.ring, head);",
                "self.ring.mark(head).free(); self.head = head.next(self.ring.capacity());",
            ),
            (
                "if head == self.gate {
                    self.watch();
                }",
                "reaches_gate |= head == self.gate;",
            ),
            ("for _ in 0..count {", "let mut reaches_gate = false; for _ in 0..count {"),
            (
                "return;",
                "self.ring.ctl().head.store(self.head.to_word(), Ordering::Release);
                if reaches_gate {
                    self.watch();
                }
                return;",
            ),
        ],
    },
    Rewriting {
        ids: "C1 C2",
        what: "count loaded before the flag",
        file: CONSUMER,
        function: "len",
        edits: &[
            ("if View::<T, L>::FLAGGED && !", "let tail = self.ring.ctl().load_tail(); if View::<T, L>::FLAGGED && !"),
            ("distance(self.head, self.ring.ctl().load_tail())", "distance(self.head, tail)"),
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
        function: "look_again",
        edits: &[
            ("self.known = ring.ctl().load_tail();", "let known = ring.ctl().load_tail();"),
            ("if self.known == self.head {", "if known == self.head {"),
        ],
    },
    Rewriting {
        ids: "C1 C4",
        what: "no second look",
        file: CONSUMER,
        function: "look_again",
        edits: &[("if self.known == self.head {", "if self.known == self.head || true {")],
    },
    Rewriting {
        ids: "C1 C4",
        what: "second look before the end is seen to be gone",
        file: CONSUMER,
        function: "look_again",
        edits: &[
            ("self.known = ring.ctl().load_tail();", ""),
            ("if ring.ctl().has_producer()", "self.known = ring.ctl().load_tail(); if ring.ctl().has_producer()"),
        ],
    },
    Rewriting {
        ids: "C1 C4",
        what: "tail looked at before the end is seen to be gone",
        file: CONSUMER,
        function: "claim_at_gate",
        edits: &[
            ("let may_push = self.ring.ctl().has_producer();", ""),
            (
                "self.known = self.ring.ctl().load_tail();",
                "self.known = self.ring.ctl().load_tail(); let may_push = self.ring.ctl().has_producer();",
            ),
        ],
    },
    Rewriting {
        ids: "H1 H4",
        what: "no look at all lanes",
        file: FAN_IN_CONSUMER,
        function: "look_again",
        edits: &[("self.visit(group * BITS + idle.trailing_zeros() as usize);", "")],
    },
    Rewriting {
        ids: "H1 H4",
        what: "no look at a further lane",
        file: FAN_IN_CONSUMER,
        function: "step",
        edits: &[("self.visit_idle();", "")],
    },
    Rewriting {
        ids: "H3 L3",
        what: "looked at before the hint is taken away",
        file: FAN_IN_CONSUMER,
        function: "meet",
        edits: &[
            ("self.take_hint(number);", "let is_open = self.ring.lane(number).is_open(); self.take_hint(number);"),
            ("if !self.ring.lane(number).is_open() {", "if !is_open {"),
        ],
    },
    Rewriting {
        ids: "H2",
        what: "no last hint",
        file: FAN_IN_PRODUCER,
        function: "drop",
        edits: &[("self.ring.set_hint(self.number);", "")],
    },
    Rewriting {
        ids: "H2",
        what: "a last hint with the flag",
        file: FAN_IN_PRODUCER,
        function: "drop",
        edits: &[("self.ring.set_hint(self.number);", "self.ring.leave_hint(self.number);")],
    },
    Rewriting {
        ids: "L1",
        what: "a load and a store for the exchange",
        file: FAN_IN_VIEW,
        function: "try_take",
        edits: &[(
            "state.compare_exchange(Words::FREE, Words::OPENING, Ordering::Acquire, Ordering::Relaxed).is_ok()",
            "state.load(Ordering::Acquire) == Words::FREE
            && { state.store(Words::OPENING, Ordering::Relaxed); true }",
        )],
    },
    Rewriting {
        ids: "L2",
        what: "a store for the exchange",
        file: FAN_IN_VIEW,
        function: "set_open",
        edits: &[(
            "self.words.state.compare_exchange(Words::OPENING, Words::OPEN, Ordering::Release, Ordering::Relaxed).is_ok()",
            "self.words.state.store(Words::OPEN, Ordering::Release);
        true",
        )],
    },
    Rewriting {
        ids: "",
        what: "the turns after the look",
        file: GAUGE,
        function: "word_of",
        edits: &[
            ("let turns = ring.turns();", "let found = following(ring).1; let turns = ring.turns();"),
            ("match following(ring).1 {", "match found {"),
        ],
    },
    Rewriting {
        ids: "G2",
        what: "a load and a store for the exchange",
        file: GAUGE,
        function: "exchange",
        edits: &[(
            "match self.word.compare_exchange(current, new, Ordering::Relaxed, Ordering::Relaxed) {",
            "let now = self.load();
            let stored = if now == current { self.word.store(new, Ordering::Relaxed); Ok(()) } else { Err(now) };
            match stored {",
        )],
    },
    Rewriting {
        ids: "G2 G3",
        what: "no look after a rise",
        file: GAUGE,
        function: "settle",
        edits: &[(
            "word = gauge.exchange(word, next(word, wanted));",
            "word = gauge.exchange(word, next(word, wanted));
            if wanted > before && wanted < LEVEL { return (len, level(wanted)); }",
        )],
    },
    Rewriting {
        ids: "G2 G3",
        what: "no look after a fall",
        file: GAUGE,
        function: "settle",
        edits: &[(
            "word = gauge.exchange(word, next(word, wanted));",
            "word = gauge.exchange(word, next(word, wanted));
            if wanted < before { return (len, level(wanted)); }",
        )],
    },
    Rewriting {
        ids: "PR1",
        what: "refused without a second look",
        file: PRIORITY_PRODUCER,
        function: "seize",
        edits: &[("if !self.are_empty_from(", "if found.is_some() && !self.are_empty_from(")],
    },
    Rewriting {
        ids: "PR1",
        what: "evicted without a second look",
        file: PRIORITY_PRODUCER,
        function: "seize",
        edits: &[("if !self.are_empty_from(", "if found.is_none() && !self.are_empty_from(")],
    },
    Rewriting {
        ids: "PR2",
        what: "put in before it is written",
        file: PRIORITY_PRODUCER,
        function: "store",
        edits: &[
            ("unsafe { self.ring.write(cell, value) };", ""),
            (
                "self.ring.put(Lane::of(class), &mut self.backs[class.min(C - 1)], cell);",
                "self.ring.put(Lane::of(class), &mut self.backs[class.min(C - 1)], cell); unsafe { self.ring.write(cell, value) };",
            ),
        ],
    },
    Rewriting {
        ids: "PR1",
        what: "nothing found without a second look",
        file: PRIORITY_CONSUMER,
        function: "found_nothing",
        edits: &[("if (0..C).all(|class| ring.is_empty_at(Lane::of(class), self.fronts[class])) {", "if true {")],
    },
    Rewriting {
        ids: "PR5",
        what: "closed without a last look",
        file: PRIORITY_CONSUMER,
        function: "found_nothing",
        edits: &[("return Ok(true);", "return Err(self.settle_empty(PopError::Closed));")],
    },
    Rewriting {
        ids: "PR3",
        what: "given back before it is read",
        file: PRIORITY_CONSUMER,
        function: "received",
        edits: &[
            ("let item = unsafe { ring.read(cell) };", ""),
            (
                "ring.give_back(&mut self.back, cell, self.closed);",
                "ring.give_back(&mut self.back, cell, self.closed); let item = unsafe { ring.read(cell) };",
            ),
        ],
    },
    Rewriting {
        ids: "PR3",
        what: "given back without a bar",
        file: PRIORITY_VIEW,
        function: "give_back",
        edits: &[("if closed { BAR } else { 0 }", "if closed { 0 } else { 0 }")],
    },
    Rewriting {
        ids: "PR2",
        what: "a load and a store for the exchange",
        file: PRIORITY_VIEW,
        function: "exchange",
        edits: &[(
            "word.compare_exchange(current, new, Ordering::AcqRel, Ordering::Relaxed).is_ok()",
            "word.load(Ordering::Acquire) == current && { word.store(new, Ordering::Release); true }",
        )],
    },
    Rewriting {
        ids: "PR1",
        what: "counted over takings",
        file: PRIORITY_VIEW,
        function: "count_from",
        edits: &[("if count == 0 || self.load(lane, front) == word {", "if count == 0 || word != 0 {")],
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
        ids: "WC5",
        what: "it waits before its waker is written",
        file: WAKER_CELL,
        function: "register",
        edits: &[
            ("cell.state.store(WAITING, Ordering::Release);", ""),
            ("cell.watch.write(0);", "cell.state.store(WAITING, Ordering::Release); cell.watch.write(0);"),
            ("_ => {}", "_ => cell.state.store(WAITING, Ordering::Release),"),
        ],
    },
    Rewriting {
        ids: "WC6",
        what: "idle before it is called",
        file: WAKER_CELL,
        function: "call",
        edits: &[("let _calling = Calling(self);", "drop(Calling(self));")],
    },
    Rewriting {
        ids: "WC7",
        what: "a load and a store for the exchange",
        file: WAKER_CELL,
        function: "call",
        edits: &[(
            "self.state.compare_exchange(WAITING, CALLING, Ordering::Acquire, Ordering::Relaxed).is_err()",
            "self.state.load(Ordering::Acquire) != WAITING || { self.state.store(CALLING, Ordering::Relaxed); false }",
        )],
    },
    Rewriting {
        ids: "U1",
        what: "a load and a store for the exchange",
        file: TOLD,
        function: "take",
        edits: &[(
            "self.0.swap(false, Ordering::Acquire)",
            "self.0.load(Ordering::Acquire) && { self.0.store(false, Ordering::Relaxed); true }",
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
        let text = read(&root.join(self.file))?;
        let source = Source::new(&text);
        // Several types may have a method of that name; one of them has the texts.
        let edited = |(_, span)| Some((span, self.edit(source.text(span))?));
        let mut fitting = source.functions().filter(|(name, _)| *name == self.function).filter_map(edited);
        let (Some((span, spoilt)), None) = (fitting.next(), fitting.next()) else {
            return Err(format!("{}: {}: \"{}\" does not fit any more", self.file, self.function, self.what));
        };
        let outer = source.outermost(span);
        Ok(Mutant {
            ids: self.ids.to_string(),
            file: self.file.to_string(),
            function: self.function.to_string(),
            ordering: String::new(),
            what: self.what.to_string(),
            span: outer,
            original: source.text(outer),
            spoilt: source.with(outer, span, &spoilt),
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
