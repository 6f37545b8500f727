//! What all plugins have in common: its objects are the ones to be shared.
use std::cell::Cell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

static CALLS: AtomicU64 = AtomicU64::new(0);
thread_local!(static DEPTH: Cell<u64> = const { Cell::new(0) });

/// How often `digest` was called, by whichever plugin: one counter for the whole program,
/// so a program that got two copies of this crate prints another number.
pub fn calls() -> u64 {
    CALLS.load(Ordering::SeqCst)
}

pub fn count_words(text: &str) -> HashMap<String, u64> {
    let mut words = HashMap::new();
    for word in text.split_whitespace() {
        *words.entry(word.to_lowercase()).or_insert(0) += 1;
    }
    words
}

/// Allocates, formats and hashes here, so that a caller needs no allocator of its own.
#[inline(never)]
pub fn digest(n: u64) -> u64 {
    CALLS.fetch_add(1, Ordering::SeqCst);
    let text: Vec<String> = (0..n).map(|i| format!("Word{} {:x}", i % 7, i * i)).collect();
    let words = count_words(&text.join(" "));
    words.iter().map(|(word, count)| word.len() as u64 * count).sum()
}

/// A thread-local with a destructor-free value: depth of nested calls on this thread.
#[inline(never)]
pub fn nested(levels: u64) -> u64 {
    DEPTH.with(|depth| {
        depth.set(depth.get() + 1);
        let deepest = if levels > 1 { nested(levels - 1) } else { depth.get() };
        depth.set(depth.get() - 1);
        deepest
    })
}
