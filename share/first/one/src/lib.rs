/// The number of different values among `count` integers at `values`.
///
/// # Safety
/// `values` points to `count` integers.
#[no_mangle]
pub unsafe extern "C" fn one_distinct(values: *const i32, count: usize) -> usize {
    let values = std::slice::from_raw_parts(values, count);
    values.iter().collect::<std::collections::BTreeSet<_>>().len()
}
