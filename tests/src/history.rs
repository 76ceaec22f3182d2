//! Whether what several threads saw of a queue can have happened in one order: a checker of recorded histories.
//!
//! The models try all executions of three or four operations. Here real threads work real rings for long, each operation is
//! recorded with its outcome and with when it began and ended, and afterwards a search looks for an order of the operations,
//! one after another, that explains all outcomes: in it, no operation comes before another that was over when it began
//! (M. Herlihy and J. Wing, *Linearizability: a correctness condition for concurrent objects*, 1990).
//!
//! - [`record`]: threads that write down what they do.
//! - [`search`]: the search for an order, after Wing and Gong, and Lowe.
//! - [`ring`]: what is done with a ring, and what came of it.
//! - [`spsc`], [`mpsc`], [`swap`], [`latest`], [`conflated`], [`fan_in`], [`priority`]: the sequential specifications.
//!
//! # Where a specification is weaker than a queue's
//! Each is written to what the header of its ring promises, and says where that is less than a queue whose every operation is
//! one step. Then the specification looks at which other operations were under way, as in set- and interval-linearizability (G.
//! Neiger, *Set-linearizability*, 1994; A. Castañeda, S. Rajsbaum and M. Raynal, *Unifying concurrent objects and distributed
//! tasks*, 2018).
//!
//! | ring | what is weaker |
//! |---|---|
//! | `spsc` | nothing |
//! | `mpsc` | a push under way may count as one item already, for "full" and for the length; one that was under way when the ring was closed may still store, and until it has the consumer is told "empty" and not "closed" |
//! | `swap` | a pop that lost a race may leave items behind; of a ring made for one producer, a push under way when the ring was closed may still store or evict, and until one was refused the consumer is told "empty" and not "closed" |
//! | the channel over it | a receive that waits may first find nothing, in a step of its own, and so drop what was left behind |
//! | `mpsc` and `swap` | a push that overlaps a switch of the policy may obey any policy that was in force meanwhile |
//! | `latest` | nothing |
//! | `conflated` | nothing of pushes and pops; the length does not count a key on its way in or out |
//! | `fan_in` | nothing of one lane; of all lanes, "empty" says nothing of pushes under way, "all taken" says that each lane was taken at some time, a producer that goes gives up its lane first, and the lanes are closed one after another |
//! | `priority` | nothing of one class; the classes are not looked at in one step, and a push or a pop has a place to itself between its steps |
//! | batches | they are their items one after another, and others may come in between; how many more there might have been room for in `spsc` is not looked at |

#![forbid(unsafe_code)]

pub mod conflated;
pub mod fan_in;
pub mod latest;
pub mod mpsc;
pub mod priority;
pub mod record;
pub mod ring;
pub mod search;
pub mod spsc;
pub mod swap;
