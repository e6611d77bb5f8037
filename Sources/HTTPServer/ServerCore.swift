import CMicroHTTPD
import Glibc
import Synchronization
import Telemetry
import Threading

/// The state that the server's parts share: settings, routes, places, connections and the library's daemon.
final class ServerCore: Sendable {
  /// A route with its middlewares around its handler; made once and shared by requests.
  final class Handling: Sendable {
    let pattern: String
    let route: RouteOptions
    let handler: Handler

    init(pattern: String, route: RouteOptions, handler: @escaping Handler) {
      self.pattern = pattern
      self.route = route
      self.handler = handler
    }
  }

  let configuration: HTTPServer.Configuration
  let logger: Logger
  let admission: Admission
  let peers = PeerRegistry()
  /// New requests get `Connection: close`.
  let isDraining = Atomic<Bool>(false)
  private let router: Router
  private let handlings: [Handling]
  private let unmatched: Handling
  private let refusals: [ServerProblem: Counter]
  private let openConnections: Gauge
  private let clientsGone: Counter

  /// No connection may be suspended any more.
  private let isStopping = Atomic<Bool>(false)
  private let suspensions = Atomic<Int>(0)
  private let lifecycle: Lifecycle

  init(configuration: HTTPServer.Configuration, router: Router, logger: Logger, metrics: MetricsRegistry) {
    self.configuration = configuration
    self.router = router
    self.logger = logger
    admission = Admission(
      maxRunning: configuration.maxRunning, maxQueued: configuration.maxQueued,
      queued: metrics.gauge("http_requests_queued", help: "Requests that wait for a handler's place."))
    handlings = router.endpoints.map { endpoint in
      Handling(
        pattern: endpoint.pattern, route: endpoint.route,
        handler: Self.compose(endpoint.handler, router, logger))
    }
    let notFound: Handler = { [router] request in
      if let address = router.addressWithoutSlash(of: request) {
        return .redirect(to: address, status: .permanentRedirect)
      }
      throw Self.unmatchedProblem(request, router)
    }
    // A rendering may need the database, and must not hold up the server's own thread.
    unmatched = Handling(
      pattern: "", route: RouteOptions(isImmediate: router.rendering == nil),
      handler: Self.compose(notFound, router, logger))
    openConnections = metrics.gauge("http_connections_open", help: "Connections that are open.")
    clientsGone = metrics.counter("http_clients_gone_total", help: "Clients that left before their answer was whole.")
    refusals = Dictionary(
      uniqueKeysWithValues: ServerProblem.allCases.map { problem in
        let label = MetricsRegistry.Label("code", problem.rawValue)
        return (
          problem,
          metrics.counter(
            "http_refusals_total", help: "Requests that the server answered itself, by the problem's code.",
            labels: [label])
        )
      })
    lifecycle = Lifecycle()
  }

  // MARK: Routing

  private static func compose(_ handler: @escaping Handler, _ router: Router, _ logger: Logger) -> Handler {
    // Not with `reduce`: a handler that passes through a generic function is wrapped, which costs each later call.
    var composed = rendered(handler, router, logger)
    for middleware in router.middlewares.reversed() {
      let next = composed
      composed = rendered({ request in try await middleware(request, next) }, router, logger)
    }
    return composed
  }

  /// Turns errors into answers: this is the one place where an error becomes what a client reads.
  private static func rendered(_ handler: @escaping Handler, _ router: Router, _ logger: Logger) -> Handler {
    { request in
      do {
        return try await handler(request)
      } catch is CancellationError where Task.isCancelled {
        // The client is gone or was answered at its deadline.
        return Problem(ServerProblem.deadlineExceeded, detail: "The request was cancelled.")
          .response(requestID: request.id)
      } catch {
        let problem = router.problem(of: error) ?? failure(error, request, logger)
        return await router.rendering?(problem, request) ?? problem.response(requestID: request.id)
      }
    }
  }

