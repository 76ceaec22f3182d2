//! Which files are spoilt, and which tests are to find it.

/// A test's program, as cargo calls it, or a package's own tests.
pub(crate) type Test = &'static str;

/// The tests inside the core.
pub(crate) const OF_CORE: Test = "forebay-core";
/// The tests inside the other crate.
pub(crate) const OF_STD: Test = "forebay";

/// Some files, and the tests that are to find what is wrong in them, the quick ones first. Others would find some of it too, and
/// take far longer.
pub(crate) struct Part {
    pub(crate) files: &'static [&'static str],
    pub(crate) tests: &'static [Test],
}

/// All of them.
pub(crate) const PARTS: &[Part] = &[
    Part {
        files: &["core/src/position.rs", "core/src/overflow.rs", "core/src/slip.rs", "core/src/seam.rs"],
        tests: &[OF_CORE, "properties_messages", "properties_seam", "properties_stages", "properties_rules"],
    },
    Part {
        files: &["core/src/gauge.rs", "core/src/gauge/*.rs", "core/src/pressure.rs"],
        tests: &[OF_CORE, "properties_messages", "properties_pressure"],
    },
    Part {
        files: &["core/src/admission.rs", "core/src/admission/*.rs"],
        tests: &[OF_CORE, "properties_messages", "properties_admission", "properties_stages", "properties_rules"],
    },
    Part {
        files: &["core/src/credit.rs", "core/src/credit/*.rs"],
        tests: &[OF_CORE, "properties_messages", "properties_credit", "scenarios_two_services", "scenarios_client"],
    },
    Part {
        files: &["core/src/pacer.rs", "core/src/pacer/*.rs"],
        tests: &[OF_CORE, "properties_messages", "properties_instants", "scenarios_paced", "properties_pacer"],
    },
    Part { files: &["core/src/choose.rs", "core/src/choose/*.rs"], tests: &[OF_CORE, "properties_choose"] },
    Part {
        files: &["core/src/expiry.rs", "core/src/flush.rs", "core/src/spill.rs"],
        tests: &[
            OF_CORE,
            "properties_stages",
            "properties_rules",
            "properties_instants",
            "properties_seam",
            "drops_stages",
        ],
    },
    Part {
        files: &[
            "std-ext/src/channel/builder.rs",
            "std-ext/src/channel/grace.rs",
            "std-ext/src/channel/level.rs",
            "std-ext/src/channel/policy.rs",
            "std-ext/src/channel/stats.rs",
            "std-ext/src/wait/patience.rs",
        ],
        tests: &[OF_STD, "properties_wait"],
    },
    Part {
        files: &["std-ext/src/pacer.rs", "std-ext/src/expiry.rs"],
        tests: &[OF_STD, "properties_instants", "scenarios_paced"],
    },
];

/// The part that a file belongs to. A folder's `*` stands for every file in it.
pub(crate) fn of(file: &str) -> Option<usize> {
    let is = |glob: &&str| match glob.strip_suffix("*.rs") {
        Some(folder) => file.starts_with(folder),
        None => file == *glob,
    };
    PARTS.iter().position(|part| part.files.iter().any(is))
}
