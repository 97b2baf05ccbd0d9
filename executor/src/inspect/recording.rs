//! Recording: the events of a program in a file.
//!
//! The ending of the file's name says in which form:
//!
//! * `.jsonl`: one record a line, as [`Record`] is written in JSON. Nothing is lost in it: it can be
//!   read back into records, and every other view made of them, this one's neighbour included.
//! * `.json`: a trace for <https://ui.perfetto.dev>.
//!
//! The file is written as the program goes on, and only in whole events: at the latest when the loop
//! is about to wait, so a program that is killed leaves everything up to there, and whatever reads
//! the file reads that. asyncio has nothing of the kind; viztracer does it for Python.

use std::cell::Cell;
use std::env;
use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant as MachineTime};

use serde::Serialize;

use super::event::{Event, Record};
use super::narrator::Observer;
use super::perfetto::Perfetto;
use crate::time::instant::Instant;

/// So many bytes are written at once, if there is no pause before.
const CHUNK: usize = 64 * 1024;

/// A file in which the events of one loop, or of several servers, are recorded. Its clones write to
/// the same file, which is complete when the last of them is dropped or one is
/// [finished](Self::finish).
#[derive(Clone)]
pub struct Recording {
    shared: Arc<Mutex<Writer>>,
}

struct Writer {
    path: PathBuf,
    /// Nothing any more once it is finished, or could not be written.
    file: Option<File>,
    /// What is to be written next, and how many bytes have been.
    text: String,
    written: u64,
    form: Form,
    /// How many events without a loop were told.
    told: u64,
    /// What the clock of the machine showed when that of the recording began.
    began: MachineTime,
}

enum Form {
    Lines,
    Perfetto(Box<Perfetto>),
}

/// Why nothing can be recorded there.
#[derive(Debug)]
pub enum RecordError {
    /// The name of the file does not say in which form.
    Ending(PathBuf),
    /// The file cannot be made.
    File(PathBuf, io::Error),
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecordError::Ending(path) => write!(
                f,
                "cannot record in {}: its name must end in .jsonl (one event a line) or .json (for ui.perfetto.dev)",
                path.display()
            ),
            RecordError::File(path, error) => write!(f, "cannot record in {}: {error}", path.display()),
        }
    }
}

impl std::error::Error for RecordError {}

impl Recording {
    /// Begins a file. One that is there is replaced, but not before there is something to write: a program
    /// that cannot start replaces nothing.
    ///
    /// # Errors
    ///
    /// If its name ends in neither `.jsonl` nor `.json`, if it cannot be written or is a pipe (whose reader
    /// could hold the loop), or if another recording is being written to it.
    pub fn create(path: impl AsRef<Path>) -> Result<Self, RecordError> {
        let path = path.as_ref();
        let form = match path.extension().and_then(|ending| ending.to_str()) {
            Some("jsonl") => Form::Lines,
            Some("json") => Form::Perfetto(Box::default()),
            _ => return Err(RecordError::Ending(path.to_owned())),
        };
        let file = open(path).map_err(|error| RecordError::File(path.to_owned(), error))?;
        let (path, file, began) = (path.to_owned(), Some(file), MachineTime::now());
        let writer = Writer { path, file, text: String::new(), written: 0, form, told: 0, began };
        Ok(Recording { shared: Arc::new(Mutex::new(writer)) })
    }

    /// The file that the environment asks for: `LOOP_RECORD=FILE`. A loop that is built begins it,
    /// unless its builder says otherwise; as long as that loop lives, no other can be built that wants it.
    pub fn wanted() -> Option<PathBuf> {
        env::var_os("LOOP_RECORD").filter(|path| !path.is_empty()).map(PathBuf::from)
    }

    /// An observer that records a loop. `name` is its name among the servers whose events are recorded
    /// in the same file, and nothing if it is alone.
    pub fn observer(&self, name: Option<&'static str>) -> Rc<dyn Observer> {
        Rc::new(OfLoop { recording: self.clone(), name, compared: Cell::new(false) })
    }

    /// Records something of a server that has no loop. It is the running loop's clock that counts, if
    /// one is recorded in the same file.
    pub fn tell(&self, name: &'static str, event: Event) {
        let mut writer = self.lock();
        let time = Instant::START + writer.began.elapsed();
        writer.told += 1;
        let record = Record { seq: writer.told, time, tick: 0, task: None, event };
        writer.record(Some(name), &record);
        writer.write_out();
    }

