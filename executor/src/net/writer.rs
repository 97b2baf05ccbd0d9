//! The writing half of a stream, with a buffer: writing never waits, and `drain` is where one may.
//!
//! A write goes to the kernel at once. What the kernel does not take, because the peer is slow to
//! read, is kept here and written in the background: a callback on the socket
//! ([`Stream::add_writer`]) writes what it can whenever there is room, and goes away when nothing is
//! left. No task is needed for that, and so nobody has to wait.
//!
//! But somebody has to slow down, or the buffer grows as long as the peer does not read: this is
//! *backpressure*. A buffer that grows above its high mark pauses the writer, and one that has shrunk
//! to its low mark lets it go on; in between it stays as it is, so that it does not go on and off
//! with each byte. `drain().await`, while the writer is paused, waits until it goes on, and that is all it
//! does: it is not a flush. A program that writes without it is not slowed down, and pays with memory.
//!
//! asyncio: `StreamWriter` (streams.py), and below it the transport (`_SelectorSocketTransport`,
//! `_FlowControlMixin`), whose turns these are.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::io;
use std::net::{Shutdown, TcpStream};
use std::rc::Rc;

use reactor::Direction;

use super::byte_queue::ByteQueue;
use super::reader::again;
use super::stream::{Stream, StreamSocket};
use crate::inspect::names::Spot;
use crate::sync::wait_queue::WaitQueue;

/// Above so many bytes, `drain` waits.
const HIGH_MARK: usize = 64 * 1024;
/// Down to so many bytes.
const LOW_MARK: usize = HIGH_MARK / 4;

/// The writing half of a connection. Made by [`Stream::split`]. asyncio: `asyncio.StreamWriter`.
///
/// Dropping it writes what is in its buffer, in the background, and then ends this direction of the
/// connection as [`write_eof`](Self::write_eof) does. (asyncio closes both.) What is still unwritten
/// when the loop itself ends is lost: to be sure, [`close`](Self::close) and
/// [`wait_closed`](Self::wait_closed).
#[doc(alias = "transport")]
pub struct StreamWriter<S: StreamSocket = TcpStream> {
    transport: Rc<Transport<S>>,
}

/// What goes on in the background, and may outlive the writer.
struct Transport<S> {
    stream: Rc<Stream<S>>,
    buffer: RefCell<ByteQueue>,
    low_mark: Cell<usize>,
    high_mark: Cell<usize>,
    /// From above the high mark to the low one.
    paused: Cell<bool>,
    stage: Cell<Stage>,
    /// Why nothing can be written any more.
    failure: RefCell<Option<io::Error>>,
    /// Who waits in `drain`, and who in `wait_closed`.
    draining: WaitQueue,
    closing: WaitQueue,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Bytes may be written.
    Open,
    /// The end of the stream is to follow what is in the buffer.
    Ending,
    /// Everything is to end when the buffer is empty.
    Closing,
    /// Everything has ended.
    Closed,
}

impl<S: StreamSocket> StreamWriter<S> {
    pub(super) fn new(stream: Rc<Stream<S>>) -> Self {
        let transport = Transport {
            stream,
            buffer: RefCell::default(),
            low_mark: Cell::new(LOW_MARK),
            high_mark: Cell::new(HIGH_MARK),
            paused: Cell::new(false),
            stage: Cell::new(Stage::Open),
            failure: RefCell::new(None),
            draining: WaitQueue::default(),
            closing: WaitQueue::default(),
        };
        StreamWriter { transport: Rc::new(transport) }
    }

    /// Writes `bytes`, without waiting: to the kernel as far as it takes them at once, the rest into
    /// the buffer. asyncio: `StreamWriter.write`.
    ///
    /// # Errors
    ///
    /// What the operating system says, now or to an earlier write: for instance that the peer is
    /// gone. [`BrokenPipe`](io::ErrorKind::BrokenPipe) after `write_eof` or `close`.
    #[doc(alias = "writelines")]
    pub fn write(&self, bytes: &[u8]) -> io::Result<()> {
        self.transport.write(bytes)
    }

    /// If the writer is paused, waits until it goes on: until the buffer, which had grown above the high
    /// mark, is down to the low one. (Of several that wait, one that runs first may have paused it again.)
    /// Where nothing is to be waited for, it takes no turn of the loop. asyncio: `StreamWriter.drain`.
    ///
    /// # Errors
    ///
    /// As [`write`](Self::write): what went wrong in the background comes out here. After `close` it
    /// fails only when everything has ended.
    #[track_caller]
    pub fn drain(&self) -> impl Future<Output = io::Result<()>> {
        Rc::clone(&self.transport).drain(Spot::here())
    }

    /// Changes the marks. asyncio: `transport.set_write_buffer_limits`.
    ///
    /// # Panics
    ///
    /// If the low mark is above the high one.
    pub fn set_write_buffer_limits(&self, high: usize, low: usize) {
        assert!(low <= high, "the low mark ({low}) is above the high one ({high})");
        self.transport.low_mark.set(low);
        self.transport.high_mark.set(high);
        self.transport.pause_if_high();
    }

    /// How many bytes are in the buffer. asyncio: `transport.get_write_buffer_size`.
    #[doc(alias = "get_write_buffer_size")]
    pub fn write_buffer_size(&self) -> usize {
        self.transport.buffer.borrow().len()
    }

    /// Lets the end of the stream follow what has been written: the peer reads it and can still
    /// answer. asyncio: `StreamWriter.write_eof`.
    ///
    /// # Errors
    ///
    /// If the connection is not there any more.
    pub fn write_eof(&self) -> io::Result<()> {
        self.transport.end()
    }

