//! No file names what is in a file that names what is in it, be it by way of others: what lies below does not
//! know what lies above, and can be read without it. A file may name what is in the one whose part it is
//! (`cancel/stand.rs` names the types of `cancel.rs`). And a method can be anywhere: it is found by its type.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it should do")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemUse, Macro, Meta, UseTree, Visibility};

/// A module by its names from the root of its crate, which itself has none: `["cancel", "stand"]`.
type Module = Vec<String>;

/// The modules of a crate that are files, and whom each of them uses.
type Uses = BTreeMap<Module, BTreeSet<Module>>;

fn uses_of_crate(name: &str) -> Uses {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name).join("src");
    let mut files = BTreeMap::new();
    find(&src, &[], &mut files);
    let modules: BTreeSet<Module> = files.keys().cloned().collect();
    let used_by = |(module, file): (Module, PathBuf)| {
        let found = paths_in(&module, &fs::read_to_string(file).unwrap());
        let used = found.iter().filter_map(|path| file_of(path, &modules)).filter(|used| *used != module);
        (module.clone(), used.collect())
    };
    files.into_iter().map(used_by).collect()
}

/// All files of the library; the programs in `bin` stand on top of it, and nothing stands on them.
fn find(folder: &Path, prefix: &[String], files: &mut BTreeMap<Module, PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let mut module = prefix.to_vec();
        module.push(path.file_stem().unwrap().to_string_lossy().into_owned());
        if path.is_dir() {
            if !path.ends_with("src/bin") {
                find(&path, &module, files);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let is_root = path.ends_with("src/lib.rs");
            files.insert(if is_root { Module::new() } else { module }, path);
        }
    }
}

/// The file in which something is, of which the whole path is known.
fn file_of(path: &[String], modules: &BTreeSet<Module>) -> Option<Module> {
    (0..=path.len()).rev().map(|length| path[..length].to_vec()).find(|module| modules.contains(module))
}

/// Every path in a file, as one that begins at the root of its crate.
fn paths_in(module: &Module, source: &str) -> Vec<Module> {
    let mut finder = Finder { module: module.clone(), paths: Vec::new() };
    finder.visit_file(&syn::parse_file(source).unwrap());
    finder.paths
}

struct Finder {
    /// Where it is: a file, or a module inside of one.
    module: Module,
    paths: Vec<Module>,
}

impl Finder {
    fn found(&mut self, names: &[String]) {
        // What is no module is taken for something of the file itself: then it uses nobody.
        let mut path = self.module.clone();
        for name in names {
            match name.as_str() {
                "crate" => path.clear(),
                "self" => {}
                "super" => drop(path.pop()),
                name => path.push(name.to_owned()),
            }
        }
        self.paths.push(path);
    }

    fn found_all(&mut self, before: &[String], tree: &UseTree) {
        let mut names = before.to_vec();
        match tree {
            UseTree::Path(path) => {
                names.push(path.ident.to_string());
                self.found_all(&names, &path.tree);
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.found_all(&names, tree);
                }
            }
            UseTree::Name(name) => {
                names.push(name.ident.to_string());
                self.found(&names);
            }
            UseTree::Rename(rename) => {
                names.push(rename.ident.to_string());
                self.found(&names);
            }
            UseTree::Glob(_) => self.found(&names),
        }
    }
}

impl Visit<'_> for Finder {
    fn visit_item_use(&mut self, item: &ItemUse) {
        self.found_all(&[], &item.tree);
    }

    fn visit_path(&mut self, path: &syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        // A name alone is a variable, or something that a `use` has named.
        if names.len() > 1 {
            self.found(&names);
        }
        visit::visit_path(self, path);
    }

    /// `pub(in super::super)` uses nothing.
    fn visit_visibility(&mut self, _: &Visibility) {}

    /// What is inside of a macro is not parsed, but a path that begins at the crate's root is one there, too.
    fn visit_macro(&mut self, call: &Macro) {
        let text = call.tokens.to_string().replace(' ', "");
        for (at, _) in text.match_indices("crate::").chain(text.match_indices("super::")) {
            let is_name = |c: char| c.is_alphanumeric() || c == '_';
            let names = text[at..].split("::").map(|name| name.split(|c| !is_name(c)).next().unwrap_or(""));
            let names: Vec<String> = names.take_while(|name| !name.is_empty()).map(str::to_owned).collect();
            self.found(&names);
        }
    }

    /// Tests in a file may use what they like.
    fn visit_item(&mut self, item: &Item) {
        let Item::Mod(ItemMod { ident, attrs, content: Some((_, items)), .. }) = item else {
            return visit::visit_item(self, item);
        };
        let is_of_tests = |attribute: &Attribute| match &attribute.meta {
            Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
            _ => false,
        };
        if attrs.iter().any(is_of_tests) {
            return;
        }
        self.module.push(ident.to_string());
        for item in items {
            self.visit_item(item);
        }
        self.module.pop();
    }
}

