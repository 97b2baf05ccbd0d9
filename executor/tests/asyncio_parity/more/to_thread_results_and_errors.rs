//! `to_thread` gives what the call returns, or raises what it raises.
use crate::ticks::{ValueError, note, run};
use executor::{gather, to_thread};

fn fails() -> Result<(), ValueError> {
    Err(ValueError::new("from the thread"))
}

async fn main() {
    note!("got", to_thread(|| [1, 2, 3].iter().sum::<i32>()).await.unwrap());
    if let Err(e) = to_thread(fails).await.unwrap() {
        note!("caught:", e);
    }
    let both = gather(["ab", "abc"].map(|text| to_thread(|| text.len()))).await.unwrap();
    note!("both at once:", both.into_iter().map(Result::unwrap).collect::<Vec<usize>>());
}

pub(crate) fn program() {
    run(main());
}
