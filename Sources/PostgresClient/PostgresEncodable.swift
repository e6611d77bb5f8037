public import FoundationEssentials

/// A value that can be bound to a statement.
///
/// A type whose raw value conforms needs only `extension ProductID: PostgresEncodable {}`.
public protocol PostgresEncodable: Sendable {
  static var postgresType: PostgresType { get }
  var postgresParameter: PostgresParameter { get }
}

/// A value as sent to the server: its type, its format and its bytes; nil is NULL.
public struct PostgresParameter: Sendable, Equatable {
  let type: PostgresType
  let isBinary: Bool
  let bytes: [UInt8]?

  /// A value in the type's binary form.
  public init(_ type: PostgresType, binary bytes: [UInt8]?) {
    self.type = type
    isBinary = true
    self.bytes = bytes
  }

  /// A value in the type's text form; `PostgresType.inferred` lets the server choose the type from the context.
  public init(_ type: PostgresType, text: String?) {
    self.type = type
    isBinary = false
    bytes = text.map { Array($0.utf8) }
  }
}

extension PostgresEncodable where Self: RawRepresentable, RawValue: PostgresEncodable {
  public static var postgresType: PostgresType { RawValue.postgresType }
  public var postgresParameter: PostgresParameter { rawValue.postgresParameter }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
  public static var postgresType: PostgresType { Wrapped.postgresType }
  public var postgresParameter: PostgresParameter {
    switch self {
    case .some(let value): value.postgresParameter
    case .none:
      Wrapped.postgresType == .inferred
        ? PostgresParameter(.inferred, text: nil) : PostgresParameter(Wrapped.postgresType, binary: nil)
    }
  }
}

extension FixedWidthInteger {
  /// The bytes in network byte order.
  public var networkBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}

extension Int16: PostgresEncodable {
  public static var postgresType: PostgresType { .int2 }
  public var postgresParameter: PostgresParameter { PostgresParameter(.int2, binary: networkBytes) }
}

extension Int32: PostgresEncodable {
  public static var postgresType: PostgresType { .int4 }
  public var postgresParameter: PostgresParameter { PostgresParameter(.int4, binary: networkBytes) }
}

extension Int64: PostgresEncodable {
  public static var postgresType: PostgresType { .int8 }
  public var postgresParameter: PostgresParameter { PostgresParameter(.int8, binary: networkBytes) }
}

extension Int: PostgresEncodable {
  public static var postgresType: PostgresType { .int8 }
  public var postgresParameter: PostgresParameter { PostgresParameter(.int8, binary: Int64(self).networkBytes) }
}

/// A transaction id (`xid8`).
extension UInt64: PostgresEncodable {
  public static var postgresType: PostgresType { .xid8 }
  public var postgresParameter: PostgresParameter { PostgresParameter(.xid8, binary: networkBytes) }
}

extension Bool: PostgresEncodable {
  public static var postgresType: PostgresType { .bool }
  public var postgresParameter: PostgresParameter { PostgresParameter(.bool, binary: [self ? 1 : 0]) }
}

extension Double: PostgresEncodable {
  public static var postgresType: PostgresType { .float8 }
  public var postgresParameter: PostgresParameter { PostgresParameter(.float8, binary: bitPattern.networkBytes) }
}

/// Text, and every type that the server reads from text: an enum's label, JSON, a numeric.
extension String: PostgresEncodable {
  public static var postgresType: PostgresType { .inferred }
  public var postgresParameter: PostgresParameter { PostgresParameter(.inferred, text: self) }
}

extension UUID: PostgresEncodable {
  public static var postgresType: PostgresType { .uuid }
  public var postgresParameter: PostgresParameter {
    PostgresParameter(.uuid, binary: withUnsafeBytes(of: uuid) { Array($0) })
  }
}

/// A moment (`timestamptz`), kept to the microsecond.
extension Date: PostgresEncodable {
  /// Postgres counts from 2000-01-01, `Date` from 2001-01-01: 366 days apart.
  static let secondsFromPostgresToReference = 31_622_400.0