  /// Logs an error that no client can mend; its problem reveals nothing internal.
  private static func failure(_ error: any Error, _ request: HTTPRequest, _ logger: Logger) -> Problem {
    logger.with(requestID: request.id).error(
      "a handler failed",
      metadata: [
        "error": .string(String(describing: error)), "error_type": .string(String(describing: type(of: error))),
        "route": .string(request.routePattern),
      ])
    return Problem(
      ServerProblem.internalError,
      detail: "The server failed; the operator finds the cause in the log under the request's id.")
  }

  private static func unmatchedProblem(_ request: HTTPRequest, _ router: Router) -> Problem {
    guard case .otherMethods(let allowed) = router.match(request.method, rawPath: request.rawPath[...]) else {
      return Problem(ServerProblem.notFound, detail: "Nothing is found at this path.")
    }
    let list = allowed.map(\.rawValue).joined(separator: ", ")
    return Problem(
      ServerProblem.methodNotAllowed, detail: "This path does not take \(request.method.rawValue), but \(list).",
      headers: ["Allow": list])
  }

  func handling(_ method: HTTPMethod, target: String) -> (handling: Handling, parameters: [String: String]) {
    let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex
    guard case .endpoint(let index, let parameters) = router.match(method, rawPath: target[..<mark]) else {
      return (unmatched, [:])
    }
    return (handlings[index], parameters)
  }

  // MARK: Running handlers

  /// Runs the handler and gives its answer; a stream is written after its place was returned, because it may last.
  func run(_ exchange: Exchange, _ work: Exchange.Work, hasPlace: Bool) async {
    let request = work.request
    let response: HTTPResponse
    do {
      response = try await work.handling.handler(request)
    } catch {
      // A composed handler renders its errors; any other error would be a fault of this file.
      response = Problem(ServerProblem.internalError, detail: "The server failed.").response(requestID: request.id)
    }
    guard case .stream(let write) = response.body, request.method != .head else {
      exchange.complete(response)
      if hasPlace { leave() }
      return
    }
    let pipe = BodyPipe(exchange: exchange, endsOnDrain: response.endsOnDrain)
    let isFirst = exchange.complete(response, pipe: pipe)
    if hasPlace { leave() }
    guard isFirst else { return }
    do {
      if response.endsOnDrain, isDraining.load(ordering: .acquiring) { throw CancellationError() }
      try await write(HTTPBodyWriter(pipe: pipe))
      pipe.finish()
    } catch {
      pipe.breakOff()
      if !(error is CancellationError) {
        logger.with(requestID: request.id).error(
          "a stream failed", metadata: ["error": .string(String(describing: error))])
      }
    }
  }

  /// Gives a handler's place to the next waiting request that has no answer yet.
  func leave() {
    while let next = admission.leave() {
      if next.startWaiting() { return }
    }
  }

  func refused(_ problem: ServerProblem) {
    refusals[problem]?.increment()
  }

  func clientGone() {
    clientsGone.increment()
  }

  // MARK: Suspensions

  /// The library must not be stopped while a connection is suspended: each suspension is counted, and none begins after
  /// `stop`.
  func beginSuspension() -> Bool {
    suspensions.add(1, ordering: .sequentiallyConsistent)
    guard !isStopping.load(ordering: .sequentiallyConsistent) else {
      suspensions.subtract(1, ordering: .sequentiallyConsistent)
      return false
    }
    return true
  }

  func endSuspension() {
    suspensions.subtract(1, ordering: .sequentiallyConsistent)
  }

  // MARK: Life

  func start() throws(HTTPServer.StartError) -> Int {
    try configuration.check()
    guard lifecycle.begin() else { throw .alreadyStarted }
    let socket = try ListeningSocket(host: configuration.host, port: configuration.port)
    let port = socket.port
    guard let daemon = Daemon(core: self, descriptor: socket.descriptor) else {
      close(socket.descriptor)
      throw .failed(reason: "the library refused its settings or could not make its threads")
    }
    let watch = Watch(core: self)
    lifecycle.running(daemon, watch)
    logger.info("listening", metadata: ["host": .string(configuration.host), "port": .integer(port)])
    return port
  }

