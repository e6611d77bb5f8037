import Glibc

/// One line of the log as bytes of JSON.
enum LogLine {
  /// Renders a line; a metadata key that the line itself uses gets the prefix `metadata_`.
  static func render(
    time: WallClock, level: Logger.Level, label: String, message: String, metadata: Logger.Metadata
  ) -> [UInt8] {
    var line: [UInt8] = []
    line.reserveCapacity(160 + metadata.count * 32)
    line.append(contentsOf: "{\"time\":\"".utf8)
    time.appendISO8601(to: &line)
    line.append(contentsOf: "\",\"level\":\"".utf8)
    line.append(contentsOf: level.name.utf8)
    line.append(contentsOf: "\",\"label\":".utf8)
    appendQuoted(label, to: &line)
    line.append(contentsOf: ",\"message\":".utf8)
    appendQuoted(message, to: &line)
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      line.append(UInt8(ascii: ","))
      let isOwn = key == "time" || key == "level" || key == "label" || key == "message"
      appendQuoted(isOwn ? "metadata_" + key : key, to: &line)
      line.append(UInt8(ascii: ":"))
      append(value, to: &line)
    }
    line.append(UInt8(ascii: "}"))
    return line
  }

  private static func append(_ value: Logger.Value, to line: inout [UInt8]) {
    switch value {
    case .string(let text): appendQuoted(text, to: &line)
    case .integer(let number): line.append(contentsOf: String(number).utf8)
    // JSON has no NaN and no infinity.
    case .number(let number): line.append(contentsOf: (number.isFinite ? String(number) : "null").utf8)
    case .boolean(let isTrue): line.append(contentsOf: (isTrue ? "true" : "false").utf8)
    }
  }

  private static let hexDigits = Array("0123456789abcdef".utf8)

  static func appendQuoted(_ text: String, to line: inout [UInt8]) {
    line.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): line.append(contentsOf: [UInt8(ascii: "\\"), byte])
      case UInt8(ascii: "\\"): line.append(contentsOf: [UInt8(ascii: "\\"), byte])
      case 0x0A: line.append(contentsOf: "\\n".utf8)
      case 0x0D: line.append(contentsOf: "\\r".utf8)
      case 0x09: line.append(contentsOf: "\\t".utf8)
      case 0..<0x20, 0x7F:
        line.append(contentsOf: "\\u00".utf8)
        line.append(hexDigits[Int(byte >> 4)])
        line.append(hexDigits[Int(byte & 15)])
      default: line.append(byte)
      }
    }
    line.append(UInt8(ascii: "\""))
  }
}

/// A moment in UTC, as seconds since 1970 and microseconds.
struct WallClock: Equatable {
  var seconds: Int
  var microseconds: Int

  static func now() -> WallClock {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return WallClock(seconds: time.tv_sec, microseconds: time.tv_nsec / 1000)
  }

  /// Appends `2026-11-23T17:01:05.123456Z`.
  func appendISO8601(to bytes: inout [UInt8]) {
    var parts = tm()
    var moment = time_t(seconds)
    gmtime_r(&moment, &parts)
    Self.append(Int(parts.tm_year) + 1900, width: 4, to: &bytes)
    bytes.append(UInt8(ascii: "-"))
    Self.append(Int(parts.tm_mon) + 1, width: 2, to: &bytes)
    bytes.append(UInt8(ascii: "-"))
    Self.append(Int(parts.tm_mday), width: 2, to: &bytes)
    bytes.append(UInt8(ascii: "T"))
    Self.append(Int(parts.tm_hour), width: 2, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
    Self.append(Int(parts.tm_min), width: 2, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
    Self.append(Int(parts.tm_sec), width: 2, to: &bytes)
    bytes.append(UInt8(ascii: "."))
    Self.append(microseconds, width: 6, to: &bytes)
    bytes.append(UInt8(ascii: "Z"))
  }

  private static func append(_ number: Int, width: Int, to bytes: inout [UInt8]) {
    let digits = String(number).utf8
    for _ in 0..<max(0, width - digits.count) { bytes.append(UInt8(ascii: "0")) }
    bytes.append(contentsOf: digits)
  }
}
