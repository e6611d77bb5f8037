internal import Statistics

/// Groups of alike points: k-means from the spread start of k-means++ (Arthur and Vassilvitskii 2007).
public struct KMeans: Sendable, Equatable {
  public let centres: [[Double]]
  /// The place of the centre of each point.
  public let assignments: [Int]
  /// The sum of squared distances.
  public let inertia: Double
  /// The mean silhouette of Rousseeuw (1987), −1 to 1; nil for one group.
  public let silhouette: Double?

  public static let maxGroups = 50
  private static let maxRounds = 300
  private static let starts = 5
  /// Silhouettes compare each point with each other: a sample is enough.
  private static let silhouettePoints = 1_000

  /// The best of several starts; nil where there are fewer different points than groups. Points have equal lengths.
  public static func grouped(_ points: [[Double]], groups k: Int, seed: UInt64) -> KMeans? {
    guard (1...maxGroups).contains(k), Set(points).count >= k else { return nil }
    var random = SplitMix64(seed: seed)
    var best: KMeans?
    for _ in 0..<starts {
      let found = run(points, start(points, k, &random))
      if found.inertia < best?.inertia ?? .infinity { best = found }
    }
    return best.map { found in
      KMeans(
        centres: found.centres, assignments: found.assignments, inertia: found.inertia,
        silhouette: k > 1 ? silhouette(points, found.assignments, groups: k, &random) : nil)
    }
  }

  /// The number of groups with the greatest silhouette.
  public static func chosen(_ points: [[Double]], groups: ClosedRange<Int> = 2...8, seed: UInt64) -> KMeans? {
    groups.compactMap { grouped(points, groups: $0, seed: seed) }
      .max { ($0.silhouette ?? -1) < ($1.silhouette ?? -1) }
  }

  /// Each column with mean 0 and deviation 1, so that no unit outweighs another.
  public static func standardised(_ points: [[Double]]) -> [[Double]] {
    guard let width = points.first?.count else { return [] }
    let columns = (0..<width).map { column in
      let values = points.map { $0[column] }
      return (mean: values.mean, deviation: max(values.deviation, 1e-12))
    }
    return points.map { point in zip(point, columns).map { ($0 - $1.mean) / $1.deviation } }
  }

  private static func start(_ points: [[Double]], _ k: Int, _ random: inout SplitMix64) -> [[Double]] {
    var centres = [points[random.below(points.count)]]
    var nearest = points.map { squared($0, centres[0]) }
    while centres.count < k {
      let total = nearest.reduce(0, +)
      var rest = random.uniform() * total
      // The last point with any distance where rounding leaves a rest.
      var place = nearest.lastIndex { $0 > 0 } ?? 0
      for (index, distance) in nearest.enumerated() where distance > 0 {
        rest -= distance
        if rest <= 0 {
          place = index
          break
        }
      }
      centres.append(points[place])
      for index in points.indices { nearest[index] = min(nearest[index], squared(points[index], points[place])) }
    }
    return centres
  }

  private static func run(_ points: [[Double]], _ start: [[Double]]) -> KMeans {
    var centres = start
    var assignments = [Int](repeating: -1, count: points.count)
    var inertia = 0.0
    for _ in 0..<maxRounds {
      var hasMoved = false
      inertia = 0
      for (index, point) in points.enumerated() {
        var nearest = (place: 0, distance: Double.infinity)
        for (place, centre) in centres.enumerated() {
          let distance = squared(point, centre)
          if distance < nearest.distance { nearest = (place, distance) }
        }
        inertia += nearest.distance
        hasMoved = hasMoved || assignments[index] != nearest.place
        assignments[index] = nearest.place
      }
      guard hasMoved else { break }
      var sums = centres.map { $0.map { _ in 0.0 } }
      var counts = [Double](repeating: 0, count: centres.count)
      for (index, point) in points.enumerated() {
        counts[assignments[index]] += 1
        for column in point.indices { sums[assignments[index]][column] += point[column] }
      }
      // A group that lost its points keeps its centre.
      for place in centres.indices where counts[place] > 0 { centres[place] = sums[place].map { $0 / counts[place] } }
    }
    return KMeans(centres: centres, assignments: assignments, inertia: inertia, silhouette: nil)
  }

  private static func silhouette(
    _ points: [[Double]], _ assignments: [Int], groups: Int, _ random: inout SplitMix64
  ) -> Double {
    let sample = random.permutation(of: points.count).prefix(silhouettePoints)
    let sizes = sample.reduce(into: [Int](repeating: 0, count: groups)) { $0[assignments[$1]] += 1 }
    let values = sample.map { index -> Double in
      var sums = [Double](repeating: 0, count: groups)
      for other in sample where other != index {
        sums[assignments[other]] += squared(points[index], points[other]).squareRoot()
      }
      let own = assignments[index]
      guard sizes[own] > 1 else { return 0 }
      let inside = sums[own] / Double(sizes[own] - 1)
      let outside = (0..<groups).filter { $0 != own && sizes[$0] > 0 }.map { sums[$0] / Double(sizes[$0]) }.min()
      guard let outside, max(inside, outside) > 0 else { return 0 }
      return (outside - inside) / max(inside, outside)
    }
    return values.mean
  }

  private static func squared(_ left: [Double], _ right: [Double]) -> Double {
    var sum = 0.0
    for column in left.indices { sum += (left[column] - right[column]) * (left[column] - right[column]) }
    return sum
  }
}
