//! Trait objects, files, the environment and the clock: what imports from the system.
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use std::{env, fs, process};

trait Shape {
    fn area(&self) -> f64;
}
struct Square(f64);
struct Circle(f64);
impl Shape for Square {
    fn area(&self) -> f64 {
        self.0 * self.0
    }
}
impl Shape for Circle {
    fn area(&self) -> f64 {
        self.0.powi(2) * 3.0
    }
}

fn through_a_file(text: &str) -> std::io::Result<String> {
    let path = env::temp_dir().join(format!("delta-{}.txt", process::id()));
    fs::write(&path, text)?;
    let back = fs::read_to_string(&path);
    fs::remove_file(&path)?;
    back
}

#[no_mangle]
pub extern "C" fn delta_run(n: u64) -> u64 {
    let start = Instant::now();
    let shapes: Vec<Box<dyn Shape>> = (0..n)
        .map(|i| -> Box<dyn Shape> {
            if i % 2 == 0 { Box::new(Square(i as f64)) } else { Box::new(Circle(i as f64)) }
        })
        .collect();
    let mut areas: BTreeMap<u64, usize> = BTreeMap::new();
    for shape in &shapes {
        *areas.entry(shape.area() as u64 % 10).or_insert(0) += 1;
    }
    let text = format!("{areas:?}");
    let back = through_a_file(&text).unwrap_or_else(|error| error.to_string());
    let in_time = start.elapsed() < Duration::from_secs(600);
    let sum: f64 = shapes.iter().map(|shape| shape.area()).sum();
    sum as u64 + back.len() as u64 + 1_000_000 * (back == text && in_time) as u64 + shared::digest(n)
}
