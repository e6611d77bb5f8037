/// Writes JSON as bytes, without a tree: for large volumes.
///
///     var writer = JSONWriter()
///     writer.object { $0.member("q", "red dress"); $0.member("size", 24) }
///
/// The writer adds the commas. A Double that JSON cannot express (infinite, NaN) is written as null.
public struct JSONWriter: Sendable {
  /// Room for the output; bytes after `count` mean nothing. Appending to an Array byte by byte would check its length
  /// and owner for every byte.
  private var storage: [UInt8] = []
  /// Number of bytes written.
  public private(set) var count = 0
  private var needsComma = false

  private static let smallestStorage = 256
  /// The escape of a control character: `\u001f`.
  private static let longestEscape = 6
  /// `-9223372036854775808`
  private static let maxDigits = 20

  public init(reservingBytes capacity: Int = 0) {
    if capacity > 0 { storage = Self.uncleared(capacity) }
  }

  /// Storage that is written before it is read, so that an answer's tens of kilobytes need not be cleared first.
  private static func uncleared(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { $1 = count }
  }

  /// A copy of the output.
  public var bytes: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      if count > 0 { withBytes { _ = buffer.update(fromContentsOf: $0) } }
      initialized = count
    }
  }

  /// The output without a copy; afterwards the writer is empty and has no storage.
  public mutating func takeBytes() -> [UInt8] {
    storage.removeLast(storage.count - count)
    removeAll()
    defer { storage = [] }
    return storage
  }

  /// Lends the output.
  public func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
    try storage.withUnsafeBufferPointer { try body(UnsafeBufferPointer(rebasing: $0[..<count])) }
  }

  /// Empties the writer and keeps its storage.
  public mutating func removeAll() {
    count = 0
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

  /// Writes the name of the next value's member: a name without escapes, because names in source code have none.
  public mutating func name(_ name: StaticString) {
    put(atMost: 4 + name.utf8CodeUnitCount) { next, comma in
      if comma { next.put(UInt8(ascii: ",")) }
      next.put(UInt8(ascii: "\""))
      next.put(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
      next.put(UInt8(ascii: "\""))
      next.put(UInt8(ascii: ":"))
    }
    needsComma = false
  }

  /// The same for a name from elsewhere.
  public mutating func name(text name: String) {
    var name = name
    name.withUTF8 { quoted($0, closing: UInt8(ascii: ":")) }
    needsComma = false
  }

  public mutating func string(_ value: String) {
    var value = value
    value.withUTF8 { quoted($0, closing: nil) }
    needsComma = true
  }

  /// Writes a string of these bytes, which must be UTF-8.
  public mutating func string(_ utf8: UnsafeBufferPointer<UInt8>) {
    quoted(utf8, closing: nil)
    needsComma = true
  }

  public mutating func int(_ value: Int64) {
    put(atMost: 1 + Self.maxDigits) { next, comma in
      if comma { next.put(UInt8(ascii: ",")) }
      next.put(digits: value)
    }
    needsComma = true
  }

  public mutating func double(_ value: Double) {
    guard value.isFinite else { return null() }
    guard abs(value) < 1e15, let whole = Int64(exactly: value) else {
      var text = value.description
      return text.withUTF8 { raw($0) }
    }
    put(atMost: 3 + Self.maxDigits) { next, comma in
      if comma { next.put(UInt8(ascii: ",")) }
      next.put(digits: whole)
      next.put(UInt8(ascii: "."))
      next.put(UInt8(ascii: "0"))
    }
    needsComma = true
  }

  public mutating func bool(_ value: Bool) { literal(value ? "true" : "false") }
  public mutating func null() { literal("null") }

  /// Writes bytes that are JSON already.
  public mutating func raw(_ json: some Sequence<UInt8>) {
    let isWhole: Void? = json.withContiguousStorageIfAvailable { raw($0) }
    if isWhole == nil { Array(json).withUnsafeBufferPointer { raw($0) } }
  }

  private mutating func raw(_ json: UnsafeBufferPointer<UInt8>) {
    put(atMost: 1 + json.count) { next, comma in
      if comma { next.put(UInt8(ascii: ",")) }
      next.put(json)
    }
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
      self.object { writer in
        for member in object.members {
          writer.name(text: member.name)
          writer.value(member.value)
        }
      }
    }
  }

  public mutating func member(_ name: StaticString, _ value: JSONValue) { self.name(name); self.value(value) }
  public mutating func member(_ name: StaticString, _ value: String) { self.name(name); string(value) }
  public mutating func member(_ name: StaticString, _ value: Int64) { self.name(name); int(value) }
  public mutating func member(_ name: StaticString, _ value: Int) { self.name(name); int(Int64(value)) }
  public mutating func member(_ name: StaticString, _ value: Double) { self.name(name); double(value) }
  public mutating func member(_ name: StaticString, _ value: Bool) { self.name(name); bool(value) }
  public mutating func member(_ name: StaticString, _ values: [String]) {
    self.name(name)
    array { for value in values { $0.string(value) } }
  }

  /// Writes a line break between two documents of newline-delimited JSON.
  public mutating func newline() {
    put(atMost: 1) { next, _ in next.put(0x0A) }
    needsComma = false
  }

  // MARK: Bytes

  private mutating func open(_ byte: UInt8) {
    put(atMost: 2) { next, comma in
      if comma { next.put(UInt8(ascii: ",")) }
      next.put(byte)
    }
    needsComma = false
  }

  private mutating func close(_ byte: UInt8) {
    put(atMost: 1) { next, _ in next.put(byte) }
    needsComma = true
  }

  private mutating func literal(_ text: StaticString) {
    raw(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  private mutating func quoted(_ text: UnsafeBufferPointer<UInt8>, closing end: UInt8?) {
    let clean = Self.cleanPrefix(of: text)
    put(atMost: 4 + clean + (text.count - clean) * Self.longestEscape) { next, comma in
      if comma { next.put(UInt8(ascii: ",")) }
      next.put(UInt8(ascii: "\""))
      next.put(UnsafeBufferPointer(start: text.baseAddress, count: clean))
      for index in clean..<text.count {
        if Self.isClean(text[index]) { next.put(text[index]) } else { next.put(escaped: text[index]) }
      }
      next.put(UInt8(ascii: "\""))
      if let end { next.put(end) }
    }
  }

  @inline(__always)
  private static func isClean(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x22 && byte != 0x5C }

  /// Length of the prefix that needs no escapes, found eight bytes at a time; most texts have no escapes at all.
  private static func cleanPrefix(of text: UnsafeBufferPointer<UInt8>) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highs = ones << 7
    var index = 0
    if let base = text.baseAddress, text.count >= 8 {
      @inline(__always)
      func isClean(at index: Int) -> Bool {
        let word = UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self)
        // Subtracting 1 from a zero byte sets its highest bit. Quotes and backslashes are zero after XOR, controls
        // after AND.
        let quotes = word ^ (ones * 0x22)
        let backslashes = word ^ (ones * 0x5C)
        let controls = word & (ones * 0xE0)
        let found =
          ((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes) | ((controls &- ones) & ~controls)
        return found & highs == 0
      }
      while index + 8 <= text.count, isClean(at: index) { index += 8 }
      // Check the last eight bytes, some of them a second time, rather than up to seven one by one.
      if index + 8 > text.count, isClean(at: text.count - 8) { return text.count }
    }
    while index < text.count, isClean(text[index]) { index += 1 }
    return index
  }

  /// Lends room for at most `limit` bytes, and tells `body` whether a comma must come first.
  @inline(__always)
  private mutating func put(atMost limit: Int, _ body: (inout Cursor, _ needsComma: Bool) -> Void) {
    if storage.count - count < limit { grow(by: limit) }
    let comma = needsComma
    count = storage.withUnsafeMutableBufferPointer { buffer in
      var cursor = Cursor(next: buffer.baseAddress! + count)
      body(&cursor, comma)
      return cursor.next - buffer.baseAddress!
    }
  }

  private mutating func grow(by limit: Int) {
    var larger = Self.uncleared(max(Self.smallestStorage, storage.count * 2, count + limit))
    larger.withUnsafeMutableBufferPointer { larger in
      withBytes { _ = larger.update(fromContentsOf: $0) }
    }
    storage = larger
  }

  private struct Cursor {
    var next: UnsafeMutablePointer<UInt8>

    @inline(__always)
    mutating func put(_ byte: UInt8) {
      next.pointee = byte
      next += 1
    }

    @inline(__always)
    mutating func put(_ bytes: UnsafeBufferPointer<UInt8>) {
      guard let base = bytes.baseAddress else { return }
      next.update(from: base, count: bytes.count)
      next += bytes.count
    }

    mutating func put(digits value: Int64) {
      var magnitude = value.magnitude
      if value < 0 { put(UInt8(ascii: "-")) }
      var count = 1
      var rest = magnitude / 10
      while rest > 0 {
        count += 1
        rest /= 10
      }
      for place in stride(from: count - 1, through: 0, by: -1) {
        next[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude % 10)
        magnitude /= 10
      }
      next += count
    }

    mutating func put(escaped byte: UInt8) {
      put(UInt8(ascii: "\\"))
      switch byte {
      case 0x22, 0x5C: put(byte)
      case 0x0A: put(UInt8(ascii: "n"))
      case 0x0D: put(UInt8(ascii: "r"))
      case 0x09: put(UInt8(ascii: "t"))
      default:
        put(UInt8(ascii: "u"))
        put(UInt8(ascii: "0"))
        put(UInt8(ascii: "0"))
        for digit in [byte >> 4, byte & 15] {
          put(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
      }
    }
  }
}
