/// Rows in COPY's text format, made for speed: no value goes through a parameter.
struct CopyLines {
  private(set) var bytes: [UInt8] = []
  private var isFirst = true

  mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  private mutating func separate() {
    if !isFirst { bytes.append(UInt8(ascii: "\t")) }
    isFirst = false
  }

  mutating func end() {
    bytes.append(UInt8(ascii: "\n"))
    isFirst = true
  }

  mutating func null() {
    separate()
    bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "N")])
  }

  mutating func add(_ value: Int64?) {
    guard let value else { return null() }
    separate()
    bytes.append(contentsOf: String(value).utf8)
  }

  mutating func add(_ value: Int) { add(Int64(value)) }

  mutating func add(_ value: Double?) {
    guard let value else { return null() }
    separate()
    bytes.append(contentsOf: value.description.utf8)
  }

  mutating func add(_ value: Bool?) {
    guard let value else { return null() }
    separate()
    bytes.append(UInt8(ascii: value ? "t" : "f"))
  }

  mutating func add(_ value: String?) {
    guard let value else { return null() }
    separate()
    for byte in value.utf8 {
      switch byte {
      case UInt8(ascii: "\\"): bytes.append(contentsOf: [byte, byte])
      case UInt8(ascii: "\n"): bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "n")])
      case UInt8(ascii: "\r"): bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "r")])
      case UInt8(ascii: "\t"): bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "t")])
      default: bytes.append(byte)
      }
    }
  }
}
