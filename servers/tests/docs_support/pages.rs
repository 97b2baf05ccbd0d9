//! The pages, and the blocks in them that are announced by a comment in the line above.

use std::fs;
use std::path::{Path, PathBuf};

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// A Markdown file of the documentation.
pub(crate) struct Page {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

impl Page {
    /// As it is called in messages.
    pub(crate) fn name(&self) -> String {
        self.path.strip_prefix(root()).unwrap_or(&self.path).display().to_string()
    }
}

/// The README, the changelog, and all that is in `docs`.
pub(crate) fn pages() -> Vec<Page> {
    let mut paths = vec![root().join("README.md"), root().join("CHANGELOG.md")];
    for file in fs::read_dir(root().join("docs")).unwrap() {
        paths.push(file.unwrap().path());
    }
    paths.retain(|path| path.extension().is_some_and(|end| end == "md") && path.exists());
    paths.sort();
    assert!(paths.len() >= 6, "only {paths:?} were found");
    paths.into_iter().map(|path| Page { text: fs::read_to_string(&path).unwrap(), path }).collect()
}

/// A fenced block: what its first line says, the comment above it, and its lines.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) language: String,
    /// The text of the `<!-- ... -->` above, which may have several lines; empty if there is none.
    pub(crate) announced: String,
    pub(crate) body: String,
    /// Which line of the page its first one is.
    pub(crate) line: usize,
}

/// All fenced blocks of a page.
pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut inside = false;
    let mut above = String::new();
    for (index, line) in text.lines().enumerate() {
        if let Some(language) = line.strip_prefix("```") {
            if !inside {
                let announced = above.strip_prefix("<!-- ").and_then(|text| text.strip_suffix(" -->"));
                blocks.push(Block {
                    language: language.to_owned(),
                    announced: announced.unwrap_or_default().to_owned(),
                    body: String::new(),
                    line: index + 2,
                });
            }
            inside = !inside;
        } else if inside {
            let block = blocks.last_mut().expect("it has begun");
            block.body.push_str(line);
            block.body.push('\n');
        }
        note_comment(&mut above, line);
    }
    blocks
}

/// What comment stands above the next line: as much of it as there is so far, in one line.
fn note_comment(above: &mut String, line: &str) {
    let goes_on = above.starts_with("<!--") && !above.ends_with("-->");
    if goes_on {
        above.push(' ');
    } else {
        above.clear();
    }
    above.push_str(line.trim());
}

/// The page with another text in one of its blocks.
pub(crate) fn replaced(text: &str, block: &Block, body: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let first = block.line - 1;
    lines.splice(first..first + block.body.lines().count(), body.lines());
    lines.join("\n") + "\n"
}

/// The page without its blocks and comments: what is left is prose.
pub(crate) fn prose(text: &str) -> String {
    let mut inside = false;
    let mut above = String::new();
    let mut prose = String::new();
    for line in text.lines() {
        note_comment(&mut above, line);
        if line.starts_with("```") {
            inside = !inside;
        } else if !inside && !above.starts_with("<!--") {
            prose.push_str(line);
            prose.push('\n');
        }
    }
    prose
}
