/// The rows of a text file with named columns, separated by commas, semicolons or tabs: the reader of data files that
/// a person exports for an analysis.
public struct DelimitedRows: Sendable {
  /// A file that gives nothing, with the reason.
  public struct Unusable: Error, CustomStringConvertible {
    public let reason: String
    public var description: String { reason }

    public init(reason: String) { self.reason = reason }
  }

  /// A line that was left out.
  public struct Refusal: Sendable, Equatable, CustomStringConvertible {
    public let line: Int
    public let reason: String
    public var description: String { "line \(line): \(reason)" }
  }

  /// So many of the refused lines are told with their reasons.
  public static let toldRefusals = 20
  private static let longestLine = 65_536

  private let bytes: [UInt8]
  private let delimiter: UInt8
  private let places: [Int?]
  private var position: Int
  private var line = 1
  public private(set) var refusals: [Refusal] = []
  public private(set) var refusedCount = 0

  /// `columns` are looked up by any of their names, in any case; the first `required` of them must be there.
  public init(_ bytes: [UInt8], columns: [[String]], required: Int) throws(Unusable) {
    self.bytes = bytes
    // A byte order mark does not belong to the first name.
    var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
    let head = bytes[start..<end]
    delimiter = [UInt8(ascii: "\t"), UInt8(ascii: ";")].first { head.contains($0) } ?? UInt8(ascii: ",")
    let names = Self.fields(head, delimiter).map { $0.lowercased() }
    places = columns.map { accepted in names.firstIndex { accepted.contains($0) } }
    for (column, place) in zip(columns, places).prefix(required) where place == nil {
      throw Unusable(
        reason: "the first line names no column '\(column[0])'; it has \(names.prefix(20).joined(separator: ", "))")
    }
    start = end
    position = min(bytes.count, start + 1)
  }

  /// The next row's fields by column, with the number of its line; nil at the end. A column that is absent, or has no text,
  /// is nil.
  public mutating func next() -> (fields: [String?], line: Int)? {
    while position < bytes.count {
      let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      let text = bytes[position..<end]
      position = end + 1
      line += 1
      guard text.count <= Self.longestLine else {
        refuse(line, "it has more than \(Self.longestLine) bytes")
        continue
      }
      let fields = Self.fields(text, delimiter)
      guard fields.contains(where: { !$0.isEmpty }) else { continue }
      let row = places.map { place in
        place.flatMap { fields.indices.contains($0) && !fields[$0].isEmpty ? fields[$0] : nil }
      }
      return (row, line)
    }
    return nil
  }

  public mutating func refuse(_ line: Int, _ reason: String) {
    refusedCount += 1
    if refusals.count < Self.toldRefusals { refusals.append(Refusal(line: line, reason: reason)) }
  }

  /// Fields may stand in quotation marks, within which a mark is written twice.
  private static func fields(_ line: ArraySlice<UInt8>, _ delimiter: UInt8) -> [String] {
    var fields: [String] = []
    var field: [UInt8] = []
    var isQuoted = false
    for byte in line {
      if byte == UInt8(ascii: "\"") {
        // The second of two marks inside of a quoted field opens it again: the first one is kept as text then.
        if !isQuoted && field.last == nil { isQuoted = true } else { isQuoted.toggle() }
        if isQuoted && !field.isEmpty { field.append(byte) }
      } else if byte == delimiter && !isQuoted {
        fields.append(text(field))
        field.removeAll(keepingCapacity: true)
      } else if byte != UInt8(ascii: "\r") {
        field.append(byte)
      }
    }
    fields.append(text(field))
    return fields
  }

  private static func text(_ bytes: [UInt8]) -> String {
    var bytes = bytes[...]
    while bytes.first == UInt8(ascii: " ") { bytes = bytes.dropFirst() }
    while bytes.last == UInt8(ascii: " ") { bytes = bytes.dropLast() }
    return String(decoding: bytes, as: UTF8.self)
  }
}
