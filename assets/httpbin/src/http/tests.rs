use super::*;

const HOST: &str = "host: h\r\n";

/// What is answered when the bytes come in pieces of `piece` and the client then waits.
fn exchange(request: &[u8], piece: usize) -> (String, Next) {
    let now = Instant::now();
    let mut connection = Connection::new("test", now);
    let mut answered = Vec::new();
    for bytes in request.chunks(piece) {
        let mut bytes = bytes;
        while !bytes.is_empty() && connection.next() == Next::Read {
            let space = connection.space();
            let count = bytes.len().min(space.len());
            space[..count].copy_from_slice(&bytes[..count]);
            bytes = &bytes[count..];
            connection.received(count, now);
            while connection.next() == Next::Write {
                answered.extend_from_slice(connection.output());
                let count = connection.output().len();
                connection.sent(count, now);
            }
        }
    }
    (String::from_utf8(answered).expect("answers are text"), connection.next())
}

fn answer(request: &str) -> (String, Next) {
    exchange(request.as_bytes(), usize::MAX)
}

fn status(request: &str) -> String {
    answer(request).0.chars().skip("HTTP/1.1 ".len()).take(3).collect()
}

#[test]
fn get_answers_what_was_asked_in_order() {
    let (answer, next) = answer("GET /get?b=2&a=1&b=%C3%A9+x HTTP/1.1\r\nHost: h\r\nX-Twice: 1\r\nx-twice: 2\r\n\r\n");

    assert!(answer.ends_with(
        "{\"flavor\":\"test\",\"args\":{\"a\":\"1\",\"b\":\"é x\"},\"headers\":{\"host\":\"h\",\"x-twice\":\"2\"},\
         \"url\":\"/get?b=2&a=1&b=%C3%A9+x\"}"
    ));
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"));
    assert_eq!(next, Next::Read);
}

#[test]
fn pieces_of_any_size_give_the_same_answers() {
    let requests = format!(
        "POST /get HTTP/1.1\r\n{HOST}transfer-encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nt: 1\r\n\r\n\
         GET /get?1 HTTP/1.1\r\n{HOST}content-length: 3\r\n\r\nabc\r\nGET /get?2 HTTP/1.1\r\n{HOST}\r\n"
    );
    for piece in [1, 2, 3, 7, 64, usize::MAX] {
        let (answers, next) = exchange(requests.as_bytes(), piece);
        let lines: Vec<_> = answers.lines().filter(|line| line.contains("HTTP/1.1") || line.contains("flavor")).collect();
        assert_eq!(lines[0], "HTTP/1.1 405 Method Not Allowed", "pieces of {piece}");
        assert!(answers.contains("allow: GET, HEAD\r\n"));
        assert!(answers.contains("\"url\":\"/get?1\"}HTTP/1.1 200 OK"), "pieces of {piece}: {answers}");
        assert!(answers.ends_with("\"url\":\"/get?2\"}"), "pieces of {piece}: {answers}");
        assert_eq!(next, Next::Read);
    }
}

