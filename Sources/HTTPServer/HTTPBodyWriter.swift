/// Writes a streamed body; each write waits until the client has received most of the earlier ones.
public struct HTTPBodyWriter: Sendable {
  let pipe: BodyPipe

  /// Sends bytes; throws `CancellationError` if the client is gone or the server stops.
  public func write(_ bytes: [UInt8]) async throws {
    try await pipe.write(bytes)
  }

  /// Sends text.
  public func write(_ text: String) async throws {
    try await pipe.write(Array(text.utf8))
  }
}
