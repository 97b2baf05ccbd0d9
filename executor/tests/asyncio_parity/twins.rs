//! The programs, and the list of them. The test holds them to what Python printed; `cargo run
//! --example twin` shows them.

use std::fs;
use std::path::PathBuf;

use executor::{ClockKind, WakeMode};

mod programs {
    pub(crate) mod py02_added_during_tick_waits;
    pub(crate) mod py04_create_task_starts_next_tick;
    pub(crate) mod py06_await_done_does_not_yield;
    pub(crate) mod py08_sleep0_round_robin;
    pub(crate) mod py10_stop_finishes_the_tick;
    pub(crate) mod py12_run_until_complete_extra_tick;
    pub(crate) mod py14_coroutine_without_suspension_hogs;
    pub(crate) mod py16_timers_by_deadline;
    pub(crate) mod py18_equal_deadlines_heap_order;
    pub(crate) mod py20_deadline_in_the_past;
    pub(crate) mod py22_sleep_takes_two_ticks;
    pub(crate) mod py24_two_periodic_tasks;
    pub(crate) mod py26_cancelled_timers_are_swept;
    pub(crate) mod py28_tick_phases;
    pub(crate) mod py30_zero_timer_inside_timer;
    pub(crate) mod py32_future_wakes_waiters_in_order;
    pub(crate) mod py34_await_twice;
    pub(crate) mod py36_gather_first_exception;
    pub(crate) mod py38_gather_cancelled;
    pub(crate) mod py40_wait_first_completed;
    pub(crate) mod py42_as_completed;
    pub(crate) mod py44_wait_for_timeout;
    pub(crate) mod py46_cancel_before_start;
    pub(crate) mod py48_cleanup_may_await;
    pub(crate) mod py50_cancel_after_done;
    pub(crate) mod py52_cancel_beats_pending_wakeup;
    pub(crate) mod py54_cancel_twice;
    pub(crate) mod py56_timeout_not_reached;
    pub(crate) mod py58_timeouts_nested;
    pub(crate) mod py60_lock_no_barging;
    pub(crate) mod py62_uncontended_lock_does_not_yield;
    pub(crate) mod py64_event_set_then_clear;
    pub(crate) mod py66_barrier;
    pub(crate) mod py68_queue_maxsize;
    pub(crate) mod py70_queue_join;
    pub(crate) mod py72_taskgroup_failure;
    pub(crate) mod py74_run_cancels_leftovers;
    pub(crate) mod py76_to_thread_keeps_the_loop_free;
    pub(crate) mod py78_run_coroutine_threadsafe;
    pub(crate) mod py80_reader_is_level_triggered;
    pub(crate) mod py82_streams_echo;
    pub(crate) mod py84_signal_handler;
    pub(crate) mod py86_exception_never_retrieved;
    pub(crate) mod py88_never_awaited;
    pub(crate) mod py90_context_is_copied;
    pub(crate) mod py92_coffee;
    pub(crate) mod py94_async_generator_cleanup;
}

