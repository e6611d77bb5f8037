/// People's ratings of products for queries, against which relevance is measured.
public struct Judgments: Sendable, Equatable {
  /// The ratings of one query.
  public struct Query: Sendable, Equatable {
    public var text: String
    /// By product ID; the last one if the file rates a product twice.
    public var ratings: [String: Double]

    public init(text: String, ratings: [String: Double]) {
      self.text = text
      self.ratings = ratings
    }

    /// Whether any product is rated above 0; otherwise a ranking cannot be measured.
    public var hasRelevant: Bool { ratings.values.contains { $0 > 0 } }
  }

  /// In the order of their first appearance in the file.
  public var queries: [Query]

  public init(queries: [Query]) { self.queries = queries }

  /// Reads CSV (RFC 4180) whose heading names `query`, `product_id` and `rating`, in any order, among others.
  ///
  /// Throws `JudgmentsError` with the line's number for a heading without those, a line of another length, an empty
  /// query or ID, and a rating that is not a number.
  public init(csv text: String) throws(JudgmentsError) {
    var reader = CSVReader(text)
    guard let heading = try reader.next() else {
      throw JudgmentsError(line: 1, reason: "the file is empty; its first line must be query,product_id,rating")
    }
    let columns = try ["query", "product_id", "rating"].map { name throws(JudgmentsError) in
      try heading.fields.place(of: name)
    }
    var places: [String: Int] = [:]
    queries = []
    while let record = try reader.next() {
      if record.fields == [""] { continue }
      try record.fields.expect(heading.fields.count, line: record.line)
      let (query, product, rating) = (
        record.fields[columns[0]], record.fields[columns[1]], record.fields[columns[2]]
      )
      guard !query.isEmpty, !product.isEmpty else {
        throw JudgmentsError(line: record.line, reason: "has an empty query or product_id")
      }
      guard let value = Double(rating), value.isFinite else {
        throw JudgmentsError(line: record.line, reason: "the rating \"\(rating)\" is not a number")
      }
      let place = places[query] ?? queries.count
      if place == queries.count {
        places[query] = place
        queries.append(Query(text: query, ratings: [:]))
      }
      queries[place].ratings[product] = value
    }
  }
}

extension Judgments {
  /// The queries of CSV whose heading names `query` among any other columns, in their order, each once.
  ///
  /// A file of judgments is such a file, as is one of labelled queries. Throws as `init(csv:)` does.
  public static func queryTexts(csv text: String) throws(JudgmentsError) -> [String] {
    var reader = CSVReader(text)
    guard let heading = try reader.next() else {
      throw JudgmentsError(line: 1, reason: "the file is empty; its first line must name the column query")
    }
    let place = try heading.fields.place(of: "query")
    var texts: [String] = []
    var seen: Set<String> = [""]
    while let record = try reader.next() {
      if record.fields == [""] { continue }
      try record.fields.expect(heading.fields.count, line: record.line)
      if seen.insert(record.fields[place]).inserted { texts.append(record.fields[place]) }
    }
    return texts
  }
}

extension [String] {
  fileprivate func place(of column: String) throws(JudgmentsError) -> Int {
    guard let index = firstIndex(of: column) else {
      throw JudgmentsError(line: 1, reason: "the heading has no column \(column), only \(self)")
    }
    return index
  }

  fileprivate func expect(_ count: Int, line: Int) throws(JudgmentsError) {
    guard self.count == count else {
      throw JudgmentsError(line: line, reason: "has \(self.count) fields where the heading has \(count)")
    }
  }
}

/// The reason why a file of judgments cannot be read, and the line.
public struct JudgmentsError: Error, Sendable, Equatable, CustomStringConvertible {
  public let line: Int
  public let reason: String
  public var description: String { "judgments, line \(line): \(reason)" }
}

/// Records of RFC 4180: quoted fields may contain commas, doubled quotes and line breaks.
struct CSVReader {
  private let bytes: [UInt8]
  private var position = 0
  private var line = 1

  init(_ text: String) {
    bytes = Array(text.utf8)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  mutating func next() throws(JudgmentsError) -> (line: Int, fields: [String])? {
    guard position < bytes.count else { return nil }
    let start = line
    var fields: [String] = []
    while true {
      fields.append(try field())
      guard position < bytes.count else { return (start, fields) }
      let separator = bytes[position]
      position += 1
      if separator == UInt8(ascii: ",") { continue }
      if separator == UInt8(ascii: "\r"), position < bytes.count, bytes[position] == UInt8(ascii: "\n") {
        position += 1
      }
      line += 1
      return (start, fields)
    }
  }

  /// Leaves `position` on the separator that ended the field.
  private mutating func field() throws(JudgmentsError) -> String {
    guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
      let start = position
      while position < bytes.count, !Self.isSeparator(bytes[position]) { position += 1 }
      return String(decoding: bytes[start..<position], as: UTF8.self)
    }
    let opened = line
    position += 1
    var content: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte != UInt8(ascii: "\"") {
        if byte == UInt8(ascii: "\n") { line += 1 }
        content.append(byte)
      } else if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
        content.append(byte)
        position += 1
      } else if position == bytes.count || Self.isSeparator(bytes[position]) {
        return String(decoding: content, as: UTF8.self)
      } else {
        throw JudgmentsError(line: line, reason: "text follows a closing quote")
      }
    }
    throw JudgmentsError(line: opened, reason: "a quote is never closed")
  }

  private static func isSeparator(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
  }
}
