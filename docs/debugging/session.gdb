# The session that docs/debugging.md shows, as a script:
#
#   rust-gdb -q -batch -x docs/debugging/loop.gdb -x docs/debugging/session.gdb target/debug/examples/cafe_async
#
# executor/tests/debugger.rs runs it and compares what it prints with the page. On the virtual clock,
# so that no times differ.

set pagination off
set width 0
set trace-commands on
set environment LOOP_CLOCK virtual
break executor::event_loop::LoopState::tick
run
tick
ready
tasks
continue
ready
tasks
tbreak cafe_async.rs:21
continue
backtrace
next
next
next
tick
tasks
timers
continue
timers
tbreak executor::ready::ReadyQueue::push_step
continue
backtrace
tick
continue
tbreak executor::time::sleep::Sleep::is_over
continue
tick
backtrace
finish
tbreak cafe_async.rs:20
info breakpoints
delete
dprintf executor::event_loop::LoopState::step,"a step of T%lu\n",task.id.0 as u64
continue
run
