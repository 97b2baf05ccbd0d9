//! What is code in a page of HTML, and the texts with holes in its scripts.

/// The parts of a page that name something, each with its language: its scripts, its styles, and the names of
/// its elements. What it shows to people, and its comments, are none.
pub(crate) fn parts_of(page: &str) -> Vec<(&'static str, &str)> {
    let mut parts = Vec::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once('<') {
        rest = after;
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let Some((tag, after)) = rest.split_once('>') else { break };
        for attribute in [" id=\"", " class=\""] {
            let value = tag.split(attribute).nth(1).and_then(|value| value.split('"').next());
            parts.extend(value.map(|value| ("css", value)));
        }
        rest = after;
        for (name, language, end) in [("script", "js", "</script>"), ("style", "css", "</style>")] {
            if tag.split_whitespace().next() == Some(name) {
                let (inside, after) = rest.split_once(end).unwrap_or((rest, ""));
                parts.push((language, inside));
                rest = after;
            }
        }
    }
    parts
}

/// Where one is in a script's texts like `` `a${b}c` ``: a hole has code in it, and that may have such texts.
#[derive(Default)]
pub(crate) struct Template {
    /// For each hole that is open, how many braces are open in it.
    holes: Vec<usize>,
}

impl Template {
    /// The text that begins here, as far as the next hole or its end, and what stands behind it. In the code
    /// between such texts it is to be asked at each brace.
    pub(crate) fn text<'a>(&mut self, rest: &'a str) -> Option<(&'a str, &'a str)> {
        match (rest.chars().next()?, self.holes.last_mut()) {
            ('{', Some(braces)) => *braces += 1,
            ('}', Some(0)) => {
                self.holes.pop();
                return Some(self.up_to_hole(&rest[1..]));
            }
            ('}', Some(braces)) => *braces -= 1,
            ('`', _) => return Some(self.up_to_hole(&rest[1..])),
            _ => {}
        }
        None
    }

    fn up_to_hole<'a>(&mut self, text: &'a str) -> (&'a str, &'a str) {
        let mut is_escaped = false;
        for (at, letter) in text.char_indices() {
            if is_escaped {
                is_escaped = false;
            } else if letter == '\\' {
                is_escaped = true;
            } else if letter == '`' {
                return (&text[..at], &text[at + 1..]);
            } else if text[at..].starts_with("${") {
                self.holes.push(0);
                return (&text[..at], &text[at + 2..]);
            }
        }
        (text, "")
    }
}
