//! The imports that WasmEdge adds to WASI preview 1 for sockets, and the few of preview 1 that std does not offer.
//!
//! WasmEdge offers two versions of some of them and takes the one that fits the import's type. Used here: `sock_accept`
//! in its second version (with flags, as preview 1 has it), `sock_bind` and `sock_getlocaladdr` in their first (the
//! address is the bare 4 or 16 octets). Descriptors are opaque numbers: WasmEdge gives out random ones.

use std::net::{IpAddr, SocketAddr};

pub type Fd = u32;

/// An error number of preview 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Errno(u32);

impl Errno {
    pub const AGAIN: Errno = Errno(6);
    pub const INTR: Errno = Errno(27);

    pub fn describe(self) -> String {
        let meaning = match self.0 {
            2 => "permission denied",
            3 => "address in use",
            4 => "address not available",
            28 => "invalid argument",
            51 => "no more sockets",
            52 => "function not supported",
            76 => "capability missing",
            _ => return format!("errno {}", self.0),
        };
        format!("{meaning} (errno {})", self.0)
    }
}

const INET4: u32 = 1;
const INET6: u32 = 2;
const STREAM: u32 = 2;
const SOL_SOCKET: u32 = 0;
const SO_REUSEADDR: u32 = 0;
const NONBLOCK: u32 = 4;
const SHUT_WRITE: u32 = 2;

#[repr(C)]
struct Address {
    buffer: *const u8,
    length: u32,
}

#[repr(C)]
struct Buffer {
    start: *const u8,
    length: u32,
}

#[link(wasm_import_module = "wasi_snapshot_preview1")]
extern "C" {
    fn sock_open(family: u32, kind: u32, fd: *mut Fd) -> u32;
    fn sock_setsockopt(fd: Fd, level: u32, name: u32, value: *const i32, length: u32) -> u32;
    fn sock_bind(fd: Fd, address: *const Address, port: u32) -> u32;
    fn sock_listen(fd: Fd, backlog: u32) -> u32;
    fn sock_getlocaladdr(fd: Fd, address: *mut Address, kind: *mut u32, port: *mut u32) -> u32;
    fn sock_accept(fd: Fd, flags: u32, accepted: *mut Fd) -> u32;
    fn sock_recv(fd: Fd, buffers: *const Buffer, count: u32, flags: u32, read: *mut u32, out_flags: *mut u32) -> u32;
    fn sock_send(fd: Fd, buffers: *const Buffer, count: u32, flags: u32, written: *mut u32) -> u32;
    fn sock_shutdown(fd: Fd, how: u32) -> u32;
    fn fd_fdstat_set_flags(fd: Fd, flags: u32) -> u32;
    fn fd_close(fd: Fd) -> u32;
    fn poll_oneoff(subscriptions: *const Subscription, events: *mut Event, count: u32, happened: *mut u32) -> u32;
}

fn check(errno: u32) -> Result<(), Errno> {
    match errno {
        0 => Ok(()),
        errno => Err(Errno(errno)),
    }
}

/// A non-blocking TCP socket, closed when dropped.
pub struct Socket(Fd);

