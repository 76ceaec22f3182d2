//! The way to the screen and the screen: gates before a ring of events, a conflated ring of quotes, and frames behind both.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::num::{NonZeroU64, NonZeroUsize};

use forebay::admission::{Classes, Gate, Thresholds, percent};
use forebay::conflated;
use forebay::expiry::{Clock, Stamped, Stamping};
use forebay::flush::Flush;
use forebay::mpsc;

use crate::feed::{CLASSES, Event, Item, What};

/// How many events wait at most.
const EVENTS: usize = 64;
/// Up to which fill each class is let in: alarms always, trades up to three quarters, and debugging up to a quarter.
static THRESHOLDS: Thresholds<{ CLASSES.len() }> = match Thresholds::new([255, percent::<75>(), percent::<25>()]) {
    Ok(thresholds) => thresholds,
    Err(_) => panic!("the more important are let in for longer"),
};
/// From so many sources events come, each with a gate of its own.
const SOURCES: usize = 3;
/// How many keys there can be.
const KEYS: usize = 100;
/// How many events and how many quotes a frame shows at most.
const EVENTS_SHOWN: NonZeroUsize = NonZeroUsize::new(8).unwrap();
const QUOTES_SHOWN: NonZeroUsize = NonZeroUsize::new(10).unwrap();

/// Virtual time.
#[derive(Clone, Copy)]
struct Now<'t>(&'t Cell<u64>);

impl Clock for Now<'_> {
    fn now(&self) -> u64 {
        self.0.get()
    }
}

type ByClass = Classes<Stamped<Event>, &'static Thresholds<{ CLASSES.len() }>, ClassOf, { CLASSES.len() }>;
type ClassOf = fn(&Stamped<Event>) -> usize;
type Source<'t> = Stamping<Gate<mpsc::OwnedProducer<Stamped<Event>>, ByClass>, Now<'t>>;

/// What became of the events of a class.
#[derive(Clone, Debug, Default)]
pub(crate) struct Class {
    pub(crate) offered: usize,
    /// There was no room at all.
    pub(crate) refused: usize,
    pub(crate) shown: usize,
    /// How old each was when it was shown, in ticks.
    pub(crate) ages: Vec<u64>,
    /// The text of the last one shown.
    pub(crate) last: String,
}

/// What became of the quotes of a key.
#[derive(Clone, Debug, Default)]
pub(crate) struct Key {
    pub(crate) offered: usize,
    pub(crate) shown: usize,
    pub(crate) ages: Vec<u64>,
    /// What the screen shows.
    pub(crate) price: Option<i64>,
}

/// All of it.
pub(crate) struct Screen<'t> {
    now: &'t Cell<u64>,
    sources: Vec<Source<'t>>,
    next: usize,
    quotes: conflated::OwnedProducer<Stamped<i64>>,
    events: Flush<mpsc::OwnedConsumer<Stamped<Event>>, Now<'t>>,
    newest: Flush<conflated::OwnedConsumer<Stamped<i64>>, Now<'t>>,
    /// The keys by their names, in the order of their first quotes.
    numbers: BTreeMap<String, usize>,
    pub(crate) classes: [Class; CLASSES.len()],
    pub(crate) keys: Vec<Key>,
    pub(crate) frames: u64,
}

impl<'t> Screen<'t> {
    /// It is drawn at most every so many ticks.
    pub(crate) fn new(now: &'t Cell<u64>, every: NonZeroU64) -> Self {
        let (producer, events) = mpsc::ring(EVENTS).expect("small");
        let (quotes, newest) = conflated::ring(KEYS).expect("small");
        let class_of: ClassOf = |event| event.value.class;
        let gate = |producer| Stamping::new(Gate::new(producer, Classes::new(&THRESHOLDS, class_of)), Now(now));
        Self {
            now,
            sources: vec![producer; SOURCES].into_iter().map(gate).collect(),
            next: 0,
            quotes,
            events: Flush::new(events, Now(now), every, EVENTS_SHOWN),
            newest: Flush::new(newest, Now(now), every, QUOTES_SHOWN),
            numbers: BTreeMap::new(),
            classes: Default::default(),
            keys: Vec::new(),
            frames: 0,
        }
    }

    /// Something comes in, at its time.
    ///
    /// # Errors
    /// There are too many keys.
    pub(crate) fn accept(&mut self, item: Item) -> io::Result<()> {
        self.until(item.at);
        match item.what {
            What::Event(event) => {
                let class = &mut self.classes[event.class];
                class.offered += 1;
                // What is kept out, the gate counts.
                let refused = self.sources[self.next].push(event).is_err_and(|error| error.is_full());
                class.refused += usize::from(refused);
                self.next = (self.next + 1) % SOURCES;
            }
            What::Quote(name, price) => {
                let number = self.number(name)?;
                self.keys[number].offered += 1;
                let stamped = Stamped { value: price, at: item.at };
                self.quotes.push(number, stamped).expect("there is such a key");
            }
        }
        Ok(())
    }

