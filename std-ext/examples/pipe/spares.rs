//! Empty records, which go back from the writer to the readers to be filled again.

/// How many empty records are kept, and how large they may be.
pub(crate) const MOST_SPARES: usize = 1024;
const LARGEST_SPARE: usize = 64 << 10;

/// Whether the memory of a record that is done with is kept.
pub(crate) fn is_spare(record: &Vec<u8>) -> bool {
    record.capacity() <= LARGEST_SPARE
}
