import CPostgres
import Glibc
import Threading

/// What a listener is told.
public enum PostgresNotice: Sendable, Equatable {
  /// The channels are listened to from now on: at the start, and anew after the connection was lost. What was notified
  /// before did not arrive, so look for work now.
  case listening
  case notification(channel: String, payload: String)
}

extension PostgresPool {
  /// Notices that wait for a slow reader; the oldest go first, for a notice is a hint and not the work.
  static let maximumNoticesWaiting = 1_024

  /// Listens to channels on a connection of its own, which is none of the pool's, until the stream is dropped.
  ///
  /// A lost connection is made anew with growing pauses.
  public func listen(to channels: [String]) -> AsyncStream<PostgresNotice> {
    var settings = settings
    settings.statementTimeout = nil
    let (stream, continuation) = AsyncStream.makeStream(
      of: PostgresNotice.self, bufferingPolicy: .bufferingNewest(Self.maximumNoticesWaiting))
    do {
      let listener = try PostgresListener(
        settings: settings, channels: channels, continuation: continuation, log: { [weak self] in self?.note($0) })
      continuation.onTermination = { _ in listener.stop() }
      try startThread { listener.run() }
    } catch {
      note("Postgres listener not started: \(error)")
      continuation.finish()
    }
    return stream
  }
}

/// The thread that waits for notices.
private final class PostgresListener: Sendable {
  private static let firstPauseMilliseconds: Int32 = 50
  private static let longestPauseMilliseconds: Int32 = 5_000

  private let settings: PostgresSettings
  private let channels: [String]
  private let continuation: AsyncStream<PostgresNotice>.Continuation
  private let log: @Sendable (String) -> Void
  /// The thread polls the first; a write to the second wakes and ends it. The thread closes the first, `stop` the
  /// second.
  private let wakeReader: Int32
  private let wakeWriter: Guarded<Int32>

  init(
    settings: PostgresSettings, channels: [String], continuation: AsyncStream<PostgresNotice>.Continuation,
    log: @escaping @Sendable (String) -> Void
  ) throws(PostgresError) {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw .connectionFailed(String(cString: strerror(errno)))
    }
    self.settings = settings
    self.channels = channels
    self.continuation = continuation
    self.log = log
    wakeReader = ends[0]
    wakeWriter = Guarded(ends[1])
  }

  func stop() {
    wakeWriter.withLock { writer in
      if writer >= 0 { close(writer) }
      writer = -1
    }
  }

  func run() {
    var pause = Self.firstPauseMilliseconds
    while true {
      do {
        let session = try Session(settings)
        for channel in channels { try session.command("LISTEN \"\(Self.escaped(channel))\"") }
        continuation.yield(.listening)
        pause = Self.firstPauseMilliseconds
        guard try forward(from: session) else { break }
      } catch {
        log("Postgres listener lost its connection: \(error.detailedDescription)")
      }
      if isStopped(within: pause) { break }
      pause = min(pause * 2, Self.longestPauseMilliseconds)
    }
    close(wakeReader)
    continuation.finish()
  }

  private static func escaped(_ channel: String) -> String {
    channel.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
  }

  /// Passes notices on until the end (false) or until the connection is lost (throws).
  private func forward(from session: Session) throws(PostgresError) -> Bool {
    while true {
      while let notice = PQnotifies(session.handle) {
        continuation.yield(
          .notification(
            channel: String(cString: notice.pointee.relname), payload: String(cString: notice.pointee.extra)))
        PQfreemem(notice)
      }
      var descriptors = [
        pollfd(fd: PQsocket(session.handle), events: Int16(POLLIN), revents: 0),
        pollfd(fd: wakeReader, events: Int16(POLLIN), revents: 0),
      ]
      let ready = poll(&descriptors, 2, -1)
      if descriptors[1].revents != 0 { return false }
      guard ready >= 0 || errno == EINTR else { throw .connectionLost(String(cString: strerror(errno))) }
      guard PQconsumeInput(session.handle) == 1 else { throw session.lost() }
    }
  }

  private func isStopped(within milliseconds: Int32) -> Bool {
    var descriptor = pollfd(fd: wakeReader, events: Int16(POLLIN), revents: 0)
    return poll(&descriptor, 1, milliseconds) > 0
  }
}
