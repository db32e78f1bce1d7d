//! SIGTERM and SIGINT end the server: they are blocked in every thread and awaited by one.

use std::mem::MaybeUninit;

/// The signals that ask the server to stop. Made before any other thread, so that all of them block the signals.
pub struct Termination(libc::sigset_t);

impl Termination {
    pub fn block() -> Termination {
        let mut set = MaybeUninit::<libc::sigset_t>::uninit();
        // SAFETY: sigemptyset initializes the set before it is read; the signal numbers are valid.
        unsafe {
            libc::sigemptyset(set.as_mut_ptr());
            libc::sigaddset(set.as_mut_ptr(), libc::SIGTERM);
            libc::sigaddset(set.as_mut_ptr(), libc::SIGINT);
            libc::pthread_sigmask(libc::SIG_BLOCK, set.as_ptr(), std::ptr::null_mut());
            Termination(set.assume_init())
        }
    }

    pub fn wait(&self) {
        let mut signal = 0;
        // SAFETY: both pointers are valid for the call.
        while unsafe { libc::sigwait(&self.0, &mut signal) } != 0 {}
    }
}
