//! Event mode: what the decisions say.

use crate::harness::printed;

const KINDS: [&str; 3] = ["token-bucket", "leaky-bucket", "leaky-queue"];

/// The decisions on some rows, without the header.
pub fn decide(options: &str, rows: &str) -> Vec<String> {
    decide_in_columns("outcome,remaining,retry_after", options, rows)
}

pub fn decide_in_columns(header: &str, options: &str, rows: &str) -> Vec<String> {
    let args: Vec<&str> = options.split(' ').chain(["--events", "-", "--decisions", "-"]).collect();
    let out = printed(&args, format!("op,ticks,key,cost\n{rows}").as_bytes());
    let mut lines = out.lines().map(str::to_owned);
    assert_eq!(lines.next().as_deref(), Some(header));
    lines.collect()
}

/// Rows at a place in time: `now` and `cost` pairs of one key.
fn acquires(rows: &[(u64, u64)]) -> String {
    let row = |(now, cost): &(u64, u64)| format!("acquire,{now},k,{cost}");
    rows.iter().map(row).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_outcome_carries_what_remains_and_only_a_denial_a_wait() {
    for kind in KINDS {
        for bits in [32, 64] {
            let options = format!("--limiter {kind} --limit 4 --period 1000 --clock-bits {bits}");
            let asked = "acquire,100,k,3\nacquire,100,k,2\nacquire,100,k,5\n";
            let rows = format!("{asked}release,100,k,1\nacquire,100,k,0\nacquire,350,k,2\n");
            let expected = ["admit,1,", "deny,1,250", "never,1,", "error,1,", "admit,1,", "admit,0,"];
            assert_eq!(decide(&options, &rows), expected, "{options}");
        }
    }
}

#[test]
fn a_release_changes_nothing_in_a_rate_limiter() {
    for kind in KINDS {
        let options = format!("--limiter {kind} --limit 4 --period 1000");
        let rows = "acquire,0,k,4\nrelease,0,k,4\nacquire,0,k,1\n";
        assert_eq!(decide(&options, rows), ["admit,0,", "error,0,", "deny,0,250"], "{kind}");
    }
}

#[test]
fn asking_again_after_the_wait_succeeds_and_one_tick_earlier_fails() {
    for kind in KINDS {
        let options = format!("--limiter {kind} --limit 3 --period 1000");
        let expected = ["admit,0,", "deny,0,334", "deny,0,1", "admit,0,"];
        assert_eq!(decide(&options, &acquires(&[(5, 3), (5, 1), (338, 1), (339, 1)])), expected, "{kind}");
    }
}

#[test]
fn the_burst_is_the_limit_unless_given() {
    assert_eq!(decide("--limit 7 --period 1000", "acquire,0,k,8\nacquire,0,k,7\n"), ["never,7,", "admit,0,"]);
    let options = "--limit 7 --period 1000 --burst 9";
    assert_eq!(decide(options, "acquire,0,k,10\nacquire,0,k,8\n"), ["never,9,", "admit,1,"]);
}

#[test]
fn each_key_has_its_own_limiter_whatever_it_is_called() {
    let keys = ["a", "A", "", "a b", "\"a,b\"", "\"say \"\"a\"\"\"", "é"];
    let once = keys.map(|key| format!("acquire,0,{key},1\n")).concat();
    let decisions = decide("--limit 1 --period 10", &once.repeat(2));
    let (first, second) = decisions.split_at(keys.len());
    assert!(first.iter().all(|decision| decision == "admit,0,"), "{first:?}");
    assert!(second.iter().all(|decision| decision == "deny,0,10"), "{second:?}");
}

#[test]
fn a_wrap_of_the_clock_changes_no_decision() {
    let rows = [(0, 3), (0, 1), (200, 2), (333, 1), (334, 1), (900, 2), (1_400, 3), (5_000, 3), (5_001, 1)];
    let from = |start: u64| acquires(&rows.map(|(now, cost)| (start.wrapping_add(now), cost)));
    for kind in KINDS {
        for (bits, starts) in
            [(32, [0xffff_ffff - 100, 0x5_ffff_ffff - 1_399]), (64, [u64::MAX - 100, u64::MAX - 1_399])]
        {
            let options = format!("--limiter {kind} --limit 3 --period 1000 --clock-bits {bits}");
            let plain = decide(&options, &from(0));
            assert!(plain.contains(&"deny,0,334".to_owned()), "{plain:?}");
            for start in starts {
                assert_eq!(decide(&options, &from(start)), plain, "{options} from {start}");
            }
        }
    }
}

#[test]
fn ticks_are_cut_to_32_bits_with_a_32_bit_clock_and_not_with_a_64_bit_one() {
    // 2^32 ticks apart: no time at all on a 32-bit clock.
    let rows = acquires(&[(7, 3), (7 + (1 << 32), 3)]);
    assert_eq!(decide("--limit 3 --period 1000 --clock-bits 32", &rows), ["admit,0,", "deny,0,1000"]);
    assert_eq!(decide("--limit 3 --period 1000 --clock-bits 64", &rows), ["admit,0,", "admit,0,"]);
    assert_eq!(decide("--limit 3 --period 1000", &rows), ["admit,0,", "admit,0,"]);
}

#[test]
fn a_step_back_mints_nothing_and_locks_nobody_out() {
    let rows = acquires(&[(5_000, 3), (4_000, 1), (4_500, 1), (5_000, 1), (5_400, 1)]);
    for kind in KINDS {
        let decisions = decide(&format!("--limiter {kind} --limit 3 --period 1000"), &rows);
        assert!(decisions[1].starts_with("deny,0,"), "{decisions:?}");
        assert!(decisions[4].starts_with("admit,"), "{decisions:?}");
        let waits = decisions.iter().filter_map(|decision| decision.strip_prefix("deny,0,"));
        assert!(waits.map(|wait| wait.parse::<u64>().expect("a denial has a wait")).all(|wait| wait <= 1_000));
    }
}

#[test]
fn the_largest_numbers_of_64_bits_are_taken() {
    let (ticks, cost) = (u64::MAX, u64::MAX);
    assert_eq!(decide("--limit 3 --period 1000", &format!("acquire,{ticks},k,{cost}\n")), ["never,3,"]);
    let cost = u32::MAX;
    assert_eq!(decide("--limit 3 --period 1000 --clock-bits 32", &format!("acquire,{ticks},k,{cost}\n")), ["never,3,"]);
}
