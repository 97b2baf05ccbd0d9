//! An observer that keeps what it is told.

use std::cell::RefCell;
use std::rc::Rc;

use executor::inspect::{Observer, Record};

/// Every record so far.
#[derive(Debug, Default)]
pub(crate) struct Watcher {
    records: RefCell<Vec<Record>>,
}

impl Watcher {
    pub(crate) fn new() -> Rc<Self> {
        Rc::default()
    }

    /// Every record so far.
    pub(crate) fn records(&self) -> Vec<Record> {
        self.records.borrow().clone()
    }
}

impl Observer for Watcher {
    fn observe(&self, record: &Record) {
        self.records.borrow_mut().push(record.clone());
    }
}
