//! Nobody but ours: built without the feature `peers`.

use crate::contest::{ChannelQuestion, Contestant, MpscQuestion, OverwriteQuestion, Question, TaskQuestion};
use crate::queue::Item;

pub(super) fn single<Q: Question, T: Item>() -> Vec<Contestant> {
    Vec::new()
}

pub(super) fn batching<Q: Question, T: Item>() -> Vec<Contestant> {
    Vec::new()
}

pub(super) fn several<Q: MpscQuestion, T: Item>() -> Vec<Contestant> {
    Vec::new()
}

pub(super) fn overwriting<Q: OverwriteQuestion, T: Item>() -> Vec<Contestant> {
    Vec::new()
}

pub(super) fn overwriting_single<Q: OverwriteQuestion>() -> Vec<Contestant> {
    Vec::new()
}

pub(super) fn conflating<T: Item>() -> Vec<Contestant> {
    Vec::new()
}

pub(super) fn channels<Q: ChannelQuestion>() -> Vec<Contestant> {
    Vec::new()
}

pub(super) fn roomy_channels<Q: ChannelQuestion>() -> Vec<Contestant> {
    Vec::new()
}

pub(super) fn channels_of_one<Q: ChannelQuestion>() -> Vec<Contestant> {
    Vec::new()
}

pub(super) fn task_channels<Q: TaskQuestion>() -> Vec<Contestant> {
    Vec::new()
}

pub(super) fn task_channels_of_one<Q: TaskQuestion>() -> Vec<Contestant> {
    Vec::new()
}
