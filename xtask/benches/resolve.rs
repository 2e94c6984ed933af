//! Measures `resolve --batch`: lines per second, the ratio to only parsing and printing the same JSON, and whether
//! memory is constant over the stream.
//!
//! `cargo bench -p xtask --bench resolve`

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Lines of the stream.
const LINES: usize = 500_000;

/// Runs of each measurement; the best counts, since other work on the machine only adds time.
const RUNS: usize = 5;

/// The minimum of lines per second.
const TARGET: f64 = 100_000.0;

fn main() -> ExitCode {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/agent_env.jsonl");
    let file = std::env::temp_dir().join(format!("xtask-resolve-{}.jsonl", std::process::id()));
    let measured = fs::read_to_string(vectors).and_then(|text| {
        write_questions(&text, &file)?;
        Ok((best(|| batch(&file))?, best(|| print_again(&file))?, peaks(&file)?))
    });
    let _ = fs::remove_file(&file);
    let (batch, floor, (half, whole)) = match measured {
        Ok(measured) => measured,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    let lines = f64::from(u32::try_from(LINES).unwrap_or(u32::MAX));
    let speed = lines / batch.as_secs_f64();
    println!("batch: {speed:.0} lines per second (target: at least {TARGET:.0})");
    println!("floor: {:.0} lines per second, parsed and printed by serde_json", lines / floor.as_secs_f64());
    println!("ratio to the floor: {:.2}", batch.as_secs_f64() / floor.as_secs_f64());
    println!("peak memory: {half} kB after half of the lines, {whole} kB after all");
    if speed >= TARGET { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Copies of the vectors' questions, without their answers.
fn write_questions(vectors: &str, file: &Path) -> io::Result<()> {
    let question = |line: &str| -> Option<String> {
        let mut case: serde_json::Map<String, Value> = serde_json::from_str(line).ok()?;
        case.retain(|key, _| ["agent", "model", "env"].contains(&key.as_str()));
        serde_json::to_string(&case).ok()
    };
    let questions: Vec<String> = vectors.lines().filter_map(question).collect();
    let mut output = BufWriter::new(File::create(file)?);
    for line in questions.iter().cycle().take(LINES) {
        writeln!(output, "{line}")?;
    }
    output.flush()
}

fn best(run: impl Fn() -> io::Result<Duration>) -> io::Result<Duration> {
    let mut best = Duration::MAX;
    for _ in 0..RUNS {
        best = best.min(run()?);
    }
    Ok(best)
}

fn batch(file: &Path) -> io::Result<Duration> {
    let start = Instant::now();
    let status = command(file).stdout(Stdio::null()).status()?;
    if status.success() { Ok(start.elapsed()) } else { Err(io::Error::other("a batch failed")) }
}

fn command(file: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(["resolve", "--batch"]).arg(file);
    command
}

/// The lower bound of the time: the same lines, parsed and printed.
fn print_again(file: &Path) -> io::Result<Duration> {
    let start = Instant::now();
    let mut output = BufWriter::new(File::create("/dev/null")?);
    let mut input = BufReader::new(File::open(file)?);
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        let value: Value = serde_json::from_slice(&line)?;
        serde_json::to_writer(&mut output, &value)?;
        output.write_all(b"\n")?;
        line.clear();
    }
    output.flush()?;
    Ok(start.elapsed())
}

/// The peak memory of a batch in kB after half of the stream, and after all of it.
fn peaks(file: &Path) -> io::Result<(u64, u64)> {
    let mut child = command(Path::new("-")).stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
    let mut peaks = Vec::new();
    let mut input = BufReader::new(File::open(file)?);
    let mut line = Vec::new();
    for number in 1..=LINES {
        line.clear();
        input.read_until(b'\n', &mut line)?;
        if let Some(stdin) = &mut child.stdin {
            stdin.write_all(&line)?;
        }
        if number == LINES / 2 || number == LINES {
            peaks.push(peak(&child));
        }
    }
    drop(child.stdin.take());
    child.wait()?;
    Ok((peaks.first().copied().unwrap_or_default(), peaks.last().copied().unwrap_or_default()))
}

/// `VmHWM` of a process.
fn peak(child: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}