impl Socket {
    pub fn listen(address: SocketAddr, backlog: u32) -> Result<Socket, Errno> {
        let mut octets = [0; 16];
        let (family, length) = match address.ip() {
            IpAddr::V4(ip) => {
                octets[..4].copy_from_slice(&ip.octets());
                (INET4, 4)
            }
            IpAddr::V6(ip) => {
                octets = ip.octets();
                (INET6, 16)
            }
        };
        let bound = Address { buffer: octets.as_ptr(), length };
        let yes = 1;
        let mut fd = 0;
        // SAFETY: every pointer is valid for the call it is given to.
        unsafe {
            check(sock_open(family, STREAM, &mut fd))?;
            let socket = Socket(fd);
            check(sock_setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, 4))?;
            check(sock_bind(fd, &bound, u32::from(address.port())))?;
            check(sock_listen(fd, backlog))?;
            check(fd_fdstat_set_flags(fd, NONBLOCK))?;
            Ok(socket)
        }
    }

    /// The port that the socket is bound to.
    pub fn port(&self) -> Result<u16, Errno> {
        let mut octets = [0u8; 16];
        let mut address = Address { buffer: octets.as_mut_ptr(), length: 16 };
        let (mut kind, mut port) = (0, 0);
        // SAFETY: every pointer is valid for the call.
        unsafe { check(sock_getlocaladdr(self.0, &mut address, &mut kind, &mut port))? };
        Ok(port as u16)
    }

    pub fn accept(&self) -> Result<Socket, Errno> {
        let mut fd = 0;
        // SAFETY: the pointer is valid for the call.
        unsafe { check(sock_accept(self.0, NONBLOCK, &mut fd))? };
        Ok(Socket(fd))
    }

    /// How many bytes were read; 0 is the end.
    pub fn receive(&self, space: &mut [u8]) -> Result<usize, Errno> {
        let buffer = Buffer { start: space.as_mut_ptr(), length: space.len() as u32 };
        let (mut read, mut flags) = (0, 0);
        // SAFETY: the buffer and the results are valid for the call.
        unsafe { check(sock_recv(self.0, &buffer, 1, 0, &mut read, &mut flags))? };
        Ok((read as usize).min(space.len()))
    }

    pub fn send(&self, bytes: &[u8]) -> Result<usize, Errno> {
        let buffer = Buffer { start: bytes.as_ptr(), length: bytes.len() as u32 };
        let mut written = 0;
        // SAFETY: the buffer and the result are valid for the call.
        unsafe { check(sock_send(self.0, &buffer, 1, 0, &mut written))? };
        Ok((written as usize).min(bytes.len()))
    }

    pub fn shut_down_writing(&self) -> Result<(), Errno> {
        // SAFETY: takes no pointer.
        unsafe { check(sock_shutdown(self.0, SHUT_WRITE)) }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // SAFETY: the descriptor is this socket's own and is not used again.
        unsafe { fd_close(self.0) };
    }
}

const CLOCK: u8 = 0;
const READ: u8 = 1;
const WRITE: u8 = 2;
const MONOTONIC: u32 = 1;

/// What to wait for; `subscription` of preview 1, 48 bytes.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Subscription {
    userdata: u64,
    tag: u8,
    /// A descriptor, or the number of a clock: 4 bytes at offset 16, padded to 8.
    subject: u64,
    timeout: u64,
    precision: u64,
    flags: u16,
}

impl Subscription {
    fn new(userdata: u64, tag: u8, subject: u32, timeout: u64) -> Subscription {
        Subscription { userdata, tag, subject: u64::from(subject), timeout, precision: 0, flags: 0 }
    }

    pub fn readable(socket: &Socket, userdata: u64) -> Subscription {
        Subscription::new(userdata, READ, socket.0, 0)
    }

    pub fn writable(socket: &Socket, userdata: u64) -> Subscription {
        Subscription::new(userdata, WRITE, socket.0, 0)
    }

    pub fn elapsed(nanoseconds: u64, userdata: u64) -> Subscription {
        Subscription::new(userdata, CLOCK, MONOTONIC, nanoseconds)
    }
}

/// What has happened; `event` of preview 1, 32 bytes.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct Event {
    pub userdata: u64,
    error: u16,
    tag: u8,
    bytes: u64,
    flags: u16,
}

/// Waits until at least one subscription is met and returns those that are.
pub fn wait<'e>(subscriptions: &[Subscription], events: &'e mut Vec<Event>) -> Result<&'e [Event], Errno> {
    events.resize(subscriptions.len(), Event::default());
    let mut happened = 0;
    // SAFETY: there is room for as many events as there are subscriptions.
    unsafe {
        check(poll_oneoff(subscriptions.as_ptr(), events.as_mut_ptr(), subscriptions.len() as u32, &mut happened))?;
    }
    Ok(&events[..(happened as usize).min(events.len())])
}
