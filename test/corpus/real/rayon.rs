//@ rayon = "1"
use rayon::prelude::*;

pub fn run(n: u64) -> u64 {
    let mut numbers: Vec<u64> = (0..n * 1000).into_par_iter().map(|i| i.wrapping_mul(2654435761) % 10007).collect();
    numbers.par_sort_unstable();
    let (low, high) = rayon::join(
        || numbers.par_iter().take(1000).sum::<u64>(),
        || numbers.par_iter().skip(1000).max().copied().unwrap_or(0),
    );
    low + high
}
