//@ serde = { version = "1", features = ["derive"] }
//@ serde_json = "1"
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Track {
    title: String,
    length: f64,
    tags: BTreeMap<String, Option<u32>>,
}

pub fn run(n: u64) -> u64 {
    let tracks: Vec<Track> = (0..n)
        .map(|i| Track {
            title: format!("Track \"{i}\""),
            length: i as f64 * 1.5,
            tags: [("year".to_string(), Some(1900 + i as u32)), ("disc".to_string(), None)].into(),
        })
        .collect();
    let text = serde_json::to_string_pretty(&tracks).unwrap();
    let back: Vec<Track> = serde_json::from_str(&text).unwrap();
    let loose: serde_json::Value = serde_json::from_str(&text).unwrap();
    let years: u64 = loose.as_array().unwrap().iter().filter_map(|track| track["tags"]["year"].as_u64()).sum();
    text.len() as u64 + years + (back == tracks) as u64
}
