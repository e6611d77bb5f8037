public import FoundationEssentials

/// A value that can be read from a column.
///
/// A type whose raw value conforms needs only `extension ProductID: PostgresDecodable {}`.
public protocol PostgresDecodable {
  /// Fails if the type does not support the column's type or value.
  init?(postgres value: PostgresValue)
}

/// A column's value from the server; valid only within the initializer that receives it.
public struct PostgresValue {
  public let type: PostgresType
  public let isBinary: Bool
  /// nil is NULL.
  public let bytes: UnsafeRawBufferPointer?

  /// The value's text, if it was sent as text.
  var text: String? {
    guard let bytes else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }

  public func integer<T: FixedWidthInteger>(_: T.Type) -> T? {
    guard let bytes, bytes.count == MemoryLayout<T>.size else { return nil }
    return T(bigEndian: bytes.loadUnaligned(as: T.self))
  }

  /// An integer of any width that the column may have.
  var anyInteger: Int64? {
    guard isBinary else { return text.flatMap { Int64($0) } }
    return switch type {
    case .int8: integer(Int64.self)
    case .int4: integer(Int32.self).map(Int64.init)
    case .int2: integer(Int16.self).map(Int64.init)
    case .oid, .xid: integer(UInt32.self).map(Int64.init)
    default: nil
    }
  }
}

extension PostgresDecodable where Self: RawRepresentable, RawValue: PostgresDecodable {
  public init?(postgres value: PostgresValue) {
    guard let raw = RawValue(postgres: value) else { return nil }
    self.init(rawValue: raw)
  }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
  public init?(postgres value: PostgresValue) {
    guard value.bytes != nil else {
      self = .none
      return
    }
    guard let wrapped = Wrapped(postgres: value) else { return nil }
    self = wrapped
  }
}

extension PostgresDecodable where Self: FixedWidthInteger {
  public init?(postgres value: PostgresValue) {
    guard let integer = value.anyInteger else { return nil }
    self.init(exactly: integer)
  }
}

extension UInt8: PostgresDecodable {}
extension Int16: PostgresDecodable {}
extension Int32: PostgresDecodable {}
extension Int64: PostgresDecodable {}
extension Int: PostgresDecodable {}

/// A transaction id (`xid8`), or an integer that is not negative.
extension UInt64: PostgresDecodable {
  public init?(postgres value: PostgresValue) {
    if !value.isBinary {
      guard let text = value.text else { return nil }
      self.init(text)
    } else if value.type == .xid8 {
      guard let number = value.integer(UInt64.self) else { return nil }
      self = number
    } else {
      guard let integer = value.anyInteger else { return nil }
      self.init(exactly: integer)
    }
  }
}

extension Bool: PostgresDecodable {
  public init?(postgres value: PostgresValue) {
    guard value.type == .bool, let bytes = value.bytes, bytes.count == 1 else { return nil }
    self = value.isBinary ? bytes[0] != 0 : bytes[0] == UInt8(ascii: "t")
  }
}

extension Double: PostgresDecodable {
  public init?(postgres value: PostgresValue) {
    guard value.isBinary else {
      guard let text = value.text else { return nil }
      self.init(text)
      return
    }
    switch value.type {
    case .float8: self.init(bits: value.integer(UInt64.self))
    case .float4:
      guard let bits = value.integer(UInt32.self) else { return nil }
      self.init(Float(bitPattern: bits))
    case .numeric:
      guard let bytes = value.bytes, let text = PostgresNumeric.text(of: bytes) else { return nil }
      self.init(text)
    default:
      guard let integer = value.anyInteger else { return nil }
      self.init(exactly: integer)
    }
  }

  private init?(bits: UInt64?) {
    guard let bits else { return nil }
    self.init(bitPattern: bits)
  }
}

/// Text, JSON, an enum's label, a numeric in decimal digits.
extension String: PostgresDecodable {
  public init?(postgres value: PostgresValue) {
    guard let bytes = value.bytes else { return nil }
    var content = bytes
    if value.isBinary {
      switch value.type {
      case .text, .varchar, .bpchar, .name, .json, .xml, .unknown, .char: break
      case .jsonb: content = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())  // a version byte comes first
      case .numeric:
        guard let text = PostgresNumeric.text(of: bytes) else { return nil }
        self = text
        return
      default: guard value.type.oid >= PostgresType.firstOwnOID else { return nil }
      }
    }
    guard let text = String(validating: content, as: UTF8.self) else { return nil }
    self = text
  }
}

extension UUID: PostgresDecodable {
  public init?(postgres value: PostgresValue) {
    guard value.isBinary else {
      guard let text = value.text else { return nil }
      self.init(uuidString: text)
      return
    }
    guard value.type == .uuid, let bytes = value.bytes, bytes.count == 16 else { return nil }
    self.init(uuid: bytes.loadUnaligned(as: uuid_t.self))
  }
}

