public import JSON

extension SearchEngineError {
  /// Statuses by which a server says "not now": the client may send the request again.
  public static let retryableStatuses: Set<Int> = [429, 502, 503, 504]

  /// Errors that a cluster returns with status 500 while it loses a node: a connection inside the cluster broke, and
  /// other copies of the shards exist or soon will.
  static let transientTypes: Set<String> = [
    "node_disconnected_exception", "node_not_connected_exception", "node_closed_exception",
    "connect_transport_exception", "send_request_transport_exception", "receive_timeout_transport_exception",
    "no_shard_available_action_exception", "unavailable_shards_exception", "no_node_available_exception",
    "no_longer_primary_shard_exception", "shard_not_in_primary_mode_exception",
  ]

  /// The same errors as class names, to be found in the text of an error whose type says nothing. An error that went
  /// through a future reads `java.util.concurrent.ExecutionException: NodeNotConnectedException[[n][1.2.3.4:9300] Node
  /// not connected]`.
  private static let transientWords =
    transientTypes.map { $0.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined() }
    + ["Node not connected"]

  /// Reads the error in an answer of status 4xx or 5xx; nil if the body is not JSON or is a proxy's page.
  ///
  /// Takes the first root cause, because it says more than the outermost type ("all shards failed").
  public init(status: Int, answer: JSONElement?) {
    let error = answer?["error"]
    let told = error?.string
    let cause = error?["root_cause"]?.items.first ?? error
    let type = cause?["type"]?.string ?? (told == nil ? "unknown" : "error")
    var reason = cause?["reason"]?.string ?? told ?? "the server gave no reason"
    if let detail = error?["caused_by"]?["reason"]?.string, !reason.contains(detail) { reason += ": \(detail)" }
    let index = cause?["index"]?.string
    if type == "index_not_found_exception" {
      self = .indexNotFound(index ?? "?")
    } else if Self.retryableStatuses.contains(status) || (status == 500 && error.map(Self.isTransient) == true) {
      self = .unavailable(reason: "\(status) \(type): \(reason)")
    } else {
      self = .refused(status: status, type: type, reason: reason, index: index)
    }
  }

  /// Whether the error or one of its causes says that a part of the cluster was unreachable.
  private static func isTransient(_ error: JSONElement) -> Bool {
    if let type = error["type"]?.string, transientTypes.contains(type) { return true }
    if let reason = error["reason"]?.string, transientWords.contains(where: reason.contains) { return true }
    let causes = (error["root_cause"]?.items ?? []) + [error["caused_by"]].compactMap(\.self)
    return causes.contains(where: isTransient)
      || (error["failed_shards"]?.items ?? []).contains { $0["reason"].map(isTransient) == true }
  }
}

extension BulkResponse {
  /// Reads the answer of `_bulk` to `operations`: one item for each, in the same order.
  public init(answer: JSONElement, to operations: some Collection<BulkOperation>) throws(SearchEngineError) {
    guard let list = answer["items"], list.kind == .array else {
      throw .malformedAnswer(reason: "a bulk's answer has no items")
    }
    var items: [Item] = []
    items.reserveCapacity(operations.count)
    for element in list.items {
      guard let body = element.members.first?.value, let id = body["_id"]?.string, let status = body["status"]?.int
      else { throw .malformedAnswer(reason: "bulk item \(items.count) has no _id or no status") }
      let reason = body["error"].map { error in
        var text = error["reason"]?.string ?? error.string ?? "no reason given"
        if let cause = error["caused_by"]?["reason"]?.string { text += ": \(cause)" }
        return Reason(type: error["type"]?.string ?? "error", reason: text)
      }
      items.append(Item(id: id, status: Int(status), version: body["_version"]?.int, error: reason))
    }
    guard items.count == operations.count, zip(items, operations).allSatisfy({ $0.id == $1.id }) else {
      throw .malformedAnswer(
        reason: "\(operations.count) operations were sent and \(items.count) items came back, or others")
    }
    self.init(tookMilliseconds: Int(answer["took"]?.int ?? 0), items: items)
  }
}
