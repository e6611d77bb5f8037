import CSimdjson

/// The reason why bytes are not JSON.
public struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
  public let reason: String
  public var description: String { "not JSON: \(reason)" }
}

/// Parses JSON with simdjson and gives access to its tape, without building a tree.
///
/// A parser reuses its buffers from document to document; it belongs to one thread at a time.
public final class JSONParser {
  private let handle: OpaquePointer

  public init() {
    guard let handle = vitrine_json_parser_create() else { fatalError("out of memory for a JSON parser") }
    self.handle = handle
  }

  deinit { vitrine_json_parser_destroy(handle) }

  /// Calls `body` with the document's root, which is valid only inside the call.
  public func withDocument<Result>(_ bytes: some Sequence<UInt8>, _ body: (JSONElement) throws -> Result) throws
    -> Result
  {
    if let result = try bytes.withContiguousStorageIfAvailable({ try withRoot($0, body) }) { return result }
    return try Array(bytes).withUnsafeBufferPointer { try withRoot($0, body) }
  }

  /// Calls `body` with the document's root, which is valid only inside the call.
  public func withDocument<Result>(_ bytes: UnsafeBufferPointer<UInt8>, _ body: (JSONElement) throws -> Result) throws
    -> Result
  {
    try withRoot(bytes, body)
  }

  private func withRoot<Result>(_ bytes: UnsafeBufferPointer<UInt8>, _ body: (JSONElement) throws -> Result) throws
    -> Result
  {
    guard let base = bytes.baseAddress, !bytes.isEmpty else { throw JSONError(reason: "there is nothing in it") }
    var tape: UnsafePointer<UInt64>?
    var strings: UnsafePointer<UInt8>?
    let code = vitrine_json_parse(handle, base, bytes.count, &tape, &strings)
    guard code == 0, let tape, let strings else {
      throw JSONError(reason: String(cString: vitrine_json_error_message(code)))
    }
    return try body(JSONElement(tape: tape, strings: strings, index: 1))
  }
}

extension JSONValue {
  /// The tree of a whole document.
  public init(parsing bytes: some Sequence<UInt8>) throws {
    self = try JSONParser().withDocument(bytes) { $0.value }
  }

  /// The tree of a whole document.
  public init(parsing text: String) throws { try self.init(parsing: Array(text.utf8)) }
}

/// A place on simdjson's tape (simdjson, doc/tape.md). Valid while its parser's `withDocument` runs.
public struct JSONElement {
  let tape: UnsafePointer<UInt64>
  let strings: UnsafePointer<UInt8>
  let index: Int

  public enum Kind: Sendable { case null, bool, int, double, string, array, object }

  private var tag: UInt8 { UInt8(truncatingIfNeeded: tape[index] >> 56) }
  private var payload: Int { Int(truncatingIfNeeded: tape[index] & 0x00FF_FFFF_FFFF_FFFF) }

  public var kind: Kind {
    switch tag {
    case UInt8(ascii: "{"): .object
    case UInt8(ascii: "["): .array
    case UInt8(ascii: "\""): .string
    case UInt8(ascii: "l"): .int
    case UInt8(ascii: "u"), UInt8(ascii: "d"): .double
    case UInt8(ascii: "t"), UInt8(ascii: "f"): .bool
    default: .null
    }
  }

  /// The string's UTF-8 bytes, valid as long as this element.
  public var utf8: UnsafeBufferPointer<UInt8>? {
    guard tag == UInt8(ascii: "\"") else { return nil }
    let start = strings + payload
    let length = UnsafeRawPointer(start).loadUnaligned(as: UInt32.self)
    return UnsafeBufferPointer(start: start + 4, count: Int(length))
  }

  public var string: String? { utf8.map { String(decoding: $0, as: UTF8.self) } }

  public var int: Int64? {
    switch tag {
    case UInt8(ascii: "l"): Int64(bitPattern: tape[index + 1])
    case UInt8(ascii: "u"): Int64(exactly: tape[index + 1])
    case UInt8(ascii: "d"): Int64(exactly: Double(bitPattern: tape[index + 1]))
    default: nil
    }
  }

  public var double: Double? {
    switch tag {
    case UInt8(ascii: "l"): Double(Int64(bitPattern: tape[index + 1]))
    case UInt8(ascii: "u"): Double(tape[index + 1])
    case UInt8(ascii: "d"): Double(bitPattern: tape[index + 1])
    default: nil
    }
  }

  public var bool: Bool? {
    switch tag {
    case UInt8(ascii: "t"): true
    case UInt8(ascii: "f"): false
    default: nil
    }
  }

  /// The number of members or items of an object or array; 0 for another kind. The tape counts up to 16,777,215.
  public var count: Int {
    guard tag == UInt8(ascii: "{") || tag == UInt8(ascii: "[") else { return 0 }
    return payload >> 32
  }

  public var isNull: Bool { tag == UInt8(ascii: "n") }

  /// The place of the next sibling on the tape.
  private var end: Int {
    switch tag {
    case UInt8(ascii: "{"), UInt8(ascii: "["): payload & 0xFFFF_FFFF
    case UInt8(ascii: "l"), UInt8(ascii: "u"), UInt8(ascii: "d"): index + 2
    default: index + 1
    }
  }

  /// Visits an array's items; does nothing for another kind.
  public func forEachItem(_ body: (JSONElement) throws -> Void) rethrows {
    guard tag == UInt8(ascii: "[") else { return }
    let last = end - 1
    var position = index + 1
    while position < last {
      let item = JSONElement(tape: tape, strings: strings, index: position)
      try body(item)
      position = item.end
    }
  }

  /// Visits an object's members; does nothing for another kind.
  public func forEachMember(_ body: (_ name: UnsafeBufferPointer<UInt8>, _ value: JSONElement) throws -> Void) rethrows
  {
    guard tag == UInt8(ascii: "{") else { return }
    let last = end - 1
    var position = index + 1
    while position < last {
      let name = JSONElement(tape: tape, strings: strings, index: position)
      let value = JSONElement(tape: tape, strings: strings, index: position + 1)
      if let utf8 = name.utf8 { try body(utf8, value) }
      position = value.end
    }
  }

  /// The member with that name; the last one if a document repeats it.
  public subscript(name: String) -> JSONElement? {
    var found: JSONElement?
    var name = name
    name.withUTF8 { wanted in
      forEachMember { candidate, value in if candidate.elementsEqual(wanted) { found = value } }
    }
    return found
  }

  /// The tree below this element.
  public var value: JSONValue {
    switch kind {
    case .null: return .null
    case .bool: return .bool(bool ?? false)
    case .int: return .int(int ?? 0)
    case .double: return .double(double ?? 0)
    case .string: return .string(string ?? "")
    case .array:
      var items: [JSONValue] = []
      items.reserveCapacity(count)
      forEachItem { items.append($0.value) }
      return .array(items)
    case .object:
      var members: [JSONObject.Member] = []
      members.reserveCapacity(count)
      forEachMember { members.append(.init(String(decoding: $0, as: UTF8.self), $1.value)) }
      return .object(JSONObject(members))
    }
  }
}
