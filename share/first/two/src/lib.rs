/// The length of `number` as decimal text.
#[no_mangle]
pub extern "C" fn two_digits(number: i64) -> usize {
    number.to_string().len()
}