  public static var postgresType: PostgresType { .timestamptz }
  public var postgresParameter: PostgresParameter {
    PostgresParameter(.timestamptz, binary: postgresMicroseconds.networkBytes)
  }

  /// Microseconds since 2000-01-01 UTC; a moment out of the type's range becomes infinity.
  var postgresMicroseconds: Int64 {
    let microseconds = ((timeIntervalSinceReferenceDate + Self.secondsFromPostgresToReference) * 1_000_000).rounded()
    return Int64(exactly: microseconds) ?? (microseconds < 0 ? .min : .max)
  }
}

/// A value that may be an array's element, as a parameter and in a row.
public protocol PostgresArrayElement: PostgresEncodable, PostgresDecodable {
  static var postgresArrayType: PostgresType { get }
  static var postgresElementType: PostgresType { get }
  static func postgresParameter(ofArray elements: [Self]) -> PostgresParameter
  static func array(from value: PostgresValue) -> [Self]?
}

extension PostgresArrayElement {
  public static var postgresElementType: PostgresType { postgresType }

  public static func postgresParameter(ofArray elements: [Self]) -> PostgresParameter {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(20 + elements.count * 12)
    let values = elements.map(\.postgresParameter.bytes)
    bytes += (elements.isEmpty ? 0 : 1 as Int32).networkBytes  // dimensions
    bytes += (values.contains { $0 == nil } ? 1 : 0 as Int32).networkBytes
    bytes += postgresElementType.oid.networkBytes
    if !elements.isEmpty {
      bytes += Int32(clamping: elements.count).networkBytes
      bytes += Int32(1).networkBytes  // lower bound
    }
    for value in values {
      bytes += Int32(clamping: value?.count ?? -1).networkBytes
      if let value { bytes += value }
    }
    return PostgresParameter(postgresArrayType, binary: bytes)
  }
}

extension PostgresArrayElement where Self: RawRepresentable, RawValue: PostgresArrayElement {
  public static var postgresArrayType: PostgresType { RawValue.postgresArrayType }
  public static var postgresElementType: PostgresType { RawValue.postgresElementType }
}

extension Int16: PostgresArrayElement { public static var postgresArrayType: PostgresType { .int2Array } }
extension Int32: PostgresArrayElement { public static var postgresArrayType: PostgresType { .int4Array } }
extension Int64: PostgresArrayElement { public static var postgresArrayType: PostgresType { .int8Array } }
extension Int: PostgresArrayElement { public static var postgresArrayType: PostgresType { .int8Array } }
extension Bool: PostgresArrayElement { public static var postgresArrayType: PostgresType { .boolArray } }
extension Double: PostgresArrayElement { public static var postgresArrayType: PostgresType { .float8Array } }
extension Date: PostgresArrayElement { public static var postgresArrayType: PostgresType { .timestamptzArray } }
extension UUID: PostgresArrayElement { public static var postgresArrayType: PostgresType { .uuidArray } }
extension String: PostgresArrayElement {
  public static var postgresArrayType: PostgresType { .textArray }
  public static var postgresElementType: PostgresType { .text }
}

extension Optional: PostgresArrayElement where Wrapped: PostgresArrayElement {
  public static var postgresArrayType: PostgresType { Wrapped.postgresArrayType }
  public static var postgresElementType: PostgresType { Wrapped.postgresElementType }
}

/// Bytes are `bytea`; any other array is a Postgres array of its elements.
///
/// With `unnest`, one statement inserts many rows: `INSERT … SELECT * FROM unnest(\(ids), \(titles))`.
extension Array: PostgresEncodable where Element: PostgresArrayElement {
  public static var postgresType: PostgresType { Element.postgresArrayType }
  public var postgresParameter: PostgresParameter { Element.postgresParameter(ofArray: self) }
}

extension UInt8: PostgresArrayElement {
  public static var postgresType: PostgresType { .int2 }
  public static var postgresArrayType: PostgresType { .bytea }
  public var postgresParameter: PostgresParameter { Int16(self).postgresParameter }

  public static func postgresParameter(ofArray elements: [UInt8]) -> PostgresParameter {
    PostgresParameter(.bytea, binary: elements)
  }
}
