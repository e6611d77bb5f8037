/// The reason why an experiment cannot run as it is described.
public struct ExperimentError: Error, Sendable, Equatable, CustomStringConvertible {
  public let experiment: String
  public let reason: String
  public var description: String { "experiment \(experiment): \(reason)" }
}

/// A comparison of arms, one of which each visitor gets.
///
/// An assignment depends on the visitor's ID and on the salts alone, so that it is the same on every server and at every
/// visit, and nothing is stored. IDs are hashed; no arm can be guessed from an ID, and experiments with other salts deal
/// the same visitors out independently.
public struct Experiment: Sendable, Equatable {
  /// One of the compared ways.
  public struct Arm: Sendable, Equatable {
    public var name: String
    /// Its share among the arms' weights.
    public var weight: Int

    public init(name: String, weight: Int = 1) {
      self.name = name
      self.weight = weight
    }
  }

  /// A slice of a layer. Experiments that must not meet share a layer and have slices that do not overlap; experiments of
  /// different layers meet freely (Tang and others 2010, "Overlapping experiment infrastructure").
  public struct Slice: Sendable, Equatable {
    public var layer: String
    /// Buckets of the layer, of `Experiment.buckets`.
    public var buckets: Range<Int>

    public init(layer: String, buckets: Range<Int>) {
      self.layer = layer
      self.buckets = buckets
    }
  }

  public static let buckets = 10_000
  static let maxArms = 20
  static let maxWeight = 10_000

  public let name: String
  /// The first is the control.
  public let arms: [Arm]
  public let slice: Slice
  /// The share of the slice, in buckets, that takes part; a ramp-up only adds visitors, none changes arms.
  public let exposedBuckets: Int

  /// Throws `ExperimentError` for fewer than two arms, a name used twice, weights, slices or shares out of bounds.
  public init(
    name: String, arms: [Arm], slice: Slice, exposedBuckets: Int = Experiment.buckets
  ) throws(ExperimentError) {
    func expect(_ isValid: Bool, _ reason: String) throws(ExperimentError) {
      guard isValid else { throw ExperimentError(experiment: name, reason: reason) }
    }
    try expect(!name.isEmpty && name.utf8.count <= 100, "a name has 1 to 100 bytes")
    try expect((2...Self.maxArms).contains(arms.count), "\(arms.count) arms; 2 to \(Self.maxArms) are possible")
    try expect(Set(arms.map(\.name)).count == arms.count, "two arms have the same name")
    for arm in arms {
      try expect(
        (1...Self.maxWeight).contains(arm.weight),
        "arm \(arm.name) has the weight \(arm.weight); 1 to 10000 are possible")
    }
    try expect(
      slice.buckets.lowerBound >= 0 && slice.buckets.upperBound <= Self.buckets && !slice.buckets.isEmpty,
      "the slice \(slice.buckets) is not within 0..<\(Self.buckets)")
    try expect((0...Self.buckets).contains(exposedBuckets), "\(exposedBuckets) exposed buckets of \(Self.buckets)")
    self.name = name
    self.arms = arms
    self.slice = slice
    self.exposedBuckets = exposedBuckets
  }

  /// The arm's index for a visitor, or nil if the visitor takes no part.
  public func arm(of visitor: String) -> Int? {
    guard slice.buckets.contains(Self.bucket(of: visitor, salt: "layer/" + slice.layer)),
      Self.bucket(of: visitor, salt: "exposure/" + name) < exposedBuckets
    else { return nil }
    let total = arms.reduce(0) { $0 + $1.weight }
    var place = Self.place(of: visitor, salt: "arm/" + name, below: total)
    for (index, arm) in arms.enumerated() {
      place -= arm.weight
      if place < 0 { return index }
    }
    return nil
  }

  public static func bucket(of visitor: String, salt: String) -> Int { place(of: visitor, salt: salt, below: buckets) }

  /// A number below `bound` that looks random, the same for the same visitor and salt.
  static func place(of visitor: String, salt: String, below bound: Int) -> Int {
    // FNV alone leaves traces of the last bytes in its high bits; the scrambling spreads them. The zero byte parts the two,
    // so that no two pairs give the same bytes.
    let hash = SplitMix64.scrambled(UInt64(fnv1aOf: Array(salt.utf8) + [0] + Array(visitor.utf8)) &+ SplitMix64.step)
    return Int(clamping: hash.multipliedFullWidth(by: UInt64(clamping: bound)).high)
  }
}

/// The experiments that run at one time.
public struct ExperimentSet: Sendable, Equatable {
  /// More would not fit on a page, let alone in a head.
  static let maxExperiments = 200

  public let experiments: [Experiment]
  /// The visitors, in buckets, who are kept out of every experiment, to see the sum of what experiments have changed.
  public let holdoutBuckets: Int

  /// Throws `ExperimentError` if two have one name, or overlapping slices of one layer.
  public init(_ experiments: [Experiment], holdoutBuckets: Int = 0) throws(ExperimentError) {
    for (index, experiment) in experiments.enumerated() {
      guard index < Self.maxExperiments else {
        throw ExperimentError(experiment: experiment.name, reason: "\(Self.maxExperiments) experiments are the most")
      }
      for other in experiments[..<index] {
        guard other.name != experiment.name else {
          throw ExperimentError(experiment: experiment.name, reason: "the name is used twice")
        }
        guard other.slice.layer != experiment.slice.layer || !other.slice.buckets.overlaps(experiment.slice.buckets)
        else {
          throw ExperimentError(
            experiment: experiment.name,
            reason: "its slice of layer \(other.slice.layer) overlaps that of \(other.name)")
        }
      }
    }
    guard (0...Experiment.buckets / 2).contains(holdoutBuckets) else {
      throw ExperimentError(experiment: "holdout", reason: "\(holdoutBuckets) buckets; at most half may be held out")
    }
    self.experiments = experiments
    self.holdoutBuckets = holdoutBuckets
  }

  public func isHeldOut(_ visitor: String) -> Bool {
    Experiment.bucket(of: visitor, salt: "holdout") < holdoutBuckets
  }

  /// The index of the visitor's arm, by the experiment's name.
  public func arms(of visitor: String) -> [String: Int] {
    guard !isHeldOut(visitor) else { return [:] }
    var arms: [String: Int] = [:]
    for experiment in experiments { arms[experiment.name] = experiment.arm(of: visitor) }
    return arms
  }
}
