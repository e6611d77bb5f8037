/// Regression trees whose leaves add up to a score, laid out for fast walks.
///
/// All trees lie in flat arrays. The two children of a split stand side by side, so that one step of a walk is
///
///     node = firstChild[node] + (value of the node's column > threshold ? 1 : 0)
///
/// without a branch. A leaf is its own first child with a threshold that nothing exceeds, so a walk may take more steps
/// than it needs. The cases of missing values and categories are settled once for each row, in its *columns*
/// (`TreeEnsemble.Column`), not at each split.
public struct TreeEnsemble: Sendable {
  /// A value of a row as splits compare it: ordinary comparison gives the right side for missing values and categories.
  enum Column: Hashable, Sendable {
    /// The feature's value. A missing one becomes −∞ if it goes left, or +∞ if it goes right.
    case number(feature: Int, missing: LightGBMModelText.Missing, isMissingLeft: Bool)
    /// 0 if the feature has a value, 1 if it is missing: for splits that part just these.
    case presence(feature: Int, missing: LightGBMModelText.Missing)
    /// 0 if the feature's category is in the set, otherwise 1.
    case category(feature: Int, set: [UInt32])

    /// Whether it is 0 or 1.
    var isBinary: Bool {
      if case .number = self { return false }
      return true
    }
  }

  /// A row has a value for each, in this order.
  public let featureNames: [String]
  public let treeCount: Int

  private(set) var columns: [Column] = []
  /// By column, for the walk.
  private(set) var plans: [ColumnPlan] = []
  /// The words of all sets of categories, one set after another.
  private(set) var setWords: [UInt32] = []
  /// By tree.
  private(set) var roots: [Int32] = []
  /// By tree: the steps from the root to its deepest leaf.
  private(set) var depths: [Int32] = []
  /// By node.
  private(set) var thresholds: [Double] = []
  private(set) var columnOf: [Int32] = []
  private(set) var firstChild: [Int32] = []
  /// By node; 0 at a split.
  private(set) var leafValues: [Double] = []
  /// The sum of the leaves is divided by this.
  let divisor: Double

  public var featureCount: Int { featureNames.count }

  /// Reads a model in LightGBM's text format. Throws `LightGBMModelError` if it is damaged or of a kind that is not
  /// served: several classes, or linear trees.
  public init(lightGBMText text: String) throws(LightGBMModelError) {
    let model = try LightGBMModelText(text)
    featureNames = model.featureNames
    treeCount = model.trees.count
    divisor = model.isAverage ? Double(model.trees.count) : 1
    var known: [Column: Int32] = [:]
    for tree in model.trees {
      let places = tree.splitFeature.indices.map { split in
        let column = Self.column(of: split, in: tree)
        if let place = known[column] { return place }
        columns.append(column)
        known[column] = Int32(columns.count - 1)
        return Int32(columns.count - 1)
      }
      append(tree, columns: places)
    }
    for column in columns { plans.append(plan(of: column)) }
  }

  private mutating func plan(of column: Column) -> ColumnPlan {
    switch column {
    case .number(let feature, let missing, let isMissingLeft):
      let substitute = missing == .none ? 0 : isMissingLeft ? -Double.infinity : .infinity
      return ColumnPlan(
        kind: .number, feature: feature, zeroBound: ColumnPlan.zeroBound(missing), substitute: substitute)
    case .presence(let feature, let missing):
      return ColumnPlan(kind: .presence, feature: feature, zeroBound: ColumnPlan.zeroBound(missing))
    case .category(let feature, let set):
      let start = setWords.count
      setWords += set
      return ColumnPlan(kind: .category, feature: feature, words: start..<setWords.count)
    }
  }

  private static func column(of split: Int, in tree: LightGBMModelText.Tree) -> Column {
    let (feature, decision) = (tree.splitFeature[split], tree.decision[split])
    if decision.isCategorical {
      return .category(feature: feature, set: tree.categories[Int(saturating: tree.threshold[split])])
    }
    // Without missing values the direction means nothing.
    let isLeft = decision.missing != .none && decision.isMissingLeft
    // A threshold of ∞, which LightGBM writes for a split of missing values from all others: nothing exceeds it.
    if tree.threshold[split] == .infinity, decision.missing != .none, !isLeft {
      return .presence(feature: feature, missing: decision.missing)
    }
    return .number(feature: feature, missing: decision.missing, isMissingLeft: isLeft)
  }

  /// Lays the tree's nodes level by level, so that the upper ones, which every walk passes, lie together.
  private mutating func append(_ tree: LightGBMModelText.Tree, columns places: [Int32]) {
    let root = firstChild.count
    roots.append(Int32(root))
    var level = [tree.splitFeature.isEmpty ? -1 : 0]
    var depth: Int32 = 0
    addNodes(1)
    var start = root
    while true {
      var next: [Int] = []
      for (offset, child) in level.enumerated() {
        let node = start + offset
        guard child >= 0 else {
          leafValues[node] = tree.leafValue[-child - 1]
          continue
        }
        thresholds[node] = columns[Int(places[child])].isBinary ? 0.5 : tree.threshold[child]
        columnOf[node] = places[child]
        firstChild[node] = Int32(start + level.count + next.count)
        next += [tree.left[child], tree.right[child]]
      }
      guard !next.isEmpty else { break }
      start += level.count
      addNodes(next.count)
      level = next
      depth += 1
    }
    depths.append(depth)
  }

  /// Adds leaves, which `append` turns into what they are.
  private mutating func addNodes(_ count: Int) {
    for _ in 0..<count {
      firstChild.append(Int32(firstChild.count))
      thresholds.append(.infinity)
      columnOf.append(0)
      leafValues.append(0)
    }
  }
}
