//! The server as a module: one thread, non-blocking sockets and one `poll_oneoff` for all of them.

use std::net::SocketAddr;
use std::time::Instant;

use crate::announce;
use crate::http::{Connection, Next, Phase};
use crate::sockets::{wait, Errno, Event, Socket, Subscription};

const MAX_CONNECTIONS: usize = 1024;
const BACKLOG: u32 = 1024;

/// Userdata of the subscriptions that belong to no connection; those of connections carry their index.
const LISTENER: u64 = u64::MAX;
const TIMER: u64 = u64::MAX - 1;

struct Client<'s> {
    socket: Socket,
    connection: Connection<'s>,
    failed: bool,
}

pub fn run(address: SocketAddr, flavor: String) -> Result<(), String> {
    let listener =
        Socket::listen(address, BACKLOG).map_err(|errno| format!("cannot listen on {address}: {}", errno.describe()))?;
    let port = match address.port() {
        0 => listener.port().map_err(|errno| format!("cannot tell the port taken: {}", errno.describe()))?,
        port => port,
    };
    announce(SocketAddr::new(address.ip(), port));

    let mut clients: Vec<Client> = Vec::new();
    let mut subscriptions = Vec::new();
    let mut events = Vec::new();
    loop {
        subscribe(&listener, &clients, &mut subscriptions);
        let happened = match wait(&subscriptions, &mut events) {
            Ok(happened) => happened,
            Err(Errno::INTR) => continue,
            Err(errno) => return Err(format!("poll_oneoff failed: {}", errno.describe())),
        };
        handle(happened, &listener, &mut clients, &flavor);
    }
}

fn subscribe(listener: &Socket, clients: &[Client], subscriptions: &mut Vec<Subscription>) {
    subscriptions.clear();
    subscriptions.push(Subscription::readable(listener, LISTENER));
    for (index, client) in clients.iter().enumerate() {
        subscriptions.push(match client.connection.next() {
            Next::Write => Subscription::writable(&client.socket, index as u64),
            _ => Subscription::readable(&client.socket, index as u64),
        });
    }
    if let Some(deadline) = clients.iter().map(|client| client.connection.deadline()).min() {
        let left = deadline.saturating_duration_since(Instant::now());
        subscriptions.push(Subscription::elapsed(left.as_nanos() as u64, TIMER));
    }
}

fn handle<'s>(happened: &[Event], listener: &Socket, clients: &mut Vec<Client<'s>>, flavor: &'s str) {
    let now = Instant::now();
    let mut accepting = false;
    for event in happened {
        match event.userdata {
            LISTENER => accepting = true,
            TIMER => {}
            index => {
                if let Some(client) = clients.get_mut(index as usize) {
                    client.proceed(now);
                }
            }
        }
    }
    for client in clients.iter_mut().filter(|client| client.connection.deadline() <= now) {
        client.connection.timed_out(now);
        client.proceed(now);
    }
    clients.retain(|client| !client.failed && client.connection.next() != Next::Close);
    if accepting {
        accept(listener, clients, flavor, now);
    }
}

fn accept<'s>(listener: &Socket, clients: &mut Vec<Client<'s>>, flavor: &'s str, now: Instant) {
    while let Ok(socket) = listener.accept() {
        if clients.len() >= MAX_CONNECTIONS {
            drop_longest_idle(clients);
        }
        clients.push(Client { socket, connection: Connection::new(flavor, now), failed: false });
    }
}

/// Makes room for a new connection; only if none is idle it is one with a request that is lost.
fn drop_longest_idle(clients: &mut Vec<Client>) {
    let order = |client: &Client| (client.connection.phase() != Phase::Idle, client.connection.deadline());
    let first = clients.iter().enumerate().min_by_key(|(_, client)| order(client));
    if let Some((index, _)) = first {
        clients.swap_remove(index);
    }
}

impl Client<'_> {
    /// Reads at most once, as the socket may have nothing more; writes what it can.
    fn proceed(&mut self, now: Instant) {
        let mut read = false;
        loop {
            let done = match self.connection.next() {
                Next::Write => self.socket.send(self.connection.output()).map(|count| self.connection.sent(count, now)),
                Next::ShutDownWriting => self.socket.shut_down_writing().map(|()| self.connection.shut_down(now)),
                Next::Read if !read => {
                    read = true;
                    let count = self.socket.receive(self.connection.space());
                    count.map(|count| self.connection.received(count, now))
                }
                Next::Read | Next::Close => return,
            };
            match done {
                Ok(()) => {}
                Err(Errno::AGAIN | Errno::INTR) => return,
                Err(_) => {
                    self.failed = true;
                    return;
                }
            }
        }
    }
}
