//! async for takes no tick by itself; a generator left half-way is closed by `run()` at the end.
//!
//! Rust has no generators: what gives one thing after another is a struct with an async method, and
//! its clean-up is its destructor. So the one left half-way is closed by whoever has it, when it
//! goes; here that is after `run()` has returned, and no loop is needed for it.
use crate::ticks::{note, run, say};
use executor::{call_soon, yield_now};

/// Python: `async def count(name)`.
struct Count {
    name: &'static str,
    next: u32,
}

fn count(name: &'static str) -> Count {
    Count { name, next: 0 }
}

impl Count {
    async fn next(&mut self) -> Option<u32> {
        if self.next > 0 {
            yield_now().await;
        }
        self.next += 1;
        if self.next <= 3 { Some(self.next - 1) } else { None }
    }
}

impl Drop for Count {
    fn drop(&mut self) {
        note!(self.name, "generator closed");
    }
}

async fn main() -> Count {
    call_soon(|| say!("callback waiting since before"));
    let mut keep = count("kept");
    if let Some(i) = keep.next().await {
        say!("kept gives", i);
    }
    {
        let mut exhausted = count("exhausted");
        while let Some(i) = exhausted.next().await {
            say!("exhausted gives", i);
        }
    }
    say!("main returns");
    keep
}

pub(crate) fn program() {
    let _keep = run(main());
    note!("run() returned");
}
