//@ sha2 = "0.10"
//@ blake3 = "1"
use sha2::{Digest, Sha256, Sha512};

pub fn run(n: u64) -> u64 {
    let bytes: Vec<u8> = (0..n * 1000).map(|i| (i * 31) as u8).collect();
    let (short, long, tree) = (Sha256::digest(&bytes), Sha512::digest(&bytes), blake3::hash(&bytes));
    short.iter().chain(&long).chain(tree.as_bytes()).map(|&byte| byte as u64).sum()
}
