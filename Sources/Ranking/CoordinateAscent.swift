/// Searches for the weights under which judged queries rank best: improves one weight after another while all others
/// are held, until no weight can be improved (coordinate ascent; Metzler and Croft 2007).
///
/// A point has a number of steps from the weights in force for each weight. The search maximises
///
///     mean over the queries of value(point)  −  penalty · Σ |steps|
///
/// so that a weight moves only if each step is worth the penalty, and with few queries the search does not chase their
/// noise. A point is evaluated for all queries at once and kept, because folds ask for many of the same points.
public actor CoordinateAscent {
  public typealias Point = [Int]
  /// The value of each query at a point.
  public typealias Values = @Sendable (Point) async throws -> [Double]

  public struct Result: Sendable, Equatable {
    public var point: Point
    /// The mean value of the queries searched on, without the penalty.
    public var mean: Double
  }

  /// The result of cross-validation for one fold.
  public struct Fold: Sendable, Equatable {
    /// Indices of the queries that were held out.
    public var heldOut: [Int]
    /// The point found on all other queries.
    public var point: Point
  }

  /// A smaller improvement is the rounding error of a sum.
  private static let tolerance = 1e-9
  /// Most rounds over all weights; a search ends much earlier, when a round changes nothing.
  private static let maxRounds = 20

  private let steps: [ClosedRange<Int>]
  private let penalty: Double
  private let values: Values
  private var known: [Point: [Double]] = [:]

  /// `steps` are the steps that each weight may take in either direction; they must include 0, the start.
  public init(steps: [ClosedRange<Int>], penalty: Double, values: @escaping Values) {
    precondition(steps.allSatisfy { $0.contains(0) }, "a search starts at 0 steps, which must be allowed")
    precondition(penalty >= 0, "a penalty of \(penalty) rewards what it is to hold back")
    self.steps = steps
    self.penalty = penalty
    self.values = values
  }

  /// Number of points evaluated so far.
  public var pointsValued: Int { known.count }

  public var start: Point { Array(repeating: 0, count: steps.count) }

  /// The best point found for these queries.
  public func search(on queries: [Int]) async throws -> Result {
    precondition(!queries.isEmpty, "a search needs queries")
    var best = start
    var bestScore = try await score(best, on: queries)
    for _ in 0..<Self.maxRounds {
      var hasMoved = false
      for weight in steps.indices {
        // The nearest first, so that of equal values the one nearest to the start is taken.
        for step in steps[weight].sorted(by: { abs($0) < abs($1) }) where step != best[weight] {
          var point = best
          point[weight] = step
          let score = try await score(point, on: queries)
          if score > bestScore + Self.tolerance {
            (best, bestScore) = (point, score)
            hasMoved = true
          }
        }
      }
      guard hasMoved else { break }
    }
    return Result(point: best, mean: try await mean(at: best, on: queries))
  }

  /// Splits the queries at random into folds, and searches for each fold on all other queries.
  ///
  /// Every query is held out once: its value at its fold's point is one that it did not influence.
  public func crossValidate(
    queryCount: Int, folds: Int, seed: UInt64, onFold: @Sendable (Fold) -> Void = { _ in }
  ) async throws -> [Fold] {
    precondition((2...max(2, queryCount)).contains(folds), "\(queryCount) queries cannot be split into \(folds) folds")
    var random = SplitMix64(seed: seed)
    let order = random.permutation(of: queryCount)
    var result: [Fold] = []
    for fold in 0..<folds {
      let heldOut = order.indices.filter { $0 % folds == fold }.map { order[$0] }.sorted()
      let excluded = Set(heldOut)
      let found = try await search(on: (0..<queryCount).filter { !excluded.contains($0) })
      result.append(Fold(heldOut: heldOut, point: found.point))
      onFold(result[fold])
    }
    return result
  }

  /// Each query's value at a point.
  public func values(at point: Point) async throws -> [Double] {
    if let values = known[point] { return values }
    let values = try await values(point)
    known[point] = values
    return values
  }

  public func mean(at point: Point, on queries: [Int]) async throws -> Double {
    let values = try await values(at: point)
    return queries.reduce(0) { $0 + values[$1] } / Double(queries.count)
  }

  private func score(_ point: Point, on queries: [Int]) async throws -> Double {
    let moved = point.reduce(0) { $0 + abs($1) }
    return try await mean(at: point, on: queries) - penalty * Double(moved)
  }
}
