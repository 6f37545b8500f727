//@ chrono = "0.4"
use chrono::{DateTime, Datelike, Duration, Local, NaiveDate, Utc};

pub fn run(n: u64) -> u64 {
    let start = NaiveDate::from_ymd_opt(1999, 12, 31).unwrap().and_hms_opt(23, 59, 59).unwrap().and_utc();
    let mut sum = (Local::now().year() > 2000) as u64;
    for i in 0..n as i64 {
        let then: DateTime<Utc> = start + Duration::days(i * i) + Duration::seconds(i);
        let text = then.format("%A, %e %B %Y %H:%M:%S %:z").to_string();
        let back = DateTime::parse_from_str(&text, "%A, %e %B %Y %H:%M:%S %:z").unwrap();
        sum += text.len() as u64 + then.ordinal() as u64 + (back == then) as u64;
    }
    sum
}
