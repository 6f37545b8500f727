//! Unwinding through std's frames, and a map of its own.
use std::collections::HashMap;
use std::panic::catch_unwind;

#[no_mangle]
pub extern "C" fn alpha_run(n: u64) -> u64 {
    let caught = catch_unwind(|| {
        let numbers: Vec<u64> = (0..n).collect();
        numbers[n as usize]
    });
    let mut lengths: HashMap<usize, Vec<String>> = HashMap::new();
    for i in 0..n {
        let text = format!("{i:?}/{:.3}", i as f64 / 3.0);
        lengths.entry(text.len()).or_default().push(text);
    }
    let sum: usize = lengths.iter().map(|(length, texts)| length * texts.len()).sum();
    sum as u64 + shared::digest(n) + 100_000 * caught.is_err() as u64
}
