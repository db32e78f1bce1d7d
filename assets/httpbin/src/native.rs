//! The native server: std::net, one thread a connection, at most `MAX_CONNECTIONS` of them.

use std::io::{Error, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::announce;
use crate::http::{Connection, Next, Phase};
#[cfg(unix)]
use crate::signals::Termination;

const MAX_CONNECTIONS: usize = 512;
const THREAD_STACK: usize = 128 * 1024;
/// How long requests that have begun may take to end after SIGTERM.
#[cfg(unix)]
const STOP_TIMEOUT: Duration = Duration::from_secs(1);
/// After a failed accept (no descriptors, for example): until connections have ended, trying on is of no use.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

pub fn run(address: SocketAddr, flavor: String) -> Result<(), String> {
    #[cfg(unix)]
    let termination = Termination::block();
    let listener = TcpListener::bind(address).map_err(|error| format!("cannot listen on {address}: {error}"))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let clients = Arc::new(Clients::default());
    let flavor: Arc<str> = flavor.into();

    #[cfg(unix)]
    {
        let clients = Arc::clone(&clients);
        let wait = move || {
            termination.wait();
            clients.finish(STOP_TIMEOUT);
            std::process::exit(0);
        };
        spawn(wait).map_err(|error| format!("cannot start a thread: {error}"))?;
    }

    announce(address);
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                clients.make_room();
                start(stream, &clients, &flavor);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted || error.kind() == ErrorKind::ConnectionAborted => {}
            Err(_) => thread::sleep(ACCEPT_PAUSE),
        }
    }
}

fn spawn(work: impl FnOnce() + Send + 'static) -> Result<(), Error> {
    thread::Builder::new().stack_size(THREAD_STACK).spawn(work).map(drop)
}

/// Without a thread for it (or a socket option it needs) a connection is dropped, and so closed.
fn start(stream: TcpStream, clients: &Arc<Clients>, flavor: &Arc<str>) {
    let client = Arc::new(Client { stream, idle: AtomicBool::new(true) });
    let registration = Registration::new(clients, &client);
    let flavor = Arc::clone(flavor);
    let _ = spawn(move || {
        let _ = serve(&registration.client, &flavor);
    });
}

fn serve(client: &Client, flavor: &str) -> Result<(), Error> {
    let mut stream = &client.stream;
    let mut connection = Connection::new(flavor, Instant::now());
    let mut armed = None;
    stream.set_nodelay(true)?;
    stream.set_write_timeout(Some(Phase::Write.timeout()))?;
    loop {
        match connection.next() {
            Next::Write => {
                let written = stream.write(connection.output())?;
                let now = Instant::now();
                connection.sent(written, now);
                if written == 0 || now >= connection.deadline() {
                    return Ok(());
                }
            }
            Next::ShutDownWriting => {
                stream.shutdown(Shutdown::Write)?;
                connection.shut_down(Instant::now());
            }
            Next::Read => {
                let idle = connection.phase() == Phase::Idle;
                // Every idle wait is equally long, so its timeout is set once for many requests.
                if !(idle && armed == Some(Phase::Idle)) {
                    let left = connection.deadline().saturating_duration_since(Instant::now());
                    stream.set_read_timeout(Some(left.max(Duration::from_millis(1))))?;
                    armed = Some(connection.phase());
                }
                client.idle.store(idle, Ordering::Relaxed);
                let read = stream.read(connection.space());
                client.idle.store(false, Ordering::Relaxed);
                match read {
                    Ok(count) => connection.received(count, Instant::now()),
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                        connection.timed_out(Instant::now());
                    }
                    Err(error) => return Err(error),
                }
            }
            Next::Close => return Ok(()),
        }
    }
}

struct Client {
    stream: TcpStream,
    idle: AtomicBool,
}

/// The connections that are open, oldest first.
#[derive(Default)]
struct Clients {
    open: Mutex<Vec<Arc<Client>>>,
    left: Condvar,
}

impl Clients {
    fn open(&self) -> MutexGuard<'_, Vec<Arc<Client>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns when one more connection may be taken: if need be an idle one is closed for it.
    fn make_room(&self) {
        let mut open = self.open();
        while open.len() >= MAX_CONNECTIONS {
            if let Some(idle) = open.iter().find(|client| client.idle.swap(false, Ordering::Relaxed)) {
                let _ = idle.stream.shutdown(Shutdown::Both);
            }
            open = match self.left.wait_timeout(open, ACCEPT_PAUSE) {
                Ok((open, _)) => open,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
    }

    /// Returns when no request is being answered any more, at the latest after `timeout`.
    #[cfg(unix)]
    fn finish(&self, timeout: Duration) {
        let deadline = Instant::now() + timeout;
        while Instant::now() < deadline && self.open().iter().any(|client| !client.idle.load(Ordering::Relaxed)) {
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Keeps a client among the open ones for as long as its thread lives.
struct Registration {
    clients: Arc<Clients>,
    client: Arc<Client>,
}

impl Registration {
    fn new(clients: &Arc<Clients>, client: &Arc<Client>) -> Registration {
        clients.open().push(Arc::clone(client));
        Registration { clients: Arc::clone(clients), client: Arc::clone(client) }
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.clients.open().retain(|other| !Arc::ptr_eq(other, &self.client));
        self.clients.left.notify_one();
    }
}
