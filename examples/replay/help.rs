//! What `--help` says beside the options.

// Broken by hand where clap would not.
pub const ABOUT: &str = "\
Replays traffic through a rate limit, and tells what the limit would have done.

In log mode (the default) a web access log is replayed through one limit for each client, and a
report says how many requests would have been denied, to whom, and how long they would have been
told to wait.

In event mode (--events and --decisions) a list of operations is answered one by one, exactly and
machine-readable, by one limit or by several that are taken all or nothing (--layers).

Instead of a limit of your own, both modes take those of an API, as its documents have them
(--profile clover, conecto or haravan); event mode then tells the headers of every response too.

Every key has a limiter of its own; with --keys one table of fixed size stands for all of them.";

pub const EXAMPLES: &str = "\
Examples:
  What would 20 requests a minute for each client have done? (Without FILE: to a sample log.)
      cargo run --release --example replay -- --limit 20 --period 1m access.log

  100 an hour for each client, method and path, with at most 10 at once:
      cargo run --release --example replay -- \\
          --limit 100 --period 1h --burst 10 --key client-method-path access.log

  Spread requests to one every two seconds, with up to 30 waiting, instead of refusing them:
      cargo run --release --example replay -- \\
          --limiter leaky-queue --limit 1 --period 2s --burst 30 access.log

  100 in any hour, wherever the hour begins (a token bucket of 100 lets up to 199 through in one):
      cargo run --release --example replay -- \\
          --limiter rolling-window --limit 100 --period 1h access.log

  At most 5 requests of a client in progress at once; each line ends with microseconds (Apache %D):
      cargo run --release --example replay -- \\
          --limiter concurrency --limit 5 --durations us timed.log

  Would 256 slots (4 KiB) do for all clients? The report compares them with one limiter for each:
      cargo run --release --example replay -- --limit 20 --period 1m --keys 256 access.log

  Check the algorithm from outside, 3 units in 1000 ticks, and see the decisions:
      printf 'op,ticks,key,cost\\nacquire,0,ada,3\\nacquire,1,ada,1\\n' |
          cargo run --release --example replay -- --limit 3 --period 1000 --events - --decisions -

  A unit passes only if both let it: 3 in 1000 ticks, and at most 2 at once until they are released:
      printf 'op,ticks,key,cost\\nacquire,0,ada,2\\nacquire,9,ada,1\\nrelease,9,ada,2\\n' |
          cargo run --release --example replay -- \\
              --layers rate=token-bucket:3/1000 busy=concurrency:2 --events - --decisions -

  What would Clover have answered? Ticks are milliseconds; a request is in progress until released:
      printf 'op,ticks,key,cost\\nacquire,0,till:front,1\\nrelease,80,till:front,1\\n' |
          cargo run --release --example replay -- --profile clover --events - --decisions -

  What would Conecto, to a client's request for a resource?
      printf 'op,ticks,key,cost\\nacquire,0,ada POST /pos/v2/lookup/tickets,1\\n' |
          cargo run --release --example replay -- --profile conecto --events - --decisions -

  What would Haravan, to a call of a shop?
      printf 'op,ticks,key,cost\\nacquire,0,a shop,1\\nacquire,100,a shop,1\\n' |
          cargo run --release --example replay -- --profile haravan --events - --decisions -

  How much of this traffic would Conecto have refused, and under which of its rules?
      cargo run --release --example replay -- --profile conecto access.log

The report of log mode:
  requests, admitted, denied   well-formed lines, and what the limit makes of them
  clients limited              clients that were denied at least once, of all there are
  longest wait told            the longest time a denial said to wait before asking again (not with
                               concurrency: no clock can tell when something ends)
  longest delay                how long the queue held back what it admitted (leaky-queue only)
  clock went back              lines stamped earlier than the line before them, as real logs have;
                               they are replayed as they stand, so a limit that has seen a later
                               stamp may refuse them: compare with the log sorted by time
  malformed lines              lines in another format: skipped, counted, and the first one shown
  The clock is the log's, in milliseconds since the Unix epoch, the time zone of each line
  taken into account. A request costs 1. Aligned windows (fixed-window, sliding-window) begin where
  that clock is a multiple of the period: at full hours UTC for 1h. (With --clock-bits 32 they begin
  elsewhere, as the clock is cut to 32 bits.)

Concurrency in log mode (--durations):
  A request runs from its stamp until the time it took is over, rounded up to milliseconds; a denied
  one does not run. Before a line is decided on, what has ended by its stamp makes room. If the log
  steps back, what has ended stays ended, and all that has not by the earlier stamp counts.
  A stamp is taken for the start of the request, as Apache writes it; nginx stamps the end, so what
  it logs is shifted by the time each request took. Stamps of whole seconds make all requests of a
  second begin at once, so peaks look higher than they were.

