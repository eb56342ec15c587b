//! Event mode: one decision for each row of a CSV file of operations. Everything is in ticks.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use csv::{ByteRecord, ReaderBuilder, Writer};

use crate::failure::Failure;
use crate::limiter::{Answer, Gates, Limits, Op, Outcome};
use crate::output::Output;

/// What decides on the rows.
pub trait Decide {
    /// The columns that follow `outcome,remaining,retry_after`.
    fn columns(&self) -> &'static [&'static str];

    /// A cost it can take, or what is wrong with this one.
    fn read_cost(&self, text: &[u8]) -> Result<u64, String>;

    /// The answer and what stands in its columns, or what is wrong with the key.
    fn decide(&mut self, event: &Event<'_>) -> Result<(Answer, Vec<String>), String>;
}

const EVENTS_HEADER: [&str; 4] = ["op", "ticks", "key", "cost"];
const DECISIONS_HEADER: [&str; 3] = ["outcome", "remaining", "retry_after"];

/// Reads `events`, writes `decisions`; `-` stands for standard input and output.
pub fn run(events: &Path, decisions: &Path, limits: &mut dyn Decide) -> Result<(), Failure> {
    let events = Events::read(events)?;
    if fs::canonicalize(&events.name).is_ok_and(|events| fs::canonicalize(decisions).is_ok_and(|same| same == events)) {
        return Err(Failure::options(format!("--decisions {} would overwrite the events", decisions.display())));
    }
    let mut output = Output::create(decisions)?;
    let mut rows = 0;
    match decide(&events, &mut output, limits, &mut rows) {
        Err(Failure::Data(reason)) => Err(Failure::Data(format!("{reason} ({})", output.if_abandoned(rows)))),
        Err(failure) => Err(failure),
        Ok(()) => output.commit(),
    }
}

fn decide(events: &Events, output: &mut Output, limits: &mut dyn Decide, rows: &mut u64) -> Result<(), Failure> {
    // Flexible, so that a row of the wrong length is ours to explain.
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(events.text.as_slice());
    let mut record = ByteRecord::new();
    let mut next = |record: &mut ByteRecord| {
        reader.read_byte_record(record).map_err(|error| Failure::Data(format!("cannot read {}: {error}", events.name)))
    };

    let header = EVENTS_HEADER.join(",");
    if !next(&mut record)? {
        return Err(Failure::Data(format!("{} is empty: it starts with the header `{header}`", events.name)));
    }
    if record != *EVENTS_HEADER.as_slice() {
        return Err(events.malformed(&record, &format!("the header is `{header}`, not `{}`", shown(&record))));
    }

    let name = output.name().to_owned();
    let failed = |error: csv::Error| Failure::output(&name, &error.into());
    let mut writer = Writer::from_writer(output);
    writer.write_record(DECISIONS_HEADER.iter().chain(limits.columns())).map_err(failed)?;
    while next(&mut record)? {
        let decided = Event::read(&record, limits).and_then(|event| limits.decide(&event));
        let (answer, further) = decided.map_err(|reason| events.malformed(&record, &reason))?;
        writer.write_record(fields(&answer).into_iter().chain(further)).map_err(failed)?;
        *rows += 1;
    }
    writer.flush().map_err(|error| failed(error.into()))
}

/// A whole file, so that a row can be found again in it.
struct Events {
    /// As the user calls it.
    name: String,
    text: Vec<u8>,
}

impl Events {
    fn read(path: &Path) -> Result<Self, Failure> {
        let mut text = Vec::new();
        let (name, read) = if path.as_os_str() == "-" {
            ("standard input".into(), io::stdin().lock().read_to_end(&mut text))
        } else {
            (path.display().to_string(), File::open(path).and_then(|mut file| file.read_to_end(&mut text)))
        };
        read.map_err(|error| Failure::input(&name, &error))?;
        Ok(Self { name, text })
    }

    fn malformed(&self, record: &ByteRecord, reason: &str) -> Failure {
        Failure::Data(format!("{}, line {}: {reason}", self.name, self.line(record)))
    }

    /// Counted here, as the reader's own count lags behind after blank lines and at the two bytes of a CRLF.
    fn line(&self, record: &ByteRecord) -> usize {
        let at = record.position().and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(0);
        let blank = self.text[at..].iter().take_while(|byte| b"\r\n".contains(byte)).count();
        self.text[..at + blank].split(|&byte| byte == b'\n').count()
    }
}

pub struct Event<'record> {
    pub op: Op,
    pub ticks: u64,
    pub key: &'record [u8],
    pub cost: u64,
}

impl<'record> Event<'record> {
    fn read(record: &'record ByteRecord, limits: &dyn Decide) -> Result<Self, String> {
        let mut fields = record.iter();
        let (Some(op), Some(ticks), Some(key), Some(cost), None) =
            (fields.next(), fields.next(), fields.next(), fields.next(), fields.next())
        else {
            let (header, found) = (EVENTS_HEADER.join(","), record.len());
            return Err(format!("a row has the 4 columns `{header}`, this one has {found}: `{}`", shown(record)));
        };
        let op = match op {
            b"acquire" => Op::Acquire,
            b"release" => Op::Release,
            other => return Err(format!("op `{}` is neither `acquire` nor `release`", other.escape_ascii())),
        };
        let (ticks, cost) = (number("ticks", ticks, u64::MAX)?, limits.read_cost(cost)?);
        Ok(Self { op, ticks, key, cost })
    }
}

fn number(column: &str, text: &[u8], most: u64) -> Result<u64, String> {
    let number = str::from_utf8(text).ok().and_then(|text| text.parse().ok()).filter(|&number| number <= most);
    number.ok_or_else(|| format!("{column} `{}` is not a whole number from 0 to {most}", text.escape_ascii()))
}

fn shown(record: &ByteRecord) -> String {
    let fields: Vec<String> = record.iter().map(|field| field.escape_ascii().to_string()).collect();
    let mut row = fields.join(",");
    if row.len() > 80 {
        row.truncate(77); // ASCII throughout
        row.push_str("...");
    }
    row
}

fn fields(answer: &Answer) -> [String; 3] {
    let (outcome, retry_after) = match answer.outcome {
        Outcome::Admit { .. } => ("admit", None),
        Outcome::Deny { retry_after, .. } => ("deny", retry_after),
        Outcome::Never { .. } => ("never", None),
        Outcome::Released => ("released", None),
        Outcome::Error => ("error", None),
    };
    [outcome.into(), answer.remaining.to_string(), retry_after.map_or_else(String::new, |wait| wait.to_string())]
}

impl Decide for Gates {
    fn columns(&self) -> &'static [&'static str] {
        // One limit needs no name.
        if self.levels().is_empty() { &[] } else { &["level"] }
    }

    fn read_cost(&self, text: &[u8]) -> Result<u64, String> {
        number("cost", text, self.clock().most())
    }

    fn decide(&mut self, event: &Event<'_>) -> Result<(Answer, Vec<String>), String> {
        let answer = self.put(event.op, event.key, event.ticks, event.cost);
        let refusing = match answer.outcome {
            Outcome::Deny { level, .. } | Outcome::Never { level } => self.levels().get(level),
            Outcome::Admit { .. } | Outcome::Released | Outcome::Error => None,
        };
        let level = (!self.levels().is_empty()).then(|| refusing.cloned().unwrap_or_default());
        Ok((answer, level.into_iter().collect()))
    }
}
