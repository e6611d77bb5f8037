import Foundation
import Glibc
import Synchronization
import Threading

/// A signal that asks a process to end.
enum UnixSignal: Hashable, Sendable, CaseIterable {
  case sigterm, sigint, sigusr1

  var number: Int32 {
    switch self {
    case .sigterm: SIGTERM
    case .sigint: SIGINT
    case .sigusr1: SIGUSR1
    }
  }
}

/// The given signals as they arrive; no signal sent after the return is lost.
///
/// Turns off their default action, which ends the process, for good. Child processes still have it.
func unixSignals(_ signals: [UnixSignal]) -> AsyncStream<UnixSignal> {
  SignalPipe.shared.listen(to: signals)
}

/// A pipe from the signal handler, which may do next to nothing, to a thread, which may do anything.
///
/// Dispatch registers its signal sources on a separate queue, so that a signal sent at once can be lost.
private final class SignalPipe: Sendable {
  static let shared = SignalPipe()

  private struct Listener {
    let signals: [UnixSignal]
    let continuation: AsyncStream<UnixSignal>.Continuation
  }

  private let readEnd: Int32
  private let writeEnd: Int32
  private let listeners = Guarded<[Int: Listener]>([:])
  private let nextID = Atomic(0)

  private init() {
    var ends: [Int32] = [0, 0]
    precondition(pipe(&ends) == 0, "no pipe for signals: \(String(cString: strerror(errno)))")
    (readEnd, writeEnd) = (ends[0], ends[1])
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    // A full pipe has enough signals; the handler must never wait.
    _ = fcntl(writeEnd, F_SETFL, O_NONBLOCK)
    Thread.detachNewThread { SignalPipe.shared.readForEver() }
  }

  func listen(to signals: [UnixSignal]) -> AsyncStream<UnixSignal> {
    // Only the first few have a meaning: shut down, cancel, end.
    let (stream, continuation) = AsyncStream<UnixSignal>.makeStream(bufferingPolicy: .bufferingOldest(16))
    let id = nextID.wrappingAdd(1, ordering: .relaxed).newValue
    listeners.withLock { $0[id] = Listener(signals: signals, continuation: continuation) }
    continuation.onTermination = { _ in self.listeners.withLock { _ = $0.removeValue(forKey: id) } }
    for unixSignal in signals {
      signal(unixSignal.number) { number in
        // The pipe exists by now, so this is a read of memory and one write.
        let savedError = errno
        var byte = UInt8(truncatingIfNeeded: number)
        _ = write(SignalPipe.shared.writeEnd, &byte, 1)
        errno = savedError
      }
    }
    return stream
  }

  private func readForEver() {
    var byte: UInt8 = 0
    while true {
      guard read(readEnd, &byte, 1) == 1,
        let unixSignal = UnixSignal.allCases.first(where: { $0.number == Int32(byte) })
      else { continue }
      for listener in listeners.withLock({ Array($0.values) }) where listener.signals.contains(unixSignal) {
        listener.continuation.yield(unixSignal)
      }
    }
  }
}
