//! Room for recursion: the phases go as deep as the parser's limit of nesting lets a program go.

use std::thread;

/// Enough for a debug build at the limit of nesting; the system hands out only what is touched.
const STACK_BYTES: usize = 256 << 20;

/// The work panicked; what it had to say stands on stderr.
#[derive(Debug)]
pub(crate) struct Panicked;

/// Does the work on a thread with a deep stack.
pub(crate) fn with_room<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, Panicked> {
    let mut work = Some(work);
    let done = thread::scope(|scope| {
        let work = &mut work;
        let run = move || work.take().map(|it| it());
        let builder = thread::Builder::new().name("wudi".to_owned());
        let thread = builder.stack_size(STACK_BYTES).spawn_scoped(scope, run);
        match thread {
            Ok(thread) => thread.join().map_err(|_| Panicked),
            Err(_) => Ok(None),
        }
    })?;
    match (done, work) {
        (Some(done), _) => Ok(done),
        // No thread could be had: the stack at hand must do.
        (None, Some(work)) => Ok(work()),
        (None, None) => Err(Panicked),
    }
}
