// Properties proved here:
// 1. Scores equal LightGBM's own to 1e-9 on 10,000 rows with missing values and categories, and where 0 is missing, and
//    for a random forest (models and scores by scripts/lightgbm-fixtures.py with LightGBM 4.7.0).
// 2. A row's score does not depend on the rows beside it.
// 3. A walk over the tree as it stands in the text, a split after the other, gives the same score for values at the
//    edges: infinities, thresholds themselves, tiny numbers, categories beyond the set.
// 4. A damaged file is refused with its line, whatever byte is damaged, and never ends the process.
// 5. Linear trees, several classes and cut files are refused with their reason.
import Foundation
import Numbers
import Testing

@testable import Ranking

/// The rows of scripts/lightgbm-fixtures.py.
struct FixtureRows {
  private var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  mutating func next() -> [Double] {
    let u = (0..<12).map { _ in Double(random.next() >> 11) * 0x1p-53 }
    return [
      4 * u[0] - 2,
      u[1] < 0.25 ? .nan : 4 * u[2] - 2,
      u[3] < 0.4 ? 0 : u[3] < 0.5 ? .nan : 4 * u[4] - 2,
      u[5] < 0.1 ? .nan : u[5] < 0.15 ? -1 : u[5] < 0.2 ? 60 : (50 * u[6]).rounded(.down),
      (10 * u[7]).rounded(.down),
      u[8] < 0.05 ? 0.5 : (6 * u[9]).rounded(.down),
    ]
  }
}

