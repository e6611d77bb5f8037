import Glibc

/// One settings file: a `key = value` on each line, `#` begins a comment line, quotes keep outer spaces.
///
///     # The shop behind nginx.
///     http.port = 8080
///     shop.name = "RetailMax Digital"
///
/// Everything after the first `=` is the value, so a `#` there is part of it.
public struct FileProvider: ConfigProvider {
  /// A settings file is a page of text; a larger one is another file, given by mistake.
  static let maxFileBytes = 1 << 20

  public let path: String
  let values: [String: ConfigValue]
  /// The keys in the order of their lines.
  let keys: [String]

  /// Reads the file at `path`. Throws `ConfigError` when it cannot be read or a line is not `key = value`.
  public init(path: String) throws(ConfigError) {
    try self.init(path: path, text: Self.read(path))
  }

  init(path: String, text: String) throws(ConfigError) {
    var values: [String: ConfigValue] = [:]
    var keys: [String] = []
    // A carriage return and its line feed are one Character, so files written on Windows split as well.
    let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
    for (index, line) in lines.enumerated() {
      let number = index + 1
      let content = line.trimmed
      if content.isEmpty || content.hasPrefix("#") { continue }
      guard let equals = content.firstIndex(of: "=") else {
        throw ConfigError(
          subject: "\(path):\(number)", reason: "'\(content.prefix(80))' is not a setting",
          remedy: "write 'key = value', or '#' first for a comment")
      }
      let key = String(content[..<equals].trimmed)
      if let earlier = values[key] {
        throw ConfigError(
          subject: "\(path):\(number)", reason: "'\(key)' is set a second time (first at \(earlier.origin))",
          remedy: "keep one of the two lines")
      }
      let text = Self.unquoted(content[content.index(after: equals)...].trimmed)
      values[key] = ConfigValue(text: text, origin: .file(path: path, line: number))
      keys.append(key)
    }
    self.path = path
    self.values = values
    self.keys = keys
  }

  public func value(forKey key: ConfigKey) -> ConfigValue? { values[key.description] }

  private static func unquoted(_ value: Substring) -> String {
    guard value.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") else { return String(value) }
    return String(value.dropFirst().dropLast())
  }

  private static func read(_ path: String) throws(ConfigError) -> String {
    func refused(_ reason: String) -> ConfigError {
      ConfigError(
        subject: "settings file '\(path)'", reason: reason,
        remedy: "give another with --config FILE or VITRINE_CONFIG, or none")
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw refused("cannot be opened: \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: maxFileBytes + 1)
    var filled = 0
    while filled < bytes.count {
      let offset = filled
      let count = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress! + offset, $0.count - offset) }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw refused("cannot be read: \(String(cString: strerror(errno)))") }
      if count == 0 { break }
      filled += count
    }
    guard filled <= maxFileBytes else { throw refused("is larger than \(maxFileBytes) bytes") }
    guard let text = String(validating: bytes[..<filled], as: UTF8.self) else { throw refused("is not UTF-8 text") }
    return text
  }
}

extension StringProtocol {
  /// The text without white space at both ends.
  var trimmed: SubSequence {
    let start = firstIndex { !$0.isWhitespace } ?? endIndex
    let end = lastIndex { !$0.isWhitespace }.map { index(after: $0) } ?? start
    return self[start..<end]
  }
}
