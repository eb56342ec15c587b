use core::fmt;

/// Several of a kind on one line: [policies](super::Policy) or [states](super::State), with commas between them.
///
/// `RateLimit-Limit` of draft -03 is such a list: the limit that is nearest, then the policies.
///
/// ```
/// use tollgate::http::{Header, Listed, Policy};
///
/// let policies = [Policy::unnamed(100), Policy::unnamed(100).per_seconds(60), Policy::unnamed(1_000).per_seconds(3_600)];
/// let line = Header::new("RateLimit-Limit", Listed(&policies));
/// assert_eq!(line.to_string(), "RateLimit-Limit: 100, 100;w=60, 1000;w=3600");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed<'a, M>(pub &'a [M]);

impl<M: fmt::Display> fmt::Display for Listed<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut between = "";
        for member in self.0 {
            write!(f, "{between}{member}")?;
            between = ", ";
        }
        Ok(())
    }
}