    /// Ends the connection when what has been written is out: then both directions are shut down,
    /// and who still reads reads the end. Nothing can be written from now on. asyncio:
    /// `StreamWriter.close`.
    pub fn close(&self) {
        self.transport.close();
    }

    /// Whether `close` was called, or the connection has failed. asyncio: `StreamWriter.is_closing`.
    pub fn is_closing(&self) -> bool {
        matches!(self.transport.stage.get(), Stage::Closing | Stage::Closed)
    }

    /// Waits until everything is written and the connection has ended, which somebody has to ask
    /// for. asyncio: `StreamWriter.wait_closed`.
    ///
    /// # Errors
    ///
    /// What the operating system said if not everything could be written.
    #[track_caller]
    pub fn wait_closed(&self) -> impl Future<Output = io::Result<()>> {
        Rc::clone(&self.transport).wait_closed(Spot::here())
    }

    /// The connection.
    #[doc(alias = "get_extra_info")]
    pub fn stream(&self) -> &Rc<Stream<S>> {
        &self.transport.stream
    }
}

impl<S: StreamSocket> Drop for StreamWriter<S> {
    fn drop(&mut self) {
        // A connection that is gone needs no end.
        let _ = self.transport.end();
    }
}

impl<S: StreamSocket> Transport<S> {
    fn write(self: &Rc<Self>, bytes: &[u8]) -> io::Result<()> {
        self.check()?;
        if self.stage.get() != Stage::Open {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let was_empty = self.buffer.borrow().is_empty();
        let mut left = bytes;
        // Never past those that wait already.
        if was_empty && !left.is_empty() {
            match self.stream.try_write(left) {
                Ok(written) => left = &left[written..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => {
                    self.fail(error);
                    return self.check();
                }
            }
        }
        if left.is_empty() {
            return Ok(());
        }
        self.buffer.borrow_mut().push(left);
        self.pause_if_high();
        if was_empty {
            let transport = Rc::clone(self);
            if let Err(error) = self.stream.add_writer(move |_| transport.write_ready()) {
                self.fail(error);
            }
        }
        self.check()
    }

    /// The socket has room: writes once, as much as it takes. What is left is for the next turn.
    fn write_ready(self: &Rc<Self>) {
        let result = self.stream.try_write(self.buffer.borrow().all());
        match result {
            Ok(written) => self.buffer.borrow_mut().forget(written),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
            Err(error) => return self.fail(error),
        }
        let size = self.buffer.borrow().len();
        if self.paused.get() && size <= self.low_mark.get() {
            self.paused.set(false);
            self.draining.notify_all();
        }
        if size > 0 {
            return;
        }
        self.stream.remove_writer();
        match self.stage.get() {
            Stage::Ending => {
                // Whoever cares finds out by reading: the peer is gone.
                let _ = self.stream.shutdown(Shutdown::Write);
            }
            Stage::Closing => self.closed(),
            Stage::Open | Stage::Closed => {}
        }
    }

    fn pause_if_high(&self) {
        if self.buffer.borrow().len() > self.high_mark.get() {
            self.paused.set(true);
        }
    }

    fn end(&self) -> io::Result<()> {
        if self.stage.get() != Stage::Open {
            return Ok(());
        }
        self.stage.set(Stage::Ending);
        if self.buffer.borrow().is_empty() { self.stream.shutdown(Shutdown::Write) } else { Ok(()) }
    }

    fn close(self: &Rc<Self>) {
        if matches!(self.stage.get(), Stage::Closing | Stage::Closed) {
            return;
        }
        self.stage.set(Stage::Closing);
        if self.buffer.borrow().is_empty() {
            self.closed_soon();
        }
    }

    /// Nothing can be written any more.
    fn fail(self: &Rc<Self>, error: io::Error) {
        self.failure.replace(Some(error));
        self.buffer.take();
        self.stream.remove_writer();
        self.stage.set(Stage::Closing);
        self.closed_soon();
    }

    /// In the next turn, as asyncio does it: whoever has just called `write` or `close` goes on
    /// first.
    fn closed_soon(self: &Rc<Self>) {
        let transport = Rc::clone(self);
        self.stream.socket.call_soon(move || transport.closed());
    }

    /// Everything is written or lost. asyncio: `connection_lost`.
    fn closed(&self) {
        self.stage.set(Stage::Closed);
        // The reader may still hold the descriptor, so it is not enough to let go of it here. An
        // error says that the peer was faster.
        let _ = self.stream.shutdown(Shutdown::Both);
        self.draining.notify_all();
        self.closing.notify_all();
    }

    fn check(&self) -> io::Result<()> {
        match &*self.failure.borrow() {
            Some(error) => Err(again(error)),
            None => Ok(()),
        }
    }

    /// Whether one may go on writing, apart from being paused.
    fn check_open(&self) -> io::Result<()> {
        self.check()?;
        if self.stage.get() == Stage::Closed {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        Ok(())
    }

    async fn drain(self: Rc<Self>, place: Spot) -> io::Result<()> {
        self.check_open()?;
        if self.paused.get() {
            // Once: whoever goes on before may have paused it again, and all are to have a turn.
            let awaiting = self.stream.socket.awaiting(Direction::Write);
            self.draining.wait(awaiting, place, || ()).await;
        }
        self.check_open()
    }

    async fn wait_closed(self: Rc<Self>, place: Spot) -> io::Result<()> {
        if self.stage.get() != Stage::Closed {
            self.closing.wait(self.stream.socket.awaiting(Direction::Write), place, || ()).await;
        }
        self.check()
    }
}

impl<S: StreamSocket> fmt::Debug for StreamWriter<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamWriter")
            .field("buffered", &self.write_buffer_size())
            .field("stage", &self.transport.stage.get())
            .finish_non_exhaustive()
    }
}
