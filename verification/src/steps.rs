//! Records the steps of a verification whose cost differs, so that tests can compare them: time cannot be asserted.

use std::cell::RefCell;

thread_local! {
    static STEPS: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

/// Records a step of the current thread.
pub fn record(step: &'static str) {
    STEPS.with_borrow_mut(|steps| steps.push(step));
}

/// Takes the recorded steps of the current thread.
pub fn take() -> Vec<&'static str> {
    STEPS.take()
}
