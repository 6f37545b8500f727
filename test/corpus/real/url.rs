//@ url = "2"
//@ percent-encoding = "2"
use percent_encoding::{utf8_percent_encode, NON_ALPHANUMERIC};
use url::Url;

pub fn run(n: u64) -> u64 {
    let base = Url::parse("https://bücher.example:8080/a/b/?x=1#top").unwrap();
    let mut sum = base.as_str().len() as u64;
    for i in 0..n {
        let mut next = base.join(&format!("../c{i}/./d?q=ü {i}")).unwrap();
        next.query_pairs_mut().append_pair("key", &format!("{i}&{i}"));
        sum += next.as_str().len() as u64 + next.port().unwrap() as u64;
        sum += utf8_percent_encode(next.as_str(), NON_ALPHANUMERIC).to_string().len() as u64;
    }
    sum
}
