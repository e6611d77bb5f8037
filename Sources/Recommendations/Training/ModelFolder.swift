import Foundation
import Recommending
import Threading

/// The folder of model files. Workers that train and servers that serve see the same folder.
public struct ModelFolder: Sendable {
  public let path: String

  public init(_ path: String) { self.path = path }

  /// A model's file that cannot be used.
  public struct Unreadable: Error, Sendable, CustomStringConvertible {
    public let file: String
    public let reason: String
    public var description: String { "model file \(file): \(reason)" }
  }

  /// Writes the model under a name of its own; returns the name.
  func write(_ model: ModelFile) throws -> String {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let name =
      "\(model.provenance.kind)-\(model.provenance.trainedSeconds)-\(UUID().uuidString.prefix(8).lowercased()).model"
    try model.write(to: path + "/" + name)
    return name
  }

  func read(_ name: String) throws(Unreadable) -> RecommenderModel {
    // The name comes from the ledger; it must stay in the folder.
    guard !name.contains("/") else { throw Unreadable(file: name, reason: "a name without a slash is expected") }
    do {
      return try RecommenderModel(ModelFile(path: path + "/" + name))
    } catch {
      throw Unreadable(file: name, reason: "\(error)")
    }
  }

  func remove(_ name: String) {
    // A file that is gone already, or cannot be removed, does no harm.
    try? FileManager.default.removeItem(atPath: path + "/" + name)
  }
}

/// Collects the values of batches that arrive one after another.
final class Collector<Value: Sendable>: Sendable {
  private let state = Guarded<[Value]>([])

  func add(_ values: [Value]) { state.withLock { $0 += values } }

  var values: [Value] { state.withLock { $0 } }
}

/// Runs work that only computes on a thread of its own, so that it holds up no request. The work asks `isCancelled` at
/// times, for its thread belongs to no task.
func onThread<Value: Sendable>(
  _ work: @escaping @Sendable (_ isCancelled: @escaping @Sendable () -> Bool) throws -> Value
) async throws -> Value {
  let cancelled = Guarded(false)
  return try await withTaskCancellationHandler {
    try await onOwnThread { try work { cancelled.withLock { $0 } } }
  } onCancel: {
    cancelled.withLock { $0 = true }
  }
}
