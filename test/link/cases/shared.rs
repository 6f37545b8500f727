// The crate that the Rust cases share: it allocates, its users need not.

#[inline(never)]
pub fn work(n: u64) -> u64 {
    let mut boxes: Vec<Box<u64>> = (0..n).map(Box::new).collect();
    boxes.push(Box::new(n));
    boxes.iter().map(|b| **b).sum()
}
