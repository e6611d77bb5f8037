import CMicroHTTPD
import Threading

/// Carries a streamed body from the task that writes it to the thread that sends it.
///
/// The reader suspends its connection when there is nothing to send, and the writer resumes it; the writer waits when
/// the client is slow.
final class BodyPipe: Sendable {
  /// A writer waits while more bytes than this are unsent: enough to fill a socket's buffer, and little enough for many
  /// streams.
  static let highWaterBytes = 65_536

  private struct State {
    var chunks: [UInt8] = []
    var sent = 0
    var isFinished = false
    var isBroken = false
    var isReaderWaiting = false
    var writer: CheckedContinuation<Void, any Error>?

    var unsent: Int { chunks.count - sent }
  }

  private let state = Guarded(State())
  private let exchange: Exchange
  /// Whether the stream must end when the server drains.
  let endsOnDrain: Bool

  init(exchange: Exchange, endsOnDrain: Bool) {
    self.endsOnDrain = endsOnDrain
    self.exchange = exchange
  }

  /// Adds bytes and waits for room.
  func write(_ bytes: [UInt8]) async throws {
    try Task.checkCancellation()
    guard !bytes.isEmpty else { return }
    let wakesReader = try state.withLock { state throws(CancellationError) in
      if state.isBroken { throw CancellationError() }
      if state.sent > 0, state.unsent == 0 {
        state.chunks.removeAll(keepingCapacity: state.chunks.count <= Self.highWaterBytes)
        state.sent = 0
      } else if state.sent > Self.highWaterBytes {
        state.chunks.removeFirst(state.sent)
        state.sent = 0
      }
      state.chunks.append(contentsOf: bytes)
      defer { state.isReaderWaiting = false }
      return state.isReaderWaiting
    }
    if wakesReader { exchange.resumeConnection() }
    try await waitForRoom()
  }

  private func waitForRoom() async throws {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        let outcome: Result<Void, any Error>? = state.withLock { state in
          if state.isBroken || Task.isCancelled { return .failure(CancellationError()) }
          if state.unsent <= Self.highWaterBytes { return .success(()) }
          precondition(state.writer == nil, "a body is written by one task")
          state.writer = continuation
          return nil
        }
        if let outcome { continuation.resume(with: outcome) }
      }
    } onCancel: {
      takeWriter()?.resume(throwing: CancellationError())
    }
  }

  /// Ends the body: it is complete.
  func finish() {
    end { $0.isFinished = true }
  }

  /// Ends the body although it is incomplete; also called when nobody will read it.
  func breakOff() {
    end { $0.isBroken = true }
    takeWriter()?.resume(throwing: CancellationError())
  }

  private func end(_ mark: (inout State) -> Void) {
    let wakesReader = state.withLock { state in
      mark(&state)
      defer { state.isReaderWaiting = false }
      return state.isReaderWaiting
    }
    if wakesReader { exchange.resumeConnection() }
  }

  private func takeWriter() -> CheckedContinuation<Void, any Error>? {
    state.withLock { state in
      defer { state.writer = nil }
      return state.writer
    }
  }

  /// Gives the library's thread the next bytes; returns 0 if there are none yet and the connection was suspended.
  func read(into buffer: UnsafeMutableRawPointer, limit: Int) -> Int {
    let (count, writer) = state.withLock { state -> (Int, CheckedContinuation<Void, any Error>?) in
      if state.isBroken { return (Int(CMHD_END_WITH_ERROR), nil) }
      guard state.unsent > 0 else {
        if state.isFinished { return (Int(CMHD_END_OF_STREAM), nil) }
        guard exchange.suspendConnection() else { return (Int(CMHD_END_WITH_ERROR), nil) }
        state.isReaderWaiting = true
        return (0, nil)
      }
      let count = min(limit, state.unsent)
      state.chunks.withUnsafeBytes { bytes in
        buffer.copyMemory(from: bytes.baseAddress! + state.sent, byteCount: count)
      }
      state.sent += count
      guard state.unsent <= Self.highWaterBytes else { return (count, nil) }
      defer { state.writer = nil }
      return (count, state.writer)
    }
    writer?.resume()
    return count
  }
}
