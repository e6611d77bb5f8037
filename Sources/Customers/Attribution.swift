internal import Glibc

/// Which channels brought the orders, from the paths that led to them.
public enum Attribution {
  /// The touches of shoppers in their order, with how many bought after them and how many did not.
  public struct Path: Sendable, Equatable {
    public let channels: [String]
    public let conversions: Double
    public let nulls: Double
    /// The days from each touch to the order, for time decay; else one touch a day.
    public let daysBefore: [Double]?

    public init(_ channels: [String], conversions: Double = 1, nulls: Double = 0, daysBefore: [Double]? = nil) {
      self.channels = channels
      self.conversions = conversions
      self.nulls = nulls
      self.daysBefore = daysBefore?.count == channels.count ? daysBefore : nil
    }
  }

  public enum Rule: Sendable, Equatable {
    case first, last, linear
    /// A touch counts half as much as one `halfLifeDays` later.
    case timeDecay(halfLifeDays: Double)
  }

  /// The conversions of each channel; they sum to those of the paths.
  public static func credits(_ paths: [Path], by rule: Rule) -> [String: Double] {
    var credits: [String: Double] = [:]
    for path in paths where !path.channels.isEmpty {
      let weights: [Double] =
        switch rule {
        case .first: path.channels.indices.map { $0 == 0 ? 1 : 0 }
        case .last: path.channels.indices.map { $0 == path.channels.count - 1 ? 1 : 0 }
        case .linear: path.channels.map { _ in 1 }
        case .timeDecay(let halfLife):
          path.channels.indices.map { place in
            exp2(-(path.daysBefore?[place] ?? Double(path.channels.count - 1 - place)) / max(halfLife, 1e-6))
          }
        }
      let total = weights.reduce(0, +)
      guard total > 0 else { continue }
      for (channel, weight) in zip(path.channels, weights) {
        credits[channel, default: 0] += path.conversions * weight / total
      }
    }
    return credits
  }

  public static let maxChannels = 200

  /// The removal effect of a first-order Markov chain (Anderl et al. 2016): the share of conversions that are lost where a
  /// channel's touches lead nowhere, shared out so that the credits sum to the conversions.
  ///
  /// nil for more channels than `maxChannels`.
  public static func markov(_ paths: [Path]) -> [String: Double]? {
    let chain = Chain(paths)
    guard chain.channels.count <= maxChannels else { return nil }
    let conversions = paths.reduce(0) { $0 + $1.conversions }
    let whole = chain.conversion(without: nil)
    guard whole > 0 else { return [:] }
    let effects = chain.channels.indices.map { max(0, 1 - chain.conversion(without: $0) / whole) }
    let total = effects.reduce(0, +)
    guard total > 0 else { return [:] }
    return Dictionary(
      uniqueKeysWithValues: zip(chain.channels, effects).map { ($0, conversions * $1 / total) })
  }

  /// Probabilities between channels; row 0 is the start, the last column but one the conversion.
  private struct Chain {
    let channels: [String]
    private var start: [Double]
    private var between: [[Double]]
    private var converting: [Double]

    init(_ paths: [Path]) {
      channels = Set(paths.flatMap(\.channels)).sorted()
      let places = Dictionary(uniqueKeysWithValues: channels.enumerated().map { ($0.element, $0.offset) })
      start = Array(repeating: 0, count: channels.count)
      between = Array(repeating: start, count: channels.count)
      converting = start
      var leaving = start
      for path in paths {
        let (steps, weight) = (path.channels.compactMap { places[$0] }, path.conversions + path.nulls)
        guard let first = steps.first, let last = steps.last else { continue }
        start[first] += weight
        for (from, to) in zip(steps, steps.dropFirst()) { between[from][to] += weight }
        converting[last] += path.conversions
        leaving[last] += path.nulls
      }
      let all = start.reduce(0, +)
      for place in channels.indices {
        if all > 0 { start[place] /= all }
        let total = between[place].reduce(0, +) + converting[place] + leaving[place]
        guard total > 0 else { continue }
        between[place] = between[place].map { $0 / total }
        converting[place] /= total
      }
    }

    /// The probability to convert, where the touches of `removed` lead nowhere: c = conversion + between · c, by
    /// elimination.
    func conversion(without removed: Int?) -> Double {
      let states = channels.indices.filter { $0 != removed }
      var rows = states.map { from in
        states.map { (from == $0 ? 1 : 0) - between[from][$0] } + [converting[from]]
      }
      for column in rows.indices {
        guard let pivot = (column..<rows.count).max(by: { abs(rows[$0][column]) < abs(rows[$1][column]) }),
          abs(rows[pivot][column]) > 1e-12
        else { continue }
        rows.swapAt(column, pivot)
        for row in rows.indices where row != column {
          let factor = rows[row][column] / rows[column][column]
          guard factor != 0 else { continue }
          for place in column...rows.count { rows[row][place] -= factor * rows[column][place] }
        }
      }
      return states.enumerated().reduce(0) { sum, state in
        let diagonal = rows[state.offset][state.offset]
        return abs(diagonal) > 1e-12 ? sum + start[state.element] * rows[state.offset][rows.count] / diagonal : sum
      }
    }
  }
}
