//! Holds the Python originals to their outputs, so that what this suite claims of asyncio stays true.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use executor::ClockKind;

use crate::judge::on_all_cores;
use crate::twins::TWINS;

/// Every Python program has a twin, every twin an original, and the list in `README.md` has both.
#[test]
fn every_program_has_its_twin() {
    let list = include_str!("README.md");
    for folder in ["programs", "more"] {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/asyncio_parity").join(folder);
        let mut originals = BTreeSet::new();
        for entry in fs::read_dir(directory).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if let Some(name) = name.strip_suffix(".py")
                && name != "ticks"
            {
                originals.insert(name.to_owned());
            }
        }
        let twins: BTreeSet<String> =
            TWINS.iter().filter(|twin| twin.folder == folder).map(|twin| twin.name.to_owned()).collect();
        assert_eq!(originals, twins);
        for name in twins {
            assert!(list.contains(&format!("| [{name}]({folder}/{name}.rs) |")), "{name} is not in the list");
        }
    }
}

/// `python3` prints what is written down for its version, and its model of direct wake-ups what is
/// written down for that.
#[test]
#[ignore = "needs python3, 3.11 or newer"]
fn the_originals_print_what_is_written_down() {
    let minor = minor_version();
    println!("python3 is 3.{minor}");
    on_all_cores(TWINS.iter(), |twin| {
        let clock = if twin.clock == ClockKind::Real { "real" } else { "virtual" };
        for model in ["asyncio", "waker"] {
            let expected = twin.expected_of_python(minor, model);
            let output = Command::new("python3")
                .arg("-B")
                .arg(twin.directory().join(format!("{}.py", twin.name)))
                .env(
                    "PYTHONPATH",
                    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/asyncio_parity/programs"),
                )
                .env("CLOCK", clock)
                .env("MODEL", model)
                .output()
                .expect("this test needs python3");
            let printed = String::from_utf8_lossy(&output.stdout);
            assert!(
                printed == expected,
                "{} printed as {model}\n{printed}\nand should have printed\n{expected}\n{}",
                twin.name,
                String::from_utf8_lossy(&output.stderr),
            );
        }
    });
}

fn minor_version() -> u32 {
    let output = Command::new("python3")
        .args(["-c", "import sys; print(*sys.version_info[:2])"])
        .output()
        .expect("this test needs python3");
    let version = String::from_utf8_lossy(&output.stdout);
    let (major, minor) = version.trim().split_once(' ').unwrap();
    assert_eq!(major, "3");
    minor.parse().unwrap()
}
