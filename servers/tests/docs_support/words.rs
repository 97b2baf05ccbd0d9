//! What a source names, and which flags a program has.

use std::collections::BTreeSet;

use super::script::{self, Template};

/// The identifiers of a source, without what its comments say. Of what it quotes only single words count (a
/// switch, a field's name in JSON), and no sentences; but what a line gives a value to has a name (`fds=0`).
pub(crate) fn identifiers(source: &str, language: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if language == "html" {
        for (language, part) in script::parts_of(source) {
            found.extend(identifiers(part, language));
        }
        return found;
    }
    let mut template = Template::default();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        if let Some(after) = behind_comment(rest, language) {
            rest = after;
        } else if let Some((quoted, after)) = quoted(rest, language) {
            found.extend(words_of_quoted(quoted));
            rest = after;
        } else if language == "js"
            && let Some((text, after)) = template.text(rest)
        {
            found.extend(words_of_quoted(text));
            rest = after;
        } else if is_part(first) {
            let end = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
            found.insert(rest[..end].to_owned());
            rest = &rest[end..];
        } else {
            rest = &rest[first.len_utf8()..];
        }
    }
    found
}

fn is_part(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// What stands behind the comment at the beginning of the text.
fn behind_comment<'a>(text: &'a str, language: &str) -> Option<&'a str> {
    let (begin, end) = match language {
        "rs" | "js" if text.starts_with("//") => ("//", "\n"),
        "rs" | "js" | "css" => ("/*", "*/"),
        _ => ("#", "\n"),
    };
    let comment = text.strip_prefix(begin)?;
    Some(comment.split_once(end).map_or("", |(_, after)| after))
}

/// What counts of a quoted text.
fn words_of_quoted(quoted: &str) -> impl Iterator<Item = String> + '_ {
    let is_word = quoted.chars().all(|letter| is_part(letter) || "-:.=".contains(letter));
    let pieces = quoted.split_inclusive(|letter| !is_part(letter));
    let counted = pieces.filter(move |piece| is_word || piece.ends_with('='));
    counted.map(|piece| piece.trim_end_matches(|letter| !is_part(letter)).to_owned())
}

/// What is quoted at the beginning of the text, and what stands behind it.
fn quoted<'a>(text: &'a str, language: &str) -> Option<(&'a str, &'a str)> {
    if language == "rs" {
        // A letter that is a quote.
        if let Some(after) = text.strip_prefix("'\"'").or_else(|| text.strip_prefix("'\\\"'")) {
            return Some(("", after));
        }
        if let Some(raw) = raw(text) {
            return Some(raw);
        }
    }
    // The longer ones first.
    let quotes: &[&str] = match language {
        "rs" => &["\""],
        "py" | "gdb" | "toml" => &["\"\"\"", "'''", "\"", "'"],
        _ => &["\"", "'"],
    };
    let open = *quotes.iter().find(|open| text.starts_with(**open))?;
    let inside = &text[open.len()..];
    if open.starts_with('\'') && (language == "toml" || language == "sh") {
        return inside.split_once(open);
    }
    let mut from = 0;
    loop {
        let end = from + inside[from..].find([open.chars().next()?, '\\'])?;
        if inside[end..].starts_with('\\') {
            from = end + 1 + inside[end + 1..].chars().next()?.len_utf8();
        } else if inside[end..].starts_with(open) {
            return Some((&inside[..end], &inside[end + open.len()..]));
        } else {
            from = end + 1;
        }
    }
}

/// As [`quoted`], for `r"..."` and its kind: a backslash is nothing but a backslash there.
fn raw(text: &str) -> Option<(&str, &str)> {
    let marks = text.strip_prefix('b').unwrap_or(text).strip_prefix('r')?;
    let inside = marks.trim_start_matches('#');
    let hashes = &marks[..marks.len() - inside.len()];
    inside.strip_prefix('"')?.split_once(&format!("\"{hashes}"))
}

/// The flags that a program tells of when it is asked for help: each has a line that begins with it.
pub(crate) fn flags_of_help(help: &str) -> BTreeSet<String> {
    let lines = help.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
    let words = lines.flat_map(|line| line.split([' ', ',', '=']).take(3));
    words.filter(|word| word.starts_with("--")).map(str::to_owned).collect()
}

/// Those of a Python script, which need not be run for it: `add_argument("--only", ...)`.
pub(crate) fn flags_of_script(source: &str) -> BTreeSet<String> {
    let calls = source.split("add_argument(").skip(1);
    let first = calls.filter_map(|call| call.trim_start().strip_prefix('"')?.split('"').next());
    first.filter(|word| word.starts_with("--")).map(str::to_owned).collect()
}
