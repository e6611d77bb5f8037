internal import Ranking
internal import Statistics

/// Shows a few items that the models know little of, so that something is learnt of them (ε-greedy).
public struct Exploration: Sendable, Equatable {
  /// ε: the share of places that are given away.
  public var share: Double

  public init(share: Double = 0.05) {
    precondition((0...1).contains(share), "a share is from 0 to 1")
    self.share = share
  }

  public struct Place: Sendable, Equatable {
    public let item: Int32
    public let isExplored: Bool
  }

  /// The list with some places given to newcomers, as long as before; the first place stays. The same seed (a visitor and
  /// a day) gives the same list.
  public func mix(_ list: [Int32], newcomers: [Int32], seed: UInt64) -> [Place] {
    var random = SplitMix64(seed: seed)
    let listed = Set(list)
    var pool = newcomers.filter { !listed.contains($0) }
    var rest = list[...]
    return list.indices.compactMap { place in
      if place > 0, !pool.isEmpty, random.uniform() < share {
        return Place(item: pool.remove(at: random.below(pool.count)), isExplored: true)
      }
      return rest.popFirst().map { Place(item: $0, isExplored: false) }
    }
  }
}
