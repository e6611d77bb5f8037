/// The reason why a file of ranking examples cannot be read, and the line.
public struct RankingFileError: Error, Sendable, Equatable, CustomStringConvertible {
  public let line: Int
  public let reason: String
  public var description: String { "ranking examples, line \(line): \(reason)" }
}

// MARK: - libsvm

extension RankingExamples {
  /// Reads lines of `rating [qid:query] index:value …`, the format of LETOR and of LightGBM's examples. An index that a
  /// line lacks has the value 0; the feature at index i is called `Column_i`.
  ///
  /// `sizes` is LightGBM's `.query` side file, the number of rows of each query in turn. Without it each line has a qid,
  /// and the rows of a query stand together. Throws `RankingFileError` with the line's number.
  public init(libsvm text: String, sizes: String? = nil) throws(RankingFileError) {
    var lines = SparseLines()
    var number = 0
    for line in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      try lines.add(Substring(line.prefix { $0 != UInt8(ascii: "#") }), line: number)
    }
    guard !lines.ratings.isEmpty else { throw RankingFileError(line: 1, reason: "the file has no rows") }
    let width = lines.width
    guard lines.ratings.count * width <= Self.maxValues else {
      throw RankingFileError(
        line: number, reason: "\(lines.ratings.count) rows of \(width) features are more than \(Self.maxValues) values"
      )
    }
    let queryEnds: Set<Int> =
      if let sizes { try Self.ends(sizes: sizes, rows: lines.ratings.count) } else { try lines.queryEnds() }
    self.init(featureNames: (0..<width).map { "Column_\($0)" })
    var row = Array(repeating: 0.0, count: width)
    for index in lines.ratings.indices {
      let cells = lines.starts[index]..<lines.starts[index + 1]
      for cell in cells { row[lines.features[cell]] = lines.values[cell] }
      addRow(row, rating: lines.ratings[index])
      for cell in cells { row[lines.features[cell]] = 0 }
      if queryEnds.contains(index + 1) { endQuery() }
    }
  }

  /// The row after each query's last.
  private static func ends(sizes text: String, rows: Int) throws(RankingFileError) -> Set<Int> {
    var ends: Set<Int> = []
    var end = 0
    var number = 0
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      number += 1
      let digits = line.split(whereSeparator: \.isWhitespace)
      guard let first = digits.first else { continue }
      guard digits.count == 1, let size = Int(first), size > 0, size <= rows else {
        throw RankingFileError(
          line: number, reason: "of the query sizes: \"\(line.prefix(40))\" is no number of rows from 1 to \(rows)")
      }
      end += size
      ends.insert(end)
      guard end <= rows else { break }
    }
    guard end == rows else {
      throw RankingFileError(
        line: number, reason: "of the query sizes: they add up to \(end), the file has \(rows) rows")
    }
    return ends
  }
}

/// Rows of which only some features have a value.
private struct SparseLines {
  var ratings: [Double] = []
  var queryIDs: [Substring?] = []
  /// Row r has the cells starts[r]..<starts[r + 1].
  var starts = [0]
  var features: [Int] = []
  var values: [Double] = []
  var width = 1
  private var lineOfRow: [Int] = []

  mutating func add(_ line: Substring, line number: Int) throws(RankingFileError) {
    let fields = line.split { $0 == " " || $0 == "\t" || $0 == "\r" }
    guard let first = fields.first else { return }
    guard ratings.count < RankingExamples.maxRows else {
      throw RankingFileError(line: number, reason: "more than \(RankingExamples.maxRows) rows")
    }
    ratings.append(try RankingExamples.rating(first, line: number))
    var queryID: Substring?
    var last = -1
    for field in fields.dropFirst() {
      guard let colon = field.utf8.firstIndex(of: UInt8(ascii: ":")) else {
        throw RankingFileError(line: number, reason: "\"\(field.prefix(40))\" is not index:value")
      }
      let (key, value) = (field[..<colon], field[field.utf8.index(after: colon)...])
      if key == "qid" {
        queryID = value
        continue
      }
      guard let index = Int(key), (0..<RankingExamples.maxFeatures).contains(index), index > last else {
        throw RankingFileError(
          line: number,
          reason: "the index \"\(key.prefix(40))\" is not a whole number above the one before and below "
            + "\(RankingExamples.maxFeatures)")
      }
      last = index
      features.append(index)
      values.append(try RankingExamples.value(value, line: number))
    }
    width = max(width, last + 1)
    queryIDs.append(queryID)
    lineOfRow.append(number)
    starts.append(features.count)
  }

