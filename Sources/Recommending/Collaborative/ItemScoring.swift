/// A shopper's history, as a model takes it: places of items with a value each (1, a count, a weight that fades).
public struct History: Sendable, Equatable {
  public var items: [Int32]
  public var values: [Float]

  public init(items: [Int32], values: [Float]) {
    precondition(items.count == values.count, "an item without a value")
    self.items = items
    self.values = values
  }

  /// A row of a matrix of users × items.
  public init(_ rows: SparseRows, user: Int) {
    let places = rows.range(user)
    items = Array(rows.columns[places])
    values = Array(rows.values[places])
  }

  /// A session without sign-in, oldest first: what was seen last counts 1, each one before it `fading` times the next.
  public init(session items: [Int32], fading: Float = 0.8) {
    self.items = items
    values = .init(repeating: 1, count: items.count)
    for index in items.indices.dropLast().reversed() { values[index] = values[index + 1] * fading }
  }
}

/// A model that scores all items for a shopper by the shopper's history; nothing else of the shopper is needed, so a new
/// one is served without training.
public protocol ItemScoring: Sendable {
  var itemCount: Int { get }
  /// Sets `scores`, which has a place for each item.
  func score(_ history: History, into scores: inout [Float])
}

/// A part of a score that an item of the history brought.
public struct Contribution: Sendable, Equatable {
  public let item: Int32
  public let share: Float

  public init(item: Int32, share: Float) {
    self.item = item
    self.share = share
  }
}

/// A model that tells what of the history a score comes from.
public protocol Explaining: ItemScoring {
  /// The score's parts, greatest first.
  func contributions(to item: Int32, from history: History) -> [Contribution]
}

/// The best items of a list of scores.
public enum Ranked {
  /// The places of the `count` highest scores, highest first; equal ones by place. What is not above `-infinity` is left
  /// out.
  public static func best(_ count: Int, of scores: [Float]) -> [Int32] {
    var best: [(score: Float, item: Int32)] = []
    best.reserveCapacity(count + 1)
    for (item, score) in scores.enumerated() where score > -.infinity {
      if best.count == count {
        guard let last = best.last, score > last.score else { continue }
        best.removeLast()
      }
      var place = best.count
      while place > 0, best[place - 1].score < score { place -= 1 }
      best.insert((score, Int32(item)), at: place)
    }
    return best.map(\.item)
  }
}
