//! The experiment: the same requests to both servers, measured on one clock and shown side by side.
//!
//! ```text
//!  plan ---> client threads ------+
//!            (sent, answered)     +--> news --> run --> courses --> bars or lines, while it goes on
//!            servers on theirs ---+                            \--> verdict or report, at the end
//!            (begun to serve)
//! ```
//!
//! Neither side alone sees enough. A client knows when it asked and when it was answered; to it,
//! waiting in the kernel's backlog and being served look the same. Only the server knows when it
//! began. So everybody sends news with the time in it to one thread, and that thread does
//! everything else: measuring takes no lock, and nothing is drawn on a thread that is measured.

mod bars;
mod client;
mod course;
mod hosting;
mod lines;
mod news;
mod picture;
mod plan;
mod report;
mod run;
mod times;
mod verdict;
mod words;

pub use bars::{Bars, RoomForLogs};
pub use course::{Course, End};
pub use hosting::Hosts;
pub use lines::Lines;
pub use news::{News, What, Wire};
pub use picture::Picture;
pub use plan::{Plan, Request, Role, Side};
pub use report::report;
pub use run::{Show, Stopped, run};
pub use verdict::verdict;
pub use words::{opening, what_goes_on, what_happened, what_next};
