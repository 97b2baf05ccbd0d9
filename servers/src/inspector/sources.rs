//! The source files of this workspace, as they were when the server was built.
//!
//! They are part of the program: a name in a request is looked for in a list and is never a path, so
//! there is no file that it could be made to open.

/// Name, seen from the root of the workspace, and text; sorted by folder.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/sources.rs"));

/// The text of a file, named as events name it: `executor/src/tick.rs`.
pub fn source(name: &str) -> Option<&'static str> {
    for (file, text) in FILES {
        if *file == name {
            return Some(text);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::panic::Location;

    use super::source;

    #[test]
    fn finds_files_by_the_name_that_the_compiler_gives_them() {
        let here = source(Location::caller().file()).expect("this file is there");
        assert!(here.contains("fn finds_files_by_the_name"));
        assert!(source("executor/examples/cafe_async.rs").is_some());
        for name in
            ["", "tick.rs", "/etc/passwd", "executor/src/../src/tick.rs", "Cargo.toml", "servers/build.rs"]
        {
            assert!(source(name).is_none(), "{name:?}");
        }
    }
}