/// A moment (`timestamptz`, or `timestamp` taken as UTC), or a day's first moment (`date`).
extension Date: PostgresDecodable {
  public init?(postgres value: PostgresValue) {
    guard value.isBinary else { return nil }
    switch value.type {
    case .timestamptz, .timestamp:
      guard let microseconds = value.integer(Int64.self) else { return nil }
      self.init(postgresSeconds: Double(microseconds) / 1_000_000)
    case .date:
      guard let days = value.integer(Int32.self) else { return nil }
      self.init(postgresSeconds: Double(days) * 86_400)
    default: return nil
    }
  }

  private init(postgresSeconds seconds: Double) {
    self.init(timeIntervalSinceReferenceDate: seconds - Self.secondsFromPostgresToReference)
  }
}

extension Array: PostgresDecodable where Element: PostgresArrayElement {
  public init?(postgres value: PostgresValue) {
    guard let elements = Element.array(from: value) else { return nil }
    self = elements
  }
}

extension UInt8 {
  /// The bytes of `bytea`, or the text's or JSON's bytes.
  public static func array(from value: PostgresValue) -> [UInt8]? {
    guard let bytes = value.bytes else { return nil }
    switch value.type {
    case .jsonb where value.isBinary: return Array(bytes.dropFirst())
    case .bytea where value.isBinary, .text, .varchar, .json, .jsonb: return Array(bytes)
    default: return nil
    }
  }
}

extension PostgresArrayElement {
  /// Reads an array of one dimension in its binary form.
  public static func array(from value: PostgresValue) -> [Self]? {
    guard value.isBinary, var rest = value.bytes.map({ BigEndianReader($0) }),
      let dimensions = rest.read(Int32.self), rest.read(Int32.self) != nil, let element = rest.read(UInt32.self)
    else { return nil }
    guard dimensions > 0 else { return dimensions == 0 ? [] : nil }
    guard dimensions == 1, let count = rest.read(Int32.self), count >= 0, rest.read(Int32.self) != nil else {
      return nil
    }
    var elements: [Self] = []
    elements.reserveCapacity(Swift.min(Int(count), rest.remaining / 4))  // a length of 4 bytes precedes each element
    for _ in 0..<count {
      guard let length = rest.read(Int32.self) else { return nil }
      let bytes = length < 0 ? nil : rest.take(Int(length))
      if length >= 0 && bytes == nil { return nil }
      let part = PostgresValue(type: PostgresType(oid: element), isBinary: true, bytes: bytes)
      guard let decoded = Self(postgres: part) else { return nil }
      elements.append(decoded)
    }
    return elements
  }
}

/// Reads integers in network byte order, within the bounds.
struct BigEndianReader {
  private var rest: UnsafeRawBufferPointer
  init(_ bytes: UnsafeRawBufferPointer) { rest = bytes }

  var remaining: Int { rest.count }

  mutating func read<T: FixedWidthInteger>(_: T.Type) -> T? {
    take(MemoryLayout<T>.size).map { T(bigEndian: $0.loadUnaligned(as: T.self)) }
  }

  mutating func take(_ count: Int) -> UnsafeRawBufferPointer? {
    guard count <= rest.count else { return nil }
    let part = UnsafeRawBufferPointer(rebasing: rest.prefix(count))
    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
    return part
  }
}

/// The binary form of `numeric`: digits of base 10,000; the first has the weight 10,000^weight.
enum PostgresNumeric {
  private static let negative: UInt16 = 0x4000
  private static let notANumber: UInt16 = 0xC000
  private static let infinity: UInt16 = 0xD000
  private static let negativeInfinity: UInt16 = 0xF000

  static func text(of bytes: UnsafeRawBufferPointer) -> String? {
    var reader = BigEndianReader(bytes)
    guard let count = reader.read(Int16.self), let weight = reader.read(Int16.self),
      let sign = reader.read(UInt16.self), let scale = reader.read(Int16.self)
    else { return nil }
    switch sign {
    case notANumber: return "NaN"
    case infinity: return "Infinity"
    case negativeInfinity: return "-Infinity"
    default: break
    }
    var digits: [Int16] = []
    for _ in 0..<max(0, count) {
      guard let digit = reader.read(Int16.self), (0..<10_000).contains(digit) else { return nil }
      digits.append(digit)
    }
    func group(_ position: Int) -> String {  // the four digits of 10,000^position
      let index = Int(weight) - position
      let digit = digits.indices.contains(index) ? String(digits[index]) : "0"
      return String(repeating: "0", count: 4 - digit.count) + digit
    }
    var whole = ""
    for position in stride(from: max(0, Int(weight)), through: 0, by: -1) { whole += group(position) }
    let trimmed = whole.drop { $0 == "0" }
    var text = sign == negative ? "-" : ""
    text += trimmed.isEmpty ? "0" : String(trimmed)
    guard scale > 0 else { return text }
    var fraction = ""
    for position in stride(from: -1, through: -((Int(scale) + 3) / 4), by: -1) { fraction += group(position) }
    return text + "." + fraction.prefix(Int(scale))
  }
}
