//! Puts the source of this workspace into the server, so that its page can show the line that a task waits at.
//!
//! The list is made here and never by a request: what is not in it cannot be asked for.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Where code stands that a task can be spawned in or wait in, seen from the root of the workspace.
const FOLDERS: [&str; 4] = ["reactor/src", "executor/src", "executor/examples", "servers/src"];

fn main() -> io::Result<()> {
    // Asked now and not when this was compiled: a checkout may be moved together with what it has built.
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or(io::ErrorKind::NotFound)?);
    let root = here.join("..").canonicalize()?;
    let mut list = String::from("&[\n");
    for folder in FOLDERS {
        println!("cargo::rerun-if-changed={}", root.join(folder).display());
        for file in files(&root.join(folder))? {
            let name = file.strip_prefix(&root).map_err(io::Error::other)?.display().to_string();
            // Writing to a String cannot fail.
            let _ = writeln!(list, "    ({name:?}, include_str!({:?})),", file.display().to_string());
        }
    }
    list.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    fs::write(out.join("sources.rs"), list)
}

/// The Rust files below a folder, in the order of their names.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        paths.push(entry?.path());
    }
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            found.extend(files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    Ok(found)
}
