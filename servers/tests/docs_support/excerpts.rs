//! A part of a source file, found by the name of the item: `fn tick`, `struct Wheel`, `impl Wake for TaskWaker`. Behind
//! `/` stands how a part of the item begins: `fn serve_connection / Step::Read`.

/// The item's text without the documentation above it, moved to the left edge. `file` is the whole file, and
/// `anchor NAME` what stands between the lines `ANCHOR: NAME` and `ANCHOR_END: NAME`.
pub(crate) fn excerpt(source: &str, item: &str) -> Option<String> {
    if let Some((item, part)) = item.split_once(" / ") {
        return excerpt(&excerpt(source, item)?, part);
    }
    if item == "file" {
        return Some(source.to_owned());
    }
    let lines: Vec<&str> = source.lines().collect();
    if let Some(name) = item.strip_prefix("anchor ") {
        let ends_with = |text: String| lines.iter().position(|line| line.ends_with(&text));
        let (start, end) =
            (ends_with(format!("ANCHOR: {name}"))? + 1, ends_with(format!("ANCHOR_END: {name}"))?);
        return Some(dedented(&lines[start..end]));
    }
    let start = lines.iter().position(|line| is_header(line, item))?;
    let indent = indent_of(lines[start]);
    let is_python = lines[start].trim_end().ends_with(':');
    let mut end = start;
    while !is_last(lines[end], indent, is_python, lines.get(end + 1)) {
        end += 1;
        if end == lines.len() {
            return None;
        }
    }
    Some(dedented(&lines[start..=end]))
}

/// Whether the line begins this item, whatever stands before the word that says what it is.
fn is_header(line: &str, item: &str) -> bool {
    let mut rest = line.trim_start();
    loop {
        let Some(after) = rest.strip_prefix(item) else {
            let Some((word, after)) = rest.split_once(' ') else { return false };
            if !["pub", "pub(crate)", "pub(super)", "async", "const", "static"].contains(&word) {
                return false;
            }
            rest = after;
            continue;
        };
        return !after.starts_with(|next: char| next.is_alphanumeric() || next == '_');
    }
}

/// Whether an item that is indented so far ends with this line: the formatter sees to it that its closing brace stands
/// below its first letter. In Python the next line stands as far left, or is empty.
fn is_last(line: &str, indent: usize, is_python: bool, next: Option<&&str>) -> bool {
    if is_python {
        return next.is_none_or(|next| next.trim().is_empty() || indent_of(next) <= indent);
    }
    if indent_of(line) != indent {
        return false;
    }
    // Not the middle of an `if` with an `else`.
    line.trim_start().starts_with('}') && !line.ends_with('{') || line.ends_with(';') || line.ends_with('}')
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn dedented(lines: &[&str]) -> String {
    let indent = lines.iter().filter(|line| !line.trim().is_empty()).map(|line| indent_of(line)).min();
    let mut text = String::new();
    for line in lines {
        text.push_str(line.get(indent.unwrap_or(0)..).unwrap_or("").trim_end());
        text.push('\n');
    }
    text
}
