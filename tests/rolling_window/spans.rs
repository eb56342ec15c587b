//! The one thing a rolling window promises, checked over all pairs.

/// Fails if more than `limit` of the admissions lie within any span of a period.
#[track_caller]
pub fn assert_no_span_holds_more(limit: usize, period: i128, mut admissions: Vec<i128>) {
    admissions.sort_unstable();
    for (first, start) in admissions.iter().enumerate() {
        for (last, end) in admissions.iter().enumerate().skip(first) {
            if end - start >= period {
                break;
            }
            let within = last - first + 1;
            assert!(within <= limit, "{within} admissions of at most {limit} from {start} to {end}, within {period}");
        }
    }
}
