import Catalog

/// The rows of a CSV file (RFC 4180): quoted fields with doubled quotes, commas and line ends inside; LF or CRLF; a
/// byte order mark; another delimiter where the heading has it.
struct CSVRows: VariantRowSource {
  /// Columns: a wider sheet has its line ends lost.
  static let maxColumns = 2_000

  private var scanner: CSVScanner
  private var heading: [String] = []
  /// Read to find where reading goes on behind a damaged row.
  private var held: VariantRow?

  init(_ source: ByteSource, delimiter: UInt8?) { scanner = CSVScanner(source, delimiter: delimiter) }

  mutating func headings() throws -> [String]? {
    switch try scanner.next() {
    case nil: throw ImportMappingError("the file is empty: its first line is the heading")
    case .refused(_, let reason): throw ImportMappingError("the heading: \(reason)")
    case .fields(let fields, _):
      guard fields.count <= Self.maxColumns else {
        throw ImportMappingError("the heading has \(fields.count) columns, more than \(Self.maxColumns)")
      }
      heading = fields.map { FieldText.trimmed($0) ?? "" }
      return heading.filter { !$0.isEmpty }
    }
  }

  /// A row that is refused and has several lines may have taken other rows along, by a quote that is not closed: it is
  /// its first line that is refused, and reading goes on behind that.
  mutating func next() throws -> VariantRow? {
    guard let row = try held ?? read().row else { return nil }
    held = nil
    guard case .refused(let line, let reason) = row, scanner.returnToSecondLine() else { return row }
    var next: (row: VariantRow?, isFragment: Bool)
    // Lines without a delimiter are no rows that lost something: they are the rest of the text that the quote began.
    repeat { next = try read() } while next.isFragment
    held = next.row
    let place = next.row.map { "reading went on at line \($0.line)" } ?? "no row is behind it"
    return .refused(line: line, reason: "\(reason); \(place)")
  }

  private mutating func read() throws -> (row: VariantRow?, isFragment: Bool) {
    switch try scanner.next() {
    case nil: return (nil, false)
    case .refused(let line, let reason): return (.refused(line: line, reason: reason), false)
    case .fields(let fields, let line):
      guard fields.count == heading.count else {
        let reason = "has \(fields.count) fields, the heading \(heading.count)"
        return (.refused(line: line, reason: reason), fields.count == 1 && !scanner.hasSecondLine)
      }
      let cells = zip(heading, fields).filter { !$0.0.isEmpty && !$0.1.isEmpty }.map { ($0.0, $0.1) }
      return (.fields(cells, line: line), false)
    }
  }
}

extension VariantRow {
  fileprivate var line: Int {
    switch self {
    case .fields(_, let line), .refused(let line, _): line
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
  /// From the row's first byte on, so that it can be read again; at most a row's length and a chunk.
  private(set) var buffer: [UInt8] = []
  private var index = 0
  private var rowStart = 0
  /// Where the row's second line begins.
  private var secondLine: Int?
  private var firstLine = 1
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
      rowStart = index
      secondLine = nil
      firstLine = line
      let row = try scan()
      if case .fields(let fields, _) = row, fields == [""] { continue }
      return row
    }
    return nil
  }

  /// Whether the row that was read last has several lines.
  var hasSecondLine: Bool { secondLine != nil }

  /// Goes back behind the first line of the row that was read last; false where it has no other.
  mutating func returnToSecondLine() -> Bool {
    guard let secondLine else { return false }
    index = secondLine
    line = firstLine + 1
    return true
  }

  private mutating func begin() throws {
    isAtStart = false
    while buffer.count < 3, try more() {}
    if buffer.starts(with: byteOrderMark) { index = 3 }
    rowStart = index
    guard !isDelimiterKnown else { return }
    while !buffer.contains(Self.lineFeed), buffer.count < LineReader.maxLineBytes, try more() {}
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
    if rowStart > 0 {
      buffer.removeFirst(rowStart)
      index -= rowStart
      secondLine = secondLine.map { $0 - rowStart }
      rowStart = 0
    }
    isAtEnd = try !source.read(into: &buffer)
    return !isAtEnd
  }

  private mutating func peek() throws -> UInt8? {
    while index >= buffer.count { guard try more() else { return nil } }
    return buffer[index]
  }

  private enum State { case start, plain, quoted, afterQuote }

  /// Reads a damaged row to the end of the line that has the fault, a sound one to its own end.
  private mutating func scan() throws -> Row {
    var fields: [String] = []
    var field: [UInt8] = []
    var state = State.start
    var fault: String?
    func finish() {
      if let text = String(validating: field, as: UTF8.self) {
        fields.append(text)
      } else {
        fault = fault ?? "field \(fields.count + 1) is not UTF-8: save the file as UTF-8"
      }
      field.removeAll(keepingCapacity: true)
      state = .start
    }
    func row() -> Row { fault.map { .refused(line: firstLine, reason: $0) } ?? .fields(fields, line: firstLine) }
    while let byte = try peek() {
      guard index - rowStart < LineReader.maxLineBytes else {
        fault = "longer than \(LineReader.maxLineBytes >> 20) MB: a quote may not be closed"
        if secondLine == nil { try skipLine() }
        return row()
      }
      index += 1
      switch (state, byte) {
      case (.quoted, Self.quote): state = .afterQuote
      case (.quoted, _):
        field.append(byte)
        if byte == Self.lineFeed {
          line += 1
          secondLine = secondLine ?? index
          // Reading on from every damaged line to the next quote would take quadratic time.
          guard fault == nil else {
            finish()
            return row()
          }
        }
      case (.afterQuote, Self.quote):
        field.append(byte)
        state = .quoted
      case (_, delimiter): finish()
      case (_, Self.lineFeed):
        line += 1
        if state == .plain, field.last == Self.carriageReturn { field.removeLast() }
        finish()
        return row()
      case (.start, Self.quote): state = .quoted
      case (.start, _), (.plain, _):
        if byte == Self.quote { fault = fault ?? "a quote stands inside a field that is not quoted: double it" }
        field.append(byte)
        state = .plain
      case (.afterQuote, Self.carriageReturn): break
      case (.afterQuote, _):
        fault = fault ?? "text stands behind a closing quote: double the quotes inside a field"
        state = .plain
      }
    }
    if state == .quoted { fault = fault ?? "a quote is not closed: close it, and double the quotes inside a field" }
    finish()
    return row()
  }

  /// Passes over the rest of a line, keeping none of it.
  private mutating func skipLine() throws {
    while let byte = try peek() {
      index += 1
      rowStart = index
      if byte == Self.lineFeed {
        line += 1
        return
      }
    }
  }
}
