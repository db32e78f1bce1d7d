//! What is answered to a request whose head has been read.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Write;
use std::time::SystemTime;

use serde::ser::{Serialize, SerializeStruct, Serializer};

/// A request's head as far as the answer depends on it.
pub struct Request<'b> {
    pub method: &'b str,
    pub target: &'b str,
    pub headers: &'b [httparse::Header<'b>],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Ok,
    BadRequest,
    NotFound,
    MethodNotAllowed,
    RequestTimeout,
    UriTooLong,
    ExpectationFailed,
    HeaderFieldsTooLarge,
    NotImplemented,
    VersionNotSupported,
}

impl Status {
    fn line(self) -> &'static str {
        match self {
            Status::Ok => "200 OK",
            Status::BadRequest => "400 Bad Request",
            Status::NotFound => "404 Not Found",
            Status::MethodNotAllowed => "405 Method Not Allowed",
            Status::RequestTimeout => "408 Request Timeout",
            Status::UriTooLong => "414 URI Too Long",
            Status::ExpectationFailed => "417 Expectation Failed",
            Status::HeaderFieldsTooLarge => "431 Request Header Fields Too Large",
            Status::NotImplemented => "501 Not Implemented",
            Status::VersionNotSupported => "505 HTTP Version Not Supported",
        }
    }
}

/// What the answer says about the connection; HTTP/1.1 needs no word to keep it, HTTP/1.0 does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Persistence {
    Keep,
    KeepSaid,
    Close,
}

pub fn write_answer(out: &mut Vec<u8>, flavor: &str, request: &Request, persistence: Persistence) {
    let (path, query) = path_and_query(request.target);
    let with_body = request.method != "HEAD";
    if path != "/get" {
        write_error(out, Status::NotFound, persistence, with_body);
        return;
    }
    if request.method != "GET" && request.method != "HEAD" {
        write_error(out, Status::MethodNotAllowed, persistence, with_body);
        return;
    }
    let echo = Echo {
        flavor,
        args: form_urlencoded::parse(query.as_bytes()).collect(),
        headers: request
            .headers
            .iter()
            .map(|header| (header.name.to_ascii_lowercase(), String::from_utf8_lossy(header.value)))
            .collect(),
        url: origin_form(request.target),
    };
    // Serializing strings into memory cannot fail.
    let body = serde_json::to_vec(&echo).unwrap_or_default();
    write_response(out, Status::Ok, "application/json", &body, persistence, with_body);
}

pub fn write_error(out: &mut Vec<u8>, status: Status, persistence: Persistence, with_body: bool) {
    let body = format!("{}\n", status.line());
    write_response(out, status, "text/plain; charset=utf-8", body.as_bytes(), persistence, with_body);
}

fn write_response(
    out: &mut Vec<u8>,
    status: Status,
    content_type: &str,
    body: &[u8],
    persistence: Persistence,
    with_body: bool,
) {
    out.reserve(256 + body.len());
    let date = httpdate::HttpDate::from(SystemTime::now());
    // Writing into memory cannot fail.
    let _ = write!(
        out,
        "HTTP/1.1 {}\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\ndate: {date}\r\n",
        status.line(),
        body.len()
    );
    if status == Status::MethodNotAllowed {
        out.extend_from_slice(b"allow: GET, HEAD\r\n");
    }
    match persistence {
        Persistence::Keep => {}
        Persistence::KeepSaid => out.extend_from_slice(b"connection: keep-alive\r\n"),
        Persistence::Close => out.extend_from_slice(b"connection: close\r\n"),
    }
    out.extend_from_slice(b"\r\n");
    if with_body {
        out.extend_from_slice(body);
    }
}

/// A client of a proxy sends `http://host/path`; what counts is the path and query.
fn origin_form(target: &str) -> &str {
    if target.starts_with('/') {
        return target;
    }
    match target.find("://") {
        Some(scheme) => {
            let rest = &target[scheme + 3..];
            rest.find(|c| c == '/' || c == '?').map_or("/", |start| &rest[start..])
        }
        None => target,
    }
}

fn path_and_query(target: &str) -> (&str, &str) {
    let target = origin_form(target);
    target.split_once('?').unwrap_or((target, ""))
}

/// The answer's fields, in the order they are written. A repeated key keeps its last value; keys are sorted, so that
/// the same request always gets the same bytes.
struct Echo<'b> {
    flavor: &'b str,
    args: BTreeMap<Cow<'b, str>, Cow<'b, str>>,
    headers: BTreeMap<String, Cow<'b, str>>,
    url: &'b str,
}

impl Serialize for Echo<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut echo = serializer.serialize_struct("Echo", 4)?;
        echo.serialize_field("flavor", self.flavor)?;
        echo.serialize_field("args", &self.args)?;
        echo.serialize_field("headers", &self.headers)?;
        echo.serialize_field("url", self.url)?;
        echo.end()
    }
}
