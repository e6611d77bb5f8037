// A dispatch source may be used from any thread, but is not yet marked Sendable.
@preconcurrency import Dispatch
import Glibc

/// A signal that a process is asked to end with.
enum UnixSignal: Hashable, Sendable {
  case sigterm, sigint, sigusr1

  var number: Int32 {
    switch self {
    case .sigterm: SIGTERM
    case .sigint: SIGINT
    case .sigusr1: SIGUSR1
    }
  }
}

/// The given signals as they arrive. Their default action, which ends the process, is turned off for good.
func unixSignals(_ signals: [UnixSignal]) -> AsyncStream<UnixSignal> {
  let (stream, continuation) = AsyncStream<UnixSignal>.makeStream(bufferingPolicy: .bufferingOldest(16))
  let sources = signals.map { unixSignal in
    signal(unixSignal.number, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: unixSignal.number, queue: .global())
    source.setEventHandler { continuation.yield(unixSignal) }
    source.resume()
    return source
  }
  continuation.onTermination = { _ in
    for source in sources { source.cancel() }
  }
  return stream
}
