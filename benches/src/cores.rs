//! Two threads, each on a core of its own.

use std::sync::OnceLock;
use std::{env, fs};

use core_affinity::CoreId;

/// Names the two cores to be used, as in `FOREBAY_BENCH_CORES=2,6`.
const VARIABLE: &str = "FOREBAY_BENCH_CORES";

/// The cores that the two threads run on. There is no second one if this process may use one core only.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cores {
    pub(crate) first: Option<usize>,
    pub(crate) second: Option<usize>,
}

impl Cores {
    /// Those that are named, or else the first core that this process may use and the first one after it that is not
    /// another hardware thread of the same core.
    pub(crate) fn get() -> Self {
        static CORES: OnceLock<Cores> = OnceLock::new();
        *CORES.get_or_init(|| Self::named().unwrap_or_else(Self::found))
    }

    fn named() -> Option<Self> {
        let names = env::var(VARIABLE).ok()?;
        let (first, second) = names.split_once(',').unwrap_or((&names, ""));
        let number = |text: &str| match text.trim().parse() {
            Ok(core) => core,
            Err(_) => panic!("{VARIABLE} wants two numbers with a comma between, as in 0,1"),
        };
        Some(Self { first: Some(number(first)), second: Some(number(second)) })
    }

    fn found() -> Self {
        let usable: Vec<usize> = core_affinity::get_core_ids().unwrap_or_default().iter().map(|core| core.id).collect();
        let first = usable.first().copied();
        let apart = |core: &usize| first.is_some_and(|first| first != *core && !same_core(first, *core));
        // Two hardware threads of one core are better than nothing, and `describe` says that they are.
        let second = usable.iter().copied().find(apart).or(usable.get(1).copied());
        Self { first, second }
    }

    pub(crate) const fn two(self) -> bool {
        self.second.is_some()
    }

    /// Keeps this thread on the first core.
    pub(crate) fn stay_on_first(self) {
        pin(self.first);
    }

    /// Keeps this thread on the second core.
    pub(crate) fn stay_on_second(self) {
        pin(self.second);
    }

    pub(crate) fn describe(self) -> String {
        match (self.first, self.second) {
            (Some(first), Some(second)) if same_core(first, second) => {
                format!("CPUs {first} and {second}, which are two threads of ONE core")
            }
            (Some(first), Some(second)) => format!("cores {first} and {second}"),
            (Some(first), None) => format!("core {first} alone: what takes two cores is left out"),
            (None, _) => "no core that can be asked for: what takes two cores is left out".to_owned(),
        }
    }
}

/// A thread that can't be pinned runs where it is put, and the figures get noisier.
fn pin(core: Option<usize>) {
    if let Some(id) = core {
        core_affinity::set_for_current(CoreId { id });
    }
}

/// Whether two CPUs are hardware threads of one core; no, if the system doesn't say.
fn same_core(a: usize, b: usize) -> bool {
    let siblings = |cpu: usize| {
        let file = format!("/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list");
        fs::read_to_string(file).unwrap_or_else(|_| cpu.to_string())
    };
    siblings(a) == siblings(b)
}
