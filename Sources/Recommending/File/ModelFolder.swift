internal import Foundation

/// The folder of model files. Workers that train and servers that serve see the same folder.
public struct ModelFolder: Sendable {
  public let path: String

  public init(_ path: String) { self.path = path }

  /// A model's file that cannot be used.
  public struct Unreadable: Error, Sendable, CustomStringConvertible {
    public let file: String
    public let reason: String

    public init(file: String, reason: String) {
      self.file = file
      self.reason = reason
    }

    public var description: String { "model file \(file): \(reason)" }
  }

  /// Writes the model under a name of its own; returns the name.
  public func write(_ model: ModelFile) throws -> String {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let name =
      "\(model.provenance.kind)-\(model.provenance.trainedSeconds)-\(UUID().uuidString.prefix(8).lowercased()).model"
    try model.write(to: path + "/" + name)
    return name
  }

  public func file(_ name: String) throws(Unreadable) -> ModelFile {
    // The name comes from the ledger; it must stay in the folder.
    guard !name.contains("/") else { throw Unreadable(file: name, reason: "a name without a slash is expected") }
    do {
      return try ModelFile(path: path + "/" + name)
    } catch {
      throw Unreadable(file: name, reason: "\(error)")
    }
  }

  public func remove(_ name: String) {
    // A file that is gone already, or cannot be removed, does no harm.
    try? FileManager.default.removeItem(atPath: path + "/" + name)
  }
}