    fn number(&mut self, name: String) -> io::Result<usize> {
        let count = self.keys.len();
        let number = *self.numbers.entry(name).or_insert(count);
        if number == count {
            if count == KEYS {
                return Err(io::Error::new(ErrorKind::InvalidData, format!("there are more than {KEYS} keys")));
            }
            self.keys.push(Key::default());
        }
        Ok(number)
    }

    /// Time goes on to an instant, and the frames are drawn that are due before it while there is something to show.
    pub(crate) fn until(&mut self, end: u64) {
        while !self.is_still() {
            let due = self.now.get() + self.events.wait().max(self.newest.wait());
            if due >= end {
                break;
            }
            self.now.set(due);
            self.draw();
        }
        assert!(self.now.get() <= end, "time goes on, and no frame is drawn that is not due");
        self.now.set(end);
    }

    /// The stream is over: draws until all is shown.
    pub(crate) fn finish(&mut self) {
        while !self.is_still() {
            self.now.set(self.now.get() + self.events.wait().max(self.newest.wait()));
            self.draw();
        }
    }

    fn is_still(&self) -> bool {
        self.events.end().is_empty() && self.newest.end().is_empty()
    }

    fn draw(&mut self) {
        let now = self.now.get();
        self.frames += 1;
        self.events.oldest(|event| {
            let class = &mut self.classes[event.value.class];
            class.shown += 1;
            class.ages.push(event.age(now));
            class.last = event.value.text;
        });
        self.newest.oldest(|(number, quote)| {
            let key = &mut self.keys[number];
            key.shown += 1;
            key.ages.push(quote.age(now));
            key.price = Some(quote.value);
        });
    }

    pub(crate) fn now(&self) -> u64 {
        self.now.get()
    }

    /// How many events wait, and how many keys have something that has not been shown.
    pub(crate) fn waiting(&self) -> (usize, usize) {
        (self.events.end().len(), self.newest.end().len())
    }

    /// How many events of a class were kept out, by all gates.
    pub(crate) fn kept_out(&self, class: usize) -> usize {
        self.sources.iter().map(|source| source.end().rule().kept_out(class)).sum()
    }

    /// How many quotes of a key gave way to newer ones.
    pub(crate) fn conflated(&self, key: usize) -> usize {
        self.quotes.conflated(key).unwrap_or(0)
    }

    /// The names of the keys, with their numbers.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&str, usize)> {
        self.numbers.iter().map(|(name, &number)| (name.as_str(), number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storm::Storm;

    const FRAME: NonZeroU64 = NonZeroU64::new(1_000_000 / 60).unwrap();

    #[test]
    fn the_less_important_gives_way_and_each_key_shows_its_newest() {
        let now = Cell::new(0);
        let mut screen = Screen::new(&now, FRAME);
        let mut newest = BTreeMap::new();
        for item in Storm::new(7) {
            if let What::Quote(name, price) = &item.what {
                newest.insert(name.clone(), *price);
            }
            screen.accept(item).unwrap();
        }
        screen.finish();
        let lost = |class: usize| screen.kept_out(class) + screen.classes[class].refused;
        assert_eq!(lost(0), 0, "no alarm is ever lost");
        assert!(screen.kept_out(2) > screen.classes[2].offered / 2, "the storm was too much");
        for (number, class) in screen.classes.iter().enumerate() {
            assert_eq!(class.offered, class.shown + lost(number));
        }
        for (name, number) in screen.names() {
            let key = &screen.keys[number];
            assert_eq!(key.price, Some(newest[name]), "{name}");
            assert_eq!(key.offered, key.shown + screen.conflated(number), "{name}");
        }
        assert!(screen.conflated(0) > 0 && screen.waiting() == (0, 0));
    }

    #[test]
    fn a_frame_shows_so_much_and_no_more_and_comes_so_often() {
        let now = Cell::new(0);
        let mut screen = Screen::new(&now, FRAME);
        let event = |at| Item { at, what: What::Event(Event { class: 0, text: at.to_string() }) };
        (0..20).for_each(|at| screen.accept(event(at)).unwrap());
        // The first one is shown at once.
        assert_eq!((screen.classes[0].shown, screen.frames), (1, 1));
        screen.until(FRAME.get());
        assert_eq!((screen.classes[0].shown, screen.frames), (1, 1), "the next one is due, and not before");
        screen.until(FRAME.get() + 1);
        assert_eq!((screen.classes[0].shown, screen.frames), (9, 2));
        screen.finish();
        assert_eq!((screen.classes[0].shown, screen.frames, screen.now()), (20, 4, 3 * FRAME.get()));
        assert_eq!(screen.classes[0].last, "19");
    }

    #[test]
    fn too_many_keys_are_an_error() {
        let now = Cell::new(0);
        let mut screen = Screen::new(&now, FRAME);
        let quote = |key: usize| Item { at: 0, what: What::Quote(key.to_string(), 1) };
        (0..KEYS).for_each(|key| screen.accept(quote(key)).unwrap());
        screen.accept(quote(0)).unwrap();
        assert!(screen.accept(quote(KEYS)).unwrap_err().to_string().contains("more than 100 keys"));
    }
}
