//! Request queue: whose turn it is, and that nothing is lost.

use tollgate::client::{Handle, Job, Next, NoneWaiting, Poll, RequestQueue};

type Queue<const N: usize> = RequestQueue<&'static str, char, u32, N>;

#[allow(clippy::trivially_copy_pass_by_ref)] // as the queue asks
fn ready(_: &char) -> Poll<u32> {
    Poll::Ready
}

fn push<const N: usize>(queue: &mut Queue<N>, now: u32, job: Job<&'static str, char, u32>) -> Handle {
    queue.push(now, job).unwrap()
}

/// What goes, one after the other, if all endpoints are ready.
fn order<const N: usize>(queue: &mut Queue<N>, now: u32) -> Vec<&'static str> {
    let mut order = Vec::new();
    while let Next::Ready(handle) = queue.poll(now, ready) {
        order.push(*queue.begin(handle).unwrap());
        assert_eq!(queue.take(handle), order.last().copied());
    }
    order
}

#[test]
fn the_most_urgent_goes_first_and_the_oldest_of_those() {
    let mut queue = Queue::<8>::new();
    for (request, priority) in [("a", 1), ("b", 9), ("c", 0), ("d", 9), ("e", 1), ("f", 255)] {
        push(&mut queue, 0, Job::new('x', request).priority(priority));
    }
    assert_eq!(order(&mut queue, 0), ["f", "b", "d", "a", "e", "c"]);
}

#[test]
fn an_endpoint_that_has_to_wait_holds_up_no_other() {
    let mut queue = Queue::<8>::new();
    for (endpoint, request, priority) in [('x', "slow", 9), ('y', "fast", 0), ('x', "slower", 5)] {
        push(&mut queue, 0, Job::new(endpoint, request).priority(priority));
    }
    let next = queue.poll(0, |&endpoint| if endpoint == 'x' { Poll::Wait(700) } else { Poll::<u32>::Ready });
    let Next::Ready(handle) = next else { panic!("{next:?}") };
    assert_eq!(queue.get(handle).map(|queued| *queued.request()), Some("fast"));
}

#[test]
fn the_wait_told_is_the_shortest_of_all_endpoints_and_deadlines() {
    let mut queue = Queue::<8>::new();
    push(&mut queue, 0, Job::new('x', "a"));
    push(&mut queue, 0, Job::new('y', "b"));
    let waits = |&endpoint: &char| Poll::<u32>::Wait(if endpoint == 'x' { 700 } else { 300 });
    assert_eq!(queue.poll(0, waits), Next::Wait(300));
    let expiring = push(&mut queue, 0, Job::new('x', "c").within(200));
    assert_eq!(queue.poll(50, waits), Next::Wait(150));
    assert_eq!(queue.poll(199, waits), Next::Wait(1));
    assert_eq!(queue.poll(200, waits), Next::Expired(expiring));
}

#[test]
fn no_wait_is_told_that_would_be_none_or_too_long_to_be_seen_to_pass() {
    let mut queue = Queue::<2>::new();
    push(&mut queue, 0, Job::new('x', "a"));
    assert_eq!(queue.poll(0, |_| Poll::<u32>::Wait(0)), Next::Wait(1));
    assert_eq!(queue.poll(0, |_| Poll::<u32>::Wait(u32::MAX)), Next::Wait(1 << 30));
}

#[test]
fn full_is_an_answer_that_hands_the_job_back() {
    let mut queue = Queue::<2>::new();
    let first = push(&mut queue, 0, Job::new('x', "a"));
    push(&mut queue, 0, Job::new('x', "b"));
    assert!(queue.is_full());
    let job = Job::new('y', "c").priority(7).within(30);
    let full = queue.push(0, job).unwrap_err();
    assert_eq!(
        full.to_string(),
        "the queue is full: it holds 2 requests, and room comes with the next one that is taken out"
    );
    assert_eq!((full.capacity(), full.into_job()), (2, job));
    assert_eq!(queue.take(first), Some("a"));
    assert!(queue.push(0, job).is_ok());
}

#[test]
fn an_expired_request_is_told_of_until_it_is_taken_and_never_dropped() {
    let mut queue = Queue::<8>::new();
    let expired = push(&mut queue, 0, Job::new('x', "late").priority(0).within(10));
    push(&mut queue, 5, Job::new('x', "urgent").priority(9));
    assert_eq!(queue.poll(9, ready), Next::Ready(queue.iter().nth(1).unwrap().handle()));
    for now in [10, 11, 1_000_000] {
        assert_eq!(queue.poll(now, ready), Next::Expired(expired));
    }
    assert_eq!(queue.take(expired), Some("late"));
    assert_eq!(order(&mut queue, 1_000_000), ["urgent"]);
}

#[test]
fn one_that_has_begun_does_not_expire_on_its_way_but_when_it_is_put_back_too_late() {
    let mut queue = Queue::<8>::new();
    let request = push(&mut queue, 0, Job::new('x', "a").within(10));
    assert_eq!(queue.begin(request), Some(&"a"));
    assert_eq!(queue.poll(50, ready), Next::Empty);
    assert!(queue.put_back(request));
    assert_eq!(queue.poll(50, ready), Next::Expired(request));
}