A table for all keys (--keys N, --full), in both modes:
  N slots of 16 bytes (8 with --clock-bits 32), a multiple of 4 up to 16777216, for a --limiter whose
  state is one word: token-bucket, leaky-bucket, leaky-queue, sliding-window, fixed-window or
  first-request-window. Not with --layers.
  A key may be in 8 of the slots, by its hash. It takes a slot with its first charge, and the slot
  goes to another key only once the limit is back to full, so nothing is lost by it. With twice as
  many slots as keys are in use at once, next to no key finds all of its 8 taken. If one does:
  --full refuse     it is denied; nothing remains; `retry_after` is the time until the first of
                    its slots is free, if the keys there take nothing more
  --full admit      it is admitted and charged to nobody; the whole burst or limit remains
  --full overflow   one more limiter of the same limit decides, which all such keys share; what
                    remains and the wait are those of that limiter
  A cost of 0, and one that never fits, need no slot and are answered as ever; what remains is told
  as above. Hashes are the same in every run, and so are the decisions.
  The report of log mode has in addition, against one limiter for each key, run side by side:
  decided otherwise            requests that were admitted by one of the two and denied by the other
  told otherwise               the same decision with another wait, delay or number of units left
  slots reused                 how often a slot went from one key to another
  table found full             how often a key found no slot
  If the clock steps back, a slot may have been reused that was back to full by the later reading
  only: its last key starts anew, and is admitted more than it would be by a limiter of its own.

Several limits in event mode (--layers), in order, each with a name of its own:
  NAME=KIND:LIMIT/PERIOD          KIND as in --limiter; PERIOD in ticks
  NAME=KIND:LIMIT/PERIOD:BURST    token-bucket, leaky-bucket and leaky-queue only
  NAME=concurrency:LIMIT
  NAME is a letter or digit, followed by letters, digits, `-`, `_` and `.`; --buckets is for every
  bucketed-window.
  Each key has a set of its own. A cost is taken of all levels or of none. With --layers there is no
  --limiter, --limit, --period or --burst, and no log mode.

The limits of an API (--profile), in the numbers and words of its documents:
  clover     50 requests in any second for an app and 16 for each of its tokens; 10 and 5 of them in
             progress. A token that is refused for what is in progress has to wait: 1 s, and with
             every request of its that the rates let pass before that is over 2, 4, ... up to 60 s
             from then, whether or not there is room again. Other tokens of the app do not.
  conecto    so many requests in any hour for each client, method and path: 500 for
             /pos/v2/{locationId}/checks, POST /pos/v2/lookup/tickets, /online-ordering/v1,
             /online-ordering/v2 and whatever is below one of these; 100 for everything else.
             A query, a fragment and slashes at the end do not count, upper and lower case do.
  haravan    a bucket of 80 for each shop that leaks 4 a second.
  There is no --limiter, --limit, --period, --burst, --buckets, --layers, --keys or --key with it.
  Log mode: the client of a line is the client of conecto, or the shop of haravan. The report on
  conecto also counts by rule. What clover has to know a log does not say.
  Event mode: a tick is a millisecond and `cost` is 1. `key` is
    clover   `app:token`, such as `till:front`; the app has no colon
    conecto  `client METHOD /path`, such as `ada GET /pos/v2/L1/checks`; the client has no space
    haravan  the name of the shop
  OUT.csv has the header `outcome,remaining,retry_after,level,status,headers`:
  outcome      `admit` and `deny`; `released` where clover got a place back; `error` where the token
               holds none, and for every release in conecto and haravan
  remaining    clover: that of the level with the least left, 0 while the app or the token has to
               wait; conecto: of the budget; haravan: whole requests that fit the bucket
  retry_after  on `deny` only, ticks; the longest wait of the levels that refuse. In clover those of
               what is in progress are asked only if both rates let the request pass.
  level        on `deny` only, what refuses: in clover the end of the name of its header, in conecto
               the rule, or `other`, in haravan `bucket`
  status       200 or 429; empty on a release
  headers      those of the response, `Name: value`, in the order of the documents, with ` | `
               between them; empty where they promise none (clover with 200) and on a release

The columns of IN.csv, header `op,ticks,key,cost`:
  op           `acquire` or `release`
  ticks        the clock, 0 to 2^64 - 1; it may wrap, stall and step back.
               With --clock-bits 32 it is cut to its low 32 bits.
  key          any text; each distinct key has a limiter of its own, or a set of them, or with
               --keys a slot when it needs one
  cost         units to acquire or release; to acquire 0 is admitted and takes nothing

The columns of OUT.csv, header `outcome,remaining,retry_after`, one row for each row of IN.csv:
  outcome      `admit`     the cost has been taken
               `deny`      not yet: if nobody else takes the room, the same cost fits after
                           `retry_after` ticks, and not earlier
                           (concurrency: when enough is released; `retry_after` is empty)
               `never`     the cost exceeds the burst, or the limit where there is no burst:
                           waiting is in vain
               `released`  what was held has been given back
               `error`     this limiter cannot do that, and nothing has changed: buckets and windows
                           have nothing to release, concurrency not more than is held
  remaining    whole units left after the operation, whatever its outcome, rounded down
  retry_after  ticks, on `deny` only; never with concurrency
  With --layers the header is `outcome,remaining,retry_after,level`:
  outcome      `admit`     by all levels; the cost has been taken of each
               `deny`      one or more levels refuse for now; nothing has been taken
               `never`     the cost can never fit a level, whatever the others say; nothing taken
               `released`  given back to all levels of concurrency; the others keep their charge
               `error`     more than they hold, or there are none; nothing has changed
  remaining    that of the level with the least left
  retry_after  on `deny` only: the longest wait of the levels that refuse and know one; empty if
               none does, as a full level of concurrency does not
  level        on `never` the first level that can never fit the cost, on `deny` the first that
               refuses; else empty
  A malformed row ends the run with an error that names its line, and OUT.csv is not written.

Exit codes: 0 done, 1 something could not be read or written, 2 wrong options.";
