internal import JSON
public import SearchDSL
import Threading

/// A client of Elasticsearch 7.10 to 9 and OpenSearch 1 to 3, and of `vitrine node`.
///
/// Requests go to each node in turn over kept-alive connections. A request ends by its deadline, in whatever state the
/// server is; what may be repeated is repeated within it. No call blocks the thread it is made from.
public final class ElasticsearchClient: SearchEngine {
  /// What may be sent again after it failed.
  enum Repetition: Sendable {
    /// Asking twice does what asking once does: retried after any failure to answer.
    case idempotent
    /// Retried only where the server cannot have acted: not connected, 429, 503.
    case unlessReceived
  }

  private struct State {
    var nodes: NodePool
    var budget = RetryBudget()
  }

  private let settings: ElasticsearchSettings
  private let transport: CurlTransport
  private let state: Guarded<State>

  /// Connects when the first request is sent. `information` says whether the server is one that this client knows.
  public init(settings: ElasticsearchSettings) {
    self.settings = settings
    transport = CurlTransport(settings: settings)
    state = Guarded(State(nodes: NodePool(addresses: settings.nodes)))
  }

  /// Sends until there is an answer that is not to be retried, and hands its JSON to `read`.
  func perform<Value: Sendable>(
    _ method: String, _ path: String, body: [UInt8]? = nil, contentType: String = "application/json",
    repetition: Repetition = .idempotent, deadline: ContinuousClock.Instant,
    read: (_ status: Int, _ answer: JSONElement) throws(SearchEngineError) -> Value
  ) async throws(SearchEngineError) -> Value {
    let answer = try await send(
      method, path, body: body.map(RequestBody.init), contentType: contentType, repetition: repetition,
      deadline: deadline)
    var outcome: Result<Value, SearchEngineError>?
    do {
      try JSONParser().withDocument(answer.body) { root in
        outcome = Result { () throws(SearchEngineError) in try read(answer.status, root) }
      }
    } catch {
      throw answer.status < 400
        ? .malformedAnswer(reason: "\(answer.summary): \(error)")
        : SearchEngineError(status: answer.status, answer: nil)
    }
    guard let outcome else { throw .malformedAnswer(reason: answer.summary) }
    return try outcome.get()
  }

  private func send(
    _ method: String, _ path: String, body: RequestBody?, contentType: String, repetition: Repetition,
    deadline: ContinuousClock.Instant
  ) async throws(SearchEngineError) -> TransportAnswer {
    state.withLock { $0.budget.earn() }
    var tried: Set<Int> = []
    var attempt = 0
    while true {
      let (node, address) = try chooseNode(avoiding: tried)
      tried.insert(node)
      let result = await transport.send(
        TransportRequest(method: method, url: address + path, body: body, contentType: contentType),
        deadline: deadline)
      note(result, of: node)
      guard let failure = Self.failure(of: result, from: address) else { return try result.answer }
      attempt += 1
      guard Self.mayRepeat(result, repetition), attempt < settings.retries.maximumAttempts,
        state.withLock({ $0.budget.spend() })
      else { throw failure }
      let pause = settings.retries.pause(afterAttempt: attempt - 1, random: .random(in: 0...1))
      guard ContinuousClock.now + pause < deadline else { throw failure }
      do { try await Task.sleep(for: pause) } catch { throw .unavailable(reason: "the request was cancelled") }
    }
  }

  private func chooseNode(avoiding tried: Set<Int>) throws(SearchEngineError) -> (node: Int, address: String) {
    let chosen = state.withLock { state in
      state.nodes.next(now: .now, avoiding: tried).map { ($0, state.nodes.address(of: $0)) }
    }
    guard let chosen else {
      throw .unavailable(reason: "none of \(settings.nodes.count) nodes answers; they are tried once a second")
    }
    return chosen
  }

  private func note(_ result: TransportResult, of node: Int) {
    state.withLock { state in
      switch result {
      case .success(let answer) where answer.isFromProxy: state.nodes.failed(node, now: .now)
      // A search server that says 503 is there: a shard or the cluster's master is not.
      case .success: state.nodes.succeeded(node)
      case .failure(.notConnected), .failure(.cutShort): state.nodes.failed(node, now: .now)
      case .failure: break
      }
    }
  }

  /// nil for an answer that is to be read.
  private static func failure(of result: TransportResult, from address: String) -> SearchEngineError? {
    switch result {
    case .success(let answer):
      guard SearchEngineError.retryableStatuses.contains(answer.status) else { return nil }
      return (try? JSONParser().withDocument(answer.body) { SearchEngineError(status: answer.status, answer: $0) })
        // Not JSON: the page of a proxy, of which the status says what there is to say.
        ?? .unavailable(reason: "\(address) answered \(answer.summary)")
    case .failure(let failure):
      return switch failure {
      case .notConnected(let reason): .unavailable(reason: "\(address): \(reason)")
      case .cutShort(let reason): .malformedAnswer(reason: "\(address) cut its answer short: \(reason)")
      case .badEncoding(let reason): .malformedAnswer(reason: "\(address) compressed its answer wrongly: \(reason)")
      case .tooLarge(let limit): .malformedAnswer(reason: "\(address) sent more than \(limit) bytes")
      case .deadlineExceeded: .deadlineExceeded
      case .cancelled: .unavailable(reason: "the request was cancelled")
      case .queueFull(let limit): .unavailable(reason: "\(limit) requests are waiting for a connection already")
      case .closed: .unavailable(reason: "the client was closed")
      }
    }
  }

  private static func mayRepeat(_ result: TransportResult, _ repetition: Repetition) -> Bool {
    switch (result, repetition) {
    case (.success(let answer), .unlessReceived): answer.status == 429 || answer.status == 503
    case (.success, .idempotent), (.failure(.notConnected), _), (.failure(.cutShort), .idempotent): true
    case (.failure, _): false
    }
  }
}

extension TransportAnswer {
  /// A proxy's own page that says that there is nobody behind it.
  var isFromProxy: Bool { [502, 503, 504].contains(status) && contentType?.hasPrefix("application/json") != true }

  /// `502 text/html of 312 bytes`, without what it says: that may be anybody's.
  var summary: String { "\(status) \(contentType ?? "of no type") of \(body.count) bytes" }
}

extension TransportResult {
  fileprivate var answer: TransportAnswer {
    get throws(SearchEngineError) {
      do { return try get() } catch { throw .unavailable(reason: "\(error)") }
    }
  }
}
