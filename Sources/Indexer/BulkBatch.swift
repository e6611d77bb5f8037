import Catalog
import Ports
public import SearchDSL

/// The state of one batch of bulk operations: those still to be sent, and those refused for good.
///
/// A pure state machine: it takes the engine's answers and says what comes next; `BulkWriter` does the sending.
public struct BulkBatch: Sendable {
  public struct Refused: Sendable, Equatable {
    public var operation: BulkOperation
    public var reason: String
  }

  /// Operations to send, in order.
  public private(set) var pending: [BulkOperation]
  public private(set) var refused: [Refused] = []
  public private(set) var written = 0
  public private(set) var deleted = 0
  /// Number of operations that met a newer version, which is harmless.
  public private(set) var outdated = 0

  public init(_ operations: [BulkOperation]) { pending = operations }

  public var isDone: Bool { pending.isEmpty }

  /// Receives the answer to all pending operations. Those for which the engine had no room (429, 503, a read-only
  /// index) stay pending.
  ///
  /// Throws if the answer does not have one item for each operation, in order: no part of it can be trusted then.
  public mutating func receive(_ response: BulkResponse) throws(SearchEngineError) {
    guard response.items.count == pending.count, zip(pending, response.items).allSatisfy({ $0.id == $1.id }) else {
      throw .malformedAnswer(
        reason: "_bulk was sent \(pending.count) operations and answered \(response.items.count) other items")
    }
    var again: [BulkOperation] = []
    for (operation, item) in zip(pending, response.items) {
      switch (item.status, operation.action) {
      case (200...299, .delete), (404, .delete): deleted += 1
      case (200...299, .index): written += 1
      case (409, _): outdated += 1
      case (429, _), (500...599, _): again.append(operation)
      // The index is read-only, or the disk is full: the fault lies with the engine, not with the document.
      case (403, _) where item.error?.type == "cluster_block_exception": again.append(operation)
      default:
        let reason = item.error.map { "\($0.type): \($0.reason)" } ?? "status \(item.status)"
        refused.append(Refused(operation: operation, reason: reason))
      }
    }
    pending = again
  }
}
