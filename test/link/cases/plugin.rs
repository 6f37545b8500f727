// A plugin of the Rust cases; NAME is replaced by its name, --cfg says what it does.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering};

pub static CALLS: AtomicU64 = AtomicU64::new(0);

pub struct Counting;

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        CALLS.fetch_add(1, Ordering::Relaxed);
        System.alloc(layout)
    }
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        System.dealloc(block, layout)
    }
}

#[cfg(counting)]
#[global_allocator]
static GLOBAL: Counting = Counting;

extern "C" {
    fn fork() -> i32;
    fn waitpid(process: i32, status: *mut i32, options: i32) -> i32;
    fn _exit(status: i32) -> !;
}

/// What becomes of a process that panics: it goes on, or is killed.
pub fn panicking() -> u64 {
    let mut status = 0;
    unsafe {
        let process = fork();
        if process == 0 {
            std::panic::set_hook(Box::new(|_| ()));
            _exit(40 + std::panic::catch_unwind(|| panic!("{}", "x")).is_err() as i32)
        }
        waitpid(process, &mut status, 0);
    }
    status as u64
}

#[no_mangle]
pub extern "C" fn NAME_run(n: u64) -> u64 {
    if cfg!(panicking) {
        return panicking();
    }
    shared::work(n) + 1000 * CALLS.load(Ordering::Relaxed)
}
