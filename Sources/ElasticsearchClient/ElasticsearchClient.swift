internal import JSON
public import SearchDSL
import Threading

/// A client of Elasticsearch 7.10 to 9 and OpenSearch 1 to 3, and of `vitrine node`.
///
/// The client sends requests to the nodes in turn over kept-alive connections. A request ends by its deadline, whatever
/// the server does; within the deadline the client repeats failed requests that are safe to repeat. No call blocks its
/// thread.
public final class ElasticsearchClient: SearchEngine {
  private struct State {
    var nodes: NodePool
    var budget: RetryBudget
  }

  private let settings: ElasticsearchSettings
  private let secrets: Secrets
  private let transport: CurlTransport
  private let state: Guarded<State>

  /// Connects on the first request. `information` checks that the client knows the server's kind.
  public init(settings: ElasticsearchSettings) {
    self.settings = settings
    secrets = Secrets(of: settings.credentials)
    transport = CurlTransport(settings: settings)
    state = Guarded(
      State(
        nodes: NodePool(count: settings.nodes.count),
        budget: RetryBudget(maxConnections: settings.maxConnections)))
  }

  /// Sends until there is an answer that needs no retry, and passes its JSON to `read`.
  func perform<Value: Sendable>(
    _ method: String, _ path: String, body: [UInt8]? = nil, contentType: RequestBody.ContentType = .json,
    repetition: Repetition = .idempotent, deadline: ContinuousClock.Instant,
    read: (_ status: Int, _ answer: JSONElement) throws(SearchEngineError) -> Value
  ) async throws(SearchEngineError) -> Value {
    let body = body.map {
      RequestBody($0, contentType: contentType, compressedFrom: settings.compressionThresholdBytes)
    }
    return try await exchange(method, path, body: body, repetition: repetition, deadline: deadline) {
      answer throws(SearchEngineError) in
      try answer.readJSON(read)
    }
  }

  /// The same with the raw answer.
  func exchange<Value: Sendable>(
    _ method: String, _ path: String, body: RequestBody? = nil, repetition: Repetition = .idempotent,
    deadline: ContinuousClock.Instant, read: (TransportAnswer) throws(SearchEngineError) -> Value
  ) async throws(SearchEngineError) -> Value {
    do throws(SearchEngineError) {
      return try read(await send(method, path, body, repetition, deadline))
    } catch { throw secrets.blanked(error) }
  }

  private func send(
    _ method: String, _ path: String, _ body: RequestBody?, _ repetition: Repetition,
    _ deadline: ContinuousClock.Instant
  ) async throws(SearchEngineError) -> TransportAnswer {
    state.withLock { $0.budget.earn() }
    var tried: Set<Int> = []
    var attempt = 0
    while true {
      let start = ContinuousClock.now
      let (node, address) = try chooseNode(avoiding: tried, now: start)
      let request = TransportRequest(
        method: method, address: address, path: path, body: body,
        connectTimeout: connectTimeout(within: deadline - start),
        needsNewConnection: repetition == .unlessReceived)
      let result = await transport.send(request, deadline: deadline)
      note(result, of: node, sentAt: start)
      let failure: SearchEngineError
      do throws(SearchEngineError) { return try result.answer(from: address) } catch { failure = error }
      tried.insert(node)
      guard result.mayBeRepeated(repetition), attempt + 1 < settings.retries.maxAttempts else { throw failure }
      let pause = settings.retries.pause(
        afterAttempt: attempt, atLeast: result.retryAfter, random: .random(in: 0...1))
      // If the request cannot be sent again within the deadline, fail now, while the caller has time to do without it.
      guard ContinuousClock.now + pause < deadline, state.withLock({ $0.budget.spend() }) else { throw failure }
      do { try await Task.sleep(for: pause) } catch { throw .unavailable(reason: "the request was cancelled") }
      attempt += 1
    }
  }

  /// If there is another node, a node that cannot be connected to must leave time to ask two more.
  private func connectTimeout(within left: Duration) -> Duration {
    settings.nodes.count > 1 ? min(settings.connectTimeout, left / 3) : settings.connectTimeout
  }

  private func chooseNode(avoiding tried: Set<Int>, now: ContinuousClock.Instant)
    throws(SearchEngineError) -> (node: Int, address: String)
  {
    let (node, lastFailure) = state.withLock { ($0.nodes.next(now: now, avoiding: tried), $0.nodes.lastFailureReason) }
    guard let node else {
      let nodes =
        settings.nodes.count == 1 ? "the node does not answer" : "none of \(settings.nodes.count) nodes answers"
      throw .unavailable(reason: "\(nodes) and is tried once a second; the last failure: \(lastFailure ?? "none")")
    }
    return (node, settings.nodes[node])
  }

  private func note(_ result: TransportResult, of node: Int, sentAt start: ContinuousClock.Instant) {
    state.withLock { state in
      switch result {
      case .success(let answer) where answer.isFromProxy:
        state.nodes.failed(node, sentAt: start, now: .now, reason: answer.summary)
      // A search server that answers 503 is alive: a shard or the cluster's master is missing.
      case .success: state.nodes.answered(node, now: .now)
      case .failure(.notConnected(let reason)), .failure(.notAnswered(let reason)), .failure(.cutShort(let reason)):
        state.nodes.failed(node, sentAt: start, now: .now, reason: "\(settings.nodes[node]): \(reason)")
      case .failure(.deadlineExceeded(wasSent: true)): state.nodes.wasSilent(node, sentAt: start, now: .now)
      case .failure: break
      }
    }
  }
}
