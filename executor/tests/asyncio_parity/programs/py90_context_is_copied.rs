//! A task gets a copy of its creator's context when it is created; changes stay inside.
//!
//! Rust has no context around its tasks that could be copied: what a task is to have is handed to
//! it. So the copy stands in the program, and so does the borrow that a direct call gets instead.
use crate::ticks::{run, say};
use executor::{call_soon, spawn};

async fn child(name: &str, var: &mut String) {
    say!(name, "sees", *var);
    *var = format!("changed by {name}");
    say!(name, "now has", *var);
}

async fn main() {
    let mut var = String::from("one");
    let mut copy = var.clone();
    let a = spawn(async move { child("A", &mut copy).await });
    "two".clone_into(&mut var);
    let mut copy = var.clone();
    let b = spawn(async move { child("B", &mut copy).await });
    let copy = var.clone();
    call_soon(move || say!("callback sees", copy));
    "three".clone_into(&mut var);
    a.await.unwrap();
    b.await.unwrap();
    say!("main still has", var);
    child("direct call", &mut var).await;
    say!("main after a direct await:", var);
}

pub(crate) fn program() {
    run(main());
}