mod more {
    pub(crate) mod await_coroutine_does_not_suspend;
    pub(crate) mod busy_queue_starves_nobody;
    pub(crate) mod call_soon_is_fifo;
    pub(crate) mod call_soon_threadsafe;
    pub(crate) mod cancel_a_sleeping_task;
    pub(crate) mod cancel_yourself;
    pub(crate) mod cancel_yourself_then_await;
    pub(crate) mod cancellation_can_be_refused;
    pub(crate) mod cancellation_goes_inwards;
    pub(crate) mod cancelled_handles_are_skipped;
    pub(crate) mod cancelled_waiter_passes_the_lock_on;
    pub(crate) mod cancelled_with_its_time_limit;
    pub(crate) mod condition_notify;
    pub(crate) mod dining_philosophers;
    pub(crate) mod done_callbacks_are_scheduled;
    pub(crate) mod drain_waits_for_the_reader;
    pub(crate) mod failing_callback;
    pub(crate) mod finally_cancels_who_waits;
    pub(crate) mod future_is_set_once;
    pub(crate) mod gather_cancelled_when_decided;
    pub(crate) mod gather_results_by_position;
    pub(crate) mod gather_return_exceptions;
    pub(crate) mod how_long_select_waits;
    pub(crate) mod lock_is_fair;
    pub(crate) mod names_and_all_tasks;
    pub(crate) mod overdue_all_in_one_tick;
    pub(crate) mod queue_getters_in_line;
    pub(crate) mod queues_of_other_orders;
    pub(crate) mod receive_waits_one_tick_more;
    pub(crate) mod semaphore_lets_so_many_in;
    pub(crate) mod shield_protects_the_inner_task;
    pub(crate) mod sleeps_of_the_same_tick;
    pub(crate) mod stop_before_main_is_done;
    pub(crate) mod stop_then_run_again;
    pub(crate) mod task_end_wakes_waiter_next_tick;
    pub(crate) mod taskgroup_body_error_is_last;
    pub(crate) mod taskgroup_body_fails;
    pub(crate) mod taskgroup_child_fails_body_waits;
    pub(crate) mod taskgroup_is_cancelled;
    pub(crate) mod taskgroup_two_fail_in_one_tick;
    pub(crate) mod taskgroup_waits_for_all;
    pub(crate) mod time_limits_of_zero;
    pub(crate) mod timeout_against_result;
    pub(crate) mod timeout_is_armed_first;
    pub(crate) mod timeout_reached;
    pub(crate) mod timer_cancels_timer;
    pub(crate) mod to_thread_results_and_errors;
    pub(crate) mod two_receivers;
    pub(crate) mod unbounded_put_hogs;
    pub(crate) mod wait_first_exception;
    pub(crate) mod wait_for_in_time_and_late;
    pub(crate) mod wait_with_timeout;
    pub(crate) mod what_a_hop_costs;
    pub(crate) mod zero_delay_is_behind_the_queue;
}

/// A program: its Python original is a file of this name, its Rust twin a module of this name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Twin {
    pub(crate) name: &'static str,
    /// Where its files are: `programs` or `more`.
    pub(crate) folder: &'static str,
    /// The real one for programs with threads, whose work takes real time; else the virtual one.
    pub(crate) clock: ClockKind,
    pub(crate) program: fn(),
}

impl Twin {
    /// The folder of the Python programs and their outputs.
    pub(crate) fn directory(&self) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/asyncio_parity").join(self.folder)
    }

    /// The text of one of them.
    pub(crate) fn file(&self, extension: &str) -> Option<String> {
        fs::read_to_string(self.directory().join(format!("{}.{extension}", self.name))).ok()
    }

    /// What `CPython` prints, or what `ticks.py` predicts of a design with direct wake-ups. Where we
    /// deliberately do something else, that is written down beside it, in a file with `rust` in its
    /// name.
    pub(crate) fn expected(&self, wake: WakeMode) -> String {
        let extensions: &[&str] = match wake {
            WakeMode::Asyncio => &["rust.out", "out"],
            WakeMode::Direct => &["rust.waker.out", "waker.out", "rust.out", "out"],
        };
        extensions.iter().find_map(|extension| self.file(extension)).expect("every program has an output")
    }
}

/// Declares the programs: for each a test of its name, and an entry in the list of all.
macro_rules! twins {
    ($($clock:ident $folder:ident $name:ident;)*) => {
        $(
            #[test]
            fn $name() {
                crate::judge::judge(Twin {
                    name: stringify!($name),
                    folder: stringify!($folder),
                    clock: ClockKind::$clock,
                    program: $folder::$name::program,
                });
            }
        )*

        /// All of them.
        pub(crate) const TWINS: &[Twin] = &[$(
            Twin {
                name: stringify!($name),
                folder: stringify!($folder),
                clock: ClockKind::$clock,
                program: $folder::$name::program,
            },
        )*];
    };
}

