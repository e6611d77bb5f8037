/// Writes a streamed body; each write waits until the client has taken most of what was written before.
public struct HTTPBodyWriter: Sendable {
  let pipe: BodyPipe

  /// Sends bytes; throws `CancellationError` when the client is gone or the server stops.
  public func write(_ bytes: [UInt8]) async throws {
    try await pipe.write(bytes)
  }

  /// Sends text.
  public func write(_ text: String) async throws {
    try await pipe.write(Array(text.utf8))
  }
}
