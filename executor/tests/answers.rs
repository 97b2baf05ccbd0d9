//! The page of answers has all its questions, and each has a command.
//!
//! That the commands run is checked where all commands of the documentation are; here, that none is
//! missing, and that each program of asyncio's that it names is exactly one.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it should do")]

use std::fs;
use std::path::Path;

/// Every file name below the folders of asyncio's programs, without its `.py`.
fn programs() -> Vec<String> {
    let parity = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/asyncio_parity");
    let mut programs = Vec::new();
    for folder in ["programs", "more"] {
        for file in fs::read_dir(parity.join(folder)).unwrap() {
            let name = file.unwrap().file_name().into_string().unwrap();
            programs.extend(name.strip_suffix(".py").map(str::to_owned));
        }
    }
    programs
}

#[test]
fn every_question_has_its_number_and_a_command() {
    let page = include_str!("../../docs/answers.md");
    let mut questions = page.split("\n### ");
    questions.next();
    let questions: Vec<&str> = questions.collect();
    assert_eq!(questions.len(), 30);
    for (index, question) in questions.into_iter().enumerate() {
        let number = format!("{}. ", index + 1);
        assert!(question.starts_with(&number), "question {number}is missing before {question:.40}");
        let (_, commands) =
            question.split_once("\n```sh\n").unwrap_or_else(|| panic!("{number}has no command"));
        let (commands, _) = commands.split_once("\n```").unwrap();
        assert!(commands.lines().all(|line| line.contains("cargo run ")), "{number}has {commands}");
    }
}

#[test]
fn every_twin_that_it_names_is_one() {
    let programs = programs();
    let mut named = 0;
    for line in include_str!("../../docs/answers.md").lines() {
        let Some((_, name)) = line.split_once("cargo run --example twin -- ") else { continue };
        // The page explains the command once, with NAME in it.
        if name.starts_with("NAME") {
            continue;
        }
        let called_so: Vec<&String> = programs.iter().filter(|program| program.contains(name)).collect();
        assert_eq!(called_so.len(), 1, "{name}: {called_so:?}");
        named += 1;
    }
    assert!(named >= 10, "only {named} twins are named");
}
