//! Measures the compile time of entries, compared with constants written by hand: CPU seconds of `cargo check`.
//!
//! `cargo bench -p registry-tests --bench macro_cost` makes two crates of `MACRO_COST_AGENTS` (1,000) agents each, one
//! file an agent: through `registry!` and `agent!`, and as plain constants whose values are trees. Each is checked cold
//! and again after one value of one entry was edited, in turn, `MACRO_COST_ROUNDS` (3) times; medians are printed.

#![expect(clippy::expect_used, reason = "a measurement that cannot be made fails")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The maximum ratio to the seconds of constants, for a cold check and for a check after an edit.
const TARGETS: [(&str, f64); 2] = [("cold check", 1.2), ("check after one edit", 1.4)];

const PROVIDER: &str = r#"//! The one provider.

use registry::provider;

provider! {
    /// A provider of models.
    makers {
        endpoints: { OpenAiCompletions = "https://models.example/v1" },
        auth: ApiKey,
        credential: MAKERS_API_KEY,
        families: ["makers"],
    }
}
"#;

/// One of the two crates.
#[derive(Clone, Copy)]
struct Variant {
    name: &'static str,
    template: &'static str,
    dependency: &'static str,
}

const VARIANTS: [Variant; 2] = [
    Variant { name: "by-macro", template: include_str!("macro_cost/entry.txt"), dependency: "registry" },
    Variant { name: "by-hand", template: include_str!("macro_cost/by_hand.txt"), dependency: "model" },
];

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).map_or(default, |text| text.parse().expect("the variable is a number"))
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder can be made");
    fs::write(path, text).expect("a file can be written");
}

/// The text of an agent.
fn entry(template: &str, number: usize) -> String {
    let kebab = format!("agent-{number:04}");
    let (snake, upper) = (kebab.replace('-', "_"), kebab.replace('-', "_").to_uppercase());
    template
        .replace("KEBAB", &kebab)
        .replace("SNAKE", &snake)
        .replace("UPPER", &upper)
        .replace("NUMBER", &number.to_string())
}

fn lock(number: usize) -> String {
    format!("format 1\npackage npm agent-{number:04}-cli 1.0.{number} sha512-{}==\n", "A".repeat(86))
}

/// The root of a crate: its modules and one list of all constants.
fn root(variant: Variant, agents: usize) -> String {
    let mut text = "//! Made for a measurement.\n\n".to_owned();
    let modules = (0..agents).fold(String::new(), |mut out, number| {
        let _ = writeln!(out, "mod agent_{number:04};");
        out
    });
    if variant.name == "by-macro" {
        let _ = write!(
            text,
            "registry::registry! {{\nagents {{\n{modules}}}\nproviders {{\nmod makers;\n}}\nfamilies {{}}\n}}\n"
        );
    } else {
        text.push_str(&modules);
        text.push_str("pub const REGISTRY: &[&model::Agent] = &[\n");
        for number in 0..agents {
            let _ = writeln!(text, "&agent_{number:04}::AGENT_{number:04},");
        }
        text.push_str("];\n");
    }
    text
}

/// Writes the workspace of both crates.
fn generate(folder: &Path, agents: usize) {
    let _ = fs::remove_dir_all(folder.join("by-macro"));
    let _ = fs::remove_dir_all(folder.join("by-hand"));
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests are in the workspace");
    fs::copy(workspace.join("Cargo.lock"), folder.join("Cargo.lock")).expect("the lock of the workspace can be read");
    // Another state of the macros can be measured beside this one.
    let ours = std::env::var_os("MACRO_COST_REGISTRY").map_or_else(|| workspace.join("registry"), PathBuf::from);
    let members =
        "[workspace]\nresolver = \"3\"\nmembers = [\"by-macro\", \"by-hand\", \"model\"]\n\n[workspace.dependencies]\n";
    let registry = format!("registry = {{ path = \"{}\" }}\nmodel = {{ path = \"model\" }}\n", ours.display());
    let manifest = fs::read_to_string(workspace.join("Cargo.toml")).expect("the workspace has a manifest");
    let profiles = manifest.find("[profile.").and_then(|at| manifest.get(at..)).unwrap_or_default();
    write(&folder.join("Cargo.toml"), &format!("{members}{registry}\n{profiles}"));
    let manifest = |name: &str| format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    write(&folder.join("model/Cargo.toml"), &manifest("model"));
    write(&folder.join("model/src/lib.rs"), include_str!("macro_cost/model.rs"));
    for variant in VARIANTS {
        let krate = folder.join(variant.name);
        let dependency = format!("\n[dependencies]\n{}.workspace = true\n", variant.dependency);
        write(&krate.join("Cargo.toml"), &(manifest(variant.name) + &dependency));
        write(&krate.join("src/lib.rs"), &root(variant, agents));
        write(&krate.join("src/providers/makers.rs"), PROVIDER);
        let entries = if variant.name == "by-macro" { krate.join("src/agents") } else { krate.join("src") };
        for number in 0..agents {
            write(&entries.join(format!("agent_{number:04}.rs")), &entry(variant.template, number));
            write(&entries.join(format!("agent_{number:04}.lock")), &lock(number));
        }
    }
}

