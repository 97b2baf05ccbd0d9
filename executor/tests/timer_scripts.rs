//! The fuzzer's timer scripts, without a fuzzer: the corpus in `fuzz/`, and some thousand scripts made from it.

#[path = "../../fuzz/bodies/timers.rs"]
mod bodies;
#[path = "../../fuzz/inputs.rs"]
mod inputs;

#[test]
fn the_wheel_and_the_heap_play_the_same_scripts() {
    inputs::play("timers", Vec::new(), &[], bodies::timers);
}
