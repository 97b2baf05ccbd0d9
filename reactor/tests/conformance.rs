//! What the contract promises, asked of every backend.
//!
//! The reactor's users know one contract and no backend (see the crate page). So each promise is
//! one function that takes a [`reactor::BackendKind`], and this file runs all of them on each: a
//! failure is named `polling::endings::half_close`, by backend and case. A third backend is done
//! when it passes here.
//!
//! No case sleeps to "give it time". What must happen is waited for, with a generous deadline; what
//! must *not* happen is checked after a bell has rung through the same reactor (see
//! [`support::Bench::quiet`]).

#![allow(clippy::unwrap_used, reason = "a panic with its line is how a test speaks")]

mod support;

mod cases {
    pub(crate) mod arming;
    pub(crate) mod endings;
    pub(crate) mod level;
    pub(crate) mod lifetime;
    pub(crate) mod remembering;
    pub(crate) mod timing;
    pub(crate) mod waking;
}

macro_rules! on_each_backend {
    ($($file:ident: $($case:ident),+;)+) => {
        mod mio {
            $(mod $file {
                $(#[test]
                fn $case() {
                    crate::cases::$file::$case(reactor::BackendKind::Mio);
                })+
            })+
        }

        mod polling {
            $(mod $file {
                $(#[test]
                fn $case() {
                    crate::cases::$file::$case(reactor::BackendKind::Polling);
                })+
            })+
        }
    };
}

on_each_backend! {
    arming:
        a_reader_hears_of_bytes,
        a_writer_hears_of_room,
        every_kind_of_socket_is_heard,
        the_reader_comes_before_the_writer,
        the_writer_stays_armed_when_the_reader_fires,
        the_reader_stays_armed_when_the_writer_fires,
        one_event_then_silence_until_armed_again,
        a_thousand_rearmings,
        a_second_waiter_takes_the_place_of_the_first,
        a_disarmed_waiter_is_not_handed_out,
        disarming_one_direction_leaves_the_other,
        arming_again_after_disarming;
    remembering:
        a_new_socket_counts_as_ready,
        bytes_between_would_block_and_arm,
        bytes_while_nobody_is_armed,
        bytes_that_a_fired_reader_left,
        drained_saves_a_try_and_loses_nothing;
    endings:
        half_close,
        half_close_leaves_a_blocked_writer_alone,
        an_end_merged_into_the_last_bytes,
        an_end_after_a_short_read,
        hang_up_tells_both_directions,
        reset_tells_the_reader,
        reset_tells_the_writer,
        an_accepted_connect_is_writable,
        a_refused_connect_tells_both_directions;
    level:
        unread_bytes_are_told_again_and_again,
        a_new_socket_is_told_what_is_true,
        what_was_read_before_the_wait_is_not_told,
        room_is_told_as_long_as_there_is_some,
        an_end_is_told_again_and_again,
        a_level_leaves_the_other_direction_alone,
        all_waiters_can_be_taken_back;
    lifetime:
        closing_while_armed_drops_the_waiter,
        a_waiter_dropped_by_closing_may_use_the_reactor,
        a_dropped_source_is_never_reported,
        a_reused_number_and_place_bring_no_stale_event,
        a_living_copy_of_the_old_descriptor_brings_no_stale_event,
        numbers_are_never_given_twice,
        what_cannot_be_watched_is_refused,
        a_registered_socket_outlives_the_handle;
    waking:
        a_notify_before_the_wait_ends_it,
        many_notifies_end_one_wait,
        a_notify_ends_a_wait_for_ever,
        many_threads_at_once_lose_nothing,
        a_notify_hides_no_socket,
        a_notify_when_the_reactor_is_gone,
        spurious_ends_of_a_wait_lose_nothing;
    timing:
        no_wait_is_shorter_than_asked,
        a_look_does_not_wait,
        far_timeouts_wait,
        a_wait_that_was_ended_does_not_cut_the_next_one_short,
        a_time_that_came_unnoticed_does_not_keep_the_next_from_coming,
        signals_neither_fail_nor_end_a_wait,
        a_socket_is_heard_through_signals;
}