#[test]
fn statuses() {
    let large = "a".repeat(MAX_HEAD + 1);
    let many = "a: b\r\n".repeat(MAX_HEADERS + 1);
    let cases = [
        (format!("GET / HTTP/1.1\r\n{HOST}\r\n"), "404"),
        (format!("GET /get/ HTTP/1.1\r\n{HOST}\r\n"), "404"),
        (format!("DELETE /get HTTP/1.1\r\n{HOST}\r\n"), "405"),
        ("GET /get HTTP/1.1\r\n\r\n".to_owned(), "400"),
        ("GET /get HTTP/1.0\r\n\r\n".to_owned(), "200"),
        (format!("GET /get HTTP/1.1\r\n{HOST}{HOST}\r\n"), "400"),
        (format!("GET /get HTTP/1.1\r\n{HOST}bad name: x\r\n\r\n"), "400"),
        ("nonsense\r\n\r\n".to_owned(), "400"),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(), "505"),
        (format!("GET /get HTTP/1.1\r\n{HOST}x: {large}"), "431"),
        (format!("GET /get HTTP/1.1\r\n{HOST}x: {large}\r\n\r\n"), "431"),
        (format!("GET /get HTTP/1.1\r\n{HOST}{many}\r\n"), "431"),
        (format!("GET /{large}"), "414"),
        (format!("GET /get HTTP/1.1\r\n{HOST}content-length: 1x\r\n\r\n"), "400"),
        (format!("GET /get HTTP/1.1\r\n{HOST}content-length: 99999999999999999999\r\n\r\n"), "400"),
        (format!("GET /get HTTP/1.1\r\n{HOST}content-length: 1\r\ncontent-length: 2\r\n\r\n"), "400"),
        (format!("GET /get HTTP/1.1\r\n{HOST}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n"), "400"),
        (format!("GET /get HTTP/1.1\r\n{HOST}transfer-encoding: gzip\r\n\r\n"), "501"),
        (format!("GET /get HTTP/1.1\r\n{HOST}transfer-encoding: chunked\r\n\r\nzz\r\n"), "400"),
        (format!("GET /get HTTP/1.1\r\n{HOST}transfer-encoding: chunked\r\n\r\n1\r\nabc"), "400"),
        (format!("GET /get HTTP/1.1\r\n{HOST}expect: magic\r\n\r\n"), "417"),
    ];
    for (request, expected) in cases {
        assert_eq!(status(&request), expected, "{:.80}", request);
    }
}

#[test]
fn head_has_the_length_but_no_body() {
    let (answer, _) = answer(&format!("HEAD /get HTTP/1.1\r\n{HOST}\r\n"));

    assert!(answer.ends_with("\r\n\r\n"));
    assert!(answer.contains("content-length: 63\r\n"), "{answer}");
}

#[test]
fn connection_is_kept_as_version_and_header_say() {
    let keeps = |head: &str| answer(&format!("GET /get {head}\r\n\r\n")).1 == Next::Read;

    assert!(keeps("HTTP/1.1\r\nhost: h"));
    assert!(!keeps("HTTP/1.1\r\nhost: h\r\nconnection: x, Close"));
    assert!(!keeps("HTTP/1.0"));
    assert!(keeps("HTTP/1.0\r\nconnection: keep-alive"));
}

#[test]
fn expect_continue_is_granted_before_the_body() {
    let (answer, next) = answer(&format!("POST /get HTTP/1.1\r\n{HOST}expect: 100-continue\r\ncontent-length: 2\r\n\r\n"));

    assert_eq!(answer, "HTTP/1.1 100 Continue\r\n\r\n");
    assert_eq!(next, Next::Read);
}

#[test]
fn half_a_request_and_the_end_closes_without_an_answer() {
    let now = Instant::now();
    let mut connection = Connection::new("test", now);
    connection.space()[..5].copy_from_slice(b"GET /");
    connection.received(5, now);
    connection.received(0, now);

    assert_eq!(connection.next(), Next::Close);
}

#[test]
fn half_a_request_times_out_with_an_answer_and_lingers_once() {
    let now = Instant::now();
    let mut connection = Connection::new("test", now);
    connection.space()[..5].copy_from_slice(b"GET /");
    connection.received(5, now);
    assert_eq!(connection.deadline(), now + REQUEST_TIMEOUT);
    connection.space()[0] = b'g';
    connection.received(1, now + Duration::from_secs(9));
    assert_eq!(connection.deadline(), now + REQUEST_TIMEOUT);

    connection.timed_out(now);
    assert!(connection.output().starts_with(b"HTTP/1.1 408 "));
    let count = connection.output().len();
    connection.sent(count, now);
    assert_eq!(connection.next(), Next::ShutDownWriting);
    connection.shut_down(now);
    assert_eq!(connection.next(), Next::Read);
    connection.timed_out(now);
    assert_eq!(connection.next(), Next::Close);
}
