//! The sample log, and the generator it comes from: two hours of tills, dashboards, an eager import job and a scanner
//! at the API of a shop. The addresses are those set aside for documentation.

use std::io::{self, Write};

/// What [`generate`] once wrote.
pub const LOG: &[u8] = include_bytes!("../data/sample.log");

const START: u64 = 8 * 3600; // eight in the morning
const SPAN: u64 = 2 * 3600;

/// Lines of other formats that find their way into real logs, each after how many good lines.
const STRAY: [(usize, &[u8]); 3] = [
    (412, b"[Tue Mar 04 08:23:53 2025] [notice] caught SIGHUP, reopening logs\n"),
    (1050, b"203.0.113.77 - - [04/Mar/2025:09:03:27 +0100] \"\x16\x03\x01\xfe\x99\n"),
    (1800, b"192.0.2.14 - - [04/Mar/2025:09:4\n"),
];

/// Writes the sample log; the same one every time.
pub fn generate(out: &mut dyn Write) -> io::Result<()> {
    for (number, request) in traffic().iter().enumerate() {
        if let Some((_, stray)) = STRAY.iter().find(|(after, _)| *after == number) {
            out.write_all(stray)?;
        }
        request.write(out)?;
    }
    Ok(())
}

struct Request {
    /// Seconds of the day.
    start: u64,
    end: u64,
    client: String,
    line: String,
    status: u16,
    size: u64,
}

impl Request {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { start, client, line, status, size, .. } = self;
        let (hour, minute, second) = (start / 3600, start / 60 % 60, start % 60);
        write!(
            out,
            "{client} - - [04/Mar/2025:{hour:02}:{minute:02}:{second:02} +0100] \"{line} HTTP/1.1\" {status} "
        )?;
        if *size == 0 { writeln!(out, "-") } else { writeln!(out, "{size}") }
    }
}

/// All requests in the order a server logs them, by their end; as it stamps them with their start, the stamps step back
/// wherever a slow request was overtaken.
fn traffic() -> Vec<Request> {
    let mut shop = Shop { dice: Dice(0x5eed), requests: Vec::new() };
    for till in 1..=10 {
        shop.till(till);
    }
    shop.dashboard("198.51.100.7", "orders");
    shop.dashboard("2001:db8:20::5", "inventory");
    for start in [1_200, 3_000, 4_800, 6_600] {
        shop.import("198.51.100.23", START + start);
    }
    shop.scanner("203.0.113.77", START + 3_800);
    shop.requests.sort_by_key(|request| request.end); // stable: ties stay in the order they were made
    shop.requests
}

struct Shop {
    dice: Dice,
    requests: Vec<Request>,
}

impl Shop {
    /// A sale every few minutes (order, lines, payment), and a heartbeat every two.
    fn till(&mut self, number: u64) {
        let client = if number.is_multiple_of(4) {
            format!("2001:db8:1::{number:x}")
        } else {
            format!("192.0.2.{}", 10 + number)
        };
        let mut beat = START + self.dice.below(120);
        while beat < START + SPAN {
            self.request(&client, beat, format!("PUT /v3/terminals/T{number:03}/heartbeat"), 204, 0);
            beat += 120;
        }
        let mut sale = START + self.dice.below(300);
        while sale < START + SPAN {
            let order = 40_000 + self.dice.below(9_000);
            let mut now = sale;
            self.request(&client, now, "POST /v3/orders".into(), 201, 640);
            for _ in 0..=self.dice.below(3) {
                now += 1 + self.dice.below(4);
                self.request(&client, now, format!("POST /v3/orders/{order}/line_items"), 201, 310);
            }
            now += 2 + self.dice.below(20);
            self.request(&client, now, format!("POST /v3/orders/{order}/payments"), 201, 420);
            sale = now + 150 + self.dice.below(600);
        }
    }

    /// Looks for changes every minute, and at a report every two.
    fn dashboard(&mut self, client: &str, what: &str) {
        for now in (START..START + SPAN).step_by(60) {
            self.request(client, now, format!("GET /v3/{what}?filter=modifiedTime>={now}"), 200, 5_200);
            if now % 120 == 0 {
                self.request(client, now + 1, "GET /v3/reports/today".into(), 200, 18_400);
            }
        }
    }

    /// Fetches a catalogue as fast as it gets answers.
    fn import(&mut self, client: &str, start: u64) {
        let mut now = start;
        for page in 1..=80 {
            self.request(client, now, format!("GET /v3/items?expand=categories,stock&page={page}"), 200, 21_000);
            now += u64::from(page % 3 == 0);
        }
    }

    /// Looks for doors that are not there, several at once.
    fn scanner(&mut self, client: &str, start: u64) {
        let doors =
            ["/.env", "/.git/config", "/wp-login.php", "/admin/", "/backup.zip", "/v1/users", "/actuator/health"];
        for (attempt, door) in (0..150).zip(doors.iter().cycle()) {
            self.request(client, start + attempt / 5, format!("GET {door}"), 404, 152);
        }
    }

    fn request(&mut self, client: &str, start: u64, line: String, status: u16, size: u64) {
        let slow = if self.dice.below(12) == 0 { 2 + self.dice.below(4) } else { 0 };
        let size = if size == 0 { 0 } else { size + self.dice.below(size / 4) };
        self.requests.push(Request { start, end: start + slow, client: client.into(), line, status, size });
    }
}

/// Marsaglia's xorshift: the same numbers everywhere and always.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) % bound
    }
}
