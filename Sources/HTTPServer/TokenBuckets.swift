import Threading

/// So many at once and so many a second, for each of any number of senders, in memory of a fixed size.
///
/// A sender's bucket begins full, loses a token for each thing that it sends and gains `perSecond` of them. The table has
/// places for `places` senders; a new one takes the place of one that was not heard of for the longest among a few, which
/// is then a newcomer again.
public final class TokenBuckets: Sendable {
  public struct Rate: Sendable, Equatable {
    public var perSecond: Double
    public var burst: Double

    public init(perSecond: Double, burst: Double) {
      precondition(perSecond > 0 && burst >= 1, "a bucket holds a token and is filled")
      self.perSecond = perSecond
      self.burst = burst
    }
  }

  private struct Place {
    var sender: UInt64 = 0
    var tokens = 0.0
    /// Seconds of the clock; 0: the place is free.
    var at = 0.0
  }

  /// 24 bytes each.
  public static let places = 65_536
  private static let ways = 8

  private let rate: Rate
  private let now: @Sendable () -> Double
  private let table: Guarded<[Place]>

  /// `now` gives seconds that only grow, from above 0.
  public init(_ rate: Rate, now: (@Sendable () -> Double)? = nil) {
    self.rate = rate
    self.now = now ?? { Double(monotonicNanoseconds()) / 1e9 }
    table = Guarded(Array(repeating: Place(), count: Self.places))
  }

  /// Takes tokens of the sender's bucket; nil where they were there, else the seconds until they are.
  public func take(_ tokens: Double = 1, of sender: some Hashable) -> Double? {
    change(sender) { held in
      guard held < tokens else {
        held -= tokens
        return nil
      }
      return (min(tokens, rate.burst) - held) / rate.perSecond
    }
  }

  /// The seconds until the sender may send again; nil where it may now. Nothing is taken.
  public func wait(of sender: some Hashable) -> Double? {
    change(sender) { held in held < 1 ? (1 - held) / rate.perSecond : nil }
  }

  private func change(_ sender: some Hashable, _ body: (inout Double) -> Double?) -> Double? {
    var hasher = Hasher()
    hasher.combine(sender)
    let hash = UInt64(truncatingIfNeeded: hasher.finalize())
    let now = now()
    return table.withLock { table in
      let first = Int(hash % UInt64(Self.places / Self.ways)) * Self.ways
      let places = first..<(first + Self.ways)
      let index =
        places.first { table[$0].at > 0 && table[$0].sender == hash } ?? places.min { table[$0].at < table[$1].at }
        ?? first
      var place = table[index]
      if place.at == 0 || place.sender != hash { place = Place(sender: hash, tokens: rate.burst, at: now) }
      place.tokens = min(rate.burst, place.tokens + max(0, now - place.at) * rate.perSecond)
      place.at = max(now, place.at)
      let wait = body(&place.tokens)
      table[index] = place
      return wait
    }
  }
}
