//! One connection's HTTP/1.1, without any socket: bytes in, bytes out, and what to do next.

use std::time::{Duration, Instant};

use crate::answer::{write_answer, write_error, Persistence, Request, Status};

/// The largest request head, and the largest trailer section.
pub const MAX_HEAD: usize = 64 * 1024;
const MAX_HEADERS: usize = 100;
const MAX_CHUNK_LINE: usize = 4 * 1024;
const INITIAL_INPUT: usize = 4 * 1024;

/// Further pipelined requests wait until the client has taken this much of the answers.
const MAX_WAITING_OUTPUT: usize = 64 * 1024;

/// Longer than the proxies in front keep an unused connection, so that it is they who close it.
const IDLE_TIMEOUT: Duration = Duration::from_secs(75);
/// For a whole request, body included, so that a client that sends a byte now and then does not live on.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);
const WRITE_TIMEOUT: Duration = Duration::from_secs(20);
/// After the last answer what the client still sends is read for so long: closing at once would reset the connection,
/// and the client might lose the answer.
const LINGER_TIMEOUT: Duration = Duration::from_secs(2);

/// What the owner of the socket does next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    Read,
    Write,
    ShutDownWriting,
    Close,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    Idle,
    Request,
    Write,
    Linger,
}

impl Phase {
    pub fn timeout(self) -> Duration {
        match self {
            Phase::Idle => IDLE_TIMEOUT,
            Phase::Request => REQUEST_TIMEOUT,
            Phase::Write => WRITE_TIMEOUT,
            Phase::Linger => LINGER_TIMEOUT,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    Head,
    Body(u64),
    ChunkSize,
    Chunk(u64),
    ChunkEnd,
    Trailers,
}

enum Progress {
    Made,
    NeedsInput,
    Failed(Status),
}

/// How a request's body is delimited.
enum Framing {
    Length(u64),
    Chunked,
}

/// What a head that was read whole asks for besides its answer.
struct Head {
    length: usize,
    framing: Framing,
    keep: bool,
    continues: bool,
}

pub struct Connection<'s> {
    flavor: &'s str,
    input: Vec<u8>,
    begin: usize,
    end: usize,
    /// How much of the input has been searched for the end of a head.
    searched: usize,
    /// A head that is not complete is parsed again when its end has come or when there is this much of it.
    parse_again_at: usize,
    output: Vec<u8>,
    sent: usize,
    expect: Expect,
    /// The answer to a request whose body is being read.
    answer: Vec<u8>,
    keep: bool,
    ended: bool,
    closing: bool,
    shut_down: bool,
    phase: Phase,
    deadline: Instant,
}

impl<'s> Connection<'s> {
    pub fn new(flavor: &'s str, now: Instant) -> Connection<'s> {
        Connection {
            flavor,
            input: Vec::new(),
            begin: 0,
            end: 0,
            searched: 0,
            parse_again_at: 0,
            output: Vec::new(),
            sent: 0,
            expect: Expect::Head,
            answer: Vec::new(),
            keep: true,
            ended: false,
            closing: false,
            shut_down: false,
            phase: Phase::Idle,
            deadline: now + IDLE_TIMEOUT,
        }
    }

    pub fn next(&self) -> Next {
        if self.sent < self.output.len() {
            Next::Write
        } else if !self.closing {
            Next::Read
        } else if self.ended {
            Next::Close
        } else if self.shut_down {
            Next::Read
        } else {
            Next::ShutDownWriting
        }
    }

    pub fn phase(&self) -> Phase {
        self.phase
    }

    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Where the next bytes are read to; never empty.
    pub fn space(&mut self) -> &mut [u8] {
        if self.begin > 0 {
            self.input.copy_within(self.begin..self.end, 0);
            self.end -= self.begin;
            self.begin = 0;
        }
        if self.end == self.input.len() {
            let larger = (self.input.len() * 2).max(INITIAL_INPUT);
            self.input.resize(larger, 0);
        }
        &mut self.input[self.end..]
    }

    /// So many bytes were read into `space`; 0 is the end of what the client sends.
    pub fn received(&mut self, count: usize, now: Instant) {
        if count == 0 {
            self.ended = true;
        }
        self.end += count;
        self.advance();
        self.enter_phase(now);
    }

    pub fn output(&self) -> &[u8] {
        &self.output[self.sent..]
    }

    pub fn sent(&mut self, count: usize, now: Instant) {
        self.sent += count;
        if self.sent == self.output.len() {
            self.output.clear();
            self.sent = 0;
            self.advance();
        }
        self.enter_phase(now);
    }

    pub fn shut_down(&mut self, now: Instant) {
        self.shut_down = true;
        self.enter_phase(now);
    }

    /// The deadline has passed: half a request is answered, anything else just ends.
    pub fn timed_out(&mut self, now: Instant) {
        if self.phase == Phase::Request {
            self.refuse(Status::RequestTimeout);
        } else {
            self.output.clear();
            self.sent = 0;
            self.closing = true;
            self.ended = true;
        }
        self.enter_phase(now);
    }

    /// A timeout runs from when its phase began, however many bytes trickle in.
    fn enter_phase(&mut self, now: Instant) {
        let phase = if self.sent < self.output.len() {
            Phase::Write
        } else if self.closing {
            Phase::Linger
        } else if self.begin < self.end || self.expect != Expect::Head {
            Phase::Request
        } else {
            Phase::Idle
        };
        if phase != self.phase {
            self.phase = phase;
            self.deadline = now + phase.timeout();
        } else if phase == Phase::Idle {
            self.deadline = now + IDLE_TIMEOUT;
        }
    }

    fn advance(&mut self) {
        while !self.closing && self.output.len() < MAX_WAITING_OUTPUT {
            let progress = match self.expect {
                Expect::Head => self.read_head(),
                Expect::Body(left) => self.skip_body(left),
                Expect::ChunkSize => self.read_chunk_size(),
                Expect::Chunk(left) => self.skip_chunk(left),
                Expect::ChunkEnd => self.read_chunk_end(),
                Expect::Trailers => self.read_trailers(),
            };
            match progress {
                Progress::Made => {}
                Progress::NeedsInput => {
                    self.closing |= self.ended;
                    break;
                }
                Progress::Failed(status) => self.refuse(status),
            }
        }
        if self.closing {
            self.begin = 0;
            self.end = 0;
        }
    }

    fn refuse(&mut self, status: Status) {
        write_error(&mut self.output, status, Persistence::Close, true);
        self.closing = true;
        self.begin = 0;
        self.end = 0;
    }

    /// Whether the head may be complete or wrong by now; keeps a head that comes byte by byte from costing its square.
    fn worth_parsing(&mut self) -> bool {
        let input = &self.input[self.begin..self.end];
        let unsearched = &input[self.searched.saturating_sub(3)..];
        self.searched = input.len();
        let ends = unsearched.windows(2).any(|pair| pair == b"\n\n") || unsearched.windows(3).any(|line| line == b"\n\r\n");
        !input.is_empty() && (ends || input.len() >= self.parse_again_at)
    }

    fn consume(&mut self, count: usize) {
        self.searched = 0;
        self.parse_again_at = 0;
        self.begin += count;
        if self.begin == self.end {
            self.begin = 0;
            self.end = 0;
        }
    }

    fn read_head(&mut self) -> Progress {
        if !self.worth_parsing() {
            return Progress::NeedsInput;
        }
        let input = &self.input[self.begin..self.end];
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut request = httparse::Request::new(&mut headers);
        let length = match request.parse(input) {
            Ok(httparse::Status::Complete(length)) => length,
            Ok(httparse::Status::Partial) if input.len() > MAX_HEAD => {
                return Progress::Failed(if input.contains(&b'\n') { Status::HeaderFieldsTooLarge } else { Status::UriTooLong });
            }
            Ok(httparse::Status::Partial) => {
                self.parse_again_at = (input.len() * 2).min(MAX_HEAD + 1);
                return Progress::NeedsInput;
            }
            Err(httparse::Error::TooManyHeaders) => return Progress::Failed(Status::HeaderFieldsTooLarge),
            Err(httparse::Error::Version) => return Progress::Failed(Status::VersionNotSupported),
            Err(_) => return Progress::Failed(Status::BadRequest),
        };
        if length > MAX_HEAD {
            return Progress::Failed(Status::HeaderFieldsTooLarge);
        }
        let head = match examine(&request, length) {
            Ok(head) => head,
            Err(status) => return Progress::Failed(status),
        };
        let persistence = match (head.keep, request.version) {
            (false, _) => Persistence::Close,
            (true, Some(0)) => Persistence::KeepSaid,
            (true, _) => Persistence::Keep,
        };
        let without_body = matches!(head.framing, Framing::Length(0));
        let answer = if without_body { &mut self.output } else { &mut self.answer };
        let request = Request {
            method: request.method.unwrap_or_default(),
            target: request.path.unwrap_or_default(),
            headers: request.headers,
        };
        write_answer(answer, self.flavor, &request, persistence);
        self.start_body(&head, without_body);
        Progress::Made
    }

    fn start_body(&mut self, head: &Head, without_body: bool) {
        self.keep = head.keep;
        self.consume(head.length);
        if without_body {
            self.closing = !head.keep;
            return;
        }
        self.expect = match head.framing {
            Framing::Length(length) => Expect::Body(length),
            Framing::Chunked => Expect::ChunkSize,
        };
        if head.continues && self.begin == self.end {
            self.output.extend_from_slice(b"HTTP/1.1 100 Continue\r\n\r\n");
        }
    }

    fn finish_body(&mut self) -> Progress {
        self.expect = Expect::Head;
        self.output.append(&mut self.answer);
        self.closing = !self.keep;
        Progress::Made
    }

    fn skip_body(&mut self, left: u64) -> Progress {
        match self.skip(left) {
            0 => self.finish_body(),
            left => {
                self.expect = Expect::Body(left);
                Progress::NeedsInput
            }
        }
    }

    fn skip_chunk(&mut self, left: u64) -> Progress {
        match self.skip(left) {
            0 => {
                self.expect = Expect::ChunkEnd;
                Progress::Made
            }
            left => {
                self.expect = Expect::Chunk(left);
                Progress::NeedsInput
            }
        }
    }

    /// Drops up to `left` bytes of input and tells how many of them are still to come.
    fn skip(&mut self, left: u64) -> u64 {
        let skipped = left.min((self.end - self.begin) as u64);
        self.consume(skipped as usize);
        left - skipped
    }

    fn read_chunk_size(&mut self) -> Progress {
        let input = &self.input[self.begin..self.end];
        match httparse::parse_chunk_size(input) {
            Ok(httparse::Status::Complete((length, size))) => {
                self.expect = if size == 0 { Expect::Trailers } else { Expect::Chunk(size) };
                self.consume(length);
                Progress::Made
            }
            Ok(httparse::Status::Partial) if input.len() <= MAX_CHUNK_LINE => Progress::NeedsInput,
            _ => Progress::Failed(Status::BadRequest),
        }
    }

    fn read_chunk_end(&mut self) -> Progress {
        match &self.input[self.begin..self.end] {
            [b'\r', b'\n', ..] => {
                self.expect = Expect::ChunkSize;
                self.consume(2);
                Progress::Made
            }
            [] | [b'\r'] => Progress::NeedsInput,
            _ => Progress::Failed(Status::BadRequest),
        }
    }

    fn read_trailers(&mut self) -> Progress {
        if !self.worth_parsing() {
            return Progress::NeedsInput;
        }
        let input = &self.input[self.begin..self.end];
        let mut trailers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        match httparse::parse_headers(input, &mut trailers) {
            Ok(httparse::Status::Complete((length, _))) => {
                        self.consume(length);
                self.finish_body()
            }
            Ok(httparse::Status::Partial) if input.len() <= MAX_HEAD => {
                self.parse_again_at = (input.len() * 2).min(MAX_HEAD + 1);
                Progress::NeedsInput
            }
            Ok(httparse::Status::Partial) | Err(httparse::Error::TooManyHeaders) => {
                Progress::Failed(Status::HeaderFieldsTooLarge)
            }
            Err(_) => Progress::Failed(Status::BadRequest),
        }
    }
}

/// What the head's fields say about the body and the connection.
fn examine(request: &httparse::Request, length: usize) -> Result<Head, Status> {
    let http11 = request.version == Some(1);
    let mut hosts = 0;
    let mut body_length = None;
    let mut chunked = false;
    let mut keep = http11;
    let mut continues = false;
    for header in request.headers.iter() {
        let is = |name: &str| header.name.eq_ignore_ascii_case(name);
        if is("host") {
            hosts += 1;
        } else if is("content-length") {
            let value = parse_length(header.value).ok_or(Status::BadRequest)?;
            if body_length.replace(value).map_or(false, |earlier| earlier != value) {
                return Err(Status::BadRequest);
            }
        } else if is("transfer-encoding") {
            // A coding applied twice, or under HTTP/1.0, is how requests are smuggled past proxies.
            if chunked || !http11 {
                return Err(Status::BadRequest);
            }
            if !header.value.eq_ignore_ascii_case(b"chunked") {
                return Err(Status::NotImplemented);
            }
            chunked = true;
        } else if is("connection") {
            for option in header.value.split(|&byte| byte == b',').map(trim) {
                if option.eq_ignore_ascii_case(b"close") {
                    keep = false;
                } else if option.eq_ignore_ascii_case(b"keep-alive") && !http11 {
                    keep = true;
                }
            }
        } else if is("expect") && http11 {
            if !header.value.eq_ignore_ascii_case(b"100-continue") {
                return Err(Status::ExpectationFailed);
            }
            continues = true;
        }
    }
    if hosts > 1 || (http11 && hosts == 0) || (chunked && body_length.is_some()) {
        return Err(Status::BadRequest);
    }
    let framing = if chunked { Framing::Chunked } else { Framing::Length(body_length.unwrap_or(0)) };
    Ok(Head { length, framing, keep, continues })
}

fn parse_length(value: &[u8]) -> Option<u64> {
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(value).ok()?.parse().ok()
}

fn trim(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = value {
        value = rest;
    }
    while let [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

#[cfg(test)]
mod tests;