  func queryEnds() throws(RankingFileError) -> Set<Int> {
    var ends: Set<Int> = [ratings.count]
    var seen: Set<Substring> = []
    for (row, id) in queryIDs.enumerated() {
      guard let id else {
        throw RankingFileError(line: lineOfRow[row], reason: "has no qid, and no file of query sizes is given")
      }
      guard row == 0 || id != queryIDs[row - 1] else { continue }
      guard seen.insert(id).inserted else {
        throw RankingFileError(line: lineOfRow[row], reason: "the rows of qid \(id.prefix(40)) do not stand together")
      }
      if row > 0 { ends.insert(row) }
    }
    return ends
  }
}

// MARK: - CSV

extension RankingExamples {
  /// Names of the column that tells the query, of the one that has the rating, and of those that are not features.
  private static let queryColumns = ["query", "qid", "query_id"]
  private static let ratingColumns = ["rating", "label", "relevance"]
  private static let otherColumns: Set<String> = ["product_id", "product", "position"]

  /// Reads CSV (RFC 4180) whose heading names `query` (or `qid`) and `rating` (or `label`); `position` is the place at
  /// which a row was shown, `product_id` is left out, and every other column is a feature. An empty field is a missing
  /// value. Rows of a query may stand anywhere. Throws `RankingFileError` with the line's number.
  public init(csv text: String) throws(RankingFileError) {
    do {
      try self.init(reading: CSVReader(text))
    } catch let error as JudgmentsError {
      throw RankingFileError(line: error.line, reason: error.reason)
    } catch let error as RankingFileError {
      throw error
    } catch {
      throw RankingFileError(line: 0, reason: "\(error)")
    }
  }

  private init(reading lines: CSVReader) throws {
    var reader = lines
    guard let heading = try reader.next()?.fields else { throw RankingFileError(line: 1, reason: "the file is empty") }
    guard let query = heading.firstIndex(where: Self.queryColumns.contains),
      let rating = heading.firstIndex(where: Self.ratingColumns.contains)
    else { throw RankingFileError(line: 1, reason: "the heading needs the columns query and rating, not \(heading)") }
    let position = heading.firstIndex(of: "position")
    let features = heading.indices.filter {
      $0 != query && $0 != rating && !Self.otherColumns.contains(heading[$0])
    }
    guard (1...Self.maxFeatures).contains(features.count) else {
      throw RankingFileError(line: 1, reason: "\(features.count) features; 1 to \(Self.maxFeatures) are possible")
    }
    var groups: [CSVQuery] = []
    var places: [String: Int] = [:]
    var rows = 0
    while let (line, fields) = try reader.next() {
      if fields == [""] { continue }
      guard fields.count == heading.count else {
        throw RankingFileError(line: line, reason: "has \(fields.count) fields where the heading has \(heading.count)")
      }
      rows += 1
      guard rows <= Self.maxRows, rows * features.count <= Self.maxValues else {
        throw RankingFileError(line: line, reason: "more than \(Self.maxRows) rows or \(Self.maxValues) values")
      }
      let place = places[fields[query]] ?? groups.count
      if place == groups.count {
        places[fields[query]] = place
        groups.append(CSVQuery())
      }
      groups[place].rows.append(try features.map { try Self.value(Substring(fields[$0]), line: line) })
      groups[place].ratings.append(try Self.rating(Substring(fields[rating]), line: line))
      if let position { groups[place].positions.append(try Self.position(fields[position], line: line)) }
    }
    guard rows > 0 else { throw RankingFileError(line: 1, reason: "the file has no rows") }
    self.init(featureNames: features.map { heading[$0] })
    for group in groups { addQuery(rows: group.rows, ratings: group.ratings, positions: group.positions) }
  }

  fileprivate static func rating(_ text: Substring, line: Int) throws(RankingFileError) -> Double {
    guard let value = Double(text), (0...highestRating).contains(value) else {
      throw RankingFileError(line: line, reason: "the rating \"\(text.prefix(40))\" is not from 0 to \(highestRating)")
    }
    return value
  }

  fileprivate static func value(_ text: Substring, line: Int) throws(RankingFileError) -> Double {
    if text.isEmpty { return .nan }
    guard let value = Double(text) else {
      throw RankingFileError(line: line, reason: "the value \"\(text.prefix(40))\" is not a number")
    }
    return value
  }

  private static func position(_ text: String, line: Int) throws(RankingFileError) -> Int32 {
    guard let value = Int32(text), (0...100_000).contains(value) else {
      throw RankingFileError(line: line, reason: "the position \"\(text.prefix(40))\" is not from 0 to 100000")
    }
    return value
  }
}

private struct CSVQuery {
  var rows: [[Double]] = []
  var ratings: [Double] = []
  var positions: [Int32] = []
}
