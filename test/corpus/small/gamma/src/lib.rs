//! Allocates only inside the shared crate. Its own object never refers to the allocator, so a
//! linker that reads each archive once has not yet taken the allocator's symbols when the
//! workspace asks for them.

#[no_mangle]
pub extern "C" fn gamma_run(n: u64) -> u64 {
    shared::digest(n) * 3 + shared::nested(n) + 100_000 * shared::calls()
}
