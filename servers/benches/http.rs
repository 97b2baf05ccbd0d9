//! What HTTP costs without sockets: a request is parsed, routed and answered, by the state machine that both servers
//! drive.

use std::hint::black_box;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use criterion::{Criterion, Throughput};
use servers::http::{Connection, DateLine, Limits, SpareBuffers, Step};
use servers::routes::{self, Reply};

/// Ten headers, 500 bytes: about what a browser sends to a site whose cookie it has.
const REQUEST: &str = "\
GET /activer HTTP/1.1\r
Host: 127.0.0.1\r
User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r
Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r
Accept-Language: en-US,en;q=0.5\r
Accept-Encoding: gzip, deflate, br, zstd\r
Referer: http://127.0.0.1/\r
Connection: keep-alive\r
Cookie: session=Zm9vYmFyYmF6cXV4; theme=dark; last=2026-01-01T00:00:00Z; seen=sleeper,activerPADDING\r
Sec-Fetch-Mode: navigate\r
Cache-Control: max-age=0\r
\r
";
const REQUEST_LENGTH: usize = 500;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let missing = REQUEST_LENGTH + "PADDING".len() - REQUEST.len();
    let request = REQUEST.replace("PADDING", &"x".repeat(missing));
    let mut group = criterion.benchmark_group("parse and answer");
    for requests in [1, 16] {
        let bytes = request.repeat(requests).into_bytes();
        group.throughput(Throughput::Elements(requests as u64));
        group.bench_function(format!("{requests} at a time"), |bencher| {
            let mut server = Server::new();
            bencher.iter(|| {
                server.serve(black_box(&bytes));
            });
        });
    }
    group.finish();
    criterion.final_summary();
}

/// A server's share in it, with one connection that is kept for ever.
struct Server {
    connection: Connection,
    spare: SpareBuffers,
    date: DateLine,
}

impl Server {
    fn new() -> Self {
        let limits = Limits { max_requests: u32::MAX, ..Limits::default() };
        Server {
            connection: Connection::new(Rc::new(limits)),
            spare: SpareBuffers::new(),
            date: DateLine::new(),
        }
    }

    /// All of one read, and one write at the end of it.
    fn serve(&mut self, bytes: &[u8]) {
        let time = Duration::ZERO;
        let connection = &mut self.connection;
        connection.borrow_buffers(&mut self.spare);
        connection.receive(bytes);
        loop {
            match connection.next(time) {
                Step::Answer(request) => {
                    let Reply::Now(response) = routes::reply(&request) else {
                        panic!("it is answered at once")
                    };
                    connection.answer(&response, self.date.at(time, SystemTime::now));
                }
                Step::Read { .. } | Step::Write => {
                    let written = black_box(connection.output()).len();
                    connection.sent(written);
                    if !connection.has_input() {
                        break;
                    }
                }
                Step::Refuse(error) => panic!("{error:?}"),
                Step::Close => panic!("it is kept"),
            }
        }
        connection.return_buffers(&mut self.spare);
    }
}