#[test]
fn put_back_after_a_429_it_has_its_old_place_also_in_a_full_queue() {
    let mut queue = Queue::<3>::new();
    let first = push(&mut queue, 0, Job::new('x', "first"));
    push(&mut queue, 0, Job::new('x', "second"));
    assert!(queue.begin(first).is_some());
    push(&mut queue, 0, Job::new('x', "third"));
    assert!(queue.push(0, Job::new('x', "fourth")).is_err()); // its place is kept
    assert!(queue.put_back(first));
    assert!(!queue.put_back(first)); // it is back already
    assert_eq!(order(&mut queue, 0), ["first", "second", "third"]);
}

#[test]
fn what_is_on_its_way_is_not_offered_again() {
    let mut queue = Queue::<3>::new();
    let only = push(&mut queue, 0, Job::new('x', "only"));
    assert_eq!(queue.begin(only), Some(&"only"));
    assert_eq!(queue.begin(only), None);
    let next = queue.poll(0, ready);
    assert_eq!((next, next.poll()), (Next::Empty, Poll::Refused(NoneWaiting)));
    assert!(queue.get(only).unwrap().is_on_its_way());
    queue.put_back_all();
    assert_eq!(queue.poll(0, ready), Next::Ready(only));
}

#[test]
fn a_request_is_cancelled_by_its_handle_unless_it_is_on_its_way() {
    let mut queue = Queue::<4>::new();
    let [a, b, c] = ["a", "b", "c"].map(|request| push(&mut queue, 0, Job::new('x', request)));
    assert_eq!(queue.cancel(b), Some("b"));
    assert_eq!((queue.cancel(b), queue.take(b)), (None, None));
    assert!(queue.begin(b).is_none() && !queue.put_back(b));
    assert!(queue.begin(a).is_some());
    assert_eq!(queue.cancel(a), None);
    assert_eq!(queue.len(), 2);
    let d = push(&mut queue, 0, Job::new('x', "d"));
    assert!(![a, b, c].contains(&d)); // no handle is used twice
}

#[test]
fn an_endpoint_that_refuses_is_told_of_with_its_reason_after_those_that_are_ready() {
    let mut queue = Queue::<4>::new();
    let [a, b] = [('x', 1), ('x', 2)].map(|(to, priority)| push(&mut queue, 0, Job::new(to, "?").priority(priority)));
    let c = push(&mut queue, 0, Job::new('y', "!"));
    let says = |&endpoint: &char| if endpoint == 'x' { Poll::<u32, _>::Refused("gave up") } else { Poll::Ready };
    assert_eq!(queue.poll(0, says), Next::Ready(c));
    assert!(queue.take(c).is_some());
    assert_eq!(queue.poll(0, says), Next::Refused(b, "gave up"));
    assert!(queue.take(b).is_some());
    assert_eq!(queue.poll(0, says), Next::Refused(a, "gave up"));
    assert!(queue.take(a).is_some());
    assert_eq!(queue.poll(0, says), Next::Empty);
}

/// Sends one request a tick, and gets an urgent one a tick. Tells when the humble one went, if it did.
fn humble_goes(mut queue: Queue<4>, ticks: u32) -> Option<u32> {
    push(&mut queue, 0, Job::new('x', "humble"));
    (0..ticks).find(|&now| {
        push(&mut queue, now, Job::new('x', "urgent").priority(255));
        let Next::Ready(handle) = queue.poll(now, ready) else { panic!() };
        queue.take(handle) == Some("humble")
    })
}

#[test]
fn without_ageing_the_humble_starve_and_with_it_they_wait_255_steps_at_most() {
    assert_eq!(humble_goes(Queue::new(), 10_000), None);
    assert_eq!(humble_goes(Queue::new().ageing(1), 10_000), Some(255));
    assert_eq!(humble_goes(Queue::new().ageing(7), 10_000), Some(255 * 7));
}

#[test]
fn ages_survive_being_put_back() {
    let mut queue = Queue::<4>::new().ageing(10);
    let old = push(&mut queue, 0, Job::new('x', "old"));
    assert!(queue.begin(old).is_some());
    assert!(queue.put_back(old));
    push(&mut queue, 50, Job::new('x', "new").priority(4));
    assert_eq!(order(&mut queue, 50), ["old", "new"]);
}

#[test]
fn deadlines_count_forward_progress_across_wraps_stalls_and_steps_back() {
    let mut queue = Queue::<4>::new();
    let request = push(&mut queue, u32::MAX - 3, Job::new('x', "a").within(10));
    let waits = |_: &char| Poll::<u32>::Wait(1 << 31);
    assert_eq!(queue.poll(u32::MAX - 3, waits), Next::Wait(10));
    assert_eq!(queue.poll(1, waits), Next::Wait(5)); // across the wrap
    assert_eq!(queue.poll(1, waits), Next::Wait(5)); // it stands still
    assert_eq!(queue.poll(u32::MAX - 100, waits), Next::Wait(5)); // it steps back
    assert_eq!(queue.poll(u32::MAX - 96, waits), Next::Wait(1));
    assert_eq!(queue.poll(u32::MAX - 95, waits), Next::Expired(request));
}
