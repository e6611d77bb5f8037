internal import JSON
internal import SearchDSL

/// Whether a failed request may be sent again.
enum Repetition: Sendable {
  /// Asking twice has the same effect as asking once: retried after any failure to answer.
  case idempotent
  /// Retried only if the server cannot have acted: not connected, 429, 503.
  case unlessReceived
}

extension TransportResult {
  /// The answer, whatever its status, if it can be read; otherwise throws the failure.
  func answer(from address: String) throws(SearchEngineError) -> TransportAnswer {
    switch self {
    case .success(let answer):
      guard SearchEngineError.retryableStatuses.contains(answer.status) || answer.status == 500 else { return answer }
      // nil if the body is not JSON: a proxy's page, about which the status says enough.
      let told = try? JSONParser().withDocument(answer.body) { SearchEngineError(status: answer.status, answer: $0) }
      if answer.status == 500 {
        guard case .unavailable? = told else { return answer }
      }
      throw told ?? .unavailable(reason: answer.summary)
    case .failure(let failure):
      throw switch failure {
      case .notConnected(let reason): .unavailable(reason: "\(address): \(reason)")
      case .notAnswered(let reason):
        .unavailable(reason: "\(address) ended the connection without an answer: \(reason)")
      case .cutShort(let reason): .malformedAnswer(reason: "\(address) cut its answer short: \(reason)")
      case .notHTTP(let reason): .malformedAnswer(reason: "\(address) does not speak HTTP: \(reason)")
      case .badEncoding(let reason): .malformedAnswer(reason: "\(address) compressed its answer wrongly: \(reason)")
      case .headTooLarge(let limit):
        .malformedAnswer(reason: "\(address) sent a head of more than \(limit) bytes: is it a search server?")
      case .tooLarge(let limit): .malformedAnswer(reason: "\(address) sent more than \(limit) bytes")
      case .deadlineExceeded: .deadlineExceeded
      case .cancelled: .unavailable(reason: "the request was cancelled")
      case .queueFull(let limit): .unavailable(reason: "\(limit) requests are waiting for a connection already")
      case .closed: .unavailable(reason: "the client was closed")
      }
    }
  }

  /// Whether another attempt may follow a failed one.
  func mayBeRepeated(_ repetition: Repetition) -> Bool {
    switch (self, repetition) {
    case (.success(let answer), .unlessReceived): answer.status == 429 || answer.status == 503
    case (.success, .idempotent), (.failure(.notConnected), _): true
    case (.failure(.notAnswered), .idempotent), (.failure(.cutShort), .idempotent): true
    case (.failure, _): false
    }
  }

  /// How long the server asks to be left alone.
  var retryAfter: Duration { if case .success(let answer) = self { answer.retryAfter } else { .zero } }
}

extension TransportAnswer {
  /// Whether this is a proxy's own page about a missing server.
  var isFromProxy: Bool { [502, 503, 504].contains(status) && contentType?.hasPrefix("application/json") != true }

  /// `http://node:9200 answered 502 text/html of 312 bytes`, without the body, which may come from anybody.
  var summary: String { "\(address) answered \(status) \(contentType ?? "of no type") of \(body.count) bytes" }

  /// Parses the body and passes it to `read`.
  func readJSON<Value>(
    _ read: (_ status: Int, _ answer: JSONElement) throws(SearchEngineError) -> Value
  ) throws(SearchEngineError) -> Value {
    var outcome: Result<Value, SearchEngineError>?
    do {
      try JSONParser().withDocument(body) { root in
        outcome = Result { () throws(SearchEngineError) in try read(status, root) }
      }
    } catch {
      let reason = "\(summary): \(error)"
      throw status < 400
        ? .malformedAnswer(reason: reason) : .refused(status: status, type: "not_json", reason: reason, index: nil)
    }
    guard let outcome else { throw .malformedAnswer(reason: summary) }
    return try outcome.get()
  }
}
