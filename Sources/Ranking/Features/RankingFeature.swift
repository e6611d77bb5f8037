/// One number that ranking models read of each candidate: its name, its range and how it is computed stand together, so that
/// serving, logging and training cannot differ.
public struct RankingFeature: Sendable {
  public enum Group: String, Sendable, CaseIterable {
    case text
    case product
    case shopper
    case context
  }

  public let name: String
  public let group: Group
  public let range: ClosedRange<Double>
  /// For people.
  public let formula: String
  /// 1: a higher value may not lower a learned score; 0: it may.
  public let monotone: Int
  /// The values of all candidates; NaN is a missing value.
  let column: @Sendable (RankingWindow) -> [Double]

  init(
    _ name: String, _ group: Group, range: ClosedRange<Double> = 0...1, monotone: Int = 0, _ formula: String,
    column: @escaping @Sendable (RankingWindow) -> [Double]
  ) {
    self.name = name
    self.group = group
    self.range = range
    self.formula = formula
    self.monotone = monotone
    self.column = column
  }

  /// The number of the set of features: it grows by one whenever a feature is added, removed, or computed otherwise. A
  /// model of another number is not served, and values of another number are not learned from.
  public static let schema = 2

  /// All of them, in the order of rows.
  public static let all = text + product + shopper + context
}

/// The feature values of one search's candidates, as they are scored, logged and learned from.
public struct FeatureTable: Sendable, Equatable {
  public static let width = RankingFeature.all.count

  /// Row after row.
  public private(set) var values: [Double]

  public var rowCount: Int { values.count / Self.width }

  /// Computes and rounds all features. A value outside its feature's range is moved to the range's end.
  public init(_ window: RankingWindow) {
    let (count, width) = (window.candidates.count, Self.width)
    values = .init(repeating: .nan, count: count * width)
    for (place, feature) in RankingFeature.all.enumerated() {
      let column = feature.column(window)
      precondition(column.count == count, "\(feature.name) has \(column.count) values for \(count) candidates")
      for row in 0..<count { values[row * width + place] = FeatureCode.rounded(column[row], to: feature.range) }
    }
  }

  /// Values that were logged: whole rows.
  public init(values: [Double]) {
    precondition(values.count.isMultiple(of: Self.width), "\(values.count) values are no rows of \(Self.width)")
    self.values = values
  }

  public func row(_ row: Int) -> ArraySlice<Double> { values[row * Self.width..<(row + 1) * Self.width] }

  /// The places of features in a row, by name.
  public static let places = Dictionary(
    uniqueKeysWithValues: RankingFeature.all.enumerated().map { ($0.element.name, $0.offset) })
}

/// Feature values as 16 bits each: a served value is rounded to what its log holds, so that training reads the same number.
public enum FeatureCode {
  /// Steps of 1/2048: values from -15.99 to 15.99.
  private static let steps = 2048.0
  private static let missing = Int16.min

  static func rounded(_ value: Double, to range: ClosedRange<Double>) -> Double {
    guard !value.isNaN else { return .nan }
    return (min(max(value, range.lowerBound), range.upperBound) * steps).rounded() / steps
  }

  /// Two bytes a value, the low one first.
  public static func bytes(of values: some Sequence<Double>) -> [UInt8] {
    values.flatMap { value -> [UInt8] in
      let code = value.isNaN ? missing : Int16(clamping: Int(saturating: (value * steps).rounded()))
      let bits = UInt16(bitPattern: code)
      return [UInt8(bits & 0xff), UInt8(bits >> 8)]
    }
  }

  /// nil where the bytes are not whole rows of the present features.
  public static func values(of bytes: [UInt8]) -> [Double]? {
    guard bytes.count.isMultiple(of: 2 * FeatureTable.width) else { return nil }
    return stride(from: 0, to: bytes.count, by: 2).map { place in
      let code = Int16(bitPattern: UInt16(bytes[place]) | UInt16(bytes[place + 1]) << 8)
      return code == missing ? .nan : Double(code) / steps
    }
  }
}
