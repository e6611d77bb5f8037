/// Header fields in the order of their arrival; look-up by name ignores case.
public struct HTTPHeaders: Sendable, Equatable, ExpressibleByDictionaryLiteral {
  /// One field: `Accept: text/html`.
  public struct Field: Sendable, Equatable {
    public let name: String
    public let value: String
  }

  /// All fields in order; a name may occur more than once.
  public private(set) var fields: [Field] = []

  /// Makes headers without a field.
  public init() {}

  public init(dictionaryLiteral elements: (String, String)...) {
    for (name, value) in elements { add(name, value) }
  }

  /// The first value of the name; setting replaces every field of the name, and nil removes them.
  public subscript(name: String) -> String? {
    get {
      for field in fields where Self.isSame(field.name, name) { return field.value }
      return nil
    }
    set {
      fields.removeAll { Self.isSame($0.name, name) }
      if let newValue { add(name, newValue) }
    }
  }

  /// Every value of the name, in order.
  public func values(_ name: String) -> [String] {
    fields.compactMap { Self.isSame($0.name, name) ? $0.value : nil }
  }

  /// Whether the comma-separated list of the name contains `token`, ignoring case: `Connection: keep-alive, Upgrade`
  /// contains `upgrade`.
  public func contains(token: String, in name: String) -> Bool {
    for field in fields where Self.isSame(field.name, name) {
      for part in field.value.split(separator: ",") {
        if Self.isSame(Self.trimmed(part), token[...]) { return true }
      }
    }
    return false
  }

  /// Appends a field.
  ///
  /// Control characters (line ends above all) become spaces, so that no value can begin another field; the name must be
  /// a token.
  public mutating func add(_ name: String, _ value: String) {
    precondition(Self.isToken(name.utf8), "\(name) is no header name")
    let isClean = value.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }
    fields.append(Field(name: name, value: isClean ? value : Self.withoutControls(value)))
  }

  mutating func append(checkedName name: String, checkedValue value: String) {
    fields.append(Field(name: name, value: value))
  }

  mutating func reserveCapacity(_ count: Int) { fields.reserveCapacity(count) }

  private static func withoutControls(_ value: String) -> String {
    String(
      decoding: value.utf8.map { ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 ? $0 : UInt8(ascii: " ") }, as: UTF8.self)
  }

  static func isSame(_ left: some StringProtocol, _ right: some StringProtocol) -> Bool {
    guard left.utf8.count == right.utf8.count else { return false }
    return zip(left.utf8, right.utf8).allSatisfy { lowercased($0) == lowercased($1) }
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }

  static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while let first = text.utf8.first, first == 0x20 || first == 0x09 { text = text.dropFirst() }
    while let last = text.utf8.last, last == 0x20 || last == 0x09 { text = text.dropLast() }
    return text
  }

  /// RFC 9110 section 5.6.2: `token`.
  static func isToken(_ bytes: some Collection<UInt8>) -> Bool {
    !bytes.isEmpty && bytes.allSatisfy { tokenBytes[Int($0)] }
  }

  private static let tokenBytes: [Bool] = (0..<256).map { byte in
    let scalar = Unicode.Scalar(UInt8(byte))
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9": return true
    case "!", "#", "$", "%", "&", "'", "*", "+", "-", ".", "^", "_", "`", "|", "~": return true
    default: return false
    }
  }
}
