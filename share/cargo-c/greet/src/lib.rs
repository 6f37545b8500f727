use std::ffi::{c_char, CStr};

/// How many bytes a greeting of that name takes.
///
/// # Safety
/// `name` ends with a NUL.
#[no_mangle]
pub unsafe extern "C" fn greet_length(name: *const c_char) -> usize {
    format!("Hello, {}!", CStr::from_ptr(name).to_string_lossy()).len()
}
