/// A model in LightGBM's text format, read and checked: the header's facts and the trees as they stand there.
///
/// The format is the one that LightGBM 3 and 4 write (`version=v3`, `version=v4`; `src/boosting/gbdt_model_text.cpp` and
/// `src/io/tree.cpp` of github.com/microsoft/LightGBM). The file may be damaged: nothing in it is believed before it is
/// checked, and every size has a bound.
struct LightGBMModelText: Sendable {
  /// One tree. A child of 0 or more is a split, a negative child is the leaf −child − 1.
  struct Tree: Sendable {
    var splitFeature: [Int] = []
    var threshold: [Double] = []
    var decision: [Decision] = []
    var left: [Int] = []
    var right: [Int] = []
    var leafValue: [Double] = []
    /// By categorical split: the words of its set, by the index that the split has as its threshold.
    var categories: [[UInt32]] = []
  }

  /// The bits of `decision_type`.
  struct Decision: Sendable, Equatable {
    var isCategorical: Bool
    var isMissingLeft: Bool
    var missing: Missing
  }

  /// The values that count as missing at a split.
  enum Missing: Int, Sendable {
    /// None: NaN is read as 0.
    case none = 0
    /// 0 and NaN.
    case zero = 1
    /// NaN.
    case notANumber = 2
  }

  // Bounds: a hundred times what a ranking needs, and a fraction of what a machine holds.
  static let maxBytes = 256 << 20
  static let maxFeatures = 100_000
  static let maxTrees = 20_000
  static let maxLeaves = 1 << 16
  static let maxNodes = 1 << 23
  static let maxCategoryWords = 1 << 16

  var featureNames: [String] = []
  var trees: [Tree] = []
  /// Whether the score is the mean of the trees (random forests), not their sum.
  var isAverage = false

  init(_ text: String) throws(LightGBMModelError) {
    guard text.utf8.count <= Self.maxBytes else {
      throw LightGBMModelError(line: 0, reason: "has \(text.utf8.count) bytes; \(Self.maxBytes) are the most")
    }
    var lines = ModelLines(text)
    guard lines.next()?.text == "tree" else {
      throw LightGBMModelError(line: 1, reason: "the first line is not \"tree\": this is no model of LightGBM")
    }
    let header = try lines.fields(until: { $0.hasPrefix("Tree=") || $0 == "end of trees" })
    let expected = try readHeader(header)
    var nodes = 0
    while let line = lines.next(), line.text != "end of trees" {
      guard line.text == "Tree=\(trees.count)" else {
        if line.text.isEmpty { continue }
        throw LightGBMModelError(line: line.number, reason: "Tree=\(trees.count) was expected, not \"\(line.shown)\"")
      }
      guard trees.count < expected else {
        throw LightGBMModelError(line: line.number, reason: "has more trees than the \(expected) of tree_sizes")
      }
      let fields = try lines.fields(until: { $0.hasPrefix("Tree=") || $0 == "end of trees" })
      let tree = try Tree(fields, features: featureNames.count)
      nodes += tree.leafValue.count * 2
      guard nodes <= Self.maxNodes else {
        throw LightGBMModelError(line: line.number, reason: "the trees have over \(Self.maxNodes) nodes")
      }
      trees.append(tree)
    }
    guard lines.last == "end of trees", trees.count == expected else {
      throw LightGBMModelError(
        line: lines.number, reason: "has \(trees.count) whole trees of \(expected): the file was cut, fetch it again")
    }
  }

  /// Returns the number of trees that must follow.
  private mutating func readHeader(_ header: ModelFields) throws(LightGBMModelError) -> Int {
    let version = try header.text("version")
    guard version == "v3" || version == "v4" else {
      throw header.refusal("version", "\"\(version.prefix(20))\" is not known; v3 and v4 are")
    }
    for (key, meaning): (Substring, String) in [
      ("num_class", "classes"), ("num_tree_per_iteration", "trees an iteration"),
    ] {
      let count = try header.integer(key, in: 1...1_000_000)
      guard count == 1 else { throw header.refusal(key, "the model has \(count) \(meaning); a ranking has one") }
    }
    let highest = try header.integer("max_feature_idx", in: 0...Self.maxFeatures - 1)
    featureNames = try header.text("feature_names").split(separator: " ").map(String.init)
    guard featureNames.count == highest + 1 else {
      throw header.refusal("feature_names", "has \(featureNames.count) names for \(highest + 1) features")
    }
    isAverage = header.contains("average_output")
    let sizes = try header.text("tree_sizes").split(separator: " ").count
    guard (1...Self.maxTrees).contains(sizes) else {
      throw header.refusal("tree_sizes", "names \(sizes) trees; 1 to \(Self.maxTrees) are possible")
    }
    return sizes
  }
}

