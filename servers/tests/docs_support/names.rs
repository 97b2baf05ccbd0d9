//! The names in the prose: what stands in `backticks` and looks like a file, a flag, a switch or an item must exist.
//!
//! A single word that could be an item is looked for among the identifiers of the sources, a flag among those
//! of the programs. What comments and sentences say is no proof: they could be as wrong as the page.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::pages::root;
use super::words::{flags_of_help, flags_of_script, identifiers};

/// Names of others: cargo's flags, Python's and tokio's items, files of the system.
const FOREIGN: &str = include_str!("foreign_names.txt");

/// All that can be named.
pub(crate) struct Names {
    /// Paths from the root, of files and folders.
    paths: BTreeSet<String>,
    /// What the sources name.
    identifiers: BTreeSet<String>,
    /// What the programs can be told, with its two hyphens.
    flags: BTreeSet<String>,
    foreign: BTreeSet<&'static str>,
}

impl Names {
    /// `helps` is what the programs print when they are asked for help.
    pub(crate) fn of_the_sources(helps: &[String]) -> Names {
        let mut names = Names::none();
        names.foreign = FOREIGN.lines().collect();
        names.enter(&root(), "");
        for help in helps {
            names.flags.extend(flags_of_help(help));
        }
        names
    }

    /// For tests of the check itself.
    pub(crate) fn made_up(paths: &[&str], source: &str, help: &str) -> Names {
        let mut names = Names::none();
        names.paths.extend(paths.iter().map(|&path| path.to_owned()));
        names.identifiers = identifiers(source, "rs");
        names.flags = flags_of_help(help);
        names
    }

    fn none() -> Names {
        Names {
            paths: BTreeSet::new(),
            identifiers: BTreeSet::new(),
            flags: BTreeSet::new(),
            foreign: BTreeSet::new(),
        }
    }

    fn enter(&mut self, folder: &Path, prefix: &str) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if name == "target" || name == ".git" {
                continue;
            }
            let from_root = format!("{prefix}{name}");
            // This check's own made-up names are none.
            let is_own = from_root.starts_with("servers/tests/docs");
            if path.is_dir() {
                self.enter(&path, &format!("{from_root}/"));
            } else if let Some(language) = language_of(&name).filter(|_| !is_own) {
                let source = fs::read_to_string(&path).unwrap_or_default();
                self.identifiers.extend(identifiers(&source, language));
                if name == "compare" {
                    self.flags.extend(flags_of_script(&source));
                }
            }
            self.paths.insert(from_root);
        }
    }

    /// Whether this word of the prose may stand there: it exists, or looks like nothing that could.
    pub(crate) fn knows(&self, word: &str) -> bool {
        if self.foreign.contains(word) {
            return true;
        }
        if !word.starts_with('<') && !flags_in(word).all(|flag| self.knows_flag(flag)) {
            return false;
        }
        let is_file =
            [".rs", ".md", ".gdb", ".toml", ".html", ".py", ".svg"].iter().any(|end| word.ends_with(end));
        if is_file && !word.contains([' ', '*', '<']) {
            let end = format!("/{word}");
            return self.paths.contains(word) || self.paths.iter().any(|path| path.ends_with(&end));
        }
        let name = word.split(['(', '<', '=', '!']).next().unwrap_or_default();
        let is_name = name.starts_with(|first: char| first.is_alphabetic() || first == '_')
            && name.chars().all(|letter| letter.is_alphanumeric() || "_:.".contains(letter));
        !is_name || name.split([':', '.']).all(|part| self.knows_identifier(part))
    }

    fn knows_flag(&self, flag: &str) -> bool {
        self.flags.contains(flag) || self.foreign.contains(flag)
    }

    fn knows_identifier(&self, part: &str) -> bool {
        // `tell_` is whatever begins so.
        let begins_one = |part: &str| self.identifiers.range(part.to_owned()..).next();
        part.is_empty()
            || self.identifiers.contains(part)
            || self.foreign.contains(part)
            || part.ends_with('_') && begins_one(part).is_some_and(|next| next.starts_with(part))
            || is_given_by_the_loop(part)
    }
}

/// `T4`, `tm1`, `io3`: what a loop calls its tasks, timers and sockets.
fn is_given_by_the_loop(name: &str) -> bool {
    let mut numbers = ["T", "tm", "io"].iter().filter_map(|kind| name.strip_prefix(kind));
    numbers.any(|number| !number.is_empty() && number.chars().all(|digit| digit.is_ascii_digit()))
}

/// How a file is to be read, if it says what there is: the ending of the language.
fn language_of(file: &str) -> Option<&'static str> {
    match file {
        "compare" => return Some("py"),
        "run" | "regenerate" => return Some("sh"),
        _ => {}
    }
    ["rs", "gdb", "toml", "py", "html"].into_iter().find(|end| file.ends_with(&format!(".{end}")))
}

/// The flags in a command, or the one that the word is: `--workers=4` is `--workers`.
fn flags_in(command: &str) -> impl Iterator<Item = &str> {
    let words = command.split_whitespace().filter(|word| word.len() > 2 && word.starts_with("--"));
    words.map(|word| word.split('=').next().unwrap_or_default())
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
