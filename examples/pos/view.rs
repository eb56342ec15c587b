//! What is going on, while it is: a line for each terminal. Only where somebody looks, which a file or a pipe does not.

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::tally::Tally;
use crate::terminal::Status;

pub struct View(MultiProgress);

pub struct Bar(ProgressBar);

impl View {
    pub fn new() -> Self {
        Self(MultiProgress::new())
    }

    /// The line of a terminal that is to send so many orders.
    pub fn bar(&self, name: String, orders: usize) -> Bar {
        let style = ProgressStyle::with_template("{prefix:8} {bar:16} {pos:>5}/{len}  {msg}");
        let bar = ProgressBar::new(orders as u64).with_style(style.expect("a template")).with_prefix(name);
        Bar(self.0.add(bar))
    }
}

impl Bar {
    pub fn show(&self, status: &Status) {
        let Status { answered, queued, refused, waits_for } = status;
        self.0.set_position(*answered);
        self.0.set_message(format!("{queued:>2} queued, {refused} refused, waits for {waits_for}"));
    }

    pub fn show_rude(&self, tally: &Tally) {
        self.0.set_position(tally.orders);
        self.0.set_message(format!("{} requests, {} refused", tally.requests, tally.refusals()));
    }
}

impl Drop for Bar {
    /// What is said in the end says it all.
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
