import Catalog

/// The rows of a CSV file (RFC 4180): quoted fields with doubled quotes, commas and line ends inside; LF or CRLF; a
/// byte order mark; another delimiter where the heading has it.
struct CSVRows: VariantRowSource {
  /// Columns: a wider sheet has its line ends lost.
  static let maximumColumns = 2_000

  private var scanner: CSVScanner
  private var heading: [String] = []

  init(_ source: ByteSource, delimiter: UInt8?) { scanner = CSVScanner(source, delimiter: delimiter) }

  mutating func headings() throws -> [String]? {
    switch try scanner.next() {
    case nil: throw ImportMappingError("the file is empty: its first line is the heading")
    case .refused(_, let reason): throw ImportMappingError("the heading: \(reason)")
    case .fields(let fields, _):
      guard fields.count <= Self.maximumColumns else {
        throw ImportMappingError("the heading has \(fields.count) columns, more than \(Self.maximumColumns)")
      }
      heading = fields.map { FieldText.trimmed($0) ?? "" }
      return heading.filter { !$0.isEmpty }
    }
  }

  mutating func next() throws -> VariantRow? {
    switch try scanner.next() {
    case nil: return nil
    case .refused(let line, let reason): return .refused(line: line, reason: reason)
    case .fields(let fields, let line):
      guard fields.count == heading.count else {
        return .refused(line: line, reason: "has \(fields.count) fields, the heading \(heading.count)")
      }
      return .fields(zip(heading, fields).filter { !$0.0.isEmpty && !$0.1.isEmpty }.map { ($0.0, $0.1) }, line: line)
    }
  }
}

/// Splits CSV into fields.
struct CSVScanner {
  enum Row {
    case fields([String], line: Int)
    case refused(line: Int, reason: String)
  }

  private let source: ByteSource
  private var delimiter: UInt8
  private var isDelimiterKnown: Bool
  private var buffer: [UInt8] = []
  private var index = 0
  private var isAtEnd = false
  private var isAtStart = true
  private var line = 1

  private static let quote = UInt8(ascii: "\"")
  private static let lineFeed: UInt8 = 0x0A
  private static let carriageReturn: UInt8 = 0x0D

  init(_ source: ByteSource, delimiter: UInt8?) {
    self.source = source
    self.delimiter = delimiter ?? UInt8(ascii: ",")
    isDelimiterKnown = delimiter != nil
  }

  /// The next row that is not empty; nil at the end.
  mutating func next() throws -> Row? {
    if isAtStart { try begin() }
    while try peek() != nil {
      let first = line
      let row = try scan(from: first)
      if case .fields(let fields, _) = row, fields == [""] { continue }
      return row
    }
    return nil
  }

  private mutating func begin() throws {
    isAtStart = false
    while buffer.count < 3, try more() {}
    if buffer.starts(with: byteOrderMark) { index = 3 }
    guard !isDelimiterKnown else { return }
    while !buffer.contains(Self.lineFeed), buffer.count < LineReader.maximumLineBytes, try more() {}
    var counts: [UInt8: Int] = [:]
    var isQuoted = false
    for byte in buffer[index...] {
      if byte == Self.quote { isQuoted.toggle() }
      if byte == Self.lineFeed && !isQuoted { break }
      if !isQuoted { counts[byte, default: 0] += 1 }
    }
    let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
    delimiter = candidates.max { counts[$0, default: 0] < counts[$1, default: 0] } ?? delimiter
    if counts[delimiter, default: 0] == 0 { delimiter = candidates[0] }
  }

  private mutating func more() throws -> Bool {
    guard !isAtEnd else { return false }
    if index > 0 {
      buffer.removeFirst(index)
      index = 0
    }
    isAtEnd = try !source.read(into: &buffer)
    return !isAtEnd
  }

  private mutating func peek() throws -> UInt8? {
    while index >= buffer.count { guard try more() else { return nil } }
    return buffer[index]
  }

  private enum State { case start, plain, quoted, afterQuote }

  /// What is wrong with a row is noted and the row read to its end.
  private mutating func scan(from first: Int) throws -> Row {
    var fields: [String] = []
    var field: [UInt8] = []
    var state = State.start
    var fault: String?
    var length = 0
    func finish() {
      if let text = String(validating: field, as: UTF8.self) {
        fields.append(text)
      } else {
        fault = fault ?? "field \(fields.count + 1) is not UTF-8: save the file as UTF-8"
      }
      field.removeAll(keepingCapacity: true)
      state = .start
    }
    while let byte = try peek() {
      index += 1
      length += 1
      if length > LineReader.maximumLineBytes {
        fault = fault ?? "longer than \(LineReader.maximumLineBytes >> 20) MB: a quote may not be closed"
        field.removeAll(keepingCapacity: true)
        if state == .quoted { state = .plain }
      }
      if byte == Self.lineFeed { line += 1 }
      switch (state, byte) {
      case (.quoted, Self.quote): state = .afterQuote
      case (.quoted, _): field.append(byte)
      case (.afterQuote, Self.quote):
        field.append(byte)
        state = .quoted
      case (_, delimiter): finish()
      case (_, Self.lineFeed):
        if state == .plain, field.last == Self.carriageReturn { field.removeLast() }
        finish()
        return fault.map { .refused(line: first, reason: $0) } ?? .fields(fields, line: first)
      case (.start, Self.quote): state = .quoted
      case (.start, _), (.plain, _):
        if byte == Self.quote { fault = fault ?? "a quote stands inside a field that is not quoted: double it" }
        field.append(byte)
        state = .plain
      case (.afterQuote, Self.carriageReturn): break
      case (.afterQuote, _): fault = fault ?? "text stands behind a closing quote: double the quotes inside a field"
      }
    }
    if state == .quoted { fault = fault ?? "a quote is not closed" }
    finish()
    return fault.map { .refused(line: first, reason: $0) } ?? .fields(fields, line: first)
  }
}
