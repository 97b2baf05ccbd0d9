//! What a source names, and which flags a program has.

use std::collections::BTreeSet;

/// The identifiers of a source, without what its comments say. Of what it quotes only single words count (a
/// switch, a field's name in JSON), and no sentences; but what a line gives a value to has a name (`fds=0`).
pub(crate) fn identifiers(source: &str, language: &str) -> BTreeSet<String> {
    let comment = if language == "rs" || language == "html" { "//" } else { "#" };
    let mut found = BTreeSet::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        if rest.starts_with(comment) {
            rest = rest.split_once('\n').map_or("", |(_, after)| after);
        } else if let Some((quoted, after)) = quoted(rest, language) {
            let is_word = quoted.chars().all(|letter| is_part(letter) || "-:.=".contains(letter));
            for piece in quoted.split_inclusive(|letter| !is_part(letter)) {
                if is_word || piece.ends_with('=') {
                    found.insert(piece.trim_end_matches(|letter| !is_part(letter)).to_owned());
                }
            }
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

/// What is quoted at the beginning of the text, and what stands behind it.
fn quoted<'a>(text: &'a str, language: &str) -> Option<(&'a str, &'a str)> {
    let quotes: &[&str] = match language {
        "rs" => &["'\"'", "'\\\"'", "r#\"", "\""],
        "py" => &["\"\"\"", "'''", "\"", "'"],
        "sh" | "html" => &["\""],
        _ => &[],
    };
    let open = *quotes.iter().find(|open| text.starts_with(**open))?;
    let inside = &text[open.len()..];
    match open {
        // A letter that is a quote.
        "'\"'" | "'\\\"'" => Some(("", inside)),
        "r#\"" => inside.split_once("\"#"),
        _ => {
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
    }
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
