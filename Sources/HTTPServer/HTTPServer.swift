import CMicroHTTPD
import Glibc
public import Telemetry

/// An HTTP/1.1 server over libmicrohttpd.
///
/// The library's epoll threads read and write the sockets. They check a request and suspend its connection, the handler
/// runs as a separate task, and the answer resumes the connection; nothing blocks the cooperative pool. TLS, HTTP/2 and
/// compression of streams are left to the reverse proxy.
public final class HTTPServer: Sendable {
  /// The server's address, limits and times; each default has its reason.
  public struct Configuration: Sendable {
    /// The address to listen on, IPv4 or IPv6; `0.0.0.0` or `::` for all.
    public var host = "127.0.0.1"
    /// The port; 0 means any free one.
    public var port = 8080
    /// The epoll threads: they only move bytes and check heads, and two of them can keep more than two cores of
    /// handlers busy.
    public var threads = 2
    /// Further connections wait in the kernel's backlog: 4,096 fit the usual limit of descriptors.
    public var maxConnections = 4_096
    /// Further connections of one address are closed at once; nil if a reverse proxy is the only client.
    public var maxConnectionsPerAddress: Int? = 1_024
    /// A longer head is refused with 431: proxies pass on 16 KB by default.
    public var maxHeadBytes = 16_384
    /// A longer body is refused with 413, unless the route allows more: a cart or a rule is far smaller.
    public var maxBodyBytes = 1_048_576
    /// Handlers that run at once; more would only make each of them slower.
    public var maxRunning = 256
    /// Requests that wait for a handler's place; further ones are answered 503 with Retry-After.
    public var maxQueued = 1_024
    /// The value of Retry-After when the queue is full.
    public var retryAfterSeconds = 1
    /// From the request line's end to the head's end.
    public var headTimeout: Duration = .seconds(10)
    /// From the head's end to the body's end.
    public var bodyTimeout: Duration = .seconds(60)
    /// A connection without a request is closed after this time, and so is a client that reads no byte of its answer.
    public var idleTimeout: Duration = .seconds(60)
    /// From the answer's beginning to its end, except for streams: a client that reads a byte a second is cut off.
    public var answerTimeout: Duration = .seconds(300)
    /// From the head's end to the answer, unless the route gives another time.
    public var deadline: Duration = .seconds(30)

    /// Makes the defaults.
    public init() {}
  }

  /// The reason why the server could not start.
  public enum StartError: Error, Sendable, CustomStringConvertible {
    case portTaken(host: String, port: Int)
    case portForbidden(host: String, port: Int)
    case addressInvalid(String)
    case configurationInvalid(String)
    case failed(reason: String)
    case alreadyStarted

    public var description: String {
      switch self {
      case .portTaken(let host, let port):
        "port \(port) on \(host) is taken by another program: stop it (`ss -ltnp 'sport = :\(port)'` names it) "
          + "or choose another port"
      case .portForbidden(let host, let port):
        "port \(port) on \(host) may not be opened by this user: choose one above 1023, or grant CAP_NET_BIND_SERVICE"
      case .addressInvalid(let host):
        "\(host) is no address of this machine: give an IPv4 or IPv6 address such as 127.0.0.1, 0.0.0.0 or ::"
      case .configurationInvalid(let reason): "the HTTP server's settings are refused: \(reason)"
      case .failed(let reason): "the HTTP server cannot start: \(reason)"
      case .alreadyStarted: "the HTTP server was started before: make a new one"
      }
    }
  }

  private let core: ServerCore

  /// Makes a server that does not listen yet.
  public init(configuration: Configuration = .init(), router: Router, logger: Logger, metrics: MetricsRegistry) {
    core = ServerCore(configuration: configuration, router: router, logger: logger, metrics: metrics)
  }

  /// Listens until `shutdown`; returns the port, which the kernel chose if 0 was requested.
  @discardableResult
  public func start() throws(StartError) -> Int {
    try core.start()
  }

  /// Drains and stops: takes no new connection, lets running requests end with `Connection: close`, and after the grace
  /// period cancels the others and answers them with 503.
  ///
  /// Returns when the last connection is closed and the threads have ended. Further calls wait for the first.
  public func shutdown(gracePeriod: Duration = .seconds(30)) async {
    await core.shutdown(gracePeriod: gracePeriod)
  }

  /// The connections open now.
  public var openConnections: Int { core.peers.count }
}