/// What is left when all that use nothing of what is left have been taken away, again and again, and all that
/// are used by nothing: the circles, and what is between them.
fn circles(mut uses: Uses) -> Uses {
    for (module, used) in &mut uses {
        used.retain(|used| !module.starts_with(used));
    }
    loop {
        let length = uses.len();
        let are_used: BTreeSet<Module> = uses.values().flatten().cloned().collect();
        uses.retain(|module, used| !used.is_empty() && are_used.contains(module));
        let left: BTreeSet<Module> = uses.keys().cloned().collect();
        for used in uses.values_mut() {
            used.retain(|used| left.contains(used));
        }
        if uses.len() == length {
            return uses;
        }
    }
}

fn described(uses: &Uses) -> String {
    let lines = uses.iter().map(|(module, used)| {
        let files: Vec<String> = used.iter().map(|file| file.join("/")).collect();
        format!("\n  {} uses {}", module.join("/"), files.join(", "))
    });
    lines.collect()
}

#[test]
fn no_file_uses_one_that_uses_it() {
    for name in ["reactor", "executor", "servers"] {
        let uses = uses_of_crate(name);
        let found: usize = uses.values().map(BTreeSet::len).sum();
        assert!(found >= uses.len(), "of {} files in {name} only {found} uses were found", uses.len());
        // What the crate's face shows is named where it is, and not by way of the face.
        let by_the_face =
            uses.iter().filter(|(module, used)| !module.is_empty() && used.contains(&Module::new()));
        let by_the_face: Vec<String> = by_the_face.map(|(module, _)| module.join("/")).collect();
        assert_eq!(by_the_face, [""; 0], "in {name} these name what they use as others do, by `crate::Name`");
        let circles = circles(uses);
        assert!(circles.is_empty(), "a circle of files in {name}:{}", described(&circles));
    }
}

#[test]
fn the_check_sees_a_circle_and_excepts_what_is_a_part() {
    let module = |path: &str| path.split("::").map(str::to_owned).collect::<Module>();
    let uses = |all: &[(&str, &str)]| {
        let modules: BTreeSet<Module> = all.iter().map(|(name, _)| module(name)).collect();
        let mut uses = Uses::new();
        for (name, source) in all {
            let paths = paths_in(&module(name), source);
            uses.insert(module(name), paths.iter().filter_map(|path| file_of(path, &modules)).collect());
        }
        circles(uses).into_keys().map(|module| module.join("::")).collect::<Vec<_>>()
    };
    let parts =
        [("a", "use b::B; mod b; use self::b::C;"), ("a::b", "use super::A; pub(in super::super) fn f() {}")];
    assert_eq!(uses(&parts), [""; 0]);
    let a_variable = [("a", "fn f(b: u8) { b }"), ("a::b", "use crate::c;"), ("c", "use crate::a;")];
    assert_eq!(uses(&a_variable), [""; 0]);
    let by_way_of_a_third = [
        ("a", "use crate::b::{self, B};"),
        ("b", "fn f() -> crate::c::C { loop {} }"),
        ("c", "mod inside { use super::super::a::A as B; }"),
        ("d", "use crate::a::*;"),
        ("e", "#[cfg(test)] mod tests { use crate::a::A; }"),
    ];
    assert_eq!(uses(&by_way_of_a_third), ["a", "b", "c"]);
    let hidden = [
        ("a", "fn f() { println!(\"{}\", crate::b::g()) }"),
        ("b", "#[cfg(unix)] mod inside { use crate::a::f; } #[cfg(test)] mod tests { use crate::c::C; }"),
        ("c", "use crate::b::B;"),
    ];
    assert_eq!(uses(&hidden), ["a", "b"]);
}