  func shutdown(gracePeriod: Duration) async {
    switch lifecycle.end() {
    case .notRunning: return
    case .ending: return await lifecycle.waitUntilEnded()
    case .mine(let daemon, let watch):
      await drain(daemon, gracePeriod)
      await stop(daemon, watch)
      lifecycle.ended()
    }
  }

  private func drain(_ daemon: Daemon, _ gracePeriod: Duration) async {
    let end = ContinuousClock.now + gracePeriod
    isDraining.store(true, ordering: .sequentiallyConsistent)
    await onOwnThread { daemon.stopListening() }
    var exchanges: [Exchange] = []
    peers.forEach { peer in
      if let exchange = peer.current { exchanges.append(exchange) }
    }
    for exchange in exchanges { exchange.drain() }
    // The watch closes idle connections; running requests end by themselves.
    while peers.count > 0, ContinuousClock.now < end, !Task.isCancelled {
      // A cancelled caller needs the end now: the loop's condition sees it.
      try? await Task.sleep(for: .milliseconds(5))
    }
  }

  private func stop(_ daemon: Daemon, _ watch: Watch) async {
    isStopping.store(true, ordering: .sequentiallyConsistent)
    await onOwnThread { [self] in
      while suspensions.load(ordering: .sequentiallyConsistent) > 0 {
        var exchanges: [Exchange] = []
        peers.forEach { peer in
          if let exchange = peer.current { exchanges.append(exchange) }
        }
        for exchange in exchanges { exchange.stop() }
        usleep(1_000)
      }
      flush()
    }
    await watch.stop()
    await onOwnThread { daemon.stop() }
    logger.info("stopped")
  }

  /// Gives the last answers some time to be sent before their connections are closed.
  private func flush() {
    let end = monotonicNanoseconds() + Self.flushNanoseconds
    while monotonicNanoseconds() < end {
      var isSending = false
      peers.forEach { peer in isSending = isSending || peer.phase == .answering || peer.phase == .handling }
      guard isSending else { return }
      usleep(1_000)
    }
  }

  /// Enough to send a problem's few bytes to a client that reads.
  private static let flushNanoseconds: UInt64 = 500_000_000

  func opened(_ peer: Peer) {
    peers.add(peer)
    openConnections.add(1)
    peer.enter(.idle, until: monotonicNanoseconds() + configuration.idleTimeout.nanoseconds)
  }

  func closed(_ peer: Peer) {
    peers.remove(peer)
    openConnections.add(-1)
  }
}

extension HTTPServer.Configuration {
  func check() throws(HTTPServer.StartError) {
    func require(_ isFine: Bool, _ reason: String) throws(HTTPServer.StartError) {
      guard isFine else { throw .configurationInvalid(reason) }
    }
    try require((0...65_535).contains(port), "port \(port) is not from 0 to 65535")
    try require((1...64).contains(threads), "threads \(threads) is not from 1 to 64")
    try require(maxConnections >= threads, "maxConnections \(maxConnections) is below one for each thread")
    try require(maxConnections <= 1_000_000, "maxConnections \(maxConnections) is above 1000000")
    try require(maxConnectionsPerAddress ?? 1 >= 1, "maxConnectionsPerAddress is below 1; nil is no limit")
    try require(
      (1_024...1_048_576).contains(maxHeadBytes), "maxHeadBytes \(maxHeadBytes) is not from 1 KB to 1 MB")
    try require(maxBodyBytes >= 0, "maxBodyBytes is negative")
    try require(maxRunning >= 1, "maxRunning is below 1")
    try require(maxQueued >= 0, "maxQueued is negative")
    try require(retryAfterSeconds >= 0, "retryAfterSeconds is negative")
    for (name, time) in [
      ("headTimeout", headTimeout), ("bodyTimeout", bodyTimeout), ("idleTimeout", idleTimeout),
      ("answerTimeout", answerTimeout), ("deadline", deadline),
    ] {
      try require(time > .zero && time <= .seconds(86_400), "\(name) \(time) is not above zero and within a day")
    }
  }
}
