//@ flate2 = "1"
//@ zstd = { version = "0.13", default-features = false }
use flate2::{read::GzDecoder, write::GzEncoder, Compression};
use std::io::{Read, Write};

/// One compressor in Rust, one in C.
pub fn run(n: u64) -> u64 {
    let text: String = (0..n * 100).map(|i| format!("line {} of {}\n", i % 37, i)).collect();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text.as_bytes()).unwrap();
    let packed = encoder.finish().unwrap();
    let mut back = String::new();
    GzDecoder::new(&packed[..]).read_to_string(&mut back).unwrap();

    let small = zstd::bulk::compress(text.as_bytes(), 19).unwrap();
    let large = zstd::bulk::decompress(&small, text.len()).unwrap();
    packed.len() as u64 + small.len() as u64 + (back == text) as u64 + (large == text.as_bytes()) as u64
}
