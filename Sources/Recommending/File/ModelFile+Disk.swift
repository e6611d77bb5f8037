internal import Foundation

extension ModelFile {
  /// Writes the file under another name first, so that nobody reads half of it.
  public func write(to path: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
  }

  /// Reads a file of at most `Limits.bytes`.
  public init(path: String) throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
    self = try data.withUnsafeBytes { bytes in try ModelFile(bytes: bytes) }
  }
}
