//! A future is a value that can be asked: are you done? Nothing happens until somebody asks.
//!
//! Watch for: ordering the coffee prints nothing. Each question moves it on by one step, and the answer is `Pending` until
//! there is a result. `async fn` makes a future of the same kind: the compiler writes the `match`.
//!
//! ```text
//! $ cargo run --example 01_a_future_by_hand
//! ordered, and nothing has happened
//! are you done?
//!   the beans are ground
//!   not yet
//! are you done?
//!   the water runs through
//!   not yet
//! are you done?
//! a cup of coffee
//!
//! breakfast ordered, and nothing has happened
//! are you done?
//!   the beans are ground
//!   not yet
//! are you done?
//!   the water runs through
//!   not yet
//! are you done?
//! a cup of coffee and a croissant
//! ```

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

/// How far the coffee is.
enum Coffee {
    Ordered,
    Ground,
    Brewed,
}

impl Future for Coffee {
    type Output = &'static str;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<&'static str> {
        match *self {
            Coffee::Ordered => {
                println!("  the beans are ground");
                *self = Coffee::Ground;
                Poll::Pending
            }
            Coffee::Ground => {
                println!("  the water runs through");
                *self = Coffee::Brewed;
                Poll::Pending
            }
            Coffee::Brewed => Poll::Ready("a cup of coffee"),
        }
    }
}

/// The same, with the compiler's help: at its `.await` it stops as often as the coffee does.
async fn breakfast() -> String {
    let cup = Coffee::Ordered.await;
    format!("{cup} and a croissant")
}

/// Asks until there is a result.
fn ask_until_done<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    // Who would be told that it is worth asking again? Nobody yet: rung 3 is about that.
    let mut context = Context::from_waker(Waker::noop());
    loop {
        println!("are you done?");
        match future.as_mut().poll(&mut context) {
            Poll::Ready(result) => return result,
            Poll::Pending => println!("  not yet"),
        }
    }
}

fn main() {
    let coffee = Coffee::Ordered;
    println!("ordered, and nothing has happened");
    let cup = ask_until_done(coffee);
    println!("{cup}\n");

    let breakfast = breakfast();
    println!("breakfast ordered, and nothing has happened");
    let breakfast = ask_until_done(breakfast);
    println!("{breakfast}");
}