/// Runs cargo in the folder, and returns the CPU seconds of all its processes.
fn cargo(folder: &Path, words: &str) -> f64 {
    let script = format!("cargo {words} --quiet --offline && times");
    let mut command = Command::new("sh");
    command.args(["-c", &script]).current_dir(folder).env("CARGO_TARGET_DIR", folder.join("target"));
    let output = command.output().expect("sh is there");
    assert!(output.status.success(), "`cargo {words}`:\n{}", String::from_utf8_lossy(&output.stderr));
    // The second line is that of the children: `0m1.230000s 0m0.450000s`.
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().next_back().expect("`times` prints two lines").split_whitespace().map(seconds).sum()
}

fn seconds(text: &str) -> f64 {
    let (minutes, seconds) = text.trim_end_matches('s').split_once('m').expect("minutes and seconds");
    minutes.parse::<f64>().expect("minutes") * 60.0 + seconds.parse::<f64>().expect("seconds")
}

/// Checks a crate cold, and again after an edit of a value in its middle entry.
fn measure(folder: &Path, variant: Variant, agents: usize, round: usize) -> [f64; 2] {
    let check = format!("check -p {}", variant.name);
    cargo_clean(folder, variant);
    let cold = cargo(folder, &check);
    let file = format!(
        "{}/src/{}agent_{:04}.rs",
        variant.name,
        if variant.name == "by-macro" { "agents/" } else { "" },
        agents / 2
    );
    let file = folder.join(file);
    let text = fs::read_to_string(&file).expect("an entry can be read");
    let edited = text.replacen("openai-compatible", &format!("openai-compatible-{round}"), 1);
    assert_ne!(text, edited, "an entry has the value that is edited");
    write(&file, &edited);
    let warm = cargo(folder, &check);
    write(&file, &text);
    [cold, warm]
}

fn cargo_clean(folder: &Path, variant: Variant) {
    let _ = cargo(folder, &format!("clean -p {}", variant.name));
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    let middle = seconds.len() / 2;
    seconds.get(middle).copied().unwrap_or(f64::NAN)
}

fn main() -> ExitCode {
    if !std::env::args().any(|word| word == "--bench") {
        println!("a measurement of minutes: `cargo bench -p registry-tests --bench macro_cost`");
        return ExitCode::SUCCESS;
    }
    let (agents, rounds) = (number("MACRO_COST_AGENTS", 1_000), number("MACRO_COST_ROUNDS", 3));
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("macro-cost");
    fs::create_dir_all(&folder).expect("a folder can be made");
    generate(&folder, agents);
    // Builds the dependencies, and everything once.
    cargo(&folder, "check");
    let mut all: [Vec<[f64; 2]>; 2] = [Vec::new(), Vec::new()];
    for round in 0..rounds {
        for (variant, measured) in VARIANTS.into_iter().zip(&mut all) {
            let seconds = measure(&folder, variant, agents, round);
            println!("{:8} cold {:6.2} s, after an edit {:6.2} s", variant.name, seconds[0], seconds[1]);
            measured.push(seconds);
        }
    }
    let mut met = true;
    for (index, (what, target)) in TARGETS.into_iter().enumerate() {
        let [ours, theirs] =
            all.each_ref().map(|it| median(it.iter().filter_map(|it| it.get(index).copied()).collect()));
        let ratio = ours / theirs;
        met &= ratio <= target;
        println!("{what}: {ours:.2} s by macro, {theirs:.2} s by hand, {ratio:.2} times (at most {target})");
    }
    if met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