extension LightGBMModelText.Tree {
  fileprivate init(_ fields: ModelFields, features: Int) throws(LightGBMModelError) {
    if fields.contains("is_linear"), try fields.integer("is_linear", in: 0...1) == 1 {
      throw fields.refusal("is_linear", "linear trees are not read: train without linear_tree")
    }
    let leaves = try fields.integer("num_leaves", in: 1...LightGBMModelText.maxLeaves)
    leafValue = try fields.doubles("leaf_value", count: leaves)
    // A constant tree has nothing else.
    guard leaves > 1 else { return }
    let splits = leaves - 1
    splitFeature = try fields.integers("split_feature", count: splits, in: 0...features - 1)
    // LightGBM parts missing values from all others by a threshold of ∞.
    threshold = try fields.doubles("threshold", count: splits, allowingInfinity: true)
    left = try fields.integers("left_child", count: splits, in: -leaves...splits - 1)
    right = try fields.integers("right_child", count: splits, in: -leaves...splits - 1)
    for bits in try fields.integers("decision_type", count: splits, in: 0...15) {
      guard let missing = LightGBMModelText.Missing(rawValue: bits >> 2) else {
        throw fields.refusal("decision_type", "\(bits) names no kind of missing value")
      }
      decision.append(.init(isCategorical: bits & 1 != 0, isMissingLeft: bits & 2 != 0, missing: missing))
    }
    try readCategories(fields)
    try checkShape(fields)
  }

  private mutating func readCategories(_ fields: ModelFields) throws(LightGBMModelError) {
    let count = try fields.integer("num_cat", in: 0...splitFeature.count)
    if count > 0 {
      let most = LightGBMModelText.maxCategoryWords
      let boundaries = try fields.integers("cat_boundaries", count: count + 1, in: 0...most)
      guard boundaries[0] == 0, zip(boundaries, boundaries.dropFirst()).allSatisfy({ $0 < $1 }) else {
        throw fields.refusal("cat_boundaries", "must rise from 0")
      }
      let words = try fields.integers("cat_threshold", count: boundaries[count], in: 0...Int(UInt32.max))
      categories = (0..<count).map { words[boundaries[$0]..<boundaries[$0 + 1]].map { UInt32(truncatingIfNeeded: $0) } }
    }
    for (value, decision) in zip(threshold, decision) where decision.isCategorical {
      guard let index = Int(exactly: value), categories.indices.contains(index) else {
        throw fields.refusal("threshold", "\(value) is not one of the tree's \(count) sets of categories")
      }
    }
  }

  /// Every split and every leaf must be reached from the root exactly once, or a walk might not end.
  private func checkShape(_ fields: ModelFields) throws(LightGBMModelError) {
    var isSplitSeen = Array(repeating: false, count: splitFeature.count)
    var isLeafSeen = Array(repeating: false, count: leafValue.count)
    var open = [0]
    isSplitSeen[0] = true
    while let split = open.popLast() {
      for child in [left[split], right[split]] {
        let isRepeated = child >= 0 ? isSplitSeen[child] : isLeafSeen[-child - 1]
        guard !isRepeated else { throw fields.refusal("left_child", "node \(child) has two parents") }
        if child >= 0 {
          isSplitSeen[child] = true
          open.append(child)
        } else {
          isLeafSeen[-child - 1] = true
        }
      }
    }
    guard isSplitSeen.allSatisfy({ $0 }), isLeafSeen.allSatisfy({ $0 }) else {
      throw fields.refusal("left_child", "some nodes are not reached from the root")
    }
  }
}

