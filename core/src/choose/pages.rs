//! A page for each leaf of the decision tree.

/// Slow the producer down: the preferred answer, as it is the only one that ends the cause.
///
/// **Use when** whoever offers the items can wait, or can be told over a wire to send less.
///
/// **Loss**: none. What the producer holds back is held where it comes from, and its bounded buffer overflows there, if it must,
/// and harms nobody else.
///
/// **Staleness**: `capacity / μ`, with a rate of μ served; N times as much with N lanes, which are served in turn.
///
/// **How**: the ring's [`Pressure`](crate::Pressure) rises at the high watermark and falls at the low one. A producer that obeys it
/// stops and goes; with a [`Pacer`](crate::pacer::Pacer) it settles at the consumer's rate; over a wire, [`credit`](crate::credit)
/// says how much may be sent. With λ offered, a delay d until the producers heed it, and N producers that push b more by then:
/// `low ≥ μ · d`, so that the consumer doesn't run dry, and `capacity ≥ high + (λ − μ) · d + N · b`, so that nothing is refused;
/// in a lane, which is served at μ / N while all are busy, `capacity ≥ high + (λ − μ / N) · d + b`.
///
/// # Examples
/// ```
/// use forebay_core::choose::Choice;
/// use forebay_core::{Pressure, spsc};
///
/// let plan = Choice::new(100, 25).controlled(1, 200).plan()?;
/// assert_eq!(
///     plan.to_string(),
///     "slow the producer down by the pressure of an `spsc` ring for 29, with watermarks at 13 and 5: nothing is lost, and an \
///      item waits 1.160 s at the worst"
/// );
/// let mut ring = spsc::Ring::<u32, 29>::new();
/// let (mut producer, mut consumer) = ring.split();
/// producer.set_watermarks(plan.watermarks)?;
///
/// // Steps of 10 ms: the producer would send in each, and looks at the pressure every 200 ms.
/// let (mut sent, mut refused, mut goes) = (0, 0, true);
/// for step in 0..6000 {
///     if step % 20 == 0 {
///         goes = producer.pressure() == Pressure::Open;
///     }
///     if goes {
///         match producer.push(sent) {
///             Ok(()) => sent += 1,
///             Err(_) => refused += 1,
///         }
///     }
///     if step % 4 == 0 {
///         let _ = consumer.pop();
///     }
/// }
/// assert_eq!(refused, 0);
/// assert!((1490..=1530).contains(&sent), "25 a second for a minute, and what is inside: {sent}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub mod control {}

/// Buffer the burst: what comes too fast for a while is served afterwards.
///
/// **Use when** more comes than is served for a known time, and there is enough time after it: in the long run less must come
/// than is served.
///
/// **Loss**: none while the burst is as large as was said. The buffer has a bound nevertheless, and refuses beyond it: a refused
/// item is the caller's again.
///
/// **Staleness**: the backlog at its peak, `(λ − μ) · s / μ` for a burst of s seconds. It is empty again
/// `(λ − μ) · s / (μ − λ₀)` later, with λ₀ offered afterwards. In N lanes, of which each can take the whole burst, an item waits for
/// up to N times as long.
///
/// **Without a burst**, with λ < μ, a service that stands still for 100 ms now and then finds `λ · 100 ms` items, and one more of each
/// of N producers: `capacity = λ · 0.1 s + N`, or as much as there is room and time for. With λ = μ what is left behind never goes,
/// which is [said](super::Contradiction::NeverDrains).
///
/// # Examples
/// ```
/// use forebay_core::choose::Choice;
/// use forebay_core::spsc;
///
/// // 100 a second for 10 s, and then 10 a second, where 25 are served.
/// let plan = Choice::new(10, 25).burst(100, 10_000).plan()?;
/// assert_eq!((plan.capacity, plan.wait), (751, 30_040));
///
/// let mut ring = spsc::Ring::<u32, 751>::new();
/// let (mut producer, mut consumer) = ring.split();
/// let (mut most, mut empty_after) = (0, None);
/// for step in 1..=7000 {
///     // Steps of 10 ms.
///     if step % 4 == 0 {
///         let _ = consumer.pop();
///     }
///     if step <= 1000 || step % 10 == 0 {
///         producer.push(step)?;
///     }
///     most = most.max(consumer.len());
///     if step > 1000 && consumer.len() <= 1 {
///         empty_after.get_or_insert(step.div_ceil(100) - 10);
///     }
/// }
/// assert_eq!((most, empty_after), (750, Some(50)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub mod buffer {}

