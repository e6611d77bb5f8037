internal import Glibc
internal import Statistics

/// The probability of a yes from features: ln(p / (1 − p)) = b + w·x, by Newton's steps with a small ridge.
public struct LogisticRegression: Sendable {
  public let names: [String]
  /// The weights apply to standardised features.
  public let weights: [Double]
  public let intercept: Double
  private let means: [Double]
  private let deviations: [Double]

  private static let maxSteps = 50
  public static let maxFeatures = 500

  /// `rows` have one value a name. nil where there are too many features, no rows, or one answer alone.
  public init?(names: [String], rows: [[Double]], answers: [Bool], ridge: Double = 1) {
    guard !rows.isEmpty, rows.count == answers.count, names.count <= Self.maxFeatures, Set(answers).count == 2,
      rows.allSatisfy({ $0.count == names.count })
    else { return nil }
    self.names = names
    means = names.indices.map { column in rows.map { $0[column] }.mean }
    // A feature that never changes gets weight 0.
    deviations = names.indices.map { column in
      let deviation = rows.map { $0[column] }.deviation
      return deviation > 1e-12 ? deviation : .infinity
    }
    let (means, deviations) = (means, deviations)
    let scaled = rows.map { row in row.indices.map { (row[$0] - means[$0]) / deviations[$0] } + [1] }
    let width = names.count + 1
    var point = [Double](repeating: 0, count: width)
    for _ in 0..<Self.maxSteps {
      var gradient = point.enumerated().map { $0.offset < width - 1 ? -ridge * $0.element : 0 }
      var matrix = [Double](repeating: 0, count: width * width)
      for column in 0..<width { matrix[column * width + column] = column < width - 1 ? ridge : 1e-9 }
      for (row, answer) in zip(scaled, answers) {
        var sum = 0.0
        for column in 0..<width { sum += row[column] * point[column] }
        let p = sigmoid(sum)
        let (error, weight) = ((answer ? 1 : 0) - p, p * (1 - p))
        for i in 0..<width {
          gradient[i] += error * row[i]
          let part = weight * row[i]
          for j in 0...i { matrix[i * width + j] += part * row[j] }
        }
      }
      guard let step = solvedPositiveDefinite(matrix, gradient) else { return nil }
      for column in 0..<width { point[column] += step[column] }
      if step.allSatisfy({ abs($0) < 1e-9 }) { break }
    }
    weights = Array(point.dropLast())
    intercept = point[width - 1]
  }

  public func probability(_ row: [Double]) -> Double {
    sigmoid(contributions(row).reduce(intercept, +))
  }

  private func contributions(_ row: [Double]) -> [Double] {
    row.indices.map { weights[$0] * (row[$0] - means[$0]) / deviations[$0] }
  }

  /// The features that raise a customer's probability most against the mean customer's, in logits.
  public func reasons(_ row: [Double], most: Int = 3) -> [(name: String, logits: Double)] {
    zip(names, contributions(row)).filter { $0.1 > 0 }.sorted { $0.1 > $1.1 }.prefix(most).map { ($0.0, $0.1) }
  }
}

/// Measures of predicted probabilities.
public enum ClassifierMeasure {
  /// The area under the receiver's curve: the probability that a yes is above a no, ties counting half.
  public static func areaUnderCurve(_ scores: [Double], _ answers: [Bool]) -> Double {
    let order = scores.indices.sorted { scores[$0] < scores[$1] }
    var (ranks, start) = (0.0, 0)
    while start < order.count {
      var end = start
      while end + 1 < order.count && scores[order[end + 1]] == scores[order[start]] { end += 1 }
      for place in start...end where answers[order[place]] { ranks += Double(start + end) / 2 + 1 }
      start = end + 1
    }
    let positives = Double(answers.count { $0 })
    let negatives = Double(answers.count) - positives
    guard positives > 0, negatives > 0 else { return 0.5 }
    return (ranks - positives * (positives + 1) / 2) / (positives * negatives)
  }

  /// The mean distance of promised and real shares over ten bins of equal width, weighed by size.
  public static func calibrationError(_ probabilities: [Double], _ answers: [Bool], bins: Int = 10) -> Double {
    var promised = [Double](repeating: 0, count: bins)
    var real = [Double](repeating: 0, count: bins)
    for (probability, answer) in zip(probabilities, answers) {
      let bin = min(bins - 1, max(0, Int(saturating: probability * Double(bins))))
      promised[bin] += probability
      real[bin] += answer ? 1 : 0
    }
    return zip(promised, real).reduce(0) { $0 + abs($1.0 - $1.1) } / Double(max(1, answers.count))
  }
}

/// Numbers from the text columns of a table: a column of numbers as it is, any other as one column of 0 and 1 for each of
/// its values but the first.
public struct FeatureEncoder: Sendable {
  public let names: [String]
  private let columns: [Column]
  private static let maxValues = 30

  private enum Column: Sendable {
    case number
    case values([String])
    case ignored
  }

  /// Learns the columns from rows of text; a column with more than 30 different texts, such as an id, is left out.
  public init(names: [String], rows: [[String]]) {
    var (columns, encoded): ([Column], [String]) = ([], [])
    for (place, name) in names.enumerated() {
      let values = Set(rows.map { $0[place] }).subtracting([""])
      if values.allSatisfy({ Double($0) != nil }) {
        columns.append(.number)
        encoded.append(name)
      } else if values.count <= Self.maxValues {
        let rest = Array(values.sorted().dropFirst())
        columns.append(.values(rest))
        encoded += rest.map { "\(name)=\($0)" }
      } else {
        columns.append(.ignored)
      }
    }
    self.columns = columns
    self.names = encoded
  }

  public func encoded(_ row: [String]) -> [Double] {
    zip(columns, row).flatMap { column, text -> [Double] in
      switch column {
      case .number: [Double(text) ?? 0]
      case .values(let values): values.map { $0 == text ? 1 : 0 }
      case .ignored: []
      }
    }
  }
}
