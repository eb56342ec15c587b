//! Where a log comes from: a file, standard input, or the sample; with a progress bar where it takes a while.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal};
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};

use crate::failure::Failure;
use crate::sample;

/// A shorter file is done before a bar could be read.
const LONG: u64 = 16 << 20;

pub struct Source {
    /// As the user calls it.
    pub name: String,
    pub lines: Box<dyn BufRead>,
}

/// Opens a file, `-` for standard input, or the sample.
pub fn open(file: Option<&Path>) -> Result<Source, Failure> {
    let Some(path) = file else {
        return Ok(Source { name: "the sample log".into(), lines: Box::new(sample::LOG) });
    };
    if path.as_os_str() == "-" {
        return Ok(Source { name: "standard input".into(), lines: Box::new(io::stdin().lock()) });
    }
    let name = path.display().to_string();
    let file = File::open(path).map_err(|error| Failure::input(&name, &error))?;
    let bytes = file.metadata().map_or(0, |metadata| metadata.len());
    let lines: Box<dyn BufRead> = if bytes >= LONG && io::stderr().is_terminal() {
        Box::new(BufReader::new(bar(bytes).wrap_read(file)))
    } else {
        Box::new(BufReader::new(file))
    };
    Ok(Source { name, lines })
}

/// Drawn on standard error, and gone when its reader is dropped.
fn bar(bytes: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {percent}% of {total_bytes}, {eta} to go")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(bytes).with_style(style).with_finish(indicatif::ProgressFinish::AndClear)
}