/// The reason why a file is not a model that can be served, and the line.
public struct LightGBMModelError: Error, Sendable, Equatable, CustomStringConvertible {
  public let line: Int
  public let reason: String
  public var description: String { "LightGBM model, line \(line): \(reason)" }
}

/// The lines of a model, one after another.
private struct ModelLines {
  struct Line {
    var number: Int
    var text: Substring
    /// Short enough for a message.
    var shown: Substring { text.prefix(40) }
  }

  private var rest: Substring
  private(set) var number = 0
  private(set) var last: Substring?

  init(_ text: String) { rest = Substring(text) }

  mutating func next() -> Line? {
    guard let line = peek() else { return nil }
    rest = rest.utf8.count == line.utf8.count ? "" : rest[rest.utf8.index(after: line.endIndex)...]
    number += 1
    last = line
    return Line(number: number, text: line)
  }

  private func peek() -> Substring? {
    guard !rest.isEmpty else { return nil }
    return rest[..<(rest.utf8.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex)]
  }

  /// The `key=value` lines up to, without, the first that ends them.
  mutating func fields(until isEnd: (Substring) -> Bool) throws(LightGBMModelError) -> ModelFields {
    var fields = ModelFields(line: number)
    while let line = peek(), !isEnd(line) {
      _ = next()
      guard !line.isEmpty else { continue }
      let separator = line.utf8.firstIndex(of: UInt8(ascii: "=")) ?? line.endIndex
      let value = separator == line.endIndex ? "" : line[line.utf8.index(after: separator)...]
      try fields.add(line[..<separator], value, line: number)
    }
    return fields
  }
}

/// The values of a header or of a tree, by key.
private struct ModelFields {
  /// More than a header or a tree has.
  private static let maxKeys = 100

  /// The line above the first field.
  let line: Int
  private var values: [Substring: (text: Substring, line: Int)] = [:]

  init(line: Int) { self.line = line }

  mutating func add(_ key: Substring, _ value: Substring, line: Int) throws(LightGBMModelError) {
    guard values.count < Self.maxKeys else { throw LightGBMModelError(line: line, reason: "too many keys") }
    guard values.updateValue((value, line), forKey: key) == nil else {
      throw LightGBMModelError(line: line, reason: "\(key.prefix(40)) is there twice")
    }
  }

  func contains(_ key: Substring) -> Bool { values[key] != nil }

  func refusal(_ key: Substring, _ reason: String) -> LightGBMModelError {
    LightGBMModelError(line: values[key]?.line ?? line, reason: "\(key): \(reason)")
  }

  func text(_ key: Substring) throws(LightGBMModelError) -> Substring {
    guard let value = values[key] else { throw refusal(key, "is missing") }
    return value.text
  }

  func integer(_ key: Substring, in range: ClosedRange<Int>) throws(LightGBMModelError) -> Int {
    try integer(try text(key), key, range)
  }

  func integers(_ key: Substring, count: Int, in range: ClosedRange<Int>) throws(LightGBMModelError) -> [Int] {
    try list(key, count: count).map { text throws(LightGBMModelError) in try integer(text, key, range) }
  }

  func doubles(
    _ key: Substring, count: Int, allowingInfinity: Bool = false
  ) throws(LightGBMModelError) -> [Double] {
    try list(key, count: count).map { text throws(LightGBMModelError) in
      guard let value = Double(text), value.isFinite || allowingInfinity && value == .infinity else {
        throw refusal(key, "\"\(text.prefix(40))\" is not a finite number")
      }
      return value
    }
  }

  private func integer(
    _ text: Substring, _ key: Substring, _ range: ClosedRange<Int>
  ) throws(LightGBMModelError) -> Int {
    guard let value = Int(text), range.contains(value) else {
      throw refusal(
        key, "\"\(text.prefix(40))\" is not a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  private func list(_ key: Substring, count: Int) throws(LightGBMModelError) -> [Substring] {
    let values = try text(key).split(separator: " ")
    guard values.count == count else { throw refusal(key, "has \(values.count) values instead of \(count)") }
    return values
  }
}
