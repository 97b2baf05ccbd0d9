//! How late the kernel may be on purpose.
//!
//! Linux ends a thread's wait up to fifty microseconds after its time, so that it can end several at
//! once and let the processor rest in between. For most programs that is a good bargain. For a loop
//! it would be most of what a sleep is late.

/// Asks the kernel to end the waits of this thread, and of those that it starts, when their time has
/// come. Other systems have no such thing, or do not let it be changed.
pub(crate) fn be_punctual() {
    #[cfg(target_os = "linux")]
    {
        use std::num::NonZeroU64;
        // A kernel that refuses is as late as before.
        let _ = rustix::thread::set_current_timer_slack(Some(NonZeroU64::MIN));
    }
}