@Suite struct TreeEnsembleTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../Fixtures/lightgbm")

  static func text(_ name: String) throws -> String {
    try String(contentsOf: folder.appendingPathComponent(name + ".txt"), encoding: .utf8)
  }

  static func scores(_ name: String) throws -> [Double] {
    let data = try Data(contentsOf: folder.appendingPathComponent(name + ".scores"))
    return data.withUnsafeBytes { bytes in
      (0..<bytes.count / 8).map {
        Double(bitPattern: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self)))
      }
    }
  }

  @Test(
    "1. LightGBM's own scores",
    arguments: [("missing-and-categories", 10_000), ("zero-as-missing", 2_000), ("random-forest", 1_000)])
  func equalScores(name: String, count: Int) throws {
    let trees = try TreeEnsemble(lightGBMText: Self.text(name))
    let expected = try Self.scores(name)
    #expect(expected.count == count)
    var rows = FixtureRows(seed: 2)
    let found = trees.scores(of: (0..<count).flatMap { _ in rows.next() })
    let worst = zip(found, expected).map { abs($0 - $1) }.max()!
    #expect(worst < 1e-9, "differs by \(worst)")
    #expect(Set(expected).count > 100)
  }

  @Test("2. rows do not depend on each other") func independence() throws {
    let trees = try TreeEnsemble(lightGBMText: Self.text("missing-and-categories"))
    var rows = FixtureRows(seed: 3)
    let some = (0..<21).map { _ in rows.next() }
    for count in [1, 7, 8, 9, 16, 21] {
      let together = trees.scores(of: some.prefix(count).flatMap { $0 })
      #expect(together == some.prefix(count).map { trees.score(of: $0) })
    }
    #expect(trees.scores(of: []).isEmpty)
  }

  /// LightGBM's `Tree::Decision`, as it is written in its tree.h.
  private func walk(_ tree: LightGBMModelText.Tree, _ row: [Double]) -> Double {
    var node = tree.splitFeature.isEmpty ? -1 : 0
    while node >= 0 {
      var value = row[tree.splitFeature[node]]
      let decision = tree.decision[node]
      var isLeft: Bool
      if decision.isCategorical {
        let set = tree.categories[Int(saturating: tree.threshold[node])]
        let category = value.isNaN || abs(value) > 1e9 ? -1 : Int(saturating: value.rounded(.towardZero))
        isLeft = category >= 0 && category / 32 < set.count && set[category / 32] >> UInt32(category % 32) & 1 == 1
      } else {
        if value.isNaN && decision.missing != .notANumber { value = 0 }
        let isZero = value >= -Double(1e-35 as Float) && value <= Double(1e-35 as Float)
        let isMissing = decision.missing == .zero && isZero || decision.missing == .notANumber && value.isNaN
        isLeft = isMissing ? decision.isMissingLeft : value <= tree.threshold[node]
      }
      node = isLeft ? tree.left[node] : tree.right[node]
    }
    return tree.leafValue[-node - 1]
  }

  @Test("3. values at the edges", arguments: ["missing-and-categories", "zero-as-missing", "random-forest"])
  func edges(name: String) throws {
    let text = try Self.text(name)
    let (model, trees) = (try LightGBMModelText(text), try TreeEnsemble(lightGBMText: text))
    var edges: [Double] = [
      .nan, .infinity, -.infinity, 0, -0.0, 1e-36, -1e-36, 1e-35, 1.1e-35, 1e300, -1e300, -0.5, 0.999, 31, 32, 63, 64,
      1e10, 2e9, 4_294_967_296,
    ]
    edges += model.trees.flatMap { $0.threshold }.flatMap { [$0, $0.nextUp, $0.nextDown] }
    let seed: UInt64 = 20
    var random = SplitMix64(seed: seed)
    for _ in 0..<1_000 {
      let row = (0..<6).map { _ in edges[random.below(edges.count)] }
      let expected = model.trees.reduce(0) { $0 + walk($1, row) } / (model.isAverage ? Double(model.trees.count) : 1)
      #expect(trees.score(of: row) == expected, "seed \(seed): \(row)")
    }
  }

  @Test("3. a threshold of ∞ parts missing values from all others") func infiniteThreshold() throws {
    let text = Self.small.replacingOccurrences(of: "threshold=1.5 2.5", with: "threshold=inf 2.5")
    // Numbers and NaN kinds: none, missing right, missing left.
    for (decision, expected) in [
      ("0 0", [1.25, 1.25, 1.25]), ("8 0", [1.25, 1.25, 2.25]), ("10 0", [1.25, 1.25, 1.25]),
    ] {
      let trees = try TreeEnsemble(
        lightGBMText: text.replacingOccurrences(of: "decision_type=2 0", with: "decision_type=" + decision))
      #expect(trees.scores(of: [7, 1, .infinity, 1, .nan, 1]) == expected, "\(decision)")
    }
  }

  @Test("4. damaged files are refused or read, never crashed on", arguments: [UInt64(1), 2])
  func damage(seed: UInt64) throws {
    // The smallest of the fixtures, for one reading takes milliseconds.
    let whole = Array(try Self.text("random-forest").utf8)
    var random = SplitMix64(seed: seed)
    var refused = 0
    let row = (0..<6).map { _ in 1.0 }
    for _ in 0..<150 {
      var bytes = whole
      for _ in 0...random.below(3) {
        switch random.below(4) {
        case 0: bytes[random.below(bytes.count)] = UInt8(random.below(256))
        case 1: bytes[random.below(bytes.count)] = UInt8(ascii: "9")
        case 2: bytes.removeSubrange(random.below(bytes.count)...)
        default: bytes.insert(contentsOf: Array("-1 ".utf8), at: random.below(bytes.count))
        }
        if bytes.isEmpty { bytes = whole }
      }
      do {
        let trees = try TreeEnsemble(lightGBMText: String(decoding: bytes, as: UTF8.self))
        // A changed digit is still a model.
        #expect(trees.score(of: Array(row.prefix(trees.featureCount))).isFinite)
      } catch {
        refused += 1
        #expect(error.description.hasPrefix("LightGBM model, line ") && error.description.utf8.count < 300)
      }
    }
    #expect(refused > 50, "seed \(seed)")
  }

  private static let small = """
    tree
    version=v4
    num_class=1
    num_tree_per_iteration=1
    max_feature_idx=1
    feature_names=price age
    tree_sizes=1 1

    Tree=0
    num_leaves=3
    num_cat=0
    split_feature=0 1
    threshold=1.5 2.5
    decision_type=2 0
    left_child=-1 -2
    right_child=1 -3
    leaf_value=1 2 4
    is_linear=0

    Tree=1
    num_leaves=1
    leaf_value=0.25

    end of trees

    """

  @Test("5. a small model by hand, and its damages")
  func small() throws {
    let trees = try TreeEnsemble(lightGBMText: Self.small)
    #expect(trees.featureNames == ["price", "age"] && trees.treeCount == 2)
    #expect(trees.scores(of: [1, 9, 2, 2, 2, 3, .nan, 9]) == [1.25, 2.25, 4.25, 1.25])
    let damages: [(from: String, to: String, reason: String)] = [
      ("tree\n", "forest\n", "no model of LightGBM"), ("v4", "v9", "is not known"),
      ("num_class=1", "num_class=3", "3 classes"), ("num_tree_per_iteration=1", "num_tree_per_iteration=2", "trees an"),
      ("is_linear=0", "is_linear=1", "linear trees are not read"), ("end of trees", "", "was cut"),
      ("feature_names=price age", "feature_names=price", "1 names for 2"),
      ("split_feature=0 1", "split_feature=0 2", "from 0 to 1"), ("threshold=1.5 2.5", "threshold=1.5", "1 values"),
      ("threshold=1.5 2.5", "threshold=1.5 -inf", "not a finite number"),
      ("decision_type=2 0", "decision_type=2 12", "missing"), ("decision_type=2 0", "decision_type=1 0", "sets of"),
      ("left_child=-1 -2", "left_child=-1 1", "two parents"), ("right_child=1 -3", "right_child=0 -3", "two parents"),
      ("left_child=-1 -2\nright_child=1 -3", "left_child=-1 1\nright_child=-2 -3", "not reached"),
      ("leaf_value=1 2 4", "leaf_value=1 2 x", "finite"), ("num_leaves=3", "num_leaves=99999999", "from 1 to"),
      ("num_leaves=3\n", "", "num_leaves: is missing"), ("tree_sizes=1 1", "tree_sizes=1", "more trees"),
      ("tree_sizes=1 1", "tree_sizes=1 1 1", "was cut"), ("Tree=1", "Tree=7", "Tree=1 was expected"),
      ("num_cat=0", "num_cat=0\nnum_cat=0", "twice"),
    ]
    for damage in damages {
      let text = Self.small.replacingOccurrences(of: damage.from, with: damage.to)
      #expect(text != Self.small)
      let error = #expect(throws: LightGBMModelError.self) { try TreeEnsemble(lightGBMText: text) }
      #expect(error?.description.contains(damage.reason) == true, "\(damage): \(error?.description ?? "read")")
    }
  }
}
