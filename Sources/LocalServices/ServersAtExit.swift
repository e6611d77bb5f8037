import Glibc
import Threading

/// Servers that a process shares until its end: they are ended, and waited for, when it exits.
enum ServersAtExit {
  private static let ends = Guarded<[@Sendable () -> Void]>([])

  static func add(_ end: @escaping @Sendable () -> Void) {
    let isFirst = ends.withLock { ends in
      ends.append(end)
      return ends.count == 1
    }
    guard isFirst else { return }
    atexit {
      for end in ServersAtExit.ends.withLock({ $0 }) { end() }
    }
  }
}
