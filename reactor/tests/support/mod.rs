//! A reactor on a test bench: waiters are plain labels, and silence can be proved.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use reactor::{BackendKind, Direction, Fired, Reactor, Registered, Source, Until};
use socket2::SockRef;

/// How long anything that must happen may take, on the slowest machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// What the cases arm.
pub(crate) type Label = &'static str;

/// A reactor and what it has handed out so far.
pub(crate) struct Bench {
    pub(crate) reactor: Reactor<Label>,
    fired: Vec<Fired<Label>>,
    bell: Registered<UnixStream, Label>,
    rope: UnixStream,
}

impl Bench {
    pub(crate) fn new(kind: BackendKind) -> Self {
        let reactor = Reactor::new(kind).unwrap();
        assert_eq!(reactor.backend(), kind);
        let (bell, rope) = UnixStream::pair().unwrap();
        let bell = reactor.register(bell).unwrap();
        // Asked here, once: a case would hang in its first try, and not say why.
        assert!(SockRef::from(bell.get()).nonblocking().unwrap(), "registered, but blocking");
        Bench { reactor, fired: Vec::new(), bell, rope }
    }

    /// A registered socket and the blocking one at its other end. Within one machine's memory: what
    /// one end does, the other's readiness shows at once.
    pub(crate) fn pair(&self) -> (Registered<UnixStream, Label>, UnixStream) {
        let (near, far) = UnixStream::pair().unwrap();
        (self.reactor.register(near).unwrap(), far)
    }

    /// The same over TCP, where an end and a reset are different things.
    pub(crate) fn tcp_pair(&self) -> (Registered<TcpStream, Label>, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let near = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (far, _) = listener.accept().unwrap();
        (self.reactor.register(near).unwrap(), far)
    }

    /// Waits until as many waiters have been handed out as there are `labels`, and demands these,
    /// in this order.
    #[track_caller]
    pub(crate) fn expect(&mut self, labels: &[Label]) -> Vec<Fired<Label>> {
        let end = Instant::now() + PATIENCE;
        while self.fired.len() < labels.len() {
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "waited in vain for {labels:?}, got {:?}", self.labels());
            self.reactor.wait(Until::after(left), &mut self.fired).unwrap();
        }
        assert_eq!(self.labels(), labels);
        std::mem::take(&mut self.fired)
    }

    /// Demands that nothing is handed out.
    ///
    /// How long must one listen to silence? Not for a time: until later news has come through. The
    /// bell is a socket that becomes readable after whatever the case did, so an event of that
    /// would have come with it or before. It rings more than once because what falls due in a wait
    /// may be reported by the next.
    #[track_caller]
    pub(crate) fn quiet(&mut self) {
        for _ in 0..3 {
            self.bell.would_block(Direction::Read);
            self.bell.arm(Direction::Read, "bell").unwrap();
            self.rope.write_all(b"!").unwrap();
            let end = Instant::now() + PATIENCE;
            while !self.labels().contains(&"bell") {
                let left = end.saturating_duration_since(Instant::now());
                assert!(!left.is_zero(), "the bell does not ring");
                self.reactor.wait(Until::after(left), &mut self.fired).unwrap();
            }
            self.fired.retain(|fired| fired.waiter != "bell");
            assert_eq!(self.bell.get().read(&mut [0; 8]).unwrap(), 1);
        }
        assert_eq!(self.labels(), [""; 0], "fired, but should not have");
    }

    fn labels(&self) -> Vec<Label> {
        self.fired.iter().map(|fired| fired.waiter).collect()
    }
}

/// Steps 1 and 2 of the contract for a reader that finds nothing.
#[track_caller]
pub(crate) fn arm_reader<S: Source>(socket: &Registered<S, Label>, label: Label)
where
    for<'a> &'a S: Read,
{
    assert_eq!(socket.get().read(&mut [0; 64]).unwrap_err().kind(), ErrorKind::WouldBlock);
    socket.would_block(Direction::Read);
    assert_eq!(socket.arm(Direction::Read, label).unwrap(), None);
}

/// Steps 1 and 2 for a writer that fills the socket first. Returns how many bytes that took.
#[track_caller]
pub(crate) fn arm_writer<S: Source>(socket: &Registered<S, Label>, label: Label) -> usize
where
    for<'a> &'a S: Write,
{
    let mut written = 0;
    loop {
        match socket.get().write(&[b'.'; 4096]) {
            Ok(n) => written += n,
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) => panic!("cannot fill the socket: {error}"),
        }
    }
    socket.would_block(Direction::Write);
    assert_eq!(socket.arm(Direction::Write, label).unwrap(), None);
    written
}

/// One whole wait of a user who keeps the contract: tries while a try is worth it, else arms and
/// waits.
#[track_caller]
pub(crate) fn read_by_contract<S: Source>(
    bench: &mut Bench,
    socket: &Registered<S, Label>,
    buffer: &mut [u8],
) -> io::Result<usize>
where
    for<'a> &'a S: Read,
{
    loop {
        if socket.is_ready(Direction::Read) {
            match socket.get().read(buffer) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => socket.would_block(Direction::Read),
                result => return result,
            }
        }
        socket.arm(Direction::Read, "reader").unwrap();
        bench.expect(&["reader"]);
    }
}

/// Takes `bytes` bytes out of the far end.
pub(crate) fn take(mut far: impl Read, bytes: usize) {
    far.read_exact(&mut vec![0; bytes]).unwrap();
}

/// Runs `work`, which may hang if the reactor is wrong, and fails instead of hanging.
#[track_caller]
pub(crate) fn within_patience<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    let worker = thread::spawn(move || {
        // Nobody listens any more if it took too long.
        let _ = sender.send(work());
    });
    match receiver.recv_timeout(PATIENCE) {
        Ok(result) => result,
        Err(RecvTimeoutError::Timeout) => panic!("still waiting after {PATIENCE:?}"),
        Err(RecvTimeoutError::Disconnected) => std::panic::resume_unwind(worker.join().unwrap_err()),
    }
}
