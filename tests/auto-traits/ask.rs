//! Asks whether types have traits, without demanding it.

#![allow(dead_code, reason = "of two constants of one name one is hidden")]

use std::cell::Cell;
use std::error::Error;
use std::fmt::Debug;
use std::marker::PhantomData;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;
use std::sync::MutexGuard;

/// Where the bound holds, the type's own constant hides the other one.
pub(crate) struct Ask<T: ?Sized>(PhantomData<T>);

/// The questions: a constant for each, which is false unless the bound holds.
macro_rules! questions {
    ($($name:ident: $bound:path,)*) => {
        pub(crate) trait Otherwise {
            $(const $name: bool = false;)*
        }

        impl<T: ?Sized> Otherwise for Ask<T> {}

        $(impl<T: $bound> Ask<T> {
            pub(crate) const $name: bool = true;
        })*
    };
}

questions! {
    SEND: Send,
    SYNC: Sync,
    UNPIN: Unpin,
    UNWIND_SAFE: UnwindSafe,
    REF_UNWIND_SAFE: RefUnwindSafe,
    COPY: Copy,
    CLONE: Clone,
    DEBUG: Debug,
    ERROR: Error,
}

/// Items that may be sent and shared, sent, shared, neither.
pub(crate) type Both = u32;
pub(crate) type SendOnly = Cell<u32>;
pub(crate) type SyncOnly = MutexGuard<'static, u32>;
pub(crate) type Neither = Rc<u32>;

/// An item that has no trait at all.
pub(crate) struct Opaque;

/// Whether a type is `Send` and whether it is `Sync`, for each of those items.
pub(crate) type Crossing = [(bool, bool); 4];

/// `Send` if the item is `Send`, never `Sync`.
pub(crate) const SENT_NEVER_SHARED: Crossing = [(true, false), (true, false), (false, false), (false, false)];
/// `Send` and `Sync` if the item is `Send`.
pub(crate) const SENT_AND_SHARED: Crossing = [(true, true), (true, true), (false, false), (false, false)];
/// Neither, whatever the item is.
pub(crate) const NEITHER: Crossing = [(false, false); 4];
/// As the item.
pub(crate) const AS_THE_ITEM: Crossing = [(true, true), (true, false), (false, true), (false, false)];

/// What a type is by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Traits {
    pub(crate) crossing: Crossing,
    /// `Unpin`, with the plainest item.
    pub(crate) unpin: bool,
    /// `UnwindSafe` and `RefUnwindSafe`, with that.
    pub(crate) unwind: (bool, bool),
    /// `Clone` and `Copy`, with an item that is neither.
    pub(crate) clone: (bool, bool),
    /// `Debug`, with an item that is not.
    pub(crate) debug: bool,
}

/// An end: it goes to another thread with its items, and belongs to one of them at a time.
pub(crate) const END: Traits =
    Traits { crossing: SENT_NEVER_SHARED, unpin: true, unwind: (false, false), clone: (false, false), debug: true };
/// An end that may be had twice.
pub(crate) const CLONED_END: Traits = Traits { clone: (true, false), ..END };
/// A ring.
pub(crate) const OWNER: Traits =
    Traits { crossing: SENT_AND_SHARED, unpin: true, unwind: (true, false), clone: (false, false), debug: true };
/// A ring in memory that is borrowed for as long as it is.
pub(crate) const BORROWER: Traits = Traits { unwind: (false, false), ..OWNER };
/// What holds the ring of ends that own it: it goes with them.
pub(crate) const KEEP: Traits = Traits { unwind: (false, false), ..OWNER };
/// The same where an end may be had twice.
pub(crate) const CLONED_KEEP: Traits = Traits { clone: (true, false), ..KEEP };
/// Memory for an item.
pub(crate) const SLOT: Traits = Traits { crossing: SENT_NEVER_SHARED, ..OWNER };

/// All of it, of a type that has an item.
macro_rules! traits {
    (|$item:ident| $type:ty) => {{
        use $crate::ask::{Ask, Both, Neither, Opaque, Otherwise as _, SendOnly, SyncOnly, Traits};
        type Of<$item> = $type;
        Traits {
            crossing: [
                (Ask::<Of<Both>>::SEND, Ask::<Of<Both>>::SYNC),
                (Ask::<Of<SendOnly>>::SEND, Ask::<Of<SendOnly>>::SYNC),
                (Ask::<Of<SyncOnly>>::SEND, Ask::<Of<SyncOnly>>::SYNC),
                (Ask::<Of<Neither>>::SEND, Ask::<Of<Neither>>::SYNC),
            ],
            unpin: Ask::<Of<Both>>::UNPIN,
            unwind: (Ask::<Of<Both>>::UNWIND_SAFE, Ask::<Of<Both>>::REF_UNWIND_SAFE),
            clone: (Ask::<Of<Opaque>>::CLONE, Ask::<Of<Opaque>>::COPY),
            debug: Ask::<Of<Opaque>>::DEBUG,
        }
    }};
}
pub(crate) use traits;

/// Types are what they are expected to be.
macro_rules! each_is {
    ($expected:expr, $(|$item:ident| $type:ty),* $(,)?) => {
        $(assert_eq!($crate::ask::traits!(|$item| $type), $expected, stringify!($type));)*
    };
}
pub(crate) use each_is;

/// What the answers say for four items, the compiler says here for all, and for every borrow.
pub(crate) const fn sent<T: Send>() {}
pub(crate) const fn shared<T: Sync>() {}
pub(crate) const fn forever<T: 'static>() {}

#[test]
fn the_kinds_of_items_are_what_they_say() {
    assert_eq!(traits!(|T| T).crossing, AS_THE_ITEM);
    assert!(!traits!(|T| T).debug && !traits!(|T| T).clone.0);
    assert_eq!(traits!(|T| (T, PhantomData<*const ()>)).crossing, NEITHER);
}
