//! A file that exists under its name only once it is complete.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Standard output, or a file that is written as `NAME.partial` and renamed by [`commit`](Output::commit). Dropped
/// without that, it leaves nothing behind, and whatever stood under its name before stands there still.
pub struct Output {
    name: String,
    writer: BufWriter<Box<dyn Write>>,
    staged: Option<Staged>,
}

struct Staged {
    partial: PathBuf,
    target: PathBuf,
}

impl Drop for Staged {
    fn drop(&mut self) {
        // Gone already after a commit. Else nothing can be done about a failure, and the name says what is left.
        let _ = fs::remove_file(&self.partial);
    }
}

impl Output {
    /// Opens `path`, where `-` is standard output.
    pub fn create(path: &Path) -> Result<Self, Failure> {
        if path.as_os_str() == "-" {
            return Ok(Self::direct("standard output".into(), io::stdout().lock()));
        }
        let name = path.display().to_string();
        // Through a link, not over it.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        let failed = |error| Failure::output(&name, &error);
        if target.exists() && !target.is_file() {
            // A device or a pipe has no earlier content to keep, and must not be replaced by a file.
            return Ok(Self::direct(name.clone(), File::create(&target).map_err(failed)?));
        }
        let mut partial = target.clone().into_os_string();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        let file = File::create(&partial).map_err(failed)?;
        Ok(Self { staged: Some(Staged { partial, target }), ..Self::direct(name, file) })
    }

    fn direct(name: String, writer: impl Write + 'static) -> Self {
        Self { name, writer: BufWriter::new(Box::new(writer)), staged: None }
    }

    /// Says what becomes of the output if it is given up after `rows` rows.
    pub fn if_abandoned(&self, rows: u64) -> String {
        match &self.staged {
            Some(_) => format!("{} was not written", self.name),
            None => format!("{} ends after {rows} decisions", self.name),
        }
    }

    /// As the user calls it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Everything has been written: gives the file its name.
    pub fn commit(mut self) -> Result<(), Failure> {
        let failed = |error| Failure::output(&self.name, &error);
        self.writer.flush().map_err(failed)?;
        match &self.staged {
            Some(Staged { partial, target }) => fs::rename(partial, target).map_err(failed),
            None => Ok(()),
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}
