internal import Catalog

/// Reads `user item rating timestamp` lines: by tab, `::`, comma, semicolon or spaces, with a heading or without.
///
///     196\t242\t3\t881250949
///     1::1193::5::978300760
///     userId,movieId,rating,timestamp
///
/// The first line tells the delimiter. The rating and the timestamp may be missing. A heading names its
/// columns (`user`, `item`, `movie`, `product`, `rating`, `timestamp` and their like) in any order; a first line that
/// names none, and whose rating is not a number, is passed over. Lines that cannot be read are left out and told.
public struct InteractionReader: Sendable {
  /// Bounds on what is read, so that a file cannot use up the machine.
  public enum Limits {
    public static let rows = 200_000_000
    public static let idBytes = 256
    public static let lineBytes = 4_096
    /// Ratings are stars, percents or counts of purchases.
    public static let rating: Float = 1_000_000
    /// The last second of the year 9999.
    public static let seconds: Int64 = 253_402_300_799
    /// Of the lines that are refused, so many are told with their reasons.
    public static let toldRefusals = 20
  }

  public struct Refusal: Sendable, Equatable, CustomStringConvertible {
    public let line: Int
    public let reason: String
    public var description: String { "line \(line): \(reason)" }
  }

  public struct Result: Sendable {
    public let interactions: Interactions
    public let refusedCount: Int
    /// The first of them.
    public let refused: [Refusal]
  }

  /// Why a file gives nothing.
  public struct Unusable: Error, CustomStringConvertible {
    public let reason: String
    public var description: String { reason }
  }

  private struct Columns {
    var user = 0
    var item = 1
    var rating: Int? = 2
    var seconds: Int? = 3
  }

  private let delimiter: FieldDelimiter
  private var columns = Columns()
  private var users = PlacesOfIDs()
  private var items = PlacesOfIDs()
  private var rows: [Interactions.Row] = []
  private var refusedCount = 0
  private var refused: [Refusal] = []
  private var ratedCount = 0
  private var timedCount = 0

  private init(delimiter: FieldDelimiter) { self.delimiter = delimiter }

  /// Reads a whole file's bytes.
  public static func read(_ bytes: [UInt8]) throws(Unusable) -> Result {
    var reader: InteractionReader?
    var number = 0
    var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      var line = bytes[start..<end]
      if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
      start = end + 1
      number += 1
      if line.isEmpty { continue }
      if reader == nil {
        reader = InteractionReader(delimiter: try FieldDelimiter.of(line))
        if reader?.takeHeading(line) == true { continue }
      }
      reader?.take(line, number)
      if let reader, reader.rows.count > Limits.rows {
        throw Unusable(reason: "more than \(Limits.rows) lines: split the file, or sample its users")
      }
    }
    guard let reader else { throw Unusable(reason: "the file has no line") }
    return try reader.finish()
  }

  private func finish() throws(Unusable) -> Result {
    guard !rows.isEmpty else {
      let first = refused.first.map { "; \($0)" } ?? ""
      throw Unusable(reason: "no line could be read as user, item, rating and timestamp\(first)")
    }
    let (userIDs, userPlaces) = users.inOrder()
    let (itemIDs, itemPlaces) = items.inOrder()
    var rows = rows
    for index in rows.indices {
      rows[index].user = userPlaces[Int(rows[index].user)]
      rows[index].item = itemPlaces[Int(rows[index].item)]
    }
    let interactions = Interactions(
      users: userIDs, items: itemIDs, rows: rows, hasRatings: ratedCount == rows.count,
      hasTimes: timedCount == rows.count)
    return Result(interactions: interactions, refusedCount: refusedCount, refused: refused)
  }

  // Names of columns, by the beginning of a heading's field (`userId`, `user_id:token`).
  private static let userNames = ["user", "customer", "visitor", "shopper", "household", "session"]
  private static let itemNames = ["item", "movie", "product", "sku", "article", "artist", "track", "book", "business"]
  private static let ratingNames = ["rating", "score", "stars", "count", "quantity", "value", "weight"]
  private static let timeNames = ["timestamp", "time", "date", "unix"]

  /// Whether the first line is a heading; its columns are then known.
  private mutating func takeHeading(_ line: ArraySlice<UInt8>) -> Bool {
    let fields = delimiter.fields(of: line).map { String(decoding: $0, as: UTF8.self).lowercased() }
    func place(_ beginnings: [String]) -> Int? {
      fields.firstIndex { field in beginnings.contains { field.hasPrefix($0) } }
    }
    if let user = place(Self.userNames), let item = place(Self.itemNames), user != item {
      columns = Columns(user: user, item: item, rating: place(Self.ratingNames), seconds: place(Self.timeNames))
      return true
    }
    guard fields.count > 2 else { return false }
    return Double(fields[2]) == nil && fields[2].contains { $0.isLetter }
  }

  private mutating func take(_ line: ArraySlice<UInt8>, _ number: Int) {
    do {
      try add(line)
    } catch {
      refusedCount += 1
      if refused.count < Limits.toldRefusals { refused.append(Refusal(line: number, reason: error.reason)) }
    }
  }

  private struct LineFault: Error { var reason: String }

  private mutating func add(_ line: ArraySlice<UInt8>) throws(LineFault) {
    guard line.count <= Limits.lineBytes else {
      throw LineFault(reason: "has \(line.count) bytes; \(Limits.lineBytes) are the most")
    }
    let fields = delimiter.fields(of: line)
    guard fields.count > max(columns.user, columns.item) else {
      throw LineFault(reason: "has \(fields.count) field; a user and an item are required")
    }
    let (user, item) = (fields[columns.user], fields[columns.item])
    for (name, id) in [("user", user), ("item", item)] {
      guard !id.isEmpty else { throw LineFault(reason: "the \(name) is empty") }
      guard id.count <= Limits.idBytes else {
        throw LineFault(reason: "the \(name) has \(id.count) bytes; \(Limits.idBytes) are the most")
      }
    }
    let rating = try columns.rating.flatMap { $0 < fields.count ? fields[$0] : nil }.map(Self.rating)
    let seconds = try columns.seconds.flatMap { $0 < fields.count ? fields[$0] : nil }.map(Self.seconds)
    if rating != nil { ratedCount += 1 }
    if seconds != nil { timedCount += 1 }
    rows.append(
      .init(user: users.place(of: user), item: items.place(of: item), rating: rating ?? 1, seconds: seconds ?? 0))
  }

  private static func rating(_ field: ArraySlice<UInt8>) throws(LineFault) -> Float {
    let text = String(decoding: field, as: UTF8.self)
    guard let rating = Float(text), rating.isFinite, abs(rating) <= Limits.rating else {
      throw LineFault(reason: "the rating is not a number from -\(Limits.rating) to \(Limits.rating)")
    }
    return rating
  }

  /// Seconds or, from 100,000,000,000 on, milliseconds since 1970, or a date as 2026-11-23.
  private static func seconds(_ field: ArraySlice<UInt8>) throws(LineFault) -> Int64 {
    let text = String(decoding: field, as: UTF8.self)
    if let number = Double(text), number.isFinite, number >= 0 {
      let seconds = Int64(saturating: number >= 1e11 ? number / 1_000 : number)
      if seconds <= Limits.seconds { return seconds }
    } else if let time = Timestamp(text) {
      return time.microsecondsSinceEpoch / 1_000_000
    }
    throw LineFault(reason: "the timestamp is neither seconds since 1970 nor a date as 2026-11-23T17:00:00Z")
  }
}