/// Let the oldest item give way: what is served is as new as can be.
///
/// **Use when** a new item is worth more than an old one: telemetry, frames, the state of something that goes on.
///
/// **Loss**: `λ − μ` of λ, the oldest first; each comes back to the pusher as [`Evicted`](crate::Pushed::Evicted), and is counted.
///
/// **Staleness**: `capacity / λ` while λ is offered: the more comes, the newer is what is served. When less comes again, what is left
/// is served at μ, and waits for up to `capacity / μ`: that is what a plan counts on. A small ring is a fresh one. A larger one, which
/// takes longer bursts, is as fresh if what is too old [expires](mod@expire).
///
/// # Examples
/// ```
/// use forebay_core::choose::{Choice, Losable};
/// use forebay_core::{Pushed, swap};
///
/// let plan = Choice::new(100, 25).may_lose(Losable::Oldest).within(500).plan()?;
/// assert_eq!((plan.capacity, plan.lost, plan.wait), (12, 750, 480));
///
/// let mut ring = swap::Ring::<u32, 12>::with_overflow(plan.overflow);
/// let (mut producer, mut consumer) = ring.split();
/// let (mut evicted, mut oldest) = (0, 0);
/// for step in 0..6000 {
///     // Steps of 10 ms.
///     evicted += usize::from(matches!(producer.push(step)?, Pushed::Evicted(_)));
///     if step % 4 == 3 {
///         oldest = oldest.max(step - consumer.pop()?);
///     }
/// }
/// assert_eq!(evicted, consumer.evicted());
/// assert_eq!(evicted + 1500 + consumer.len(), 6000, "served are 25 a second");
/// assert!(oldest <= 12, "in steps of 10 ms, while so many come: {oldest}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub mod keep_newest {}

/// Drop what comes while there is no room: what is inside is served.
///
/// **Use when** what was accepted must be served, and who comes too late can be told so: requests with an answer.
///
/// **Loss**: `λ − μ` of λ, those that come while it is full; each comes back to the pusher as [`Shed`](crate::PushError::Shed), and
/// is counted.
///
/// **Staleness**: `capacity / μ`; N times as much with N lanes, which are served in turn. A large ring serves old items.
///
/// # Examples
/// ```
/// use forebay_core::choose::{Choice, Losable};
/// use forebay_core::mpsc;
///
/// let plan = Choice::new(100, 25).may_lose(Losable::Incoming).within(2000).plan()?;
/// assert_eq!((plan.capacity, plan.lost), (50, 750));
///
/// let mut ring = mpsc::Ring::<u32, 50>::with_refusal(plan.refusal()?);
/// let (mut producer, mut consumer) = ring.split();
/// let (mut shed, mut oldest) = (0, 0);
/// for step in 0..6000 {
///     // Steps of 10 ms.
///     shed += usize::from(producer.push(step).is_err_and(|error| error.is_shed()));
///     if step % 4 == 3 {
///         oldest = oldest.max(step - consumer.pop()?);
///     }
/// }
/// assert_eq!(shed, producer.shed());
/// assert_eq!(shed + 1500 + consumer.len(), 6000, "served are 25 a second");
/// assert!(oldest <= 200, "in steps of 10 ms: {oldest}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub mod keep_oldest {}

/// Keep some, and let them stand for the rest.
///
/// **Use when** it is sums, counts and distributions that matter, and not the single item: metrics, traces, clicks.
///
/// **Loss**: all but k of n while the ring is fuller than some level, none below it. Each kept item can carry its
/// [weight](crate::admission::Weighted), so that counts stay exact and sums right on average.
///
/// **Staleness**: `capacity / μ`; N times as much with N lanes.
///
/// # Examples
/// ```
/// use forebay_core::admission::{Gate, Rate, Sampler, Sampling, Weighing};
/// use forebay_core::choose::{Choice, Losable};
/// use forebay_core::mpsc;
///
/// let plan = Choice::new(100, 25).may_lose(Losable::Some).within(2000).plan()?;
/// assert_eq!((plan.capacity, plan.keep), (50, Some((250, 1000))));
///
/// let (keep, of) = plan.keep.unwrap();
/// let sampling = Sampling::new(Rate::new(keep, of)?, 128);
/// let mut ring = mpsc::Ring::<_, 50>::with_refusal(plan.refusal()?);
/// let (producer, mut consumer) = ring.split();
/// let mut gate = Gate::new(producer, Weighing::new(Sampler::new(&sampling)));
/// let mut stand_for = 0;
/// for step in 0..6000_u32 {
///     // Steps of 10 ms.
///     let _ = gate.push(step);
///     if step % 4 == 3 {
///         stand_for += consumer.pop()?.weight;
///     }
/// }
/// stand_for += consumer.drain().map(|item| item.weight).sum::<u32>() + gate.rule().pending();
/// assert_eq!(stand_for, 6000);
/// assert_eq!(gate.end().shed(), 0, "the sample fits");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub mod sample {}

