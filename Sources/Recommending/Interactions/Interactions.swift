/// The interactions of users with items: a rating, a count or a bare "has chosen" each, in the order of their source.
///
/// Users and items are known by places from 0, which follow their ids: by number where every id is one, by text
/// else. Equal scores of a ranking stand in that order.
public struct Interactions: Sendable {
  public struct Row: Sendable, Equatable {
    public var user: Int32
    public var item: Int32
    /// 1 where the source gives none.
    public var rating: Float
    /// Seconds since 1970; 0 where the source gives none.
    public var seconds: Int64

    public init(user: Int32, item: Int32, rating: Float, seconds: Int64) {
      self.user = user
      self.item = item
      self.rating = rating
      self.seconds = seconds
    }
  }

  /// Ids by place.
  public let users: [String]
  public let items: [String]
  public let rows: [Row]
  public let hasRatings: Bool
  public let hasTimes: Bool

  /// Takes rows whose users and items are places in the lists of ids.
  public init(users: [String], items: [String], rows: [Row], hasRatings: Bool, hasTimes: Bool) {
    precondition(
      rows.allSatisfy { users.indices.contains(Int($0.user)) && items.indices.contains(Int($0.item)) },
      "a row names a user or an item that has no id")
    self.users = users
    self.items = items
    self.rows = rows
    self.hasRatings = hasRatings
    self.hasTimes = hasTimes
  }

  /// The least and the greatest rating; nil without rows.
  public var scale: ClosedRange<Float>? {
    guard let least = rows.lazy.map(\.rating).min(), let most = rows.lazy.map(\.rating).max() else { return nil }
    return least...most
  }

  /// These rows as a matrix of users × items, in the order of the source; a pair that comes twice stays twice.
  public func ratings(of places: some Collection<Int>) -> SparseRows {
    SparseRows(
      rowCount: users.count, columnCount: items.count,
      entries: places.lazy.map { SparseRows.Entry(row: rows[$0].user, column: rows[$0].item, value: rows[$0].rating) })
  }

  /// The pairs of these rows that are rated at least `least`, each once with value 1; with a `lowValue` above 0 the others
  /// as well, with that value.
  public func chosen(of places: some Collection<Int>, least: Float, lowValue: Float = 0) -> SparseRows {
    let kept = places.filter { lowValue > 0 || rows[$0].rating >= least }
    return SparseRows(
      rowCount: users.count, columnCount: items.count,
      entries: kept.lazy.map { place in
        let row = rows[place]
        return SparseRows.Entry(row: row.user, column: row.item, value: row.rating >= least ? 1 : 0)
      }
    ).merged().mapValues { _, _, value in value > 0 ? 1 : lowValue }
  }
}

/// Gives ids their places.
struct PlacesOfIDs {
  private var byNumber: [Int64: Int32] = [:]
  private var byText: [String: Int32] = [:]
  private(set) var ids: [String] = []

  /// The place of an id by first appearance.
  mutating func place(of id: ArraySlice<UInt8>) -> Int32 {
    let next = Int32(ids.count)
    if let number = Self.number(id) {
      if let known = byNumber[number] { return known }
      byNumber[number] = next
    } else {
      let text = String(decoding: id, as: UTF8.self)
      if let known = byText[text] { return known }
      byText[text] = next
    }
    ids.append(String(decoding: id, as: UTF8.self))
    return next
  }

  /// A number that is written in one way only, so that `7` and `07` stay two ids.
  private static func number(_ id: ArraySlice<UInt8>) -> Int64? {
    guard id.count <= 18, let first = id.first, first != UInt8(ascii: "0") || id.count == 1 else { return nil }
    var number: Int64 = 0
    for byte in id {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      number = number * 10 + Int64(byte - UInt8(ascii: "0"))
    }
    return number
  }

  /// The ids in their order, and the new place of each old one.
  func inOrder() -> (ids: [String], places: [Int32]) {
    let order: [Int]
    if byText.isEmpty {
      var numbers = [Int64](repeating: 0, count: ids.count)
      for (number, place) in byNumber { numbers[Int(place)] = number }
      order = ids.indices.sorted { numbers[$0] < numbers[$1] }
    } else {
      order = ids.indices.sorted { ids[$0] < ids[$1] }
    }
    var places = [Int32](repeating: 0, count: ids.count)
    for (new, old) in order.enumerated() { places[old] = Int32(new) }
    return (order.map { ids[$0] }, places)
  }
}
