import Glibc
import Synchronization
import Threading

/// The destination of a logger's lines.
public protocol LogSink: Sendable {
  /// Writes one line, given without its line end; may be called from many threads at once.
  func write(_ line: [UInt8])
}

/// Writes each line as a whole to a file descriptor, one at a time.
public final class FileDescriptorSink: LogSink {
  /// The sink of standard error.
  public static let standardError = FileDescriptorSink(descriptor: STDERR_FILENO)
  /// The sink of standard output.
  public static let standardOutput = FileDescriptorSink(descriptor: STDOUT_FILENO)

  private let descriptor: Guarded<Int32>
  private let dropped = Atomic<Int>(0)

  /// Makes a sink over a descriptor, which the caller must close.
  public init(descriptor: Int32) {
    self.descriptor = Guarded(descriptor)
  }

  /// Number of lines that could not be written (a closed pipe, a full disk): logging never fails its caller.
  public var droppedLines: Int { dropped.load(ordering: .relaxed) }

  public func write(_ line: [UInt8]) {
    var bytes = line
    bytes.append(UInt8(ascii: "\n"))
    let isWritten = descriptor.withLock { descriptor in
      bytes.withUnsafeBytes { buffer in
        var offset = 0
        while offset < buffer.count {
          let count = Glibc.write(descriptor, buffer.baseAddress! + offset, buffer.count - offset)
          if count < 0 {
            if errno == EINTR { continue }
            return false
          }
          offset += count
        }
        return true
      }
    }
    if !isWritten { dropped.wrappingAdd(1, ordering: .relaxed) }
  }
}

/// Keeps the last lines in memory, for tests and for an operator's page.
public final class MemorySink: LogSink {
  private let limit: Int
  private let kept = Guarded<[String]>([])

  /// Makes a sink that holds the last `limit` lines.
  public init(limit: Int = 10_000) {
    precondition(limit > 0, "a memory sink must hold at least one line")
    self.limit = limit
  }

  /// The stored lines, oldest first.
  public var lines: [String] { kept.withLock { $0 } }

  public func write(_ line: [UInt8]) {
    let text = String(decoding: line, as: UTF8.self)
    kept.withLock { lines in
      if lines.count == limit { lines.removeFirst() }
      lines.append(text)
    }
  }
}

/// Drops every line.
public struct NullSink: LogSink {
  /// Makes a sink that drops every line.
  public init() {}
  public func write(_ line: [UInt8]) {}
}