/// Don't deliver what is too old.
///
/// **Use when** an item is of no use after a time: a request whose caller has given up, a quote.
///
/// **Loss**: what is not served in time, and nothing else: a burst that is drained in time loses nothing.
///
/// **Staleness**: the greatest age, by definition.
///
/// # Examples
/// ```
/// use core::cell::Cell;
/// use forebay_core::choose::{Choice, Losable};
/// use forebay_core::expiry::{Expiring, MaxAge, Stamping};
/// use forebay_core::swap;
///
/// let plan = Choice::new(100, 25).may_lose(Losable::OlderThan(400)).plan()?;
/// assert_eq!((plan.capacity, plan.wait), (10, 400));
///
/// let milliseconds = Cell::new(0);
/// let clock = || milliseconds.get();
/// let mut ring = swap::Ring::<_, 10>::with_overflow(plan.overflow);
/// let (producer, consumer) = ring.split();
/// let mut producer = Stamping::new(producer, clock);
/// let mut consumer = Expiring::new(consumer, clock, MaxAge::new(400));
/// let mut oldest = 0;
/// for step in 0..6000 {
///     milliseconds.set(10 * step);
///     let _ = producer.push(step);
///     if step % 4 == 3 {
///         oldest = oldest.max(10 * (step - consumer.pop()?));
///     }
/// }
/// assert!(oldest <= 400);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub mod expire {}

/// Keep the less important out first, so that there is room for the more important.
///
/// **Use when** items differ in importance, and the most important alone are not too many.
///
/// **Loss**: what is less important, from the fill on that was set for its class; each comes back as
/// [`Shed`](crate::PushError::Shed), and is counted by class. The most important class loses nothing as long as it comes more
/// slowly than it is served, but for bursts of it that are larger than what the other classes leave free: the capacity less their
/// highest threshold. In a lane of N, which is served at μ / N while all are busy, that is the rate to be slower than.
///
/// **Staleness**: `capacity / μ`, for all classes alike: what is more important is let in sooner, and not served sooner.
///
/// **Where it must be served sooner, too**, put a [`priority`](crate::priority) ring of the same capacity in the place of the gate and its
/// ring. Then what is most important waits for its own kind alone, and in between for one other item in so many
/// ([bypass](crate::priority::DEFAULT_BYPASS)); the less important are not kept out, but evicted when it is full, the oldest first; and
/// what of them is left may wait for longer than that.
///
/// # Examples
/// ```
/// use forebay_core::admission::{Classes, Gate, Thresholds};
/// use forebay_core::choose::{Choice, Losable};
/// use forebay_core::mpsc;
///
/// let plan = Choice::new(100, 25).may_lose(Losable::LessImportant { important: 10 }).within(2000).plan()?;
/// assert_eq!((plan.capacity, plan.lost), (50, 750));
///
/// let mut ring = mpsc::Ring::<_, 50>::with_refusal(plan.refusal()?);
/// let (producer, mut consumer) = ring.split();
/// let thresholds = Thresholds::new([255, 128])?;
/// let mut gate = Gate::new(producer, Classes::new(&thresholds, |step: &u32| usize::from(step % 10 != 0)));
/// let mut important = 0;
/// for step in 0..6000 {
///     // Steps of 10 ms. Every tenth is important.
///     let _ = gate.push(step);
///     if step % 4 == 3 {
///         important += u32::from(consumer.pop()? % 10 == 0);
///     }
/// }
/// important += consumer.drain().filter(|step| step % 10 == 0).count() as u32;
/// assert_eq!((important, gate.rule().kept_out(0)), (600, 0), "all of them");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub mod by_importance {}

