/// Writes JSON lines to a given sink: a value that is copied and extended with metadata as a request proceeds.
///
/// The names are swift-log's (`Logger`, `Level`, `metadata`), without its global bootstrap: code that needs a logger
/// receives one. A line is `{"time":…,"level":…,"label":…,"message":…,` then the metadata by key.
public struct Logger: Sendable {
  /// The importance of a line; a logger writes its own level and those above it.
  public enum Level: Int, Sendable, Comparable, CaseIterable {
    case trace, debug, info, notice, warning, error, critical

    /// The level's name in log lines and in the settings: `"info"`.
    public var name: String {
      switch self {
      case .trace: "trace"
      case .debug: "debug"
      case .info: "info"
      case .notice: "notice"
      case .warning: "warning"
      case .error: "error"
      case .critical: "critical"
      }
    }

    /// The level with that name, or nil.
    public init?(name: String) {
      guard let level = Self.allCases.first(where: { $0.name == name }) else { return nil }
      self = level
    }

    public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
  }

  /// A metadata value: a text is quoted in the line, a number or a Boolean is not.
  public enum Value: Sendable, Equatable, ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
    ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral
  {
    case string(String)
    case integer(Int)
    case number(Double)
    case boolean(Bool)

    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
  }

  /// Keys and values of one line, or of every line of a logger.
  public typealias Metadata = [String: Value]

  /// The key of a request's ID in each of its lines.
  public static let requestIDKey = "request_id"

  /// The part of the program that writes: `"http"`.
  public let label: String
  /// Lines below this level are not written, and their arguments are not evaluated.
  public var level: Level
  /// Metadata of every line of this logger.
  public var metadata: Metadata
  private let sink: any LogSink

  /// Makes a logger that writes to `sink`, by default standard error.
  public init(
    label: String, level: Level = .info, metadata: Metadata = [:],
    sink: any LogSink = FileDescriptorSink.standardError
  ) {
    self.label = label
    self.level = level
    self.metadata = metadata
    self.sink = sink
  }

  /// A metadata value of this logger; nil removes it.
  public subscript(metadataKey key: String) -> Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// The same logger with the request's ID in each line.
  public func with(requestID: String) -> Logger {
    var copy = self
    copy.metadata[Self.requestIDKey] = .string(requestID)
    return copy
  }

  /// Writes a line if `level` is enabled.
  public func log(
    level: Level, _ message: @autoclosure () -> String, metadata: @autoclosure () -> Metadata = [:]
  ) {
    guard level >= self.level else { return }
    let line = LogLine.render(
      time: WallClock.now(), level: level, label: label, message: message(),
      metadata: self.metadata.merging(metadata()) { _, own in own })
    sink.write(line)
  }

  /// Writes a line at level trace.
  public func trace(_ message: @autoclosure () -> String, metadata: @autoclosure () -> Metadata = [:]) {
    log(level: .trace, message(), metadata: metadata())
  }

  /// Writes a line at level debug.
  public func debug(_ message: @autoclosure () -> String, metadata: @autoclosure () -> Metadata = [:]) {
    log(level: .debug, message(), metadata: metadata())
  }

  /// Writes a line at level info.
  public func info(_ message: @autoclosure () -> String, metadata: @autoclosure () -> Metadata = [:]) {
    log(level: .info, message(), metadata: metadata())
  }

  /// Writes a line at level notice.
  public func notice(_ message: @autoclosure () -> String, metadata: @autoclosure () -> Metadata = [:]) {
    log(level: .notice, message(), metadata: metadata())
  }

  /// Writes a line at level warning.
  public func warning(_ message: @autoclosure () -> String, metadata: @autoclosure () -> Metadata = [:]) {
    log(level: .warning, message(), metadata: metadata())
  }

  /// Writes a line at level error.
  public func error(_ message: @autoclosure () -> String, metadata: @autoclosure () -> Metadata = [:]) {
    log(level: .error, message(), metadata: metadata())
  }

  /// Writes a line at level critical.
  public func critical(_ message: @autoclosure () -> String, metadata: @autoclosure () -> Metadata = [:]) {
    log(level: .critical, message(), metadata: metadata())
  }
}
