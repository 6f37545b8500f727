use std::collections::BTreeMap;
use std::ffi::{c_char, CStr};

/// How many different words a text has.
///
/// # Safety
/// `text` ends with a NUL.
#[no_mangle]
pub unsafe extern "C" fn count_words(text: *const c_char) -> usize {
    let text = CStr::from_ptr(text).to_string_lossy().into_owned();
    let mut words = BTreeMap::new();
    for word in text.split_whitespace() {
        *words.entry(word.to_lowercase()).or_insert(0) += 1;
    }
    words.len()
}
