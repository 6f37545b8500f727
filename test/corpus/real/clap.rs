//@ clap = { version = "4", features = ["derive", "env"] }
use clap::{Parser, Subcommand};

/// A program's command line.
#[derive(Parser)]
#[command(version = "1.0")]
struct Line {
    #[arg(short, long, default_value_t = 3)]
    level: u64,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Adds up what it is given.
    Add { numbers: Vec<u64> },
    /// Shows one.
    Show { name: String },
}

pub fn run(n: u64) -> u64 {
    let mut words = vec!["program".to_string(), "--level".to_string(), n.to_string(), "add".to_string()];
    words.extend((0..n).map(|i| i.to_string()));
    let line = Line::parse_from(words);
    let sum = match line.verb {
        Verb::Add { numbers } => numbers.iter().sum(),
        Verb::Show { name } => name.len() as u64,
    };
    let wrong = Line::try_parse_from(["program", "ad", "1"]).err().map_or(0, |error| error.to_string().len());
    sum + line.level + wrong as u64
}
