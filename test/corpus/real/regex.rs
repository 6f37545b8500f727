//@ regex = "1"
use regex::{Captures, Regex};

pub fn run(n: u64) -> u64 {
    let pattern = Regex::new(r"(?x) (?P<key>[a-z_]+\d*) \s*=\s* (?P<value>\d+) | \p{Greek}+").unwrap();
    let text: String = (0..n).map(|i| format!("key_{i} = {}; αβγ ", i * i)).collect();
    let sum: u64 = pattern
        .captures_iter(&text)
        .filter_map(|found| found.name("value")?.as_str().parse::<u64>().ok())
        .sum();
    let replaced = pattern.replace_all(&text, |found: &Captures| found[0].to_uppercase());
    sum + replaced.matches('Α').count() as u64
}
