/// Writes JSON as bytes, without a tree: for what is written in volume.
///
///     var writer = JSONWriter()
///     writer.object { $0.member("q", "red dress"); $0.member("size", 24) }
///
/// Commas are the writer's own business. A Double that JSON cannot hold (infinite, not a number) is written as null.
public struct JSONWriter: Sendable {
  public private(set) var bytes: [UInt8] = []
  private var needsComma = false

  public init(reservingBytes capacity: Int = 0) { bytes.reserveCapacity(capacity) }

  /// Empties the writer and keeps its storage.
  public mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    needsComma = false
  }

  public mutating func object(_ body: (inout JSONWriter) throws -> Void) rethrows {
    open(UInt8(ascii: "{"))
    try body(&self)
    close(UInt8(ascii: "}"))
  }

  public mutating func array(_ body: (inout JSONWriter) throws -> Void) rethrows {
    open(UInt8(ascii: "["))
    try body(&self)
    close(UInt8(ascii: "]"))
  }

  /// The name of the member whose value is written next.
  public mutating func name(_ name: String) {
    separate()
    quoted(name)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  public mutating func string(_ value: String) {
    separate()
    quoted(value)
    needsComma = true
  }

  public mutating func int(_ value: Int64) {
    separate()
    digits(value)
    needsComma = true
  }

  public mutating func double(_ value: Double) {
    guard value.isFinite else { return null() }
    separate()
    if value == value.rounded(), abs(value) < 1e15 {
      digits(Int64(value))
      bytes.append(UInt8(ascii: "."))
      bytes.append(UInt8(ascii: "0"))
    } else {
      bytes.append(contentsOf: value.description.utf8)
    }
    needsComma = true
  }

  public mutating func bool(_ value: Bool) { literal(value ? "true" : "false") }
  public mutating func null() { literal("null") }

  /// Bytes that are JSON already.
  public mutating func raw(_ json: some Sequence<UInt8>) {
    separate()
    bytes.append(contentsOf: json)
    needsComma = true
  }

  public mutating func value(_ value: JSONValue) {
    switch value {
    case .null: null()
    case .bool(let value): bool(value)
    case .int(let value): int(value)
    case .double(let value): double(value)
    case .string(let value): string(value)
    case .array(let items): array { for item in items { $0.value(item) } }
    case .object(let object):
      self.object { for member in object.members { $0.member(member.name, member.value) } }
    }
  }

  public mutating func member(_ name: String, _ value: JSONValue) { self.name(name); self.value(value) }
  public mutating func member(_ name: String, _ value: String) { self.name(name); string(value) }
  public mutating func member(_ name: String, _ value: Int64) { self.name(name); int(value) }
  public mutating func member(_ name: String, _ value: Int) { self.name(name); int(Int64(value)) }
  public mutating func member(_ name: String, _ value: Double) { self.name(name); double(value) }
  public mutating func member(_ name: String, _ value: Bool) { self.name(name); bool(value) }
  public mutating func member(_ name: String, _ values: [String]) {
    self.name(name)
    array { for value in values { $0.string(value) } }
  }

  /// A line break between two documents of newline-delimited JSON.
  public mutating func newline() {
    bytes.append(0x0A)
    needsComma = false
  }

  private mutating func open(_ byte: UInt8) {
    separate()
    bytes.append(byte)
    needsComma = false
  }

  private mutating func close(_ byte: UInt8) {
    bytes.append(byte)
    needsComma = true
  }

  private mutating func separate() { if needsComma { bytes.append(UInt8(ascii: ",")) } }

  private mutating func literal(_ text: StaticString) {
    separate()
    bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    needsComma = true
  }

  private mutating func digits(_ value: Int64) {
    var magnitude = value.magnitude
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    let start = bytes.count
    repeat {
      bytes.append(UInt8(ascii: "0") + UInt8(magnitude % 10))
      magnitude /= 10
    } while magnitude > 0
    bytes[start...].reverse()
  }

  private mutating func quoted(_ value: String) {
    bytes.append(UInt8(ascii: "\""))
    var value = value
    value.withUTF8 { text in
      var clean = 0
      for (index, byte) in text.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5C {
        bytes.append(contentsOf: text[clean..<index])
        escape(byte)
        clean = index + 1
      }
      bytes.append(contentsOf: text[clean...])
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func escape(_ byte: UInt8) {
    bytes.append(UInt8(ascii: "\\"))
    switch byte {
    case 0x22, 0x5C: bytes.append(byte)
    case 0x0A: bytes.append(UInt8(ascii: "n"))
    case 0x0D: bytes.append(UInt8(ascii: "r"))
    case 0x09: bytes.append(UInt8(ascii: "t"))
    default:
      let hex = Array("0123456789abcdef".utf8)
      bytes.append(contentsOf: [UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0")])
      bytes.append(hex[Int(byte >> 4)])
      bytes.append(hex[Int(byte & 15)])
    }
  }
}
