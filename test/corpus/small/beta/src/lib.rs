//! Threads, channels, locks and thread-locals with destructors.
use std::cell::RefCell;
use std::sync::{mpsc, Arc, Condvar, Mutex};
use std::thread;

thread_local!(static LOG: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) });

#[no_mangle]
pub extern "C" fn beta_run(n: u64) -> u64 {
    let (sender, receiver) = mpsc::channel();
    let done = Arc::new((Mutex::new(0), Condvar::new()));
    for id in 0..4 {
        let (sender, done) = (sender.clone(), done.clone());
        thread::spawn(move || {
            LOG.with(|log| log.borrow_mut().extend(0..n + id));
            sender.send(LOG.with(|log| log.borrow().iter().sum::<u64>())).unwrap();
            sender.send(shared::nested(id + 1)).unwrap();
            *done.0.lock().unwrap() += 1;
            done.1.notify_all();
        });
    }
    drop(sender);
    let sum: u64 = receiver.iter().sum();
    let mut count = done.0.lock().unwrap();
    while *count < 4 {
        count = done.1.wait(count).unwrap();
    }
    sum + *count + shared::digest(n)
}
