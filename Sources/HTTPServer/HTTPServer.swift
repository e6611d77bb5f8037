import CMicroHTTPD
import Glibc
public import Telemetry

/// An HTTP/1.1 server over libmicrohttpd.
///
/// The library's epoll threads read and write the sockets. A request is checked there, its connection is suspended,
/// the handler runs as a task of its own, and the answer resumes the connection; nothing blocks the cooperative pool.
/// TLS, HTTP/2 and compression of streams are the reverse proxy's.
public final class HTTPServer: Sendable {
  /// The server's address, limits and times; each default carries its reason.
  public struct Configuration: Sendable {
    /// The address to listen on, IPv4 or IPv6; `0.0.0.0` or `::` for all.
    public var host = "127.0.0.1"
    /// The port; 0 for one that is free.
    public var port = 8080
    /// The epoll threads: they only move bytes and check heads, and two saturate more cores of handlers than that.
    public var threads = 2
    /// Open connections beyond this wait in the kernel's backlog: 4,096 fit the usual limit of descriptors.
    public var maximumConnections = 4_096
    /// Connections of one address beyond this are closed at once; nil where a reverse proxy is the only client.
    public var maximumConnectionsPerAddress: Int? = 1_024
    /// A head's bytes beyond this are refused with 431: 16 KB is what proxies pass on by default.
    public var maximumHeadBytes = 16_384
    /// A body's bytes beyond this are refused with 413, unless the route says otherwise: a cart or a rule is far below.
    public var maximumBodyBytes = 1_048_576
    /// Handlers that run at once; more only makes each of them slower.
    public var maximumRunning = 256
    /// Requests that wait for a handler's place; beyond them the answer is 503 with Retry-After.
    public var maximumQueued = 1_024
    /// What Retry-After says when the queue is full.
    public var retryAfterSeconds = 1
    /// From the request line's end to the head's end.
    public var headTimeout: Duration = .seconds(10)
    /// From the head's end to the body's end.
    public var bodyTimeout: Duration = .seconds(60)
    /// A connection without a request is closed after this; and a client that takes no byte of its answer.
    public var idleTimeout: Duration = .seconds(60)
    /// From the answer's beginning to its end, streams excepted: a client that reads a byte a second is cut off.
    public var answerTimeout: Duration = .seconds(300)
    /// From the head's end to the answer, unless the route says otherwise.
    public var deadline: Duration = .seconds(30)

    /// Makes the defaults.
    public init() {}
  }

  /// Why the server could not start.
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

  /// Listens until `shutdown`, and gives the port, which is the kernel's choice when 0 was asked for.
  @discardableResult
  public func start() throws(StartError) -> Int {
    try core.start()
  }

  /// Drains and stops: no new connection is taken, requests under way end and are told `Connection: close`, and what
  /// is still running when the grace period ends is cancelled and answered with 503.
  ///
  /// Returns when the last connection is closed and the threads have ended. Further calls wait for the first.
  public func shutdown(gracePeriod: Duration = .seconds(30)) async {
    await core.shutdown(gracePeriod: gracePeriod)
  }

  /// The connections open now.
  public var openConnections: Int { core.peers.count }
}
