//! The names in the prose: what stands in `backticks` and looks like a file, a flag, a switch or an item must exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::pages::root;

/// Names of others: cargo's flags, Python's and tokio's items, files of the system.
const FOREIGN: &str = include_str!("foreign_names.txt");

/// All that can be named.
pub(crate) struct Names {
    /// Paths from the root, of files and folders.
    paths: BTreeSet<String>,
    /// The words of all sources.
    words: BTreeSet<String>,
    foreign: BTreeSet<&'static str>,
}

impl Names {
    pub(crate) fn of_the_sources() -> Names {
        let mut names =
            Names { paths: BTreeSet::new(), words: BTreeSet::new(), foreign: FOREIGN.lines().collect() };
        names.enter(&root(), "");
        names
    }

    /// For tests of the check itself.
    pub(crate) fn made_up(paths: &[&str], source: &str) -> Names {
        let mut names = Names {
            paths: paths.iter().map(|&path| path.to_owned()).collect(),
            words: BTreeSet::new(),
            foreign: BTreeSet::new(),
        };
        names.take_words(source);
        names
    }

    fn enter(&mut self, folder: &Path, prefix: &str) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if name == "target" || name == ".git" {
                continue;
            }
            let from_root = format!("{prefix}{name}");
            if path.is_dir() {
                self.enter(&path, &format!("{from_root}/"));
            } else if ["rs", "gdb", "toml", "py", "html"].iter().any(|end| name.ends_with(end))
                || name == "run"
            {
                // This check's own made-up names are none.
                if !from_root.starts_with("servers/tests/docs") {
                    self.take_words(&fs::read_to_string(&path).unwrap_or_default());
                }
            }
            self.paths.insert(from_root);
        }
    }

    fn take_words(&mut self, source: &str) {
        let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
        for word in source.split(|letter| !is_part(letter)) {
            if !self.words.contains(word) {
                self.words.insert(word.to_owned());
            }
        }
    }

    /// Whether this word of the prose may stand there: it exists, or looks like nothing that could.
    pub(crate) fn knows(&self, word: &str) -> bool {
        if self.foreign.contains(word) {
            return true;
        }
        if let Some(flag) = word.strip_prefix("--") {
            let flag = flag.split([' ', '=']).next().unwrap_or_default();
            return self.foreign.contains(&*format!("--{flag}"))
                || self.words.contains(&flag.replace('-', "_"));
        }
        let is_file =
            [".rs", ".md", ".gdb", ".toml", ".html", ".py", ".svg"].iter().any(|end| word.ends_with(end));
        if is_file && !word.contains([' ', '*', '<']) {
            let end = format!("/{word}");
            return self.paths.contains(word) || self.paths.iter().any(|path| path.ends_with(&end));
        }
        let name = word.split(['(', '<', '=', '!']).next().unwrap_or_default();
        let is_name =
            !name.is_empty() && name.chars().all(|letter| letter.is_alphanumeric() || "_:.".contains(letter));
        let looks_like_code = name.contains('_') || name.contains("::") || word.contains('(');
        if !is_name || !looks_like_code {
            return true;
        }
        name.split([':', '.'])
            .filter(|part| !part.is_empty())
            .all(|part| self.words.contains(part) || self.foreign.contains(part))
    }
}

/// What stands in backticks in a text without blocks.
pub(crate) fn in_backticks(prose: &str) -> Vec<&str> {
    let mut found = Vec::new();
    // A double backtick is another way to quote, for what has one in it.
    for line in prose.lines().filter(|line| !line.contains("``")) {
        for (index, part) in line.split('`').enumerate() {
            if index % 2 == 1 {
                found.push(part);
            }
        }
    }
    found
}
