//! Why a run ends early, and with which exit code.

use std::fmt;
use std::io;
use std::process::ExitCode;

pub enum Failure {
    /// The options ask for something that cannot be: exit code 2, as for an option that does not exist.
    Options(String),
    /// What was read, or could not be: exit code 1.
    Data(String),
    /// What could not be written: exit code 1.
    Output(String),
    /// Whoever read the output has seen enough, as `head` does: no fault.
    Unread,
}

impl Failure {
    pub fn options(reason: impl fmt::Display) -> Self {
        Self::Options(reason.to_string())
    }

    /// The same, of options that are part of another.
    pub fn of_option(self, option: &str) -> Self {
        match self {
            Self::Options(reason) => Self::Options(format!("{option}: {reason}")),
            other => other,
        }
    }

    pub fn input(name: impl fmt::Display, error: &io::Error) -> Self {
        Self::Data(format!("cannot read {name}: {error}"))
    }

    pub fn output(name: impl fmt::Display, error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::Unread;
        }
        Self::Output(format!("cannot write {name}: {error}"))
    }

    /// Says it on standard error.
    pub fn tell(&self) -> ExitCode {
        match self {
            Self::Options(reason) => {
                eprintln!("error: {reason}\n\nFor more information, try '--help'.");
                ExitCode::from(2)
            }
            Self::Data(reason) | Self::Output(reason) => {
                eprintln!("error: {reason}");
                ExitCode::FAILURE
            }
            Self::Unread => ExitCode::SUCCESS,
        }
    }
}
