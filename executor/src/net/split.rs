//! A stream in two halves, which know nothing of each other: the reader and the writer of asyncio.

use std::rc::Rc;

use super::reader::StreamReader;
use super::stream::{Stream, StreamSocket};
use super::writer::StreamWriter;

impl<S: StreamSocket> Stream<S> {
    /// Divides it in two halves with buffers: one to read lines and the like, one to write without
    /// waiting. They share the connection, and the last one closes it. asyncio: what
    /// `open_connection` returns.
    pub fn split(self) -> (StreamReader<S>, StreamWriter<S>) {
        let stream = Rc::new(self);
        (StreamReader::new(Rc::clone(&stream)), StreamWriter::new(stream))
    }
}