twins! {
    Virtual programs py02_added_during_tick_waits;
    Virtual programs py04_create_task_starts_next_tick;
    Virtual programs py06_await_done_does_not_yield;
    Virtual programs py08_sleep0_round_robin;
    Virtual programs py10_stop_finishes_the_tick;
    Virtual programs py12_run_until_complete_extra_tick;
    Virtual programs py14_coroutine_without_suspension_hogs;
    Virtual programs py16_timers_by_deadline;
    Virtual programs py18_equal_deadlines_heap_order;
    Virtual programs py20_deadline_in_the_past;
    Virtual programs py22_sleep_takes_two_ticks;
    Virtual programs py24_two_periodic_tasks;
    Virtual programs py26_cancelled_timers_are_swept;
    Virtual programs py28_tick_phases;
    Virtual programs py30_zero_timer_inside_timer;
    Virtual programs py32_future_wakes_waiters_in_order;
    Virtual programs py34_await_twice;
    Virtual programs py36_gather_first_exception;
    Virtual programs py38_gather_cancelled;
    Virtual programs py40_wait_first_completed;
    Virtual programs py42_as_completed;
    Virtual programs py44_wait_for_timeout;
    Virtual programs py46_cancel_before_start;
    Virtual programs py48_cleanup_may_await;
    Virtual programs py50_cancel_after_done;
    Virtual programs py52_cancel_beats_pending_wakeup;
    Virtual programs py54_cancel_twice;
    Virtual programs py56_timeout_not_reached;
    Virtual programs py58_timeouts_nested;
    Virtual programs py60_lock_no_barging;
    Virtual programs py62_uncontended_lock_does_not_yield;
    Virtual programs py64_event_set_then_clear;
    Virtual programs py66_barrier;
    Virtual programs py68_queue_maxsize;
    Virtual programs py70_queue_join;
    Virtual programs py72_taskgroup_failure;
    Virtual programs py74_run_cancels_leftovers;
    Real programs py76_to_thread_keeps_the_loop_free;
    Real programs py78_run_coroutine_threadsafe;
    Virtual programs py80_reader_is_level_triggered;
    Real programs py82_streams_echo;
    Virtual programs py84_signal_handler;
    Virtual programs py86_exception_never_retrieved;
    Virtual programs py88_never_awaited;
    Virtual programs py90_context_is_copied;
    Virtual programs py92_coffee;
    Virtual programs py94_async_generator_cleanup;
    Virtual more await_coroutine_does_not_suspend;
    Virtual more busy_queue_starves_nobody;
    Virtual more call_soon_is_fifo;
    Real more call_soon_threadsafe;
    Virtual more cancel_a_sleeping_task;
    Virtual more cancel_yourself;
    Virtual more cancel_yourself_then_await;
    Virtual more cancellation_can_be_refused;
    Virtual more cancellation_goes_inwards;
    Virtual more cancelled_handles_are_skipped;
    Virtual more cancelled_waiter_passes_the_lock_on;
    Virtual more cancelled_with_its_time_limit;
    Virtual more condition_notify;
    Virtual more dining_philosophers;
    Virtual more done_callbacks_are_scheduled;
    Virtual more drain_waits_for_the_reader;
    Virtual more failing_callback;
    Virtual more finally_cancels_who_waits;
    Virtual more future_is_set_once;
    Virtual more gather_cancelled_when_decided;
    Virtual more gather_results_by_position;
    Virtual more gather_return_exceptions;
    Virtual more how_long_select_waits;
    Virtual more lock_is_fair;
    Virtual more names_and_all_tasks;
    Virtual more overdue_all_in_one_tick;
    Virtual more queue_getters_in_line;
    Virtual more queues_of_other_orders;
    Virtual more receive_waits_one_tick_more;
    Virtual more semaphore_lets_so_many_in;
    Virtual more shield_protects_the_inner_task;
    Virtual more sleeps_of_the_same_tick;
    Virtual more stop_before_main_is_done;
    Virtual more stop_then_run_again;
    Virtual more task_end_wakes_waiter_next_tick;
    Virtual more taskgroup_body_error_is_last;
    Virtual more taskgroup_body_fails;
    Virtual more taskgroup_child_fails_body_waits;
    Virtual more taskgroup_is_cancelled;
    Virtual more taskgroup_two_fail_in_one_tick;
    Virtual more taskgroup_waits_for_all;
    Virtual more time_limits_of_zero;
    Virtual more timeout_against_result;
    Virtual more timeout_is_armed_first;
    Virtual more timeout_reached;
    Virtual more timer_cancels_timer;
    Real more to_thread_results_and_errors;
    Virtual more two_receivers;
    Virtual more unbounded_put_hogs;
    Virtual more wait_first_exception;
    Virtual more wait_for_in_time_and_late;
    Virtual more wait_with_timeout;
    Virtual more what_a_hop_costs;
    Virtual more zero_delay_is_behind_the_queue;
}
