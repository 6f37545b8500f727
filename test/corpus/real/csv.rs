//@ csv = "1"
//@ serde = { version = "1", features = ["derive"] }
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Row {
    name: String,
    weight: f64,
    count: Option<u64>,
}

pub fn run(n: u64) -> u64 {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for i in 0..n {
        let row = Row { name: format!("\"{i}\", quoted"), weight: i as f64 / 8.0, count: (i % 3 > 0).then_some(i) };
        writer.serialize(row).unwrap();
    }
    let text = writer.into_inner().unwrap();
    let rows = csv::Reader::from_reader(&text[..]).into_deserialize::<Row>().map(Result::unwrap);
    text.len() as u64 + rows.map(|row| row.count.unwrap_or(0) + row.weight as u64).sum::<u64>()
}