/// Keep the newest value of each key.
///
/// **Use when** it is the state of many things that counts, and not how it came about: quotes, rows of a table, positions. There is
/// one producer.
///
/// **Loss**: values that were overtaken by a newer one of the same key before they were served; each comes back to the producer,
/// and is counted by key. The last value of each key is always delivered.
///
/// **Staleness**: `keys / μ` from the first change of a key on: what is served then is its newest value. Where that is done in
/// batches, a period more.
///
/// # Examples
/// ```
/// use core::cell::Cell;
/// use core::num::{NonZeroU64, NonZeroUsize};
/// use forebay_core::choose::{Choice, Losable, Ring};
/// use forebay_core::conflated;
/// use forebay_core::flush::Flush;
///
/// // 20,000 events a second of 500 keys, and a screen that shows 333 of them 60 times a second.
/// let plan = Choice::new(20_000, 60 * 333).may_lose(Losable::OlderPerKey { keys: 500 }).plan()?;
/// assert_eq!((plan.ring, plan.capacity, plan.wait), (Ring::Conflated, 500, 25));
///
/// let microseconds = Cell::new(0);
/// let mut ring = conflated::Ring::<u32, 500>::new();
/// let (mut producer, consumer) = ring.split();
/// let (frame, most) = (NonZeroU64::new(16_667).unwrap(), NonZeroUsize::new(333).unwrap());
/// let mut screen = Flush::new(consumer, || microseconds.get(), frame, most);
/// let mut shown = [0; 500];
/// for event in 0..20_000 {
///     microseconds.set(50 * event as u64);
///     producer.push(event % 500, event as u32).unwrap();
///     screen.oldest(|(key, value)| shown[key] = value);
/// }
/// while !screen.end().is_empty() {
///     microseconds.set(microseconds.get() + screen.wait());
///     screen.oldest(|(key, value)| shown[key] = value);
/// }
/// assert!((0..500).all(|key| shown[key] == 19_500 + key as u32), "each shows its last value");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub mod newest_per_key {}

/// Keep the newest value, in one place.
///
/// **Use when** only the present state matters: a set point, a position, a configuration. There is one writer.
///
/// **Loss**: every value that was not read before the next one came; each comes back to the writer, and is counted.
///
/// **Staleness**: `1 / μ`: what is read is what was newest at that moment.
///
/// # Examples
/// ```
/// use forebay_core::choose::{Choice, Leaf, Losable};
/// use forebay_core::latest::TripleBuffer;
///
/// let plan = Choice::new(20_000, 60).may_lose(Losable::AllButNewest).plan()?;
/// assert_eq!((plan.leaf, plan.capacity, plan.wait), (Leaf::Newest, 1, 16));
///
/// let mut buffer = TripleBuffer::new();
/// let (mut writer, mut reader) = buffer.split();
/// for step in 0..20_000 {
///     writer.write(step);
///     if step % 333 == 332 {
///         assert_eq!(reader.read(), Ok(step));
///     }
/// }
/// assert_eq!(reader.read(), Ok(19_999), "the last one, too");
/// assert_eq!(reader.conflated(), 20_000 - 61);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub mod newest {}

/// Go on until the ceiling, and count.
///
/// **Use when** it does not matter: what is lost is not missed, and the spike is short or the memory large.
///
/// **Loss**: none until the ceiling, which is reached after `ceiling / (λ − μ)`; from there on, what comes.
///
/// **Staleness**: `ceiling / μ`, which is long.
///
/// To ignore the matter is a choice here like the others: the ceiling is a number that somebody has set, and what is lost there is
/// counted as everywhere.
///
/// # Examples
/// ```
/// use forebay_core::choose::{Choice, Leaf, Losable};
/// use forebay_core::mpsc;
///
/// let plan = Choice::new(100, 25).may_lose(Losable::Anything).room(4000).plan()?;
/// assert_eq!((plan.leaf, plan.capacity, plan.wait), (Leaf::Ignore, 4000, 160_000));
///
/// let mut ring = mpsc::Ring::<u32, 4000>::with_refusal(plan.refusal()?);
/// let (mut producer, mut consumer) = ring.split();
/// for step in 0..6000 {
///     let _ = producer.push(step);
///     if step % 4 == 3 {
///         consumer.pop()?;
///     }
/// }
/// assert_eq!((consumer.len(), producer.shed()), (3999, 501), "after a minute");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub mod ignore {}
