//! The steps of a decision whose costs differ, noted for tests: time cannot be asserted, what is done can.

use std::cell::RefCell;

thread_local! {
    static STEPS: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

/// Notes a step of this thread.
pub fn note(step: &'static str) {
    STEPS.with_borrow_mut(|steps| steps.push(step));
}

/// Takes what this thread has noted.
pub fn take() -> Vec<&'static str> {
    STEPS.take()
}