    /// Completes the file. What is told later is not recorded.
    pub fn finish(&self) {
        self.lock().finish();
    }

    fn lock(&self) -> MutexGuard<'_, Writer> {
        // A panic of another thread is no reason to lose the story of it.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens a file as it is, if nobody else writes to it.
fn open(path: &Path) -> io::Result<File> {
    // Asked first: to open a pipe is to wait for its reader.
    if fs::metadata(path).is_ok_and(|there| there.file_type().is_fifo()) {
        return Err(io::Error::other("it is a pipe"));
    }
    let file = File::options().write(true).create(true).truncate(false).open(path)?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(io::Error::other("another recording is being written to it")),
        // Where files cannot be locked, nobody can be kept off.
        Err(TryLockError::Error(_)) | Ok(()) => Ok(file),
    }
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording").finish_non_exhaustive()
    }
}

/// Records a loop.
struct OfLoop {
    recording: Recording,
    name: Option<&'static str>,
    /// Whether the clocks have been compared.
    compared: Cell<bool>,
}

impl Observer for OfLoop {
    fn observe(&self, record: &Record) {
        let mut writer = self.recording.lock();
        if !self.compared.replace(true) {
            let shown = record.time.since(Instant::START);
            writer.began = MachineTime::now().checked_sub(shown).unwrap_or_else(MachineTime::now);
        }
        writer.record(self.name, record);
        let pause =
            matches!(record.event, Event::WaitBegin { timeout, .. } if timeout != Some(Duration::ZERO));
        if pause || matches!(record.event, Event::LoopEnd) || writer.text.len() >= CHUNK {
            writer.write_out();
        }
    }
}

/// A record among those of several servers.
#[derive(Serialize)]
struct Named<'a> {
    #[serde(rename = "loop")]
    name: &'a str,
    #[serde(flatten)]
    record: &'a Record,
}

impl Writer {
    fn record(&mut self, name: Option<&'static str>, record: &Record) {
        if self.file.is_none() {
            return;
        }
        match &mut self.form {
            Form::Lines => {
                let line = match name {
                    Some(name) => serde_json::to_string(&Named { name, record }),
                    None => serde_json::to_string(record),
                };
                self.text += &line.expect("an event is text and numbers");
                self.text.push('\n');
            }
            Form::Perfetto(fold) => fold.record(name.unwrap_or("loop"), record, &mut self.text),
        }
    }

    fn write_out(&mut self) {
        let Some(file) = &mut self.file else { return };
        if self.written == 0 && !self.text.is_empty() {
            // A device has no length, and nothing in it to replace.
            let _ = file.set_len(0);
        }
        match file.write_all(self.text.as_bytes()) {
            Ok(()) => self.written += self.text.len() as u64,
            Err(error) => {
                // Whatever RUST_LOG says: who asked for a recording is to know that it breaks off.
                let path = self.path.display();
                let _ = writeln!(io::stderr(), "error: cannot record in {path} any more: {error}");
                // The part of an event that was written is of no use.
                let _ = file.set_len(self.written);
                self.let_go();
            }
        }
        self.text.clear();
    }

    fn finish(&mut self) {
        let has_begun = self.written > 0 || !self.text.is_empty();
        if has_begun
            && self.file.is_some()
            && let Form::Perfetto(fold) = &mut self.form
        {
            fold.finish(&mut self.text);
        }
        self.write_out();
        self.let_go();
    }

    /// From here on another recording may have the file.
    fn let_go(&mut self) {
        let Some(file) = self.file.take() else { return };
        // To close it is not enough: a child that another thread has just started holds the lock as well,
        // until it becomes another program.
        let _ = file.unlock();
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.finish();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_free_when_the_recording_is_over_whoever_else_has_it_open() {
        let path = env::temp_dir().join(format!("free-{}.jsonl", std::process::id()));
        let recording = Recording::create(&path).unwrap();
        // As a child has every descriptor until it becomes another program.
        let of_a_child = recording.lock().file.as_ref().unwrap().try_clone().unwrap();
        drop(recording);
        let again = Recording::create(&path);
        fs::remove_file(&path).unwrap();
        again.unwrap();
        drop(of_a_child);
    }
}
